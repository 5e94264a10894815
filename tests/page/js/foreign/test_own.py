"""A model file of convscope's in the page: the same weights as Python reads, those of 8 bits too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from convscope.modelfile import ModelFile, check, serialise
from convscope.modelfile.quantised import Rounding
from convscope.quantisation.ranges import ranges_of
from tests.page.js.foreign.node import Reader
from tests.reference import random_pictures
from tests.samples import sample

FORMULA = "conv(4, 3) + relu + bn + maxpool(2) + fc"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["", "int8", "uint8"])
def test_its_weights_are_what_python_reads(page: Reader, kind: str) -> None:
    network, spec, weights, classes = sample(FORMULA, (1, 9, 8), 3)
    data = serialise(network, spec, weights, classes)
    if kind:
        ranges = ranges_of(ModelFile(Path("x"), check(data, "x"), data), random_pictures(network, 0, 9))
        data = serialise(network, spec, weights, classes, rounding=Rounding(ranges, kind))
    said = page.call("own", data=data)
    wanted = ModelFile(Path("x"), check(data, "x"), data).weights
    assert said["quantised"] == bool(kind)
    assert said["weights"].keys() == wanted.keys()
    for name, array in wanted.items():
        assert np.float32(said["weights"][name]).tolist() == array.reshape(-1).tolist(), name
