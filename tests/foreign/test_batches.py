"""Scores of several pictures at a time are those of each alone, by ONNX Runtime itself; where they would not be, they
are computed one by one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper

from convscope.foreign import reading
from convscope.foreign.reading import open_foreign
from convscope.foreign.running import Session
from tests.foreign.graphs import classifier, model, weights

Array = np.ndarray[Any, Any]


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures each run of the runtime was given."""
    found: list[int] = []
    run = Session.run

    def counted(self: Session, x: Array) -> dict[str, Array]:
        found.append(len(x))
        return run(self, x)

    monkeypatch.setattr(Session, "run", counted)
    return found


def runtimes(data: bytes, x: Array) -> Array:
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"x": one[None]})[0] for one in x])


def pictures(n: int) -> Array:
    return np.random.default_rng(0).random((n, 3, 12, 12)).astype(np.float32)


def test_pictures_are_computed_together_where_the_batch_is_open(
    tmp_path: Path, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_TOGETHER", 4)
    (tmp_path / "net.onnx").write_bytes(classifier())
    file, x = open_foreign(tmp_path / "net.onnx", (3, 12, 12)), pictures(10)
    assert file.open_batch
    wanted = runtimes(classifier(), x)
    np.testing.assert_allclose(file.scores(x), wanted, rtol=1e-4, atol=1e-6)
    assert sorted(sizes[-3:]) == [2, 4, 4]
    np.testing.assert_allclose(file.scores(x[:1]), wanted[:1], rtol=1e-4, atol=1e-6)
    assert sizes[-1] == 1
    backwards = open_foreign(tmp_path / "net.onnx", (3, 12, 12), bgr=True)
    np.testing.assert_allclose(backwards.scores(x[:, ::-1]), wanted, rtol=1e-4, atol=1e-6)


def test_large_networks_have_small_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.onnx").write_bytes(classifier())
    file = open_foreign(tmp_path / "net.onnx", (3, 12, 12))
    numbers = sum(int(np.prod(shape)) for shape in file.graph.shapes.values())
    monkeypatch.setattr(reading, "MOST_NUMBERS", 3 * numbers)
    assert file.together == 3


def test_channels_that_stand_last(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["t", "w"], ["c"]),
        helper.make_node("Flatten", ["c"], ["y"]),
    ]
    data = model(nodes, weights(w=(2, 3, 12, 12)), shape=("N", 12, 12, 3))
    (tmp_path / "net.onnx").write_bytes(data)
    file, x = open_foreign(tmp_path / "net.onnx", (3, 12, 12)), pictures(3)
    assert file.together > 1
    np.testing.assert_allclose(file.scores(x), runtimes(data, x.transpose(0, 2, 3, 1)), rtol=1e-4, atol=1e-5)


def baked() -> bytes:
    """The batch is said to be open, but a reshape is for one picture."""
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Reshape", ["c", "shape"], ["y"])]
    return model(nodes, {**weights(w=(2, 3, 12, 12)), "shape": np.array([1, 2])})


def gathered() -> bytes:
    """Two pictures become one row of numbers."""
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Reshape", ["c", "shape"], ["y"])]
    return model(nodes, {**weights(w=(2, 3, 12, 12)), "shape": np.array([1, -1])})


def centred() -> bytes:
    """What a picture becomes depends on those beside it."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("Flatten", ["c"], ["f"]),
        helper.make_node("ReduceMean", ["f"], ["m"], axes=[0], keepdims=1),
        helper.make_node("Mul", ["f", "m"], ["y"]),
    ]
    return model(nodes, weights(w=(2, 3, 12, 12)))


@pytest.mark.parametrize("made", [baked, gathered, centred])
def test_where_a_batch_would_be_something_else_pictures_are_computed_one_by_one(
    made: Any, tmp_path: Path, sizes: list[int]
) -> None:
    (tmp_path / "net.onnx").write_bytes(made())
    file, x = open_foreign(tmp_path / "net.onnx", (3, 12, 12)), pictures(5)
    assert (file.open_batch, file.together) == (True, 1)
    np.testing.assert_allclose(file.scores(x), runtimes(made(), x), rtol=1e-4, atol=1e-5)
    assert sizes[-5:] == [1] * 5


def test_a_file_that_says_one_picture_is_given_one(tmp_path: Path, sizes: list[int]) -> None:
    said = onnx.load_model_from_string(classifier())
    said.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    onnx.save(said, tmp_path / "net.onnx")
    file, x = open_foreign(tmp_path / "net.onnx", (3, 12, 12)), pictures(4)
    assert not file.open_batch
    np.testing.assert_allclose(file.scores(x), runtimes(classifier(), x), rtol=1e-4, atol=1e-6)
    assert sizes == [1] * 4
