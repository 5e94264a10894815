"""What some data was understood as, in a handful of lines whatever the data: classes, splits, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import Phrase, Said, phrase, printable
from .dataset import Dataset
from .labelled import listed
from .listing import SPLITS, LeftOut, Listing

FEW = 12  # classes that are named one by one
WIDTH = 100  # characters that these may take
REASONS = 3  # of those why files were left out, the commonest


@dataclass(frozen=True)
class _Part:
    """A split: how many pictures it has of each class, and the first and last of their paths, if they have any."""

    counts: NDArray[np.int64]
    first: str = ""
    last: str = ""

    @property
    def place(self) -> str:
        """The folder that all are in, with "/" at its end; "" for the source itself."""
        same = 0
        for a, b in zip(self.first, self.last, strict=False):
            if a != b:
                break
            same += 1
        return self.first[:same].rpartition("/")[0] + "/" if "/" in self.first[:same] else ""


def understood(data: Listing | Dataset) -> tuple[Phrase, ...]:
    """Return what data was understood as, a line each: classes with their counts; where validation and test pictures
    come from, and which classes they lack; classes too small to hold anything out; what was left out, by reason; notes.
    """
    parts = _parts(data)
    lines = [_classes(data.classes, parts["train"])] if "train" in parts else []
    for split in SPLITS[1:]:
        if split in parts:
            lines.append(_split(split, data.classes, parts[split]))
    if "train" in parts:
        if "test" not in parts:
            lines.append(phrase("understood.test.none"))
        if single := [name for name, n in zip(data.classes, parts["train"].counts, strict=True) if n == 1]:
            lines.append(phrase("understood.single", names=listed(single)))
    return (*lines, *data.notes, *([_left_out(data.left_out, parts)] if data.left_out else ()))


def _parts(data: Listing | Dataset) -> dict[str, _Part]:
    """Return the splits that have pictures."""
    k = len(data.classes)
    if isinstance(data, Listing):
        rows = {split: [(entry.label, entry.path) for entry in data.of(split)] for split in SPLITS}
        found = {name: ([label for label, _ in some], [path for _, path in some]) for name, some in rows.items()}
    else:
        found = {name: (split.labels.tolist(), list(split.paths or ())) for name, split in data.splits.items()}
    return {
        name: _Part(np.bincount(labels, minlength=k), min(paths, default=""), max(paths, default=""))
        for name, (labels, paths) in found.items()
        if labels
    }


def _classes(names: Sequence[str], part: _Part) -> Phrase:
    """Return the classes with their counts, the largest first: all of a few, of many the largest and the smallest."""
    order = sorted(range(len(names)), key=lambda k: (-part.counts[k], k))
    counted = [f"{printable(names[k], 40)} ({part.counts[k]:,})" for k in order]
    n, counts = f"{len(names):,}", ", ".join(counted)
    if len(names) <= FEW and len(counts) <= WIDTH:
        line = phrase("understood.classes", n=n, counts=counts)
    else:
        total = f"{part.counts.sum():,}"
        line = phrase("understood.classes.many", n=n, total=total, largest=counted[0], smallest=counted[-1])
    return phrase("understood.place", what=line, place=part.place) if part.place else line


def _split(split: str, names: Sequence[str], part: _Part) -> Phrase:
    """Return where the pictures of a split come from, how many they are, and which classes they lack."""
    n = f"{part.counts.sum():,}"
    line = phrase("understood.split", split=split, n=n)
    if part.place:
        line = phrase("understood.split.place", split=split, place=part.place, n=n)
    lacking = [name for name, count in zip(names, part.counts, strict=True) if not count]
    return phrase("understood.lacking", what=line, names=listed(lacking)) if lacking else line


def _left_out(files: Sequence[LeftOut], parts: dict[str, _Part]) -> Phrase:
    """Return how many files were left out, of how many, and why: the commonest reasons, each with the first of its
    files.
    """
    alike: dict[str, list[LeftOut]] = {}
    for file in files:
        alike.setdefault(_plain(file.reason).key, []).append(file)
    commonest = sorted(alike.values(), key=len, reverse=True)
    most = REASONS + (sum(map(len, commonest[REASONS:])) == 1)  # one file more is named in no more room than counted
    reasons: list[Said] = [
        phrase("understood.reason", n=f"{len(some):,}", what=_plain(some[0].reason), first=some[0].path)
        for some in commonest[:most]
    ]
    if more := sum(map(len, commonest[most:])):
        reasons.append(phrase("understood.reason.other", n=f"{more:,}"))
    said = reasons[0]
    for reason in reasons[1:]:
        said = phrase("value.list", one=said, other=reason)
    total = len(files) + sum(int(part.counts.sum()) for part in parts.values())
    return phrase("understood.left.out", n=f"{len(files):,}", total=f"{total:,}", reasons=said)


def _plain(reason: Phrase) -> Phrase:
    """Return what is wrong without what was got and expected, which differ from file to file."""
    what = reason.words.get("what")
    return what if isinstance(what, Phrase) else reason
