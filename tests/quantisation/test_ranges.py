"""The ranges are those of every picture, and hold 0."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from convscope.modelfile import ModelFile, check
from convscope.quantisation.ranges import ranges_of
from tests.reference import random_pictures, reference
from tests.samples import sample, sample_bytes


def test_they_are_the_lowest_and_highest_of_all_pictures() -> None:
    formula = "conv(2, 3) + relu + conv(3, 1) + maxpool(2) + fc"
    network, spec, weights, _ = sample(formula)
    data = sample_bytes(formula)
    pictures = random_pictures(network, 3, 19)  # more than are computed at a time
    found = ranges_of(ModelFile(Path("x"), check(data, "x"), data), pictures)
    values = dict(zip((node.name for node in network.nodes), reference(network, spec, weights, pictures), strict=True))
    assert list(found) == ["pictures.scaled", "relu1", "conv2"]
    assert np.allclose(found["relu1"], (0, values["relu1"].max()))
    low, high = min(0, values["conv2"].min()), max(0, values["conv2"].max())
    assert np.allclose(found["conv2"], (low, high), atol=1e-5)
    scaled = (pictures - 33.0) / 78.0
    assert np.allclose(found["pictures.scaled"], (scaled.min(), scaled.max()))
