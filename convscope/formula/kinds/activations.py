"""Activations: one number in, one out, no matter where it stands."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from ...errors import phrase
from ..geometry import Shape
from ..onnx_operators import Operator, Piece, float32, scalar
from .arguments import Below, Flag, Number
from .base import Elementwise, Tensors, as_maps, operator

LARGEST_FLOAT = 3.4028234663852886e38  # of float32: the end of a clip that has none


@dataclass(frozen=True, slots=True)
class Activation(Elementwise):
    """An activation without learned numbers."""

    activation = True

    @abstractmethod
    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece: ...


@dataclass(frozen=True, slots=True)
class ReLU(Activation):
    """max(0, x)."""

    name = "relu"
    homogeneous = True
    zero_below = True

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("Relu", name, inputs)


@dataclass(frozen=True, slots=True)
class ReLU6(Activation):
    """min(max(0, x), 6)."""

    name = "relu6"
    zero_below = True

    @property
    def ends(self) -> tuple[float, ...]:
        return (6.0,)

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        clip = operator("Clip", name, inputs, "least", "most")
        return Piece(clip.operators, {f"{name}.least": scalar(0.0), f"{name}.most": scalar(6.0)})


@dataclass(frozen=True, slots=True)
class Clip(Activation):
    """min(max(low, x), high): held between two numbers."""

    name = "clip"
    arguments: ClassVar = {
        "low": Number("clip(-1, 1)", most=LARGEST_FLOAT, least=-LARGEST_FLOAT),
        "high": Number("clip(-1, 1)", most=LARGEST_FLOAT, least=-LARGEST_FLOAT),
    }
    relations = (Below("low", "high"),)

    low: float = -1.0
    high: float = 1.0

    @property
    def ends(self) -> tuple[float, ...]:
        return (self.low, self.high)

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"low": self.low, "high": self.high}

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        clip = operator("Clip", name, inputs, "least", "most")
        return Piece(clip.operators, {f"{name}.least": scalar(self.low), f"{name}.most": scalar(self.high)})


@dataclass(frozen=True, slots=True)
class Softplus(Activation):
    """ln(1 + exp(x)), a smooth max(0, x) (Dugas et al. 2001)."""

    name = "softplus"

    @property
    def ends(self) -> tuple[float, ...]:
        return (0.0,)

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("Softplus", name, inputs)


@dataclass(frozen=True, slots=True)
class LeakyReLU(Activation):
    """x where x > 0, else slope·x; slope from 0 to 1."""

    name = "leaky_relu"
    arguments: ClassVar = {"slope": Number("leaky_relu(0.01)", most=1.0)}
    homogeneous = True

    slope: float = 0.01

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"slope": self.slope}

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("LeakyRelu", name, inputs, alpha=float32(self.slope))


@dataclass(frozen=True, slots=True)
class PReLU(Elementwise):
    """Leaky ReLU whose slope is learned, one for the layer or, with `per_channel`, one a channel; 0.25 at first (He et
    al. 2015, "Delving deep"). After a flatten each number is a channel.
    """

    name = "prelu"
    arguments: ClassVar = {"per_channel": Flag()}
    activation = True
    homogeneous = True
    learned_per_layer = 1

    per_channel: bool = False

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"per_channel": self.per_channel}

    def weights(self, shape: Shape, output: Shape) -> Tensors:
        return (("weight", (shape[0], 1, 1) if self.per_channel else (1,)),)

    def parameters_how(self, shape: Shape, output: Shape) -> str:
        return f"1 × {shape[0]} = {shape[0]:,}" if self.per_channel else "1"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("PRelu", name, inputs, "weight")

    def onnx_of_rows(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return as_maps(self, name, inputs, shape) if self.per_channel else self.onnx(name, inputs, shape)


@dataclass(frozen=True, slots=True)
class ELU(Activation):
    """x where x > 0, else alpha·(exp(x) − 1) (Clevert et al. 2015)."""

    name = "elu"
    arguments: ClassVar = {"alpha": Number(phrase("alpha.try"), most=100.0)}

    alpha: float = 1.0

    @property
    def ends(self) -> tuple[float, ...]:
        return (-self.alpha,)

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"alpha": self.alpha}

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("Elu", name, inputs, alpha=float32(self.alpha))


@dataclass(frozen=True, slots=True)
class GELU(Activation):
    """x·Φ(x) = x·(1 + erf(x/√2))/2, the exact form (Hendrycks & Gimpel 2016)."""

    name = "gelu"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        (x,) = inputs
        scaled, erf, raised, product, root, one, half = (
            f"{name}.{part}" for part in ("scaled", "erf", "raised", "product", "root2", "one", "half")
        )
        operators = (  # opset 17 has no Gelu
            Operator("Div", (x, root), scaled),
            Operator("Erf", (scaled,), erf),
            Operator("Add", (erf, one), raised),
            Operator("Mul", (x, raised), product),
            Operator("Mul", (product, half), name),
        )
        return Piece(operators, {root: scalar(math.sqrt(2)), one: scalar(1.0), half: scalar(0.5)})


@dataclass(frozen=True, slots=True)
class GELUTanh(Activation):
    """x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2, which is gelu to 0.0005 (Hendrycks & Gimpel 2016)."""

    name = "gelu_tanh"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        (x,) = inputs
        square, cubic, bent, inner, scaled, tanh, raised, product = (
            f"{name}.{part}" for part in ("square", "cubic", "bent", "inner", "scaled", "tanh", "raised", "product")
        )
        share, root, one, half = (f"{name}.{part}" for part in ("share", "root", "one", "half"))
        operators = (  # opset 17 has no Gelu
            Operator("Mul", (x, x), square),
            Operator("Mul", (square, x), cubic),
            Operator("Mul", (cubic, share), bent),
            Operator("Add", (x, bent), inner),
            Operator("Mul", (inner, root), scaled),
            Operator("Tanh", (scaled,), tanh),
            Operator("Add", (tanh, one), raised),
            Operator("Mul", (x, raised), product),
            Operator("Mul", (product, half), name),
        )
        numbers = {share: 0.044715, root: math.sqrt(2 / math.pi), one: 1.0, half: 0.5}
        return Piece(operators, {constant: scalar(value) for constant, value in numbers.items()})


@dataclass(frozen=True, slots=True)
class SiLU(Activation):
    """x·sigmoid(x) = x / (1 + exp(−x)), also called swish."""

    name = "silu"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        (x,) = inputs
        gate = f"{name}.gate"
        return Piece((Operator("Sigmoid", (x,), gate), Operator("Mul", (x, gate), name)))


@dataclass(frozen=True, slots=True)
class HardSwish(Activation):
    """x·min(max(0, x + 3), 6)/6 (Howard et al. 2019)."""

    name = "hardswish"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("HardSwish", name, inputs)


@dataclass(frozen=True, slots=True)
class Sigmoid(Activation):
    """1 / (1 + exp(−x))."""

    name = "sigmoid"
    active_above = 0.5

    @property
    def ends(self) -> tuple[float, ...]:
        return (0.0, 1.0)

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("Sigmoid", name, inputs)


@dataclass(frozen=True, slots=True)
class HardSigmoid(Activation):
    """min(max(0, x + 3), 6)/6: straight between −3 and 3."""

    name = "hardsigmoid"
    active_above = 0.5

    @property
    def ends(self) -> tuple[float, ...]:
        return (0.0, 1.0)

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("HardSigmoid", name, inputs, alpha=float32(1 / 6))  # ONNX's own default is 0.2


@dataclass(frozen=True, slots=True)
class Tanh(Activation):
    """The hyperbolic tangent."""

    name = "tanh"

    @property
    def ends(self) -> tuple[float, ...]:
        return (-1.0, 1.0)

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("Tanh", name, inputs)
