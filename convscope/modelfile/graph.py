"""From a network to ONNX operators, as plain values: what a model file's graph must be, for the writer and the reader.

Opset 17. Every node's output bears the node's name; inputs and outputs of the file are `pictures`, `logits` and
`probabilities`. The preprocessing is part of the graph: Cast, Sub, Div, and for a plan that begins with crop a Slice.
"""

from __future__ import annotations

import math
import struct
from typing import NamedTuple

from ..formula import layers as f
from ..formula.network import Add, Network, Node
from ..pictures.input_spec import InputSpec

FLOAT, UINT8, INT64 = 1, 2, 7  # TensorProto.DataType

Attributes = dict[str, "int | float | tuple[int, ...]"]


class Operator(NamedTuple):
    """One ONNX node. Its name is that of its one output."""

    kind: str
    inputs: tuple[str, ...]
    output: str
    attributes: Attributes = {}  # noqa: RUF012 - never changed


class Tensor(NamedTuple):
    """What an initialiser must be: `data` None for learned numbers, else the very bytes, little-endian."""

    type: int
    shape: tuple[int, ...]
    data: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes that its numbers take."""
        return math.prod(self.shape) * (8 if self.type == INT64 else 4)


class Value(NamedTuple):
    """An input or output of the graph: "N" stands for any number of pictures."""

    name: str
    type: int
    shape: tuple[str, int] | tuple[str, int, int, int]


def ends(network: Network) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Return the graph's inputs and outputs."""
    scores = ("N", network.classes)
    pictures = Value("pictures", UINT8, ("N", *network.input))
    return (pictures,), (Value("logits", FLOAT, scores), Value("probabilities", FLOAT, scores))


def tensors(network: Network, spec: InputSpec) -> dict[str, Tensor]:
    """Return the initialisers in order: the constants of the preprocessing, then the weights."""
    channels, height, width = spec.shape
    made = {
        "pictures.mean": Tensor(FLOAT, (channels, 1, 1), struct.pack(f"<{channels}f", *spec.mean)),
        "pictures.std": Tensor(FLOAT, (channels, 1, 1), struct.pack(f"<{channels}f", *spec.std)),
    }
    first = network.nodes[0]
    if isinstance(first.layer, f.Crop):
        h, w = f.pair(first.layer.size)
        top, left = (height - h) // 2, (width - w) // 2
        for name, two in (("starts", (top, left)), ("ends", (top + h, left + w)), ("axes", (2, 3))):
            made[f"{first.name}.{name}"] = Tensor(INT64, (2,), struct.pack("<2q", *two))
    return made | {name: Tensor(FLOAT, shape) for name, shape in weight_shapes(network).items()}


def weight_shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """Return the shape of every learned tensor and running statistic, "<node>.<weight>", in order."""
    return {f"{node.name}.{name}": shape for node in network.nodes for name, shape in node.weights + node.buffers}


def operators(network: Network) -> list[Operator]:
    """Return the graph's operators in the order they are computed."""
    made = [
        Operator("Cast", ("pictures",), "pictures.float", {"to": FLOAT}),
        Operator("Sub", ("pictures.float", "pictures.mean"), "pictures.centred"),
        Operator("Div", ("pictures.centred", "pictures.std"), "pictures.scaled"),
    ]
    names = ["pictures.scaled", *(node.name for node in network.nodes)]
    for node in network.nodes:
        kind, attributes, extra = _operator(node, network)
        reads = [names[i + 1] for i in (node.source, node.other) if i is not None]
        made.append(Operator(kind, (*reads, *(f"{node.name}.{name}" for name in extra)), node.name, attributes))
    last = network.nodes[-1]
    end = (
        Operator("Identity", (last.name,), "logits")
        if last.flat
        else Operator("Flatten", (last.name,), "logits", {"axis": 1})
    )
    return [*made, end, Operator("Softmax", ("logits",), "probabilities", {"axis": 1})]


def _operator(node: Node, network: Network) -> tuple[str, Attributes, tuple[str, ...]]:
    """Return the operator's kind, its attributes and the names of the tensors that it reads."""
    layer, weights = node.layer, tuple(name for name, _ in node.weights + node.buffers)
    window: Attributes = {}
    if node.window is not None:
        w = node.window
        window = {"kernel_shape": w.kernel, "strides": w.stride, "pads": w.pad + w.pad}
    match layer:
        case f.Conv():
            assert node.window is not None
            return "Conv", window | {"dilations": node.window.dilation, "group": layer.groups}, weights
        case f.MaxPool():
            return "MaxPool", window, ()
        case f.AvgPool():
            return "AveragePool", window | {"count_include_pad": 1}, ()
        case f.GlobalAvgPool():
            return "GlobalAveragePool", {}, ()
        case f.ReLU():
            return "Relu", {}, ()
        case f.LeakyReLU():
            return "LeakyRelu", {"alpha": _float32(layer.slope)}, ()
        case f.PReLU():
            return "PRelu", {}, weights
        case f.Sigmoid():
            return "Sigmoid", {}, ()
        case f.Tanh():
            return "Tanh", {}, ()
        case f.BatchNorm():
            return "BatchNormalization", {"epsilon": _float32(1e-5)}, weights
        case f.Dropout():
            return "Identity", {}, ()
        case f.Flatten():
            return "Flatten", {"axis": 1}, ()
        case f.FC():
            return "Gemm", {"transB": 1}, weights
        case f.Crop():
            return "Slice", {}, ("starts", "ends", "axes")
        case Add():
            return "Add", {}, ()
    raise TypeError(f"no ONNX operator for {layer}")


def _float32(value: float) -> float:
    """Return the float32 nearest to `value`, which is what a file holds of it."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])
