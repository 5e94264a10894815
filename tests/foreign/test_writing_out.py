"""Hard sigmoids in parts, and other precisions in float32: the numbers are those of the operator itself."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from convscope.foreign.writing_out import write_out
from tests.foreign.graphs import model


def computed(made: onnx.ModelProto, x: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": x})[0])


@pytest.mark.parametrize("opset", [10, 11, 17])
@pytest.mark.parametrize(
    "given", [{}, {"alpha": 0.3}, {"beta": 0.3}, {"alpha": 1 / 6, "beta": 0.75}, {"alpha": 2.0, "beta": -1.0}]
)
def test_a_hard_sigmoid_in_parts_makes_the_same_numbers(given: dict[str, float], opset: int) -> None:
    x = np.linspace(-8, 8, 97, dtype=np.float32).reshape(1, 97)
    node = helper.make_node("HardSigmoid", ["x"], ["y"], **given)
    made = onnx.load_from_string(model([node], {}, shape=(1, 97), opset=opset))
    wanted = np.clip(given.get("alpha", 0.2) * x + given.get("beta", 0.5), 0, 1)
    assert not write_out(made)
    assert [one.op_type for one in made.graph.node] == ["Mul", "Add", "Clip"]
    assert len(made.graph.node[-1].input) == (1 if opset < 11 else 3)
    np.testing.assert_allclose(computed(made, x), wanted, atol=1e-6)


def test_torchs_own_hard_sigmoid_stays_and_so_does_what_is_none() -> None:
    nodes = [
        helper.make_node("HardSigmoid", ["x"], ["h"], alpha=1 / 6, beta=0.5),
        helper.make_node("Relu", ["h"], ["y"]),
    ]
    made = onnx.load_from_string(model(nodes, {}, shape=(1, 4)))
    assert not write_out(made)
    assert [one.op_type for one in made.graph.node] == ["HardSigmoid", "Relu"]
    assert not made.graph.initializer


@pytest.mark.parametrize("kind", [TensorProto.FLOAT16, TensorProto.DOUBLE])
def test_other_precisions_become_float32(kind: int) -> None:
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    nodes = [helper.make_node("Cast", ["x"], ["c"], to=kind), helper.make_node("Add", ["c", "w"], ["y"])]
    made = onnx.load_from_string(model(nodes, {"w": np.array([1.5, -2], dtype)}, shape=(1, 2), kind=kind))
    assert write_out(made)
    x = np.array([[1, 2]], np.float32)
    found = computed(made, x)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [[2.5, 0]])


def test_one_tensor_or_one_input_of_another_precision_is_enough_to_say_so() -> None:
    node = helper.make_node("Add", ["x", "w"], ["y"])
    half = onnx.load_from_string(model([node], {"w": np.ones(2, np.float16)}, shape=(1, 2)))
    single = onnx.load_from_string(model([node], {"w": np.ones(2, np.float32)}, shape=(1, 2)))
    input_ = onnx.load_from_string(model([node], {"w": np.ones(2, np.float32)}, shape=(1, 2), kind=TensorProto.DOUBLE))
    cast = [helper.make_node("Cast", ["x"], ["c"], to=TensorProto.FLOAT16), helper.make_node("Add", ["c", "w"], ["y"])]
    casts = onnx.load_from_string(model(cast, {"w": np.ones(2, np.float32)}, shape=(1, 2)))
    assert [write_out(made) for made in (half, single, input_, casts)] == [True, False, True, True]
