"""From what was measured to findings: what is said of pictures, of copies, of classes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..errors import Phrase, phrase
from .copies import Copies
from .picture_faults import ENLARGED, LONG
from .report import FIRST, Finding

FEWEST = 20  # training pictures of a class below which a figure of it says little
SKEWED = 10  # times as many pictures in the largest class as in the smallest

Name = Callable[[int], str]


def of_files(dataset: Dataset) -> Iterator[Finding]:
    """Yield what to say of files that could not be read and of folders without pictures. What else was passed over is
    no fault.
    """
    bad = [file for file in dataset.left_out if not file.reason.key.startswith("passed.")]
    bad += [file for file in dataset.left_out if file.reason.key == "passed.format"]
    if bad:
        paths = tuple((f"{file.path}: {file.reason}",) for file in bad[:FIRST])
        yield Finding(phrase("check.unreadable", n=f"{len(bad):,}"), len(bad), paths, phrase("check.unreadable.try"))
    if hollow := [(file.path,) for file in dataset.left_out if file.reason.key == "passed.empty"]:
        yield _of_names(hollow, phrase("check.hollow", n=len(hollow)), phrase("check.hollow.try"))


def of_copies(dataset: Dataset, copies: Copies) -> Iterator[Finding]:
    """Yield what to say of leaks between splits, conflicting labels, and copies within a split."""
    name = namer(dataset)
    rows = np.arange(len(copies.exact))
    labels = np.concatenate([split.labels for split in dataset.splits.values()])
    split_of = np.repeat(np.arange(len(dataset.splits)), [len(split) for split in dataset.splits.values()])
    for earlier, later in combinations(dataset.splits, 2):
        yield from _leaks(copies, earlier, later, name)
    twins = _other_label(copies.alike, labels)
    if len(at := np.flatnonzero(twins >= 0)):
        later_ones = at[at > twins[at]]  # each pair once
        what = phrase("check.conflict", n=f"{len(at):,}")
        yield Finding(what, len(at), _pairs(later_ones, twins, name), phrase("check.conflict.try"))
    exact, alike = (_first_within(groups, split_of) for groups in (copies.exact, copies.alike))
    if n := len(same := rows[exact != rows]):
        what = phrase("check.copies", n=f"{n:,}")
        yield Finding(what, n, _pairs(same, exact, name), phrase("check.copies.try"))
    if n := len(near := rows[(alike != rows) & (exact == rows)]):
        what = phrase("check.near", n=f"{n:,}")
        yield Finding(what, n, _pairs(near, alike, name), phrase("check.near.try"))


def of_pictures(dataset: Dataset, faults: dict[str, NDArray[np.bool_]]) -> Iterator[Finding]:
    """Yield what to say of pictures that show little; `faults` are rows (N,) of all splits."""
    name = namer(dataset)
    _, height, width = dataset.shape
    for fault, rows in faults.items():
        found = np.flatnonzero(rows)
        if not len(found):
            continue
        n = f"{len(found):,}"
        what, fix = {
            "flat": (phrase("check.flat", n=n), phrase("check.flat.try")),
            "dark": (phrase("check.dark", n=n), phrase("check.dark.try")),
            "light": (phrase("check.light", n=n), phrase("check.light.try")),
            "blurred": (phrase("check.blurred", n=n, size=f"{height}x{width}"), phrase("check.blurred.try")),
            "tiny": (phrase("check.tiny", n=n, times=ENLARGED), phrase("check.tiny.try")),
            "long": (phrase("check.long", n=n, times=LONG), phrase("check.long.try")),
        }[fault]
        yield Finding(what, len(found), tuple((name(row),) for row in found[:FIRST].tolist()), fix)


def of_classes(dataset: Dataset) -> Iterator[Finding]:
    """Yield what to say of classes that are one by another spelling, empty, small or out of proportion."""
    counts = np.bincount(dataset.train.labels, minlength=len(dataset.classes))
    spelled: dict[str, list[str]] = {}
    for name in dataset.classes:
        spelled.setdefault(_plain(name), []).append(name)
    if alike := [tuple(names) for names in spelled.values() if len(names) > 1]:
        yield _of_names(alike, phrase("check.case", n=len(alike)), phrase("check.case.try"))
    if empty := [(dataset.classes[k],) for k in np.flatnonzero(counts == 0)]:
        yield _of_names(empty, phrase("check.empty", n=len(empty)), phrase("check.empty.try"))
    if small := [(f"{dataset.classes[k]}: {counts[k]}",) for k in np.flatnonzero((counts > 0) & (counts < FEWEST))]:
        yield _of_names(small, phrase("check.small", n=len(small), least=FEWEST), phrase("check.small.try"))
    there = counts[counts > 0]
    if len(there) and there.max() > SKEWED * there.min():
        most, least = int(counts.argmax()), int(np.where(counts > 0, counts, counts.max() + 1).argmin())
        ratio = f"{counts[most] / counts[least]:.0f}"
        examples = tuple((f"{dataset.classes[k]}: {counts[k]:,}",) for k in (most, least))
        yield Finding(phrase("check.skewed", ratio=ratio), 2, examples, phrase("check.skewed.try"))


def namer(dataset: Dataset) -> Name:
    """Return what names a row of all splits: its path, or the split and its number where pictures have no files."""
    firsts: list[tuple[int, str]] = []
    first = 0
    for split, part in dataset.splits.items():
        firsts.append((first, split))
        first += len(part)

    def name(row: int) -> str:
        start, split = next(one for one in reversed(firsts) if one[0] <= row)
        files = dataset.splits[split].files
        return files[row - start].path if files is not None else f"{split}[{row - start}]"

    return name


def _leaks(copies: Copies, earlier: str, later: str, name: Name) -> Iterator[Finding]:
    """Yield what to say of pictures of the later split that are copies, or of groups, of the earlier one."""
    known, mine = copies.part(earlier), copies.part(later)
    said = np.zeros(mine.stop - mine.start, dtype=bool)
    for groups, key in ((copies.alike, "leak"), (copies.groups, "group")):
        leaking = np.isin(groups[mine], groups[known]) & ~said
        said |= leaking
        if not (n := int(leaking.sum())):
            continue
        order = np.argsort(groups[known], kind="stable")
        found = np.flatnonzero(leaking)[:FIRST]
        at = order[np.searchsorted(groups[known], groups[mine][found], sorter=order)] + known.start
        paths = tuple((name(int(row)), name(int(twin))) for row, twin in zip(found + mine.start, at, strict=True))
        words = {"n": f"{n:,}", "all": f"{len(said):,}", "later": later, "earlier": earlier}
        if key == "leak":
            yield Finding(phrase("check.leak", **words), n, paths, phrase("check.leak.try", later=later))
        else:
            yield Finding(phrase("check.group", **words), n, paths, phrase("check.group.try"))


def _pairs(rows: NDArray[np.int64], firsts: NDArray[np.int64], name: Name) -> tuple[tuple[str, ...], ...]:
    return tuple((name(row), name(int(firsts[row]))) for row in rows[:FIRST].tolist())


def _first_within(groups: NDArray[np.int64], split_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each row the first row of its group and split."""
    _, first, which = np.unique(
        groups * (split_of.max(initial=0) + 1) + split_of, return_index=True, return_inverse=True
    )
    return first[which]


def _other_label(groups: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each row a row of its group that has another label; −1 where there is none."""
    order = np.lexsort((labels, groups))
    g, y = groups[order], labels[order]
    starts = np.flatnonzero(np.diff(g, prepend=-1))
    sizes = np.diff(np.r_[starts, len(g)])
    low, high = np.repeat(order[starts], sizes), np.repeat(order[starts + sizes - 1], sizes)
    twin = np.where(y != labels[low], low, np.where(y != labels[high], high, -1))
    twins = np.empty(len(groups), dtype=np.int64)
    twins[order] = twin
    return twins


def _plain(name: str) -> str:
    """Return a class name without what people vary by mistake: case, form of letters, spaces, - and _."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c not in " -_") or folded


def _of_names(examples: Iterable[tuple[str, ...]], what: Phrase, fix: Phrase) -> Finding:
    listed = tuple(examples)
    return Finding(what, len(listed), listed[:FIRST], fix)
