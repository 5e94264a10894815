"""Label changes applied to a data set: its pictures stay as they are, some have another label or take no part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..errors import InputError, Phrase, UsageError, did_you_mean, phrase, printable
from ..runs.label_changes import LabelChange, LabelChanges
from .dataset import Dataset, Labels, Split
from .listing import LeftOut

SHOWN = 3  # paths of those that could not be changed


def relabelled(dataset: Dataset, changes: LabelChanges, *, again: bool = False) -> Dataset:
    """Return the data set with the changes applied, which its notes say: how many, and which could not be, because the
    picture is not there, is another one, or has another label than the change is from.

    Raises UsageError for pictures that are no files, InputError for a class that the data does not have, and where none
    of the changes fits the data; that not where a run's data is loaded `again`, which says itself what has changed.
    """
    if any(split.files is None for split in dataset.splits.values()):
        raise UsageError("changes.arrays", where=dataset.name)
    for row in changes.rows:
        if not again and row.after and row.after not in dataset.classes:
            hint = did_you_mean(row.after, list(dataset.classes))
            raise InputError("changes.class", where=row.path, got=row.after, hint=hint)
    wanted = {row.path: row for row in changes.rows}
    missing, other = set(wanted), list[str]()
    splits: dict[str, Split] = {}
    out: list[LeftOut] = []
    changed = 0
    for name, split in dataset.splits.items():
        labels, kept = split.labels.copy(), np.ones(len(split), bool)
        for at, change, fits in _found(dataset, split, wanted):
            missing.discard(change.path)
            if not fits:
                other.append(change.path)
            elif change.after:
                labels[at] = dataset.classes.index(change.after)
                changed += 1
            else:
                kept[at] = False
                out.append(LeftOut(change.path, phrase("passed.changes")))
        made = replace(split, labels=labels)
        splits[name] = made if kept.all() else made.take(np.flatnonzero(kept))
    if changes.rows and not changed and not out and not again:
        got = f"{len(changes.rows):,}"
        raise InputError("changes.none", where=dataset.name, got=got, hint=phrase("changes.none.try"))
    return replace(
        dataset,
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits.get("test"),
        left_out=(*dataset.left_out, *out),
        notes=(*dataset.notes, *_notes(changed, len(out), sorted(missing), other)),
        changes=changes,
    )


def labels_before(dataset: Dataset, split: Split) -> Labels | None:
    """Return the labels that the folder gives the pictures of a split of the data set; None where none was changed."""
    if dataset.changes is None or split.files is None:
        return None
    by_file = {(row.path, row.sha256): row for row in dataset.changes.rows if row.after}
    labels = split.labels.copy()
    for at, file in enumerate(split.files):
        change = by_file.get((file.path, file.digest)) or by_file.get((file.path, ""))
        if change is not None and change.before in dataset.classes and dataset.classes[labels[at]] == change.after:
            labels[at] = dataset.classes.index(change.before)
    return labels if (labels != split.labels).any() else None


def _found(dataset: Dataset, split: Split, wanted: dict[str, LabelChange]) -> Iterator[tuple[int, LabelChange, bool]]:
    """Yield row and change of every picture of a split that is wanted, and whether the change is of this picture."""
    for row, (file, label) in enumerate(zip(split.files or (), split.labels.tolist(), strict=True)):
        change = wanted.get(file.path)
        if change is not None:
            same = change.sha256.lower() in ("", file.digest) and change.before in ("", dataset.classes[label])
            yield row, change, same


def _notes(changed: int, out: int, missing: list[str], other: list[str]) -> Iterator[Phrase]:
    yield phrase("changes.said", n=f"{changed:,}", out=f"{out:,}")
    if missing:
        yield phrase("note.changes.missing", n=f"{len(missing):,}", first=_first(missing))
    if other:
        yield phrase("note.changes.other", n=f"{len(other):,}", first=_first(other))


def _first(paths: list[str]) -> str:
    return ", ".join(printable(path, 60) for path in paths[:SHOWN]) + (" …" if len(paths) > SHOWN else "")
