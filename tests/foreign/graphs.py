"""Small ONNX graphs as other tools write them, made by onnx's own helper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = np.ndarray[Any, Any]


def weights(seed: int = 0, **shapes: tuple[int, ...]) -> dict[str, Array]:
    """Return random tensors by name."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}


def model(
    nodes: Sequence[onnx.NodeProto],
    tensors: dict[str, Array],
    *,
    shape: Sequence[int | str] = ("N", 3, 12, 12),
    outputs: Sequence[str] = ("y",),
    kind: int = TensorProto.FLOAT,
    opset: int = 17,
    **metadata: str,
) -> bytes:
    """Return a model that reads "x" and gives `outputs`."""
    graph = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info("x", kind, list(shape))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(tensor, name) for name, tensor in tensors.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    helper.set_model_props(made, metadata)
    return made.SerializeToString()


def classifier(**metadata: str) -> bytes:
    """Return a small network with what exporters write: shape arithmetic, hard-swish in pieces, a gate, a softmax."""
    tensors = weights(w=(6, 3, 3, 3), b=(6,), squeeze=(6, 6, 1, 1), head=(5, 6), bias=(5,))
    tensors |= {name: np.array(value, np.float32) for name, value in (("three", 3), ("six", 6), ("zero", 0))}
    tensors |= {"first": np.array(0), "one": np.array([-1]), "axes": np.array([0])}
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], name="stem", pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Add", ["c", "three"], ["c3"]),
        helper.make_node("Clip", ["c3", "zero", "six"], ["c6"]),
        helper.make_node("Mul", ["c", "c6"], ["cm"]),
        helper.make_node("Div", ["cm", "six"], ["h"], name="act"),
        helper.make_node("GlobalAveragePool", ["h"], ["g"]),
        helper.make_node("Conv", ["g", "squeeze"], ["s"], name="squeeze"),
        helper.make_node("Sigmoid", ["s"], ["gate"]),
        helper.make_node("Mul", ["h", "gate"], ["e"], name="excite"),
        helper.make_node("Dropout", ["e"], ["d"]),
        helper.make_node("GlobalAveragePool", ["d"], ["p"]),
        helper.make_node("Shape", ["p"], ["shape"]),
        helper.make_node("Gather", ["shape", "first"], ["batch"]),
        helper.make_node("Unsqueeze", ["batch", "axes"], ["rows"]),
        helper.make_node("Concat", ["rows", "one"], ["target"], axis=0),
        helper.make_node("Reshape", ["p", "target"], ["flat"], name="flat"),
        helper.make_node("Gemm", ["flat", "head", "bias"], ["z"], name="head", transB=1),
        helper.make_node("Softmax", ["z"], ["y"], name="prob", axis=1),
    ]
    return model(nodes, tensors, **metadata)
