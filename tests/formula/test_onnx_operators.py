"""What is taken for an attribute that is left out is what ONNX Runtime takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from convscope.formula.onnx_operators import DEFAULTS

MAPS = np.random.default_rng(0).normal(size=(2, 3, 7, 6)).astype(np.float32)
ROWS = np.random.default_rng(1).normal(size=(3, 3)).astype(np.float32)
CHANNELS = np.array([0.5, 1.5, 2.5], np.float32)
GIVEN: dict[str, tuple[list[Any], dict[str, Any]]] = {  # inputs, and what can't be left out
    "AveragePool": ([MAPS], {"kernel_shape": [3, 2]}),
    "BatchNormalization": ([MAPS, CHANNELS, CHANNELS, CHANNELS, CHANNELS], {}),
    "Conv": ([MAPS, MAPS[:, :, :3, :2].copy()], {}),
    "ConvTranspose": ([MAPS, MAPS[:, :, :3, :2].transpose(1, 0, 2, 3).copy()], {}),
    "Elu": ([MAPS], {}),
    "Flatten": ([MAPS], {}),
    "Gather": ([MAPS, np.array([0])], {}),
    "Gemm": ([ROWS, ROWS + 1, ROWS + 2], {}),
    "HardSigmoid": ([MAPS], {}),
    "InstanceNormalization": ([MAPS, np.ones(MAPS.shape[1], np.float32), np.ones(MAPS.shape[1], np.float32)], {}),
    "LRN": ([MAPS], {"size": 3}),
    "LeakyRelu": ([MAPS], {}),
    "LogSoftmax": ([MAPS], {}),
    "MaxPool": ([MAPS], {"kernel_shape": [3, 2]}),
    "Softmax": ([MAPS], {}),
}


def _type_of(array: np.ndarray) -> int:
    return int(helper.np_dtype_to_tensor_dtype(array.dtype))


def computed(kind: str, attributes: dict[str, Any]) -> np.ndarray:
    """Return what ONNX Runtime makes of one operator."""
    inputs, needed = GIVEN[kind]
    names = [f"i{n}" for n in range(len(inputs))]
    node = helper.make_node(kind, names, ["out"], **{**needed, **attributes})
    given = [helper.make_tensor_value_info(n, _type_of(x), x.shape) for n, x in zip(names, inputs, strict=True)]
    graph = helper.make_graph([node], "one", given, [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, dict(zip(names, inputs, strict=True)))[0])


@pytest.mark.parametrize("kind", DEFAULTS)
def test_an_attribute_that_is_left_out_is_its_default(kind: str) -> None:
    wanted = computed(kind, {})
    for name, value in DEFAULTS[kind].items():
        assert np.array_equal(computed(kind, {name: value}), wanted), name
