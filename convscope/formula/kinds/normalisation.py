"""Normalisation and scaling, learned or not, and dropout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...errors import phrase
from ..geometry import Pair, Patch, Shape, Source
from ..onnx_operators import Operator, Piece, float32
from ..receptive_field import ReceptiveField
from .arguments import Flag, Number, Odd, Whole
from .base import Elementwise, Given, Layer, Sizes, Tensors, as_maps, operator


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


@dataclass(frozen=True, slots=True)
class Scale(Elementwise):
    """Each channel times a learned number, plus another one where there is a bias; after a flatten each number is a
    channel.
    """

    name = "scale"
    arguments: ClassVar = {"bias": Flag()}
    learned_per_channel = 2

    bias: bool = True

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"bias": self.bias}

    def weights(self, shape: Shape, output: Shape) -> Tensors:
        weight = ("weight", (shape[0], 1, 1))
        return (weight, ("bias", (shape[0], 1, 1))) if self.bias else (weight,)

    def parameters_how(self, shape: Shape, output: Shape) -> str:
        each = 1 + self.bias
        return f"{each} × {shape[0]} = {each * shape[0]:,}"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        scaled = f"{name}.scaled" if self.bias else name
        times = Operator("Mul", (*inputs, f"{name}.weight"), scaled)
        return Piece((times, Operator("Add", (scaled, f"{name}.bias"), name)) if self.bias else (times,))

    def onnx_of_rows(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return as_maps(self, name, inputs, shape)


@dataclass(frozen=True, slots=True)
class LRN(Layer):
    """Local response normalisation (Krizhevsky et al. 2012, section 3.3): x / (k + alpha/size · Σ x²)^beta, the sum
    over the `size` channels around the number's own at its place; `size` is odd, channels that are not there count 0.
    """

    name = "lrn"
    example = "lrn(5)"
    arguments: ClassVar = {
        "size": Whole("lrn(5)"),
        "alpha": Number("lrn(5, alpha=0.0001)", most=1e6),
        "beta": Number("lrn(5, beta=0.75)", most=100.0),
        "k": Number("lrn(5, k=1)", most=1e6, least=1e-3),
    }
    relations = (Odd("size", "size"),)
    takes = "maps"
    reads = "channels"

    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"around": self.size, "alpha": self.alpha, "beta": self.beta, "k": self.k}

    def sizes(self, given: Given) -> Sizes:
        return Sizes(given.shape, given.flat)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return before[0]

    def read_by(self, patch: Patch, source: Source) -> Patch:
        channels, reach = patch.channels, self.size // 2
        return patch._replace(
            channels=range(max(0, channels.start - reach), min(source.shape[0], channels.stop + reach))
        )

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        numbers = {"alpha": float32(self.alpha), "beta": float32(self.beta), "bias": float32(self.k)}
        return operator("LRN", name, inputs, **numbers, size=self.size)


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
