"""What a model file says of a training in the page is read where Python's own facts are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from convscope.cli.info import rows
from convscope.modelfile import read
from convscope.runs.records import Figures
from convscope.training.recipes import RECIPES
from tests.page.js.learn.conftest import learn  # the fixture
from tests.page.js.learn.node import Learner
from tests.page.js.modelfile.test_writing import asked, written
from tests.samples import sample

pytestmark = pytest.mark.medium

__all__ = ["learn"]


def test_a_file_says_how_the_page_trained_it(learn: Learner, tmp_path: Path) -> None:
    trained = {
        "recipe": learn.call("fast") | {"steps": 40, "batchSize": 50},
        "named": "fast",
        "step": 30,
        "seed": 7,
        "seconds": 2,
        "kernels": "simd",
        "sameBits": True,
        "data": {"set": "digits", "train": 1000, "validation": 100, "test": 0},
        "validation": {"accuracy": 1, "loss": 0.25},
        "test": {"accuracy": 0.96875, "loss": 0.5},
        "versions": {"convscope": "0.2.0"},
    }
    path = tmp_path / "model.onnx"
    path.write_bytes(written(learn, asked(*sample(), learn.call("facts", **trained))))
    file = read(path)
    assert file.provenance.seconds == 2
    assert file.provenance.test == Figures(0.96875, 0.5)
    assert file.provenance.data is None, "nobody took the fingerprint of a part of the pictures"
    training = file.facts["training"]
    assert isinstance(training, dict)
    assert (training["epochs"], training["steps"], training["seed"]) == (1.5, 30, 7)
    assert (training["kernels"], training["same_bits"], training["where"]) == ("simd", True, "page")
    settings, recipe = training["settings"], asdict(RECIPES["fast"])
    for name in ("optimiser", "lr", "plain_lr", "nesterov", "filter_lr", "label_smoothing", "initial"):
        assert settings[name] == pytest.approx(recipe[name])
    shown = dict(rows(file))
    assert shown["test accuracy"] == "0.96875"
    assert shown["training kernels"] == "simd"
