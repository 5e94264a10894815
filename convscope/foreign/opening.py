"""A foreign ONNX file as a checked model: its price taken, its operators known, one picture in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError, phrase
from . import bounds

if TYPE_CHECKING:
    from onnx import ModelProto, TensorProto, ValueInfoProto

OLDEST, RUN = 6, 8  # opset: the oldest that is read, and what it is brought to, since ONNX Runtime begins at 7
MOST_RANK, MOST_INPUTS = 8, 1024  # dimensions of a tensor; values that one node reads
QUANTISED = {"QuantizeLinear", "DequantizeLinear"}
DOMAINS = {"", "ai.onnx"}
BY_CHANCE = {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"}


@dataclass(frozen=True, eq=False)
class Opened:
    """A model whose parts are known to be sound one by one. `picture` is the input that is no initialiser."""

    model: ModelProto
    opset: int
    picture: ValueInfoProto
    tensors: dict[str, TensorProto]
    metadata: dict[str, str]
    cast: bool  # from another precision to float32


def open_model(data: bytes) -> Opened:
    """Parse and check a file; raises InputError with one line that says why it is refused."""
    bounds.price(data)
    import onnx

    from .writing_out import write_out

    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:  # protobuf's own, which have no base in common
        raise InputError("foreign.bytes", got=str(error).split("\n")[0]) from error
    if not all(isinstance(text, str) for text in _texts(model)):  # protobuf leaves what is no UTF-8 as it is
        raise InputError("foreign.bytes")
    opset = _opset(model)
    if opset < RUN:
        model, opset = _newer(model), RUN
    for node in model.graph.node:
        _check_node(node, opset)
    for tensor in model.graph.initializer:
        check_tensor(tensor)
    cast = write_out(model)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in tensors]
    if len(inputs) != 1:
        names = ", ".join(value.name for value in inputs[:8])
        hint = phrase("foreign.inputs.try") if inputs else ""
        raise InputError("foreign.inputs", got=f"{len(inputs)}: {names}" if inputs else "0", expected="1", hint=hint)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    return Opened(model, opset, inputs[0], tensors, metadata, cast)


def _texts(model: Any) -> Iterator[Any]:
    """Yield every name that is used."""
    graph = model.graph
    for value in (*graph.input, *graph.output, *graph.initializer):
        yield value.name
    for node in graph.node:
        yield from (node.op_type, node.domain, node.name, *node.input, *node.output)
        yield from (attribute.name for attribute in node.attribute)
    for entry in model.metadata_props:
        yield from (entry.key, entry.value)
    yield from (entry.domain for entry in model.opset_import)
    yield from (model.producer_name, model.producer_version)


def _opset(model: Any) -> int:
    import onnx

    newest = onnx.defs.onnx_opset_version()
    versions = {entry.domain: entry.version for entry in model.opset_import}
    opset = int(versions.get("", versions.get("ai.onnx", 0)))
    if not OLDEST <= opset <= newest:
        raise InputError("foreign.opset", got=opset, expected=f"{OLDEST} … {newest}")
    return opset


def _newer(model: Any) -> Any:
    from onnx import version_converter

    try:
        return version_converter.convert_version(model, RUN)
    except Exception as error:  # of the library, in C++
        raise InputError("foreign.opset", got=OLDEST, expected=f"{RUN} …") from error


def _check_node(node: Any, opset: int) -> None:
    import onnx

    quantised = node.domain == "com.microsoft" and node.op_type in QUANTISED
    known = quantised or (node.domain in DOMAINS and onnx.defs.has(node.op_type, opset))
    if not known or node.op_type in BY_CHANCE:
        raise _refused(node, opset)
    if max(len(node.input), len(node.output)) > MOST_INPUTS or not node.output:
        raise InputError("foreign.node", where=node.name or node.op_type)
    for attribute in node.attribute:
        if attribute.HasField("t"):
            check_tensor(attribute.t)


def _refused(node: Any, opset: int) -> InputError:
    """Return what is said of an operator that is not read: why, which one, and what to try where something helps."""
    import onnx

    name = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
    if node.domain == "com.microsoft" and node.op_type.startswith("Q"):  # QLinearAdd, QGemm … of QuantFormat.QOperator
        return InputError("foreign.qoperator", name=name, hint=phrase("foreign.qoperator.try"))
    if node.domain not in DOMAINS:
        return InputError("foreign.operator", name=name)
    if onnx.defs.has(node.op_type, opset):
        return InputError("foreign.chance", name=name)
    return InputError("foreign.operator.opset", name=name, opset=opset)


def check_tensor(tensor: Any) -> None:
    """Raise InputError for a tensor whose numbers are not as many as its shape says, or of a rank beyond the bounds."""
    import onnx
    from onnx import helper

    shape = tuple(tensor.dims)
    if len(shape) > MOST_RANK or any(n < 0 for n in shape):
        raise InputError("foreign.tensor", where=tensor.name, got=shape)
    try:
        size = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("foreign.tensor", where=tensor.name, got=f"type {tensor.data_type}") from error
    count = math.prod(shape)
    if tensor.data_type == onnx.TensorProto.STRING:
        raise InputError("foreign.tensor", where=tensor.name, got="strings")
    if tensor.HasField("raw_data"):
        bits = {onnx.TensorProto.INT4: 4, onnx.TensorProto.UINT4: 4}.get(tensor.data_type, 8 * size)
        fits = len(tensor.raw_data) == -(-count * bits // 8)
    else:
        held = len(tensor.float_data) + len(tensor.int32_data) + len(tensor.int64_data)
        held += len(tensor.double_data) + len(tensor.uint64_data)
        fits = held in (count, 2 * count, -(-count // 2))  # complex numbers are two, of four bits two are one
    if not fits:
        raise InputError("foreign.tensor", where=tensor.name, got=shape)
