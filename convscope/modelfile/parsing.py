"""A model file's bytes as plain values: what stands in it, before it is compared with what should."""

from __future__ import annotations

from typing import NamedTuple

from ..formula.onnx_operators import Attributes, Operator
from .graph import Value
from .protobuf import MalformedError, message, part, parts, real, text, whole, wholes

# How often a field may occur in a message: more than the largest plan needs, 512 layers of at most six operators.
# A concatenation reads as many values as a plan has layers at most; other operators a handful.
NODES, DIMENSIONS, ENTRIES, VALUES, INPUTS = 5_000, 8, 16, 16, 512


class Model(NamedTuple):
    """The outermost message (onnx.proto, ModelProto)."""

    ir: int
    opsets: dict[str, int]
    metadata: dict[str, str]
    graph: memoryview


class Initializer(NamedTuple):
    """A tensor of the file; `data` is a slice of its bytes."""

    type: int
    shape: tuple[int, ...]
    data: memoryview


class Graph(NamedTuple):
    """GraphProto: operators, tensors, inputs, outputs, and the shapes of what is computed on the way."""

    operators: list[Operator]
    tensors: dict[str, Initializer]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    values: tuple[Value, ...] = ()


def parse_model(data: bytes | memoryview) -> Model:
    """Parse all but the graph; raises MalformedError."""
    fields = message(memoryview(data), "ModelProto", known=f"1 2 7 8*{ENTRIES} 14*{ENTRIES}")
    opsets = [message(entry, "OperatorSetIdProto", known="1 2") for entry in parts(fields, 8)]
    records = [message(entry, "StringStringEntryProto", known="1 2") for entry in parts(fields, 14)]
    metadata = {text(part(record, 1)): text(part(record, 2)) for record in records}
    if len(metadata) != len(records):
        raise MalformedError("model.form.key")
    versions = {text(part(opset, 1)): whole(opset, 2) for opset in opsets}
    return Model(whole(fields, 1), versions, metadata, part(fields, 7))


def parse_graph(data: memoryview) -> Graph:
    """Parse a graph; raises MalformedError. Nothing is copied."""
    fields = message(data, "GraphProto", known=f"1*{NODES} 2 5*{NODES} 11*{ENTRIES} 12*{ENTRIES} 13*{NODES}")
    named = [_tensor(entry) for entry in parts(fields, 5)]
    tensors = dict(named)
    if len(tensors) != len(named):
        raise MalformedError("model.form.tensor")
    operators = [_operator(entry) for entry in parts(fields, 1)]
    inputs, outputs, values = (tuple(_value(entry) for entry in parts(fields, number)) for number in (11, 12, 13))
    return Graph(operators, tensors, inputs, outputs, values)


def _tensor(data: memoryview) -> tuple[str, Initializer]:
    fields = message(data, "TensorProto", known=f"1*{DIMENSIONS} 2 8 9 13*{ENTRIES} 14")
    name = text(part(fields, 8))
    if 13 in fields or 14 in fields:
        raise MalformedError("model.form.external")
    return name, Initializer(whole(fields, 2), wholes(fields, 1, DIMENSIONS), part(fields, 9))


def _operator(data: memoryview) -> Operator:
    fields = message(data, "NodeProto", known=f"1*{INPUTS} 2*{VALUES} 3 4 5*{VALUES}")
    inputs, outputs = (tuple(text(entry) for entry in parts(fields, number)) for number in (1, 2))
    attributes = [_attribute(entry) for entry in parts(fields, 5)]
    named_alike = 3 not in fields or (text(part(fields, 3)),) == outputs  # two of one name are refused by runtimes
    if len(outputs) != 1 or not named_alike or len({name for name, _ in attributes}) != len(attributes):
        raise MalformedError("model.form.operator")
    return Operator(text(part(fields, 4)), inputs, outputs[0], dict(attributes))


def _attribute(data: memoryview) -> tuple[str, int | float | tuple[int, ...]]:
    fields = message(data, "AttributeProto", known=f"1 2 3 8*{DIMENSIONS} 20")
    name, kind = text(part(fields, 1)), whole(fields, 20)
    value: Attributes = {}
    if kind == 1:
        value = {"": real(fields, 2)}
    elif kind == 2:
        value = {"": whole(fields, 3)}
    elif kind == 7:
        value = {"": wholes(fields, 8, DIMENSIONS)}
    held = {1: {2}, 2: {3}, 7: {8} & fields.keys()}.get(kind)  # a list without members is not written
    if not value or fields.keys() & {2, 3, 8} != held:
        raise MalformedError("model.form.attribute")
    return name, value[""]


def _value(data: memoryview) -> Value:
    fields = message(data, "ValueInfoProto", known="1 2")
    kind = message(part(fields, 2), "TypeProto", known="1")
    tensor = message(part(kind, 1), "TypeProto.Tensor", known="1 2")
    sizes = message(part(tensor, 2), "TensorShapeProto", known=f"1*{DIMENSIONS}")
    shape: list[int | str] = []
    for entry in parts(sizes, 1):
        size = message(entry, "TensorShapeProto.Dimension", known="1 2")
        shape.append(text(part(size, 2)) if 2 in size else whole(size, 1))
    return Value(text(part(fields, 1)), whole(tensor, 1), tuple(shape))  # type: ignore[arg-type]
