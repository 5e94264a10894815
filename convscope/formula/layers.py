"""The layers of the formula as frozen values that check themselves.

A size (kernel, stride, pad, dilation, crop) is one whole number for both directions or (rows, columns);
(3, 3) and 3 are the same value. `pair` gives both numbers.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Literal, TypeAlias

from ..errors import PlanError
from .plan import Plan

Size: TypeAlias = int | tuple[int, int]
LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Layer(Plan):
    """One layer. Its text is its name in the formula with the options that differ from their defaults."""

    def __str__(self) -> str:
        words: list[str] = []
        for i, field in enumerate(fields(self)):
            value = getattr(self, field.name)
            if field.default is MISSING:
                words.append(_text(value))
            elif value != self._default(field.name, field.default):
                words.append(_text(value) if i == 0 else f"{field.name}={_text(value)}")
        return NAMES[type(self)] + (f"({', '.join(words)})" if words else "")

    def _default(self, name: str, default: object) -> object:
        return default


@dataclass(frozen=True, slots=True)
class Conv(Layer):
    """Convolution (cross-correlation, as torch's Conv2d) to `channels` maps; "same" pads (K_eff − 1)/2 on both sides.

    K_eff = dilation·(kernel − 1) + 1. `groups` splits the channels into that many independent convolutions.
    """

    channels: int
    kernel: Size
    stride: Size = 1
    pad: Size | Literal["same"] = 0
    dilation: Size = 1
    groups: int = 1
    bias: bool = True

    def __post_init__(self) -> None:
        _whole(self, "channels", 1, "one for each filter")
        _size(self, "kernel", 1, "kernel=3 looks at 3×3 pixels")
        _size(self, "stride", 1, "stride=1 keeps every position, stride=2 every other")
        _size(self, "dilation", 1, "dilation=1 takes neighbouring pixels, dilation=2 every other")
        _whole(self, "groups", 1, "groups=1 joins every channel to every filter")
        if not isinstance(self.bias, bool):
            raise PlanError("bias must be True or False", got=self.bias, argument="bias")
        if self.channels % self.groups:
            raise PlanError(
                "groups must divide the channels",
                got=f"{self.groups} groups, {self.channels} channels",
                argument="groups",
            )
        if self.pad != "same":
            _size(self, "pad", 0, 'pad=0 adds nothing, pad="same" keeps the size at stride 1')
        elif any(d * (k - 1) % 2 for k, d in zip(pair(self.kernel), pair(self.dilation), strict=True)):
            raise PlanError(
                'pad="same" needs an odd effective kernel',
                got=f"kernel {_text(self.kernel)}, dilation {_text(self.dilation)}",
                hint="an odd kernel, or a pad of your own",
                argument="pad",
            )


@dataclass(frozen=True, slots=True)
class _Pool(Layer):
    kernel: Size
    stride: Size | None = None  # None: the kernel's own size
    pad: Size = 0

    def __post_init__(self) -> None:
        _size(self, "kernel", 1, "maxpool(2) takes one of 2×2")
        if self.stride is None:
            object.__setattr__(self, "stride", self.kernel)
        _size(self, "stride", 1, "leave it out to step by the kernel's size")
        _size(self, "pad", 0, "pad=0 adds nothing")
        if any(2 * p > k for p, k in zip(pair(self.pad), pair(self.kernel), strict=True)):
            raise PlanError(
                "pooling pads by half the kernel at most",
                got=f"pad {_text(self.pad)}, kernel {_text(self.kernel)}",
                hint="a larger pad would make windows of padding alone",
                argument="pad",
            )

    def _default(self, name: str, default: object) -> object:
        return self.kernel if name == "stride" else default


@dataclass(frozen=True, slots=True)
class MaxPool(_Pool):
    """The largest value of each window; the stride is the kernel's size unless given. Padding never wins."""


@dataclass(frozen=True, slots=True)
class AvgPool(_Pool):
    """The mean of each window; zeros of the padding count, as torch counts them."""


@dataclass(frozen=True, slots=True)
class GlobalAvgPool(Layer):
    """The mean of each whole map (Lin et al. 2013, section 3.2)."""


@dataclass(frozen=True, slots=True)
class ReLU(Layer):
    """max(0, x)."""


@dataclass(frozen=True, slots=True)
class LeakyReLU(Layer):
    """x where x > 0, else slope·x; slope from 0 to 1."""

    slope: float = 0.01

    def __post_init__(self) -> None:
        _fraction(self, "slope", 1.0, "leaky_relu(0.01)")


@dataclass(frozen=True, slots=True)
class PReLU(Layer):
    """Leaky ReLU whose slope is learned, one for the layer, 0.25 at first (He et al. 2015, "Delving deep")."""


@dataclass(frozen=True, slots=True)
class Sigmoid(Layer):
    """1 / (1 + exp(−x))."""


@dataclass(frozen=True, slots=True)
class Tanh(Layer):
    """The hyperbolic tangent."""


@dataclass(frozen=True, slots=True)
class BatchNorm(Layer):
    """Each channel to mean 0, variance 1 over the batch, then scaled and shifted by learned numbers (Ioffe & Szegedy
    2015).
    """


@dataclass(frozen=True, slots=True)
class Dropout(Layer):
    """While training, sets each number to 0 with probability p and scales the rest by 1/(1 − p)."""

    p: float = 0.5

    def __post_init__(self) -> None:
        _fraction(self, "p", 0.999, "dropout(0.5)")


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """C×H×W maps as one row of numbers, channel by channel, row by row."""


@dataclass(frozen=True, slots=True)
class FC(Layer):
    """Fully connected: every input to each of `units`; None for one unit per class."""

    units: int | None = None

    def __post_init__(self) -> None:
        if self.units is not None:
            _whole(self, "units", 1, "fc alone gives one output per class")


@dataclass(frozen=True, slots=True)
class Crop(Layer):
    """The picture's middle `size`; while training, a random place for each picture. Only as the first layer."""

    size: Size

    def __post_init__(self) -> None:
        _size(self, "size", 1, "crop(24)")


LAYERS: dict[str, type[Layer]] = {
    "conv": Conv,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "prelu": PReLU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "maxpool": MaxPool,
    "avgpool": AvgPool,
    "gap": GlobalAvgPool,
    "bn": BatchNorm,
    "dropout": Dropout,
    "flatten": Flatten,
    "fc": FC,
    "crop": Crop,
}
NAMES = {layer: name for name, layer in LAYERS.items()}


def pair(size: Size) -> tuple[int, int]:
    """Return (rows, columns) of a size."""
    return size if isinstance(size, tuple) else (size, size)


def _text(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(layer: Layer, name: str, least: int, hint: str) -> None:
    value = getattr(layer, name)
    if not _is_whole(value) or value < least:
        raise PlanError(f"{name} must be a whole number of {least} or more", got=value, hint=hint, argument=name)
    if value > LARGEST:
        raise PlanError(f"{name} is too large", got=value, expected=f"at most {LARGEST:,}", argument=name)


def _size(layer: Layer, name: str, least: int, hint: str) -> None:
    """Check a size and store it in its one form: a whole number where both directions are equal."""
    value = getattr(layer, name)
    both = value if isinstance(value, tuple) else (value, value)
    if len(both) != 2 or not all(_is_whole(v) and v >= least for v in both):
        raise PlanError(
            f"{name} must be a whole number of {least} or more" + (", or two" if isinstance(value, tuple) else ""),
            got=value,
            hint=hint,
            argument=name,
        )
    if max(both) > LARGEST:
        raise PlanError(f"{name} is too large", got=value, expected=f"at most {LARGEST:,}", argument=name)
    object.__setattr__(layer, name, both[0] if both[0] == both[1] else both)


def _fraction(layer: Layer, name: str, most: float, hint: str) -> None:
    value = getattr(layer, name)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= most:
        raise PlanError(f"{name} must be a number from 0 to {most:g}", got=value, hint=hint, argument=name)
    object.__setattr__(layer, name, float(value))
