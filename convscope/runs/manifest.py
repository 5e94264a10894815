r"""manifest.csv: which pictures a run began with, by path and content; skipped.csv: which files it left out, and why.

Both are CSV in UTF-8 with a header, and one line is one row whatever a file is called: in the fields of text a
backslash is written \\, and a character that cannot be printed, or a byte of a name that is not UTF-8, is written as
\n, \x1b, \u200b or \udcff, as Python and JSON write them. `read_manifest` undoes that.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from ..errors import InputError
from .run_json import read_listed

MANIFEST, SKIPPED = "manifest.csv", "skipped.csv"
ESCAPED = re.compile(r"\\(?:\\|[abfnrtv]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A picture of a run: its `path` within the source, the SHA-256 of its file in hexadecimal, the name of its class
    (`label`), its `split`, "train", "validation" (the source's own, or held out) or "test", and its `group`.

    A file that takes no part has a path and a `reason`, and nothing else.
    """

    path: str
    sha256: str = ""
    label: str = ""
    split: str = ""
    group: str = ""
    reason: str = ""


COLUMNS = tuple(field.name for field in fields(ManifestRow))


def manifest_csv(rows: Iterable[ManifestRow]) -> bytes:
    """Return the text of manifest.csv."""
    return _csv(COLUMNS, (astuple(row) for row in rows))


def skipped_csv(rows: Iterable[ManifestRow]) -> bytes:
    """Return the text of skipped.csv: path and reason of the rows that have a reason."""
    return _csv(("path", "reason"), ((row.path, row.reason) for row in rows if row.reason))


def read_manifest(run: Path) -> tuple[ManifestRow, ...] | None:
    """Return the rows of a run's manifest, in order; None where it has none, because its pictures are no files.

    Raises InputError where it is damaged.
    """
    path = run / MANIFEST
    data = read_listed(run, MANIFEST)
    if data is None:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("manifest.damaged", where=str(path), got=str(error)) from None
    try:
        header, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        if tuple(header) != COLUMNS:
            raise InputError("manifest.damaged", where=str(path), got=",".join(header), expected=",".join(COLUMNS))
        return tuple(ManifestRow(*(unescape(field) for field, _ in zip(line, COLUMNS, strict=True))) for line in lines)
    except (csv.Error, ValueError) as error:  # no header, or a line of more fields or fewer
        raise InputError("manifest.damaged", where=str(path), got=str(error)) from None


def escape(text: str) -> str:
    r"""Return text as it stands in a field.

    >>> print(escape('scan\n1 é "a", b'))
    scan\n1 é "a", b
    """
    text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def unescape(field: str) -> str:
    """Return the text that `escape` was given."""
    if "\\" not in field:
        return field
    return ESCAPED.sub(lambda found: found[0].encode("latin-1").decode("unicode_escape"), field)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([escape(field) for field in row] for row in rows)
    return made.getvalue().encode()
