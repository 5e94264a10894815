"""A model file as a start: grey pictures before an RGB network, rows of the old head by name, and its record."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from convscope import modelfile
from convscope.errors import InputError
from convscope.formula import parse, trace
from convscope.modelfile import ModelFile
from convscope.nn import build, load_weights
from convscope.pictures.input_spec import InputSpec
from convscope.runs.json_fields import Fields
from convscope.transfer.head import Linear
from convscope.transfer.start import Start, body_of, grey_fits, headed
from convscope.transfer.taps import Tap

PLAN = "conv(4, 3) + bn + relu + conv(3, 3) + relu + gap + fc"


def written(path: Path, plan: str = PLAN, mean: tuple[float, ...] = (127.0,) * 3, classes: str = "abc") -> ModelFile:
    spec = InputSpec((len(mean), 9, 8), mean, (60.0,) * len(mean))
    network = trace(parse(plan), spec.shape, len(classes))
    modelfile.write(path, network, spec, build(network, spec, 1).weights(), classes)
    return modelfile.read(path)


def test_a_grey_picture_gets_the_scores_that_it_has_in_rgb(tmp_path: Path) -> None:
    file = written(tmp_path / "m.onnx")
    body = body_of(file, (1, 9, 8))
    assert body.network.input == (1, 9, 8)
    grey = torch.randint(0, 256, (6, 1, 9, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    ours = load_weights(build(body.network, body.spec), body.weights).eval()
    theirs = load_weights(build(file.network, file.spec), file.weights).eval()
    with torch.inference_mode():
        np.testing.assert_allclose(ours(grey), theirs(grey.expand(-1, 3, -1, -1)), atol=1e-5)


def test_another_size_keeps_every_weight(tmp_path: Path) -> None:
    file = written(tmp_path / "m.onnx")
    body = body_of(file, (3, 20, 12))
    assert body.spec.shape == (3, 20, 12)
    assert all(body.weights[name] is array for name, array in file.weights.items())


@pytest.mark.parametrize("mean", [(120.0, 127.0, 127.0), (127.0,)])
def test_channels_that_cannot_be_joined_are_refused(tmp_path: Path, mean: tuple[float, ...]) -> None:
    file = written(tmp_path / "m.onnx", mean=mean)
    assert grey_fits(file) == (len(mean) == 1)
    with pytest.raises(InputError, match="do not have the same channels"):
        body_of(file, (4 - len(mean), 9, 8))


def test_rows_of_classes_of_the_same_name_are_kept(tmp_path: Path) -> None:
    body = body_of(written(tmp_path / "m.onnx"), (3, 9, 8))
    _, same = headed(body, parse(PLAN), ("a", "b", "c"))
    assert same["fc1.weight"] is body.weights["fc1.weight"]
    network, weights = headed(body, parse(PLAN), ("c", "new", "a", "b"))
    assert network.classes == 4
    old = body.weights["fc1.weight"]
    np.testing.assert_array_equal(weights["fc1.weight"][[0, 2, 3]], old[[2, 0, 1]])
    np.testing.assert_allclose(weights["fc1.weight"][1], old.mean(0), atol=1e-6)
    np.testing.assert_array_equal(weights["fc1.bias"][[0, 2, 3]], body.weights["fc1.bias"][[2, 0, 1]])
    assert weights["conv2.weight"] is body.weights["conv2.weight"]


def test_a_fitted_head_takes_the_old_ones_place(tmp_path: Path) -> None:
    body = body_of(written(tmp_path / "m.onnx"), (3, 9, 8))
    head = Linear(np.arange(12.0).reshape(3, 4), np.array([0.5, 0.25, -1.0]))
    _, weights = headed(body, parse("conv(4, 3) + bn + relu + gap + flatten + fc"), ("x", "y", "z"), head)
    assert sorted(weights) == sorted(
        ["conv1.weight", "conv1.bias", *(f"bn1.{n}" for n in ("weight", "bias", "running_mean", "running_var"))]
        + ["fc1.weight", "fc1.bias"]
    )
    np.testing.assert_array_equal(weights["fc1.weight"], head.weight.astype(np.float32))


def test_what_is_recorded_is_read_back() -> None:
    start = Start("lite0", "0f", "head", (Tap(3, 4, 4), Tap(9, 1, 1)), 0.1, True, 2)
    assert Start.from_json(Fields({"start": start.to_json()}, "run.json").within("start")) == start
    assert Start.from_json(Fields(Start("runs/a", "0f", "all").to_json(), "")) == Start("runs/a", "0f", "all")
    with pytest.raises(InputError, match=r"run\.json: a tap is three whole numbers"):
        Start.from_json(Fields({**start.to_json(), "taps": [[1, 2]]}, "run.json"))
