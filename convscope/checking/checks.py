"""The check itself: all parts on one data set, within a time."""

from __future__ import annotations

import os
import time

import numpy as np

from .. import data as sets
from ..data.dataset import Dataset
from ..errors import Phrase, phrase
from ..transfer.features import Progress
from .closer import MOST, Closer, look_closer
from .copies import find_copies
from .findings import of_classes, of_copies, of_files, of_pictures
from .packaged import shipped
from .picture_faults import pixel_faults, size_faults
from .report import Report

# CPU seconds: a byte of a picture for its digest and its faults, and a picture that is looked up among the others, in
# the slowest case that was measured (handwritten digits, docs/log.md).
BYTE_SECONDS, LOOK_UP_SECONDS = 3e-8, 5e-4


def check(
    data: Dataset | str | os.PathLike[str],
    *,
    seconds: float | None = None,
    closer: bool = False,
    data_root: str | os.PathLike[str] | None = None,
    cache: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Check labelled pictures: a Dataset, or what convscope.datasets.load takes.

    Everything is looked at as the network reads it. Within `seconds` (None: however long it takes) the parts that take
    longest are put off; the report says which. The sets that have a name are not looked at: their report ships with
    convscope. `closer` looks at every picture with the pretrained network lite0 too, which takes about three minutes of
    one CPU for 10,000 pictures the first time: copies that are cropped, mirrored or turned, labels that may be wrong
    (`Report.questions`), pictures unlike all others. Its features are kept in the `cache`, `progress` is told how many
    there are.

    Raises InputError where the data cannot be loaded.
    """
    dataset = data if isinstance(data, Dataset) else sets.load(data, data_root=data_root)
    return shipped(dataset) or look_at(dataset, seconds, closer, cache, progress)


def look_at(
    dataset: Dataset,
    seconds: float | None = None,
    closer: bool = False,
    cache: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Check a data set, whether or not a report of it ships."""
    began = time.perf_counter()
    n = sum(len(split) for split in dataset.splits.values())
    near = seconds is None or estimate_seconds(n, dataset.shape) <= seconds
    put_off: list[Phrase] = [] if near else [phrase("check.late.near")]
    copies = find_copies(dataset, near=near)
    looked: Closer | None = None
    if closer and n > MOST:
        put_off.append(phrase("check.late.closer", n=f"{n:,}", most=f"{MOST:,}"))
    elif closer and n:
        looked = look_closer(dataset, copies, cache=cache, progress=progress)
        copies = looked.copies
    findings = [*of_files(dataset), *of_copies(dataset, copies), *(looked.findings if looked else ())]
    if near or seconds is None or estimate_seconds(n, dataset.shape, near=False) <= seconds:
        parts = [{**pixel_faults(split.images), **size_faults(split)} for split in dataset.splits.values()]
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        findings += of_pictures(dataset, joined)
    else:
        put_off.append(phrase("check.late.pictures"))
    findings += of_classes(dataset)
    questions = looked.questions if looked else ()
    return Report(dataset.name, n, tuple(findings), copies, time.perf_counter() - began, tuple(put_off), questions)


def estimate_seconds(n: int, shape: tuple[int, int, int], near: bool = True) -> float:
    """Return how many seconds of one CPU a check of `n` pictures of `shape` (C, H, W) takes at most, or without looking
    for `near` copies. Reading the pictures is not counted.
    """
    channels, height, width = shape
    return n * (channels * height * width * BYTE_SECONDS + (LOOK_UP_SECONDS if near else 0))
