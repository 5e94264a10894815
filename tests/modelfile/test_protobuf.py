"""Our reader of the wire against onnx's own parser."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.formula import Network
from convscope.modelfile import serialise
from convscope.modelfile.parsing import parse_graph, parse_model
from convscope.modelfile.protobuf import MAX_FIELDS, Fixed32, MalformedError, message, parts, real, whole, wholes
from convscope.pictures.input_spec import InputSpec
from tests.reference import random_weights
from tests.strategies import networks


@given(networks())
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@pytest.mark.medium
def test_everything_is_read_as_onnx_reads_it(network: Network) -> None:
    weights = random_weights(network, 1)
    data = serialise(network, InputSpec(network.input), weights, [str(k) for k in range(network.classes)], {"a": 1})
    model, theirs = parse_model(data), onnx.load_from_string(data)
    assert (model.ir, model.opsets) == (theirs.ir_version, {o.domain: o.version for o in theirs.opset_import})
    assert list(model.metadata.items()) == [(p.key, p.value) for p in theirs.metadata_props]
    graph = parse_graph(model.graph)
    for ours, node in zip(graph.operators, theirs.graph.node, strict=True):
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        attributes = {k: tuple(v) if isinstance(v, list) else v for k, v in attributes.items()}
        assert tuple(ours) == (node.op_type, tuple(node.input), node.output[0], attributes)
    for (name, tensor), proto in zip(graph.tensors.items(), theirs.graph.initializer, strict=True):
        array = onnx.numpy_helper.to_array(proto)
        assert (name, tensor.type, tensor.shape) == (proto.name, proto.data_type, tuple(proto.dims))
        assert bytes(tensor.data) == array.tobytes()
        if name in weights:
            np.testing.assert_array_equal(array, weights[name])
    for values, protos in ((graph.inputs, theirs.graph.input), (graph.outputs, theirs.graph.output)):
        for value, proto in zip(values, protos, strict=True):
            tensor_type = proto.type.tensor_type
            shape = tuple(d.dim_param or d.dim_value for d in tensor_type.shape.dim)
            assert value == (proto.name, tensor_type.elem_type, shape)


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
@pytest.mark.medium
def test_numbers_packed_or_not(values: list[int]) -> None:
    tensor = onnx.TensorProto(dims=values)
    loose = message(memoryview(tensor.SerializeToString()), "a tensor", known="1*")
    assert wholes(loose, 1) == tuple(values)
    tensor = onnx.TensorProto(int64_data=values)  # this one is packed
    assert wholes(message(memoryview(tensor.SerializeToString()), "a tensor", known="7*"), 7) == tuple(values)


def test_numbers_that_are_packed_are_counted_too() -> None:
    fields = message(memoryview(b"\x0a\x03\x01\x02\x03"), "it", known="1*2")
    assert wholes(fields, 1, 3) == (1, 2, 3)
    with pytest.raises(MalformedError, match="field 1 holds too many numbers"):
        wholes(fields, 1, 2)


def test_a_negative_number() -> None:
    assert whole(message(memoryview(onnx.AttributeProto(i=-5).SerializeToString()), "an attribute", known="3"), 3) == -5


@pytest.mark.slow
@given(st.binary(max_size=60))
@settings(max_examples=2000)
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    """What is read is written out again and read as the same; what is not says why."""
    for known in ("1* 2* 3* 4* 5* 6* 7* 8*", "1 2 3"):
        try:
            fields = message(memoryview(data), "it", known=known)
        except MalformedError as error:
            assert str(error)
            continue
        again = b"".join(_wire(number, value) for number, values in fields.items() for value in values)
        assert message(memoryview(again), "it", known=known) == fields
        assert set(fields) <= {int(word.rstrip("*")) for word in known.split()}


def _wire(number: int, value: int | memoryview | Fixed32) -> bytes:
    """Write one field: a number as a varint, a float as its four bytes, the rest as bytes."""
    if isinstance(value, Fixed32):
        return _varint(number << 3 | 5) + bytes(value.data)
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + bytes(value)


def _varint(value: int) -> bytes:
    made = []
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def test_a_float_is_no_text_and_a_text_no_float() -> None:
    as_float = message(memoryview(b"\x0dpads"), "AttributeProto", known="1")
    assert onnx.AttributeProto.FromString(b"\x0dpads").name == "", "other readers pass over it"
    for read in (parts, wholes, whole):
        with pytest.raises(MalformedError):
            read(as_float, 1)
    assert real(as_float, 1) == np.frombuffer(b"pads", "<f4")[0]
    as_text = message(memoryview(b"\x12\x04\0\0\x80\x3f"), "AttributeProto", known="2")
    with pytest.raises(MalformedError):
        real(as_text, 2)
    with pytest.raises(MalformedError):
        real({}, 2)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x08", "a number ends too early"),
        (b"\x08" + b"\x80" * 10 + b"\x01", "too long"),
        (b"\x08" + b"\xff" * 9 + b"\x7f", "too long"),  # 70 bits
        (b"\x08" + b"\x80" * 10 + b"\x00", "too long"),  # 0, written in 11 bytes
        (b"\x12\x05abc", "ends too early"),
        (b"\x12" + b"\xff" * 9 + b"\x01", "ends too early"),
        (b"\x25abc", "ends too early"),
        (b"\x0b\x0c", "wire type 3"),
        (b"\x21" + b"0" * 8, "wire type 1"),
        (b"\x00\x00", "field 0"),
        (b"\x48\x00", "field 9"),
        (b"\x08\x01\x08\x01", "too many fields"),
        (b"\x10\x01" * (MAX_FIELDS + 1), "too many fields"),
        (b"\x28\x01" * 4, "too many fields"),
    ],
)
def test_malformed(data: bytes, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        message(memoryview(data), "it", known="1 2* 4* 5*3")
