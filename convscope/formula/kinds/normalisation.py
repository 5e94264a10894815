"""Normalisation and dropout: what acts on the batch while training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from ...errors import phrase
from ..geometry import Shape
from ..onnx_operators import Piece, attributes, float32, shortest
from .arguments import Number
from .base import Elementwise, Tensors, operator


@dataclass(frozen=True, slots=True)
class BatchNorm(Elementwise):
    """Each channel to mean 0, variance 1 over the batch, then scaled and shifted by learned numbers (Ioffe & Szegedy
    2015). `eps` is added to the variance; momentum 0.1; after a flatten each number is a channel.
    """

    name = "bn"
    arguments: ClassVar = {"eps": Number(phrase("eps.try"), most=1.0)}
    learned_per_channel = 2

    eps: float = 1e-5

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"eps": self.eps}

    def weights(self, shape: Shape, output: Shape) -> Tensors:
        return ("weight", (shape[0],)), ("bias", (shape[0],))

    def buffers(self, shape: Shape) -> Tensors:
        return ("running_mean", (shape[0],)), ("running_var", (shape[0],))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        weights = ("weight", "bias", "running_mean", "running_var")
        return operator("BatchNormalization", name, inputs, *weights, epsilon=float32(self.eps))

    @classmethod
    def read_onnx(cls, piece: Piece, shape: Shape) -> Self | None:
        epsilon: Any = attributes(piece.operators[0])["epsilon"]
        return cls(shortest(epsilon))


@dataclass(frozen=True, slots=True)
class Dropout(Elementwise):
    """While training, sets each number to 0 with probability p and scales the rest by 1/(1 − p)."""

    name = "dropout"
    arguments: ClassVar = {"p": Number("dropout(0.5)", most=0.999)}
    homogeneous = True

    p: float = 0.5

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"p": self.p}

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("Identity", name, inputs)

    @classmethod
    def read_onnx(cls, piece: Piece, shape: Shape) -> Self | None:
        return cls(0.0)  # a graph to predict with does not keep p
