"""What a page is given of a training: its log and its snapshots. Shapes as in records.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .encoding import Record

Pixels = NDArray[np.uint8]
Numbers = np.ndarray[Any, Any]
Confusion = tuple[tuple[int, ...], ...]  # true class by predicted class


@dataclass(frozen=True)
class LogPoint(Record):
    """A line of the training's log."""

    step: int
    loss: float


@dataclass(frozen=True, eq=False)
class Snapshot(Record):
    """The network at one step: kernels of its first convolution, and its maps (≤ 8, h, w) and scores (K) of the run's
    picture. `confusion`, `loss` and `accuracy` are over a few fixed pictures.
    """

    step: int
    tensors: Mapping[str, Numbers]
    maps: Mapping[str, Numbers]
    scores: Numbers
    confusion: Confusion
    loss: float
    accuracy: float


@dataclass(frozen=True, eq=False)
class Run(Record):
    """How the training went. `picture` (C, H, W) is what the snapshots' maps and scores are of."""

    log: tuple[LogPoint, ...]
    snapshots: tuple[Snapshot, ...]
    picture: Pixels | None
    confusion_on: str  # "held-out" or "training sample"; "" without snapshots
    label_smoothing: float  # share of each label that was spread over all classes, 0…1; 0 where none was
