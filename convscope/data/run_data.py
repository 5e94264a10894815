"""The data of a run, found again: its pictures by their content, in the order in which the run began with them.

A file that was renamed or moved within its class and split is no change. What did change is said, and takes no part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import InputError, Phrase, phrase, printable
from ..runs.json_fields import Fields
from ..runs.manifest import ManifestRow, read_manifest
from ..runs.packed_rows import unpack_rows
from ..runs.records import DataSource
from ..runs.run_json import read_run_json
from . import load
from .credits import MNIST, Credit, credit_of
from .dataset import Dataset, PictureFile, Rows, Split
from .pixel_store import allocate
from .reading import Progress
from .relabelling import relabelled
from .sources import canonical

SHOWN = 3  # paths of a kind of change
COPIED = 256  # pictures at a time


@dataclass(frozen=True, slots=True)
class Changes:
    """What is not as it was when a run began: paths of files whose content is another, that are missing, that are new;
    or `other`, where pictures that are no files are not the same.
    """

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    other: bool = False

    @property
    def lost(self) -> bool:
        """Whether pictures that the run began with are not there any more."""
        return bool(self.changed or self.missing or self.other)

    def said(self) -> Phrase | None:
        """Return one line: how many of each kind, the first of them by name; None where nothing changed."""
        kinds = (("changes.changed", self.changed), ("changes.missing", self.missing), ("changes.new", self.new))
        parts = [_counted(key, paths) for key, paths in kinds if paths] + [phrase("run.data")] * self.other
        if not parts:
            return None
        said = parts[0]
        for part in parts[1:]:
            said = phrase("value.list", one=said, other=part)
        return said


@dataclass(frozen=True, eq=False, slots=True)
class RunData:
    """The data of a run: where it is from, its pictures as far as they are still there, and what has changed.

    `held_out` are the rows, int64, of the training pictures that the run validates by; None where it holds none out.
    """

    source: DataSource
    dataset: Dataset
    held_out: Rows | None
    changes: Changes


def load_run_data(
    run: Path, given: Dataset | None = None, *, cache: bool = True, progress: Progress | None = None
) -> RunData:
    """Load the data that the run in a directory began with, or compare the data `given` with it.

    Raises InputError where the run was trained on arrays and none are given, and as `data.load` does.
    """
    fields = Fields(read_run_json(run), str(run / "run.json"))
    source, classes = DataSource.from_json(fields.within("data")), fields.texts("classes")
    if source.name is None and given is None:
        raise InputError("run.arrays", where=str(run), hint=phrase("run.arrays.try"))
    channels, height, width = source.shape
    dataset = given or load(  # as the run began, whatever would be chosen now
        source.name or "",
        size=(height, width),
        channels=channels,
        data_root=source.data_root,
        label_from=source.label_from,
        group_by=source.group_by,
        known_classes=classes,
        white=source.white,
        cache=cache,
        progress=progress,
    )
    if source.changes is not None and dataset.changes is None:
        dataset = relabelled(dataset, source.changes, again=True)
    manifest = read_manifest(run)
    if manifest is not None and dataset.train.files is not None:
        return in_order_of(manifest, dataset, source)
    same = dataset.fingerprint == source.fingerprint
    held_out = held_out_rows(dataset, source.validation, source.held_out) if same else None
    return RunData(source, dataset, held_out, Changes(other=not same))


def credit_of_run(run: Path) -> Credit | None:
    """Return whom the pictures that a run was trained on are from, as far as run.json says; it may hold anything."""
    try:
        source = DataSource.from_json(Fields(read_run_json(run), str(run / "run.json")).within("data"))
    except InputError:
        return None
    by_name = MNIST if source.name is not None and canonical(source.name) == "mnist" else None  # of whatever size
    return by_name or credit_of(source.fingerprint)


def held_out_rows(dataset: Dataset, count: int, packed: str | None) -> Rows | None:
    """Return which training pictures validate a network that was trained with this data set, as its run or model file
    says: so many, and `packed`, which. None where the data has its own, or there are none. Raises InputError.
    """
    if dataset.validation is not None or not count:
        return None
    if packed is None:  # version 0.1 did not write which; it chose them by the seed 0
        return dataset.hold_out(count)[1]
    return unpack_rows(packed, len(dataset.train), "held_out")


def manifest_of(dataset: Dataset, held_out: Rows | None) -> tuple[ManifestRow, ...] | None:
    """Return the manifest of a data set: its training pictures, `held_out` rows among them, then its own validation and
    its test pictures, each split in its order, then what was left out. None where pictures have no files.
    """
    held = set() if held_out is None else set(held_out.tolist())
    rows: list[ManifestRow] = []
    for name, split in dataset.splits.items():
        if split.files is None:
            return None
        for row, (file, label) in enumerate(zip(split.files, split.labels.tolist(), strict=True)):
            part = "validation" if name == "train" and row in held else name
            rows.append(ManifestRow(file.path, file.digest, dataset.classes[label], part, file.group))
    return (*rows, *(ManifestRow(one.path, reason=str(one.reason)) for one in dataset.left_out))


def in_order_of(manifest: Sequence[ManifestRow], dataset: Dataset, source: DataSource) -> RunData:
    """Return the pictures of a data set that a manifest names, in its order; the same file is known by its content."""
    listed = [row for row in manifest if not row.reason]
    holds_out = dataset.validation is None
    split_of = {"train": "train", "validation": "train" if holds_out else "validation", "test": "test"}
    there = _Pictures(dataset)
    places = there.find([(row.sha256, row.label, split_of.get(row.split, ""), row.path) for row in listed])
    found = [(row, place) for row, place in zip(listed, places, strict=True) if place is not None]
    lost = [row.path for row, place in zip(listed, places, strict=True) if place is None]
    changed = tuple(path for path in lost if path in there.unused)
    missing = tuple(path for path in lost if path not in there.unused)
    new = tuple(sorted(there.unused - set(changed)))
    splits = {
        name: _taken(split, [(row, place) for row, (part, place) in found if part == name])
        for name, split in dataset.splits.items()
    }
    restored = replace(dataset, train=splits["train"], validation=splits.get("validation"), test=splits.get("test"))
    trained = [row.split for row, (part, _) in found if part == "train"]
    held_out = np.flatnonzero(np.array([split == "validation" for split in trained], bool))
    return RunData(source, restored, held_out if len(held_out) else None, Changes(changed, missing, new))


class _Pictures:
    """The pictures of a data set by content, class and split; `unused` are the paths that were not found yet."""

    def __init__(self, dataset: Dataset) -> None:
        self._rows: dict[tuple[str, str, str], dict[str, int]] = {}
        self.unused: set[str] = set()
        for name, split in dataset.splits.items():
            for row, (file, label) in enumerate(zip(split.files or (), split.labels.tolist(), strict=True)):
                key = (file.digest, dataset.classes[label], name)
                self._rows.setdefault(key, {})[file.path] = row
                self.unused.add(file.path)

    def find(self, wanted: Sequence[tuple[str, str, str, str]]) -> list[tuple[str, int] | None]:
        """Return split and row of each picture, by content, class, split and path; None where it is not there.

        Of several of the same content each is found once, first those whose path is the same too.
        """
        places: list[tuple[str, int] | None] = [None] * len(wanted)
        for same_path in (True, False):
            for i, (digest, label, split, path) in enumerate(wanted):
                alike = self._rows.get((digest, label, split))
                if places[i] is None and alike and (path in alike or not same_path):
                    found, row = (path, alike.pop(path)) if path in alike else alike.popitem()
                    self.unused.discard(found)
                    places[i] = (split, row)
        return places


def _taken(split: Split, chosen: Sequence[tuple[ManifestRow, int]]) -> Split:
    """Return the chosen pictures of a split, in order, each in the group that the manifest says."""
    assert split.files is not None
    rows = np.array([row for _, row in chosen], np.int64)
    files = tuple(_in_group(split.files[row], wanted.group) for wanted, row in chosen)
    if np.array_equal(rows, np.arange(len(split))):
        return Split(split.images, split.labels, files)
    images = allocate((len(rows), *split.shape))
    for i in range(0, len(rows), COPIED):
        images[i : i + COPIED] = split.images[rows[i : i + COPIED]]
    return Split(images, split.labels[rows], files)


def _in_group(file: PictureFile, group: str) -> PictureFile:
    return file if file.group == group else replace(file, group=group)


def _counted(key: str, paths: tuple[str, ...]) -> Phrase:
    first = ", ".join(printable(path, 60) for path in paths[:SHOWN]) + (" …" if len(paths) > SHOWN else "")
    return phrase(key, n=f"{len(paths):,}", first=first)
