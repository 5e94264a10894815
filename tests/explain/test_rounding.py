"""A page of a quantised model says how far its numbers are from the file's, which rounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from convscope import look, modelfile
from convscope.explain.subject.rounding import proof_of
from convscope.modelfile import graph
from convscope.modelfile.quantised import Rounding
from convscope.prediction import load
from convscope.quantisation.ranges import ranges_of
from tests.reference import random_pictures
from tests.samples import sample


@pytest.fixture
def small(tmp_path: Path) -> Path:
    network, spec, weights, classes = sample("conv(4, 3) + relu + maxpool(2) + fc", (1, 12, 11), 3)
    path = tmp_path / "small.onnx"
    modelfile.write(path, network, spec, weights, classes)
    ranges = ranges_of(modelfile.read(path), random_pictures(network, 0, 9))
    assert ranges.keys() == set(graph.layout(network).own)
    modelfile.write(path, network, spec, weights, classes, rounding=Rounding(ranges))
    return path


def test_the_difference_is_that_of_rounding(small: Path) -> None:
    model = load(small)
    pictures = random_pictures(model.network, 1, 1)
    proof = proof_of(model, model.module(), pictures)
    assert proof.rounded
    assert 1e-4 < proof.difference < 0.1
    assert proof.where in [node.name for node in model.network.nodes]
    scores, own = model.predictor.run(pictures)[0], model.module()(torch.from_numpy(pictures))
    apart = np.abs(own.detach().numpy() - scores).max() / np.abs(scores).max()
    assert proof.difference >= apart * 0.999


def test_the_page_says_so(small: Path) -> None:
    page = look(small, np.zeros((1, 12, 11), np.uint8))
    assert any("leaves out the rounding of values between layers" in note for note in page.notes)
    assert any("node by node: the largest difference is" in note for note in page.notes)
