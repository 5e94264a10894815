"""A graph written so that its layers can be told: operators in parts that the formula has, all numbers in float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

TORCH = 1 / 6  # the slope of the hard sigmoid that the formula has


def write_out(model: ModelProto) -> bool:
    """Replace, in place, hard sigmoids of another slope by a product, a sum and a clip, and other precisions of floats
    by float32; return whether there were any.
    """
    cast = _as_float32(model)
    nodes: list[NodeProto] = []
    for node in model.graph.node:
        given = {attribute.name: attribute.f for attribute in node.attribute}
        slope, shift = given.get("alpha", 0.2), given.get("beta", 0.5)
        if node.op_type != "HardSigmoid" or (abs(slope - TORCH) < 1e-6 and shift == 0.5):
            nodes.append(node)
        else:
            nodes += _hard_sigmoid(model, node, slope, shift)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return cast


def _as_float32(model: ModelProto) -> bool:
    from onnx import TensorProto, numpy_helper

    others = {TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE}
    found = False
    attributes = [attribute for node in model.graph.node for attribute in node.attribute]
    for tensor in (*model.graph.initializer, *(one.t for one in attributes if one.HasField("t"))):
        if tensor.data_type in others:
            found = True
            single = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(single, tensor.name))
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name in ("to", "dtype") and attribute.i in others:
                attribute.i, found = TensorProto.FLOAT, True
    for value in model.graph.input:
        if value.type.tensor_type.elem_type in others:
            value.type.tensor_type.elem_type, found = TensorProto.FLOAT, True
    return found


def _hard_sigmoid(model: ModelProto, node: NodeProto, slope: float, shift: float) -> list[NodeProto]:
    from onnx import helper, numpy_helper

    (x,), (y,), name = node.input, node.output, node.name or node.output[0]
    numbers = {"slope": slope, "shift": shift, "zero": 0.0, "one": 1.0}
    for part, number in numbers.items():
        model.graph.initializer.append(numpy_helper.from_array(np.array(number, np.float32), f"{y}.{part}"))
    return [
        helper.make_node("Mul", [x, f"{y}.slope"], [f"{y}.scaled"], f"{name}.scaled"),
        helper.make_node("Add", [f"{y}.scaled", f"{y}.shift"], [f"{y}.shifted"], f"{name}.shifted"),
        _clip(model, y, name),
    ]


def _clip(model: ModelProto, y: str, name: str) -> NodeProto:
    from onnx import helper

    opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    if opset < 11:  # whose ends were attributes
        return helper.make_node("Clip", [f"{y}.shifted"], [y], name, min=0.0, max=1.0)
    return helper.make_node("Clip", [f"{y}.shifted", f"{y}.zero", f"{y}.one"], [y], name)
