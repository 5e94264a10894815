"""Softmax and its logarithm within a network: the numbers of each place as shares of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..geometry import Shape
from ..onnx_operators import Piece
from .base import operator
from .columns import Columnwise


@dataclass(frozen=True, slots=True)
class SoftmaxLike(Columnwise):
    """A layer that sets each number in proportion to those of the other channels at its place, or of its row."""

    operator: ClassVar[str]

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator(self.operator, name, inputs, axis=1)


@dataclass(frozen=True, slots=True)
class Softmax(SoftmaxLike):
    """eˣ over the sum of eˣ: of the channels at each place, or of a row of numbers. Within a network only: at its end
    the loss takes scores.
    """

    name = "softmax"
    operator = "Softmax"


@dataclass(frozen=True, slots=True)
class LogSoftmax(SoftmaxLike):
    """The logarithm of softmax: x − ln Σ eˣ. Within a network only."""

    name = "log_softmax"
    operator = "LogSoftmax"
