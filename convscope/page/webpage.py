"""A finished page: one HTML document to save, to open in a browser, or to show in a notebook."""

from __future__ import annotations

import os
import re
import webbrowser
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError
from ..files import atomic_write, read_plain, require_place
from .inline import PAYLOAD_MARK, PayloadJson

HEIGHT = 900  # pixels of the frame in a notebook


@dataclass(frozen=True, eq=False, repr=False)
class Page:
    """One self-contained HTML document. In a notebook it shows itself; a copy survives in what nbconvert makes of it.

    `name` is what its file is called by default. `notes` say, a sentence each, what the page lacks and why; `unread`
    holds an error for each picture that could not be read. `payload` is what the page shows (docs/payload.md).
    """

    html: str
    name: str
    payload: PayloadJson
    notes: tuple[str, ...] = ()
    unread: tuple[InputError, ...] = field(default=())

    def save(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write the page to `path`, complete or not at all, and return where it is; a folder gets <name>.html.

        Without a path it is <name>.html in the current folder. What stands there is replaced only if it is such a page,
        or empty. Raises InputError or EnvironmentFault where that cannot be.
        """
        target = require_target(path, self.name)
        atomic_write(target, self.html.encode("utf-8", "replace"))
        return target

    def show(self, path: str | os.PathLike[str] | None = None) -> bool:
        """Open the file at `path`, or the one that `save` writes without a path, in the browser; return whether one was
        found.
        """
        return webbrowser.open((Path(path) if path else self.save()).resolve().as_uri())

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own: neither's style nor script reaches the other.

        It is ASCII: a notebook that counts the bytes in memory, as marimo does up to 8 MB, counts one a character.
        """
        text = self.html.replace("&", "&amp;").replace('"', "&quot;").encode("ascii", "xmlcharrefreplace").decode()
        return (
            f'<iframe srcdoc="{text}" width="100%" height="{HEIGHT}" sandbox="allow-scripts allow-downloads" '
            'style="border: 0" title="convscope"></iframe>'
        )

    def __repr__(self) -> str:
        return f"Page({self.name!r}, {len(self.html) / 1e6:.2f} MB)"


def require_target(path: str | os.PathLike[str] | None, name: str = "page") -> Path:
    """Return where a page of that name is saved, and raise what its saving would, as far as that shows before it is
    made.
    """
    target = Path(path or ".")
    if path is None or os.path.isdir(target):
        target = target / f"{name}.html"
    require_place(target)
    if not _replaceable(target):
        raise InputError("page.other", where=str(target), hint="-o another.html")
    return target


def file_name(title: str) -> str:
    """Return `title` as the name of a file, without what some system forbids in one.

    >>> file_name("a/b: c"), file_name("..")
    ('a-b-c', 'page')
    """
    return re.sub(r"[^\w.]+", "-", title).strip("-.")[:80] or "page"


def _replaceable(target: Path) -> bool:
    """Whether nothing stands at `target`, or a page that was written before, or a file with nothing in it."""
    try:
        if not target.exists():
            return not target.is_symlink()  # a link to what is away just now, on a disk that is not there
        if not target.stat().st_size:
            return True
        return PAYLOAD_MARK in read_plain(target).decode("utf-8", "replace")
    except OSError:
        return False
