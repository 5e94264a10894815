"""One step of a network that convscope did not build: what both ways in, ONNX and torch, are brought to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..formula import Layer

Array = np.ndarray[Any, Any]

PICTURE = -1  # as a source: what the network is given


@dataclass(frozen=True, eq=False)
class Step:
    """One layer or function at work. `sources`: the steps it reads, −1 the pictures. `layer`: what it is in the
    formula, if it is; `tensors` are its weights then, under the formula's names.

    `output` (N, …) as the runtime computed it. `parameters`: the learned numbers that no step before it has counted.
    `rounded`: the steps to whose multiples the runtime rounds it, and the layer does not; 0 where it rounds nothing.
    """

    name: str
    label: str
    sources: tuple[int, ...]
    output: Array = field(repr=False)
    layer: Layer | None = None
    tensors: Mapping[str, Array] = field(default_factory=dict, repr=False)
    parameters: int = 0
    rounded: float = 0.0
