"""A network without the batch normalisations that others take in computes the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.formula import Network, parse, trace
from convscope.pictures.input_spec import InputSpec
from convscope.quantisation.folding import folded
from tests.reference import random_pictures, random_weights, reference
from tests.strategies import networks

pytestmark = pytest.mark.medium


def same(network: Network, seed: int = 0) -> Network:
    spec = InputSpec(network.input, (33.0,) * network.input[0], (78.0,) * network.input[0])
    weights, pictures = random_weights(network, seed), random_pictures(network, seed)
    made, fewer = folded(network, weights)
    before, after = (reference(n, spec, w, pictures)[-1] for n, w in ((network, weights), (made, fewer)))
    assert np.abs(before - after).max() <= 1e-4 * max(1e-3, float(np.abs(before).max())), str(network.plan)
    return made


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("conv(4, 3) + bn + relu + fc", "conv(4, 3) + relu + fc"),
        ("conv(4, 3, bias=False) + bn(eps=0.1) + fc(5) + bn + fc", "conv(4, 3) + fc(5) + fc"),
        ("conv(4, 3) + bn + bn + relu + bn + fc", "conv(4, 3) + relu + bn + fc"),
        ("bn + conv(4, 3) + fc", "bn + conv(4, 3) + fc"),
        ("(conv(4, 3) + bn)*2 + bn + fc", "conv(4, 3)*2 + bn + fc"),
        ("conv(4, 1)*2 + bn + fc", "conv(4, 1)*2 + bn + fc"),
        (
            "skip(conv(2, 1, bias=False) + bn + relu + conv(2, 1) + bn) + fc",
            "skip(conv(2, 1) + relu + conv(2, 1)) + fc",
        ),
        ("conv(4, 3) + skip(bn + relu) + fc", "conv(4, 3) + skip(bn + relu) + fc"),
        ("concat(conv(2, 1) + bn, conv(3, 1) + relu + bn) + fc", "concat(conv(2, 1), conv(3, 1) + relu + bn) + fc"),
        ("conv(4, 3, groups=2) + bn + gate(gap + conv(4, 1) + bn + sigmoid) + fc", None),
    ],
)
def test_which_are_taken_in(before: str, after: str | None) -> None:
    made = same(trace(parse(before), (2, 6, 5), 3))
    if after is not None:
        assert str(made.plan) == after


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(networks(), st.integers(0, 2**32 - 1))
def test_any_network(network: Network, seed: int) -> None:
    same(network, seed)
