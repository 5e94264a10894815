"""Which features are compared: of maps, of flat layers, of the picture; and that a file grows by a megabyte at most."""

from __future__ import annotations

import math

import pytest

from convscope.formula import parse, trace
from convscope.rejection.features import Features
from convscope.rejection.operators import shapes


@pytest.mark.parametrize(
    ("formula", "name", "size", "reader"),
    [
        ("conv(4, 3) + relu + fc", "flatten1", 4 * 26 * 26, "fc1"),
        ("conv(4, 3) + relu + gap + dropout(0.5) + fc", "flatten1", 4, "fc1"),
        ("conv(4, 3) + relu + conv(10, 1) + gap", "relu1", 4 * 26 * 26, "conv2"),
        ("crop(20) + conv(10, 3) + gap", "crop1", 400, "conv1"),
        ("conv(10, 1) + gap", "pictures.scaled", 784, "conv1"),
    ],
)
def test_what_the_last_layer_with_weights_reads(formula: str, name: str, size: int, reader: str) -> None:
    found = Features.of(trace(parse(formula), (1, 28, 28), 10))
    assert (found.name, found.size, found.reader) == (name, size, reader)
    assert found.group * found.width <= size < found.group * (found.width + 1) + found.group


@pytest.mark.parametrize("classes", [2, 10, 1000, 20_000])
def test_a_file_grows_by_a_megabyte_at_most(classes: int) -> None:
    network = trace(parse("conv(64, 3) + relu + gap + fc"), (3, 24, 24), classes)
    assert 4 * sum(math.prod(shape) for shape in shapes(network).values()) <= 1_050_000
