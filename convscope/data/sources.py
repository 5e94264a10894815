"""Where data is: by name, or at a path, be it a folder, an archive, a table or arrays; and what it is understood as."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..errors import InputError, Phrase, UsageError, did_you_mean, phrase
from .class_folders import ARCHIVES
from .dataset import Dataset, Split
from .disk_tree import folder_source
from .folder_layout import survey, survey_table
from .idx_files import has_idx, idx, idx_folder, misnamed_idx
from .labelled import listed
from .listing import Listing
from .named_datasets import fashion_mnist, mnist
from .npz_arrays import npz
from .table_labels import TABLES
from .zip_tree import zip_source

FILES = (*TABLES, ".npz", ".zip")  # files that are data, by their endings
NAMES = ("mnist", "fashion-mnist")


def find_data(
    source: str | os.PathLike[str],
    *,
    data_root: str | os.PathLike[str] | None = None,
    label_from: str | None = None,
    group_by: str | None = None,
    known_classes: Sequence[str] | None = None,
) -> Listing | Dataset:
    """Return what a source is understood as, before any picture file is decoded: a Listing of files, or a Dataset where
    the pictures are arrays. The arguments, and what is raised, are those of `load`.
    """
    known = None if known_classes is None else tuple(known_classes)
    option = "--label-from" if label_from is not None else "--group-by" if group_by is not None else ""
    named: dict[str, Callable[[], Dataset]] = {"mnist": mnist, "fashion-mnist": lambda: fashion_mnist(data_root)}
    if (name := canonical(source)) in named:
        return _of_known(_whole(named[name], option, name), known)
    path = _path(source, data_root)
    ending = path.suffix.lower() if os.path.isfile(path) else ""  # a folder may be called pets.zip
    if ending in TABLES:
        return _table(path, known, label_from, group_by)
    if ending == ".npz":
        return _of_known(_whole(lambda: npz(path), option, str(path)), known)
    if ending == ".zip":
        return survey(zip_source(path), known, label_from=label_from, group_by=group_by)
    if (folder := idx_folder(path)) is not None:
        return _of_known(_whole(lambda: _idx(path, folder), option, str(path)), known)
    if misnamed := misnamed_idx(path):
        expected = phrase("idx.name.expected")
        raise InputError("idx.name", where=str(path), got=misnamed, expected=expected, hint=phrase("idx.name.try"))
    return survey(folder_source(path), known, label_from=label_from, group_by=group_by)


def _table(path: Path, known: tuple[str, ...] | None, label_from: str | None, group_by: str | None) -> Listing:
    """Return the pictures that a table labels. Raises UsageError where labels are asked for in another way too."""
    if label_from is not None:
        raise UsageError("pattern.table", where=str(path), hint=str(path.parent))
    source = replace(folder_source(path.parent), name=path.stem)
    return survey_table(source, path.name, known, group_by=group_by)


def _idx(path: Path, folder: Path) -> Dataset:
    """Return the IDX files of `folder`, which is `path` or lies in it; then that is said."""
    if folder == path:
        return idx(path)
    note = phrase("note.wrapped", folder=f"{folder.relative_to(path).as_posix()}/")
    return replace(idx(folder, name=path.resolve().name), notes=(note,))


def _whole(arrays: Callable[[], Dataset], option: str, where: str) -> Dataset:
    """Return pictures that have no files. Raises UsageError where an option asks something of their paths."""
    if option:
        raise UsageError("pattern.arrays", where=where, option=option)
    return arrays()


def canonical(source: str | os.PathLike[str]) -> str:
    """Return a source's text as names of known data are written: Fashion_MNIST is fashion-mnist."""
    return os.fspath(source).lower().replace("_", "-")


def require_source(source: str | os.PathLike[str], data_root: str | os.PathLike[str] | None = None) -> None:
    """Raise InputError where nothing is at a source that could be data; nothing is read yet."""
    if canonical(source) not in NAMES:
        _path(source, data_root)


def _path(source: str | os.PathLike[str], data_root: str | os.PathLike[str] | None) -> Path:
    """Return the path of a source that is no known name. Raises InputError where there is none, or nothing usable."""
    text = os.fspath(source)
    path = Path(os.path.expanduser(text))  # the functions of os.path take any text: what cannot be a path is not there
    if data_root is not None and not os.path.exists(path) and os.path.exists(os.path.join(data_root, text)):
        path = Path(data_root) / text
    if os.path.isfile(path) and path.suffix.lower() not in FILES:
        expected = phrase("data.file.expected", endings=", ".join(FILES), names=" or ".join(NAMES))
        raise InputError("data.file", where=text, expected=expected, hint=_folder_hint(path))
    if not os.path.exists(path):
        key = "folder.missing" if os.path.dirname(text) or text.startswith((".", "~")) else "data.missing"
        raise InputError(key, where=text, hint=did_you_mean(text, list(NAMES)))
    return path


def _folder_hint(file: Path) -> Phrase:
    """Return what to give in place of a file."""
    if has_idx(file.parent):
        return phrase("data.file.folder.try", folder=file.parent)
    return phrase("data.file.unpack.try" if file.suffix.lower() in ARCHIVES else "data.file.pictures.try")


def _of_known(data: Dataset, known: tuple[str, ...] | None) -> Dataset:
    """Return data whose labels count into the `known` classes, matched by name.

    Raises InputError for pictures of a class that is not known.
    """
    if known is None or data.classes == known:
        return data
    numbers = {name: number for number, name in enumerate(known)}
    unknown = {
        name
        for split in data.splits.values()
        for k in np.unique(split.labels)
        if (name := data.classes[k]) not in numbers
    }
    if unknown:
        hint = phrase("folder.class.unknown.try")
        names = listed(sorted(unknown))
        raise InputError("folder.class.model", names=names, where=data.name, expected=listed(known), hint=hint)
    table = np.array([numbers.get(name, -1) for name in data.classes], dtype=np.int64)

    def matched(split: Split | None) -> Split | None:
        return split and replace(split, labels=table[split.labels])

    return replace(
        data,
        classes=known,
        train=replace(data.train, labels=table[data.train.labels]),
        test=matched(data.test),
        validation=matched(data.validation),
    )
