"""Hostile and damaged ONNX files that both readers, Python's and the page's, refuse in the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.foreign.graphs import classifier, model, weights


def changed(edit: Any) -> bytes:
    made = onnx.load_model_from_string(classifier())
    edit(made)
    return made.SerializeToString()


def outside(made: onnx.ModelProto) -> None:
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def branch(made: onnx.ModelProto) -> None:
    node = helper.make_node("Identity", ["c"], ["i"])
    graph = helper.make_graph([node], "then", [], [helper.make_tensor_value_info("i", TensorProto.FLOAT, None)])
    made.graph.node.append(helper.make_node("If", ["first"], ["o"], then_branch=graph, else_branch=graph))


def of_function(made: onnx.ModelProto) -> None:
    node = helper.make_node("Identity", ["a"], ["b"])
    made.functions.append(helper.make_function("own", "F", ["a"], ["b"], [node], made.opset_import))


def endless(made: onnx.ModelProto) -> None:
    made.graph.node[0].input[0] = made.graph.node[3].output[0]


def short(made: onnx.ModelProto) -> None:
    made.graph.initializer[0].dims[0] = 7


def deep(made: onnx.ModelProto) -> None:
    made.graph.initializer.append(numpy_helper.from_array(np.zeros((1,) * 9, np.float32), "deep"))


def microsoft(made: onnx.ModelProto) -> None:
    made.graph.node[0].domain, made.graph.node[0].op_type = "com.microsoft", "QGemm"


REFUSED: tuple[tuple[Callable[[Any], Any], str], ...] = (
    (outside, "weights lie in another file"),
    (branch, "control flow"),
    (of_function, "functions of its own"),
    (endless, "does not fit what it reads"),
    (short, "does not hold what its shape says"),
    (deep, "does not hold what its shape says"),
    (lambda made: made.opset_import[0].__setattr__("version", 99), "a version of ONNX"),
    (lambda made: made.graph.node[0].__setattr__("domain", "com.else"), "not ONNX's own: com.else"),
    (microsoft, "QOperator format, whose operator com.microsoft.QGemm is not read"),
    (lambda made: made.graph.node[0].__setattr__("op_type", "Konv"), "does not have: Konv"),
    (
        lambda made: made.graph.node[0].__setattr__("op_type", "RandomNormalLike"),
        "draws lots, which is not opened: RandomNormalLike",
    ),
    (lambda made: made.graph.node[0].attribute[0].ints.append(10**12), "cannot be known"),
    (lambda made: made.graph.node[0].attribute[0].__setattr__("ref_attr_name", "a"), "functions of its own"),
    (lambda made: made.graph.ClearField("node"), "without operators"),
    (lambda made: made.graph.input.add(name="second"), "more or fewer inputs"),
)
"""What is changed in a sound file, and what is said of it then."""

PRICED = (
    helper.make_node("Conv", ["x", "w"], ["n"], pads=[10**6] * 4),
    helper.make_node("MaxPool", ["x"], ["n"], kernel_shape=[1, 1], pads=[0] * 4, strides=[1, 1], dilations=[0, 0]),
    helper.make_node("Pad", ["x", "p"], ["n"]),
    helper.make_node("Expand", ["x", "e"], ["n"]),
    helper.make_node("ConstantOfShape", ["huge"], ["n"]),
)
"""Operators whose values are larger than any memory, or have no size."""


def priced(node: onnx.NodeProto) -> bytes:
    """Return a file in which such an operator makes "n"."""
    tensors = weights(w=(2, 3, 3, 3)) | {"p": np.array([0, 0, 0, 0, 0, 0, 10**9, 10**9])}
    tensors |= {"e": np.array([10**4, 3, 10**4, 10**4]), "huge": np.array([10**5, 10**5, 10**5])}
    nodes = [node, helper.make_node("GlobalAveragePool", ["n"], ["y"])]
    if node.op_type == "ConstantOfShape":
        nodes.insert(1, helper.make_node("Add", ["x", "n"], ["m"]))
    return model(nodes, tensors)
