"""From a network to ONNX operators, as plain values: what a model file's graph must be, for the writer and the reader.

Opset 17. Every node's output bears the node's name; inputs and outputs of the file are `pictures`, `logits` and
`probabilities`. The preprocessing is part of the graph: Cast, Sub, Div, and for a plan that begins with crop a Slice.
So is the calibration: `probabilities` are the softmax of `logits` divided by the temperature, where there is one. And
so is the rejection, where there is one: `outsider` is how foreign a picture is.
Weights kept in half precision are called "<node>.<weight>.half", and a Cast makes "<node>.<weight>" of them. In a
quantised file values are rounded to 8 bits, and weights and biases made of whole numbers (`quantised.py`).
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from typing import NamedTuple

from ..formula import Network
from ..formula.onnx_operators import FLOAT, HALF, UINT8, Operator, Piece, Tensor
from ..pictures.input_spec import InputSpec
from ..rejection import Rejection
from ..rejection import operators as rejecting
from . import quantised as rounding


class Value(NamedTuple):
    """An input or output of the graph: "N" stands for any number of pictures."""

    name: str
    type: int
    shape: tuple[str] | tuple[str, int] | tuple[str, int, int, int]


def ends(network: Network, rejects: bool = False) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Return the graph's inputs and outputs."""
    scores = ("N", network.classes)
    pictures = Value("pictures", UINT8, ("N", *network.input))
    outputs = (Value("logits", FLOAT, scores), Value("probabilities", FLOAT, scores))
    return (pictures,), (*outputs, Value("outsider", FLOAT, ("N",))) if rejects else outputs


def values(network: Network) -> tuple[Value, ...]:
    """Return what the graph computes on the way, with its shape: the scaled picture and every node's output. Viewers of
    ONNX files show it.
    """
    scaled = Value("pictures.scaled", FLOAT, ("N", *network.input))
    outputs = (Value(n.name, FLOAT, ("N", n.output[0]) if n.flat else ("N", *n.output)) for n in network.nodes)
    return (scaled, *outputs)


def tensors(
    network: Network,
    spec: InputSpec,
    temperature: float | None = None,
    half: Collection[str] = (),
    rejection: Rejection | None = None,
    quantised: str = "",
) -> dict[str, Tensor]:
    """Return the initialisers in order: the constants of the preprocessing and of the layers, the temperature, those
    of the rejection, then the weights, those in `half` in half precision.
    """
    channels = spec.shape[0]
    all_tensors = {
        "pictures.mean": Tensor(FLOAT, (channels, 1, 1), struct.pack(f"<{channels}f", *spec.mean)),
        "pictures.std": Tensor(FLOAT, (channels, 1, 1), struct.pack(f"<{channels}f", *spec.std)),
    }
    for piece in _pieces(network):
        all_tensors |= piece.tensors
    if temperature is not None:
        all_tensors["logits.temperature"] = Tensor(FLOAT, (), struct.pack("<f", temperature))
    if rejection is not None:
        all_tensors |= rejecting.piece(network, rejection).tensors
    rounded = layout(network) if quantised else None
    for name, shape in weight_shapes(network).items():
        if rounded is None or name not in rounded.whole:
            all_tensors[stored(name, half)] = Tensor(HALF if name in half else FLOAT, shape)
    return all_tensors | (rounding.tensors(rounded, weight_shapes(network), quantised) if rounded else {})


def stored(name: str, half: Collection[str]) -> str:
    """Return what the initialiser of a weight is called, where those in `half` are kept in half precision."""
    return f"{name}.half" if name in half else name


def halves(network: Network, found: Collection[str]) -> tuple[str, ...]:
    """Return the weights, in order, that a file keeps in half precision whose initialisers are called `found`."""
    return tuple(name for name in weight_shapes(network) if f"{name}.half" in found)


def weight_shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """Return the shape of every learned tensor and running statistic, "<node>.<weight>", in order."""
    return {f"{node.name}.{name}": shape for node in network.nodes for name, shape in node.weights + node.buffers}


def layout(network: Network) -> rounding.Layout:
    """Return what a quantised file of a network rounds."""
    plain = operators(network)
    return rounding.layout(plain, "pictures.scaled", network.nodes[-1].name, weight_shapes(network))


def operators(
    network: Network,
    calibrated: bool = False,
    half: Collection[str] = (),
    rejection: Rejection | None = None,
    quantised: str = "",
) -> list[Operator]:
    """Return the graph's operators in the order they are computed."""
    all_operators = [
        *(Operator("Cast", (f"{name}.half",), name, {"to": FLOAT}) for name in weight_shapes(network) if name in half),
        Operator("Cast", ("pictures",), "pictures.float", {"to": FLOAT}),
        Operator("Sub", ("pictures.float", "pictures.mean"), "pictures.centred"),
        Operator("Div", ("pictures.centred", "pictures.std"), "pictures.scaled"),
    ]
    for piece in _pieces(network):
        all_operators += piece.operators
    last = network.nodes[-1]
    end = (
        Operator("Identity", (last.name,), "logits")
        if last.flat
        else Operator("Flatten", (last.name,), "logits", {"axis": 1})
    )
    all_operators.append(end)
    if calibrated:
        all_operators.append(Operator("Div", ("logits", "logits.temperature"), "logits.calibrated"))
    scores = "logits.calibrated" if calibrated else "logits"
    all_operators.append(Operator("Softmax", (scores,), "probabilities", {"axis": 1}))
    all_operators += list(rejecting.piece(network, rejection).operators) if rejection else []
    return rounding.woven(all_operators, layout(network), quantised) if quantised else all_operators


def _pieces(network: Network) -> list[Piece]:
    """Return each node's operators and constants."""
    names = ["pictures.scaled", *(node.name for node in network.nodes)]
    return [
        (node.layer.onnx_of_rows if node.flat else node.layer.onnx)(
            node.name, tuple(names[source + 1] for source in node.sources), node.input
        )
        for node in network.nodes
    ]
