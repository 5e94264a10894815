"""Any value of a graph, for any number of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from convscope.modelfile import ModelFile, check
from convscope.prediction.inner_values import BATCH, inner_values
from tests.reference import random_pictures, reference
from tests.samples import sample, sample_bytes


def test_they_are_the_nodes_outputs() -> None:
    network, spec, weights, _ = sample()
    file = ModelFile(Path("x"), check(sample_bytes(), "x"), sample_bytes())
    pictures = random_pictures(network, 3, BATCH + 3)
    parts = list(inner_values(file, ["conv1", "gap1"], pictures))
    assert [len(part["conv1"]) for part in parts] == [BATCH, 3]
    wanted = dict(zip((node.name for node in network.nodes), reference(network, spec, weights, pictures), strict=True))
    for name in ("conv1", "gap1"):
        assert np.allclose(np.concatenate([part[name] for part in parts]), wanted[name], atol=1e-5)
