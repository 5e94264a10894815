"""8 bits: where the graph of a quantised model file rounds, and which numbers it rounds by.

QuantizeLinear and DequantizeLinear stand in pairs where a value is rounded to one of 256 levels; weights stand in the
file as bytes with a scale for each filter, biases as 32-bit numbers. A runtime makes integer sums of both. Where the
pairs stand follows from the plain operators alone, so a reader knows what graph to expect.

Bytes of weights have a sign, "int8", and 7 bits, since on processors without instructions for bytes sums of two larger
ones overflow; or none, "uint8", and 8 bits, which are summed exactly everywhere and more slowly (docs/why.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ..formula.onnx_operators import FLOAT, INT8, INT32, UINT8, Operator, Tensor

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

WEIGHTED = ("Conv", "Gemm")  # their second input are weights, one filter a row, their third a bias
CARRIED = ("Flatten", "Identity", "MaxPool", "Reshape")  # what they make are numbers that they read: the same levels
CUT = ("Clip", "Relu")  # runtimes make it part of the rounding after it
ROUNDED = (*WEIGHTED, *CARRIED, *CUT, "Add", "AveragePool", "Concat", "GlobalAveragePool", "Mul", "Sigmoid")
LEVELS = 255  # of a value, from its lowest to its highest
MOST_BIAS = 2**30  # in steps: runtimes add it to products in 32 bits, and a sum beyond them changes its sign


class Bytes(NamedTuple):
    """How weights are bytes: their type, the byte that stands for 0, the most that another one is away from it."""

    type: int
    zero: int
    most: int


KINDS = {"int8": Bytes(INT8, 0, 64), "uint8": Bytes(UINT8, 128, 127)}


class Rounding(NamedTuple):
    """What 8 bits round by: the lowest and highest number of each value (`Layout.own`), and how weights are bytes."""

    ranges: Mapping[str, tuple[float, float]]
    kind: str = "int8"


@dataclass(frozen=True, slots=True)
class Layout:
    """What is rounded: each value with the name of the value whose levels it has; each weight, and each bias with the
    value and the weight that its layer multiplies.
    """

    values: Mapping[str, str]
    weights: tuple[str, ...]
    biases: Mapping[str, tuple[str, str]]

    @property
    def whole(self) -> tuple[str, ...]:
        """The weights and biases that are whole numbers times a scale."""
        return (*self.weights, *self.biases)

    @property
    def own(self) -> tuple[str, ...]:
        """The values that have levels of their own, in order."""
        return tuple(dict.fromkeys(self.values.values()))


def layout(operators: Sequence[Operator], first: str, last: str, learned: Collection[str]) -> Layout:
    """Return what is rounded of plain operators: of those after the one that makes `first`, before the value `last`.
    `learned` are the weights; a convolution by constants stays as it is.
    """
    names = [operator.output for operator in operators]
    inner = operators[names.index(first) + 1 : names.index(last) + 1]
    made = {first, *(operator.output for operator in inner)}
    makers = {operator.output: operator for operator in inner}
    counts = Counter(name for operator in operators for name in set(operator.inputs))
    exact = {op.output for op in inner if _reads_bytes(op, made, learned)}
    read = {name for op in inner if op.output in exact for name in op.inputs if name in made}
    values: dict[str, str] = {}
    for name in (first, *(operator.output for operator in inner[:-1])):
        maker = makers.get(name)
        cut = counts[name] == 1 and any(op.kind in CUT and name in op.inputs for op in inner)
        if (name not in read and name not in exact) or (cut and maker is not None and maker.kind not in CARRIED):
            continue
        carried = maker is not None and maker.kind in CARRIED and maker.inputs[0] in values
        values[name] = values[maker.inputs[0]] if carried and maker is not None else name
    weighted = [op for op in inner if op.kind in WEIGHTED and op.output in exact]
    biases = {op.inputs[2]: (values[op.inputs[0]], op.inputs[1]) for op in weighted if len(op.inputs) > 2}
    return Layout(values, tuple(op.inputs[1] for op in weighted), biases)


def kind_of(names: Collection[str]) -> str:
    """Return how the weights are bytes in a file whose initialisers have these names; "" where none is."""
    return next((kind for kind in KINDS if any(name.endswith(f".{kind}") for name in names)), "")


def woven(operators: Sequence[Operator], layout: Layout, kind: str) -> list[Operator]:
    """Return the operators with every value of the layout rounded, and its weights, bytes of a `kind`, and biases made
    of whole numbers.
    """
    made = [_dequantised(name, kind, (f"{name}.zero_point",)) for name in layout.weights]
    made += [_dequantised(name, "int32", ()) for name in layout.biases]
    for operator in operators:
        inputs = tuple(f"{name}.dequantised" if name in layout.values else name for name in operator.inputs)
        made.append(operator._replace(inputs=inputs))
        name = operator.output
        if name in layout.values:
            levels = tuple(f"{layout.values[name]}.{part}" for part in ("scale", "zero_point"))
            made.append(Operator("QuantizeLinear", (name, *levels), f"{name}.quantised"))
            made.append(Operator("DequantizeLinear", (f"{name}.quantised", *levels), f"{name}.dequantised"))
    return made


def tensors(layout: Layout, shapes: Mapping[str, tuple[int, ...]], kind: str) -> dict[str, Tensor]:
    """Return the initialisers that the pairs read, in order; `shapes` are those of the weights."""
    found: dict[str, Tensor] = {}
    for name in layout.own:
        found |= {f"{name}.scale": Tensor(FLOAT, ()), f"{name}.zero_point": Tensor(UINT8, ())}
    for name in layout.weights:
        filters, form = shapes[name][0], KINDS[kind]
        found[f"{name}.{kind}"] = Tensor(form.type, shapes[name])
        found[f"{name}.scale"] = Tensor(FLOAT, (filters,))
        found[f"{name}.zero_point"] = Tensor(form.type, (filters,), bytes([form.zero] * filters))
    for name in layout.biases:
        found |= {f"{name}.int32": Tensor(INT32, shapes[name]), f"{name}.scale": Tensor(FLOAT, shapes[name])}
    return found


def encoded(layout: Layout, weights: Mapping[str, Floats], rounding: Rounding) -> dict[str, bytes]:
    """Return the numbers of `tensors` that are not fixed, little-endian, from float weights.

    A value's levels reach from its lowest number to its highest, 0 among them: scale = (high − low)/255. A filter's
    scale is its largest weight / 64, or 127 without a sign; a bias counts in steps of value's scale · filter's scale,
    as integer sums do.
    """
    import numpy as np

    ranges, kind = rounding
    found: dict[str, bytes] = {}
    scales: dict[str, Floats] = {}
    for name in layout.own:
        low, high = min(0.0, ranges[name][0]), max(0.0, ranges[name][1])
        scales[name] = np.array((high - low) / LEVELS or 1.0, np.float32)
        zero = np.clip(np.rint(-low / scales[name]), 0, LEVELS).astype(np.uint8)
        found |= {f"{name}.scale": scales[name].astype("<f4").tobytes(), f"{name}.zero_point": zero.tobytes()}
    biased = {weight: (bias, value) for bias, (value, weight) in layout.biases.items()}
    for name in layout.weights:
        rows = weights[name].reshape(len(weights[name]), -1)
        scale = np.abs(rows).max(1) / np.float32(KINDS[kind].most)
        if name in biased:
            bias, value = biased[name]
            scale = np.maximum(scale, np.abs(weights[bias]) / (scales[value] * np.float32(MOST_BIAS)))
        scale = np.where(scale > 0, scale, np.float32(1)).astype("<f4")
        scales[name] = scale
        whole = np.rint(rows / scale[:, None]).astype(np.int32) + KINDS[kind].zero
        found[f"{name}.{kind}"] = whole.astype(np.uint8).tobytes()  # a negative number as its two's complement
        found[f"{name}.scale"] = scale.tobytes()
    for name, (value, weight) in layout.biases.items():
        scale = (scales[value] * scales[weight]).astype("<f4")
        found |= {f"{name}.int32": np.rint(weights[name] / scale).astype("<i4").tobytes()}
        found |= {f"{name}.scale": scale.tobytes()}
    return found


def decoded(name: str, layout: Layout, data: Mapping[str, memoryview], kind: str) -> Floats:
    """Return a rounded weight or bias as float32, in one row: whole numbers times the scale of their filter."""
    import numpy as np

    if name in layout.biases:
        whole = np.frombuffer(data[f"{name}.int32"], "<i4")
    else:
        whole = np.frombuffer(data[f"{name}.{kind}"], kind).astype(np.int32) - KINDS[kind].zero
    scale = np.frombuffer(data[f"{name}.scale"], "<f4")
    rounded: Floats = (whole.reshape(len(scale), -1) * scale[:, None]).astype(np.float32).reshape(-1)
    return rounded


def unscaled(layout: Layout, data: Mapping[str, memoryview]) -> str | None:
    """Return the name of the first scale that is not above 0, or of a bias that does not count in the steps of its
    layer's sums, or of one that those sums of 32 bits may not hold; None where all fit.
    """
    import numpy as np

    scales = {name: np.frombuffer(data[f"{name}.scale"], "<f4") for name in (*layout.own, *layout.weights)}
    for name, scale in scales.items():
        if not (np.isfinite(scale).all() and (scale > 0).all()):
            return f"{name}.scale"
    for name, (value, weight) in layout.biases.items():
        steps = (scales[value] * scales[weight]).astype("<f4")
        if not np.array_equal(np.frombuffer(data[f"{name}.scale"], "<f4"), steps):
            return f"{name}.scale"
        whole = np.frombuffer(data[f"{name}.int32"], "<i4").astype(np.float64)
        if (np.abs(whole) > MOST_BIAS * 1.001).any():  # a scale in float32 is a little off
            return f"{name}.int32"
    return None


def _reads_bytes(operator: Operator, made: set[str], learned: Collection[str]) -> bool:
    """Whether an operator reads rounded values, and learned weights or the limits and sizes of its kind besides."""
    if operator.kind in WEIGHTED:
        return all(name in learned for name in operator.inputs[1:])
    others = operator.inputs[1:] if operator.kind not in ("Clip", "Reshape") else ()
    return operator.kind in ROUNDED and all(name in made for name in others)


def _dequantised(name: str, kind: str, zero_point: tuple[str, ...]) -> Operator:
    return Operator("DequantizeLinear", (f"{name}.{kind}", f"{name}.scale", *zero_point), name, {"axis": 0})
