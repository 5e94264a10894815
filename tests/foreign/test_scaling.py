"""A graph's own scaling, y = (x − mean) / std: every operator in both orders, with a number or one a channel."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import helper

from convscope.foreign.graph import fold
from convscope.foreign.opening import open_model
from convscope.foreign.scaling import Scaling, scaling
from tests.foreign.graphs import model

Steps = list[tuple[str, list[object], bool]]  # operator, its numbers, whether the picture comes first
SHAPE = (1, 3, 4, 5)


def scaled(steps: Steps, shape: tuple[int, ...] = SHAPE) -> Scaling:
    """Return what is found of a graph with these steps before its first layer."""
    tensors = {f"n{i}": np.array(numbers, np.float32) for i, (_, numbers, _) in enumerate(steps)}
    nodes, value = [], "x"
    for i, (kind, _, first) in enumerate(steps):
        nodes.append(helper.make_node(kind, [value, f"n{i}"] if first else [f"n{i}", value], [f"v{i}"]))
        value = f"v{i}"
    nodes.append(helper.make_node("Relu", [value], ["y"]))
    return scaling(fold(open_model(model(nodes, tensors, shape=shape)), shape), 3)


def a_channel(*numbers: float) -> list[object]:
    return [[[number]] for number in numbers]


@pytest.mark.parametrize(
    ("steps", "mean", "std"),
    [
        ([("Sub", [10], True)], 10, 1),
        ([("Add", [10], True)], -10, 1),
        ([("Add", [10], False)], -10, 1),
        ([("Mul", [4], True)], 0, 0.25),
        ([("Mul", [4], False)], 0, 0.25),
        ([("Div", [4], True)], 0, 4),
        ([("Mul", [2], True), ("Add", [4], True)], -2, 0.5),
        ([("Add", [4], True), ("Mul", [2], True)], -4, 0.5),
        ([("Sub", a_channel(1, 2, 3), True), ("Div", a_channel(2, 4, 8), True)], [1, 2, 3], [2, 4, 8]),
        ([("Add", [a_channel(1, 2, 3)], True)], [-1, -2, -3], 1),
    ],
)
def test_what_comes_before_the_first_layer_is_a_scaling(steps: Steps, mean: object, std: object) -> None:
    found = scaled(steps)
    assert found.value == f"v{len(steps) - 1}"
    assert found.within == ("x", "v0")[: len(steps)]
    np.testing.assert_allclose(found.mean, np.broadcast_to(np.array(mean), 3))
    np.testing.assert_allclose(found.std, np.broadcast_to(np.array(std), 3))


@pytest.mark.parametrize(
    "step",
    [
        ("Sub", [10], False),  # light and dark the other way round
        ("Mul", [-1], True),
        ("Mul", [0], True),
        ("Mul", a_channel(1, 0, 1), True),
        ("Div", [4], False),  # no straight line
        ("Add", [[[1], [2], [3], [4]]], True),  # one a row
        ("Add", [1, 2, 3, 4, 5], True),  # one a column
        ("Max", [4], True),
    ],
)
def test_another_step_is_a_layer(step: tuple[str, list[object], bool]) -> None:
    found = scaled([step])
    assert (found.value, found.within) == ("x", ())
    assert (found.mean.tolist(), found.std.tolist()) == ([0, 0, 0], [1, 1, 1])
    both = scaled([("Sub", [10], True), step])
    assert (both.value, both.mean.tolist()) == ("v0", [10, 10, 10])


def test_channels_may_come_last() -> None:
    nodes = [
        helper.make_node("Sub", ["x", "mean"], ["m"]),
        helper.make_node("Transpose", ["m"], ["t"], perm=[0, 3, 1, 2]),
        helper.make_node("Relu", ["t"], ["y"]),
    ]
    data = model(nodes, {"mean": np.array([1, 2, 3], np.float32)}, shape=(1, 4, 5, 3))
    found = scaling(fold(open_model(data), (1, 4, 5, 3)), 3)
    assert (found.value, found.within, found.mean.tolist()) == ("t", ("x", "m"), [1, 2, 3])


def test_a_picture_that_is_read_twice_is_not_scaled() -> None:
    nodes = [helper.make_node("Mul", ["x", "two"], ["a"]), helper.make_node("Add", ["a", "x"], ["y"])]
    found = scaling(fold(open_model(model(nodes, {"two": np.array(2, np.float32)}, shape=SHAPE)), SHAPE), 3)
    assert found.value == "x"
