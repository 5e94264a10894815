"""Where labelled pictures come from: by name, IDX folders, folders of pictures, arrays. `load` is the entry point."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ..errors import InputError, Phrase, did_you_mean, phrase
from .dataset import Dataset, Split, arrays
from .disk_tree import folder_source
from .folder_layout import survey
from .idx_files import has_idx, idx, misnamed_idx
from .named_datasets import fashion_mnist, mnist
from .reading import read
from .resize_dataset import fitted

__all__ = ["NAMES", "Dataset", "Split", "arrays", "fashion_mnist", "folder", "idx", "load", "mnist"]

ARCHIVES = frozenset((".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar"))
NAMES = ("mnist", "fashion-mnist")


def load(
    source: str | os.PathLike[str],
    *,
    size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    data_root: str | os.PathLike[str] | None = None,
) -> Dataset:
    """Load pictures by name ("mnist", "fashion-mnist") or by path (a folder of IDX files, a folder of pictures).

    `size` N or (H, W) and `channels` 1 or 3 are what the pictures become, by the rules of convscope.pictures.decoding;
    without them they stay as they are (for folders see `folder`). `data_root` is where fashion-mnist is, and where a
    name that is not known is looked for as a folder. A known name wins over a folder of that name in the current
    directory: write ./mnist for that one.

    Raises InputError for data that is not there or cannot be used, EnvironmentFault where a known set is not installed.
    """
    text = os.fspath(source)
    known: dict[str, Callable[[], Dataset]] = {"mnist": mnist, "fashion-mnist": lambda: fashion_mnist(data_root)}
    name = text.lower().replace("_", "-")
    if name in known:
        return fitted(known[name](), size, channels)
    path = Path(os.path.expanduser(text))  # the functions of os.path take any text: what cannot be a path is not there
    if data_root is not None and not os.path.exists(path) and os.path.isdir(os.path.join(data_root, text)):
        path = Path(data_root) / text
    if os.path.isfile(path):
        expected = phrase("data.file.expected", names=" or ".join(NAMES))
        raise InputError("data.file", where=text, expected=expected, hint=_folder_hint(path))
    if not os.path.isdir(path):
        is_path = os.sep in text or text.startswith((".", "~"))
        raise InputError(
            "folder.missing" if is_path else "data.missing", where=text, hint=did_you_mean(text, list(NAMES))
        )
    if has_idx(path):
        return fitted(idx(path), size, channels)
    if misnamed := misnamed_idx(path):
        raise InputError(
            "idx.name", where=text, got=misnamed, expected=phrase("idx.name.expected"), hint=phrase("idx.name.try")
        )
    return folder(path, size=size, channels=channels)


def folder(
    path: str | Path, *, size: int | tuple[int, int] | None = None, channels: int | None = None, name: str | None = None
) -> Dataset:
    """Load a folder with one sub-folder a class, or train/ and test/ with those.

    Class names are the sub-folders' names in text order; test/ is matched by name and may lack classes. Pictures come
    class by class, by path in text order. `size` and `channels` as in convscope.data.reading.read.

    Raises InputError for fewer than 2 classes, a class without a readable picture, a class in test/ only, and pictures
    of differing sizes without `size`.
    """
    return read(survey(folder_source(path)), size=size, channels=channels, name=name)


def _folder_hint(file: Path) -> Phrase:
    """Return what to give in place of a file."""
    if has_idx(file.parent):
        return phrase("data.file.folder.try", folder=file.parent)
    return phrase("data.file.unpack.try" if file.suffix.lower() in ARCHIVES else "data.file.pictures.try")
