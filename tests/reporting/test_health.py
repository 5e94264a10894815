"""A report's health is that of the network over the pictures that it measures, a batch at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from convscope.data.dataset import Split
from convscope.data.subset import Subset
from convscope.explain.health import health
from convscope.modelfile import write
from convscope.prediction import load
from convscope.reporting import health as reporting
from convscope.reporting.part import Part
from tests.samples import sample


def test_it_is_counted_over_the_pictures_of_a_part_evenly_chosen_of_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, spec, weights, _ = sample("conv(6, 3) + relu + maxpool(2) + fc(5) + relu + fc", (1, 12, 11), 3)
    weights["conv1.bias"][1] = -1e4
    weights["conv1.bias"][2] = 1e4
    write(tmp_path / "model.onnx", network, spec, weights, ("a", "b", "c"))
    images = np.random.default_rng(0).integers(0, 256, (9, 1, 12, 11), dtype=np.uint8)
    labels = np.arange(9) % 3
    part = Part("test", "d", Subset.whole(Split(images, labels)), labels, np.zeros((9, 3)), ("a", "b", "c"))
    model = load(tmp_path / "model.onnx")
    found = reporting.health_of(model, part)
    assert found == health(model, images)
    assert found.layers[0].units[1:3] == ("dead", "linear")
    monkeypatch.setattr(reporting, "AT_ONCE", 1)
    assert reporting.health_of(model, part) == found, "a picture at a time"
    monkeypatch.setattr(reporting, "MOST", 3)
    assert reporting.health_of(model, part) == health(model, images[[0, 3, 6]])
