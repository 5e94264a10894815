"""Batch normalisation by hand is torch's, and forgets by what its numbers were multiplied and moved."""

from __future__ import annotations

import doctest

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convscope.arithmetic import normalisation as n

numbers = st.lists(st.floats(-100, 100), min_size=2, max_size=12)


def test_the_docstrings_numbers() -> None:
    found = doctest.testmod(n)
    assert (found.failed, found.attempted >= 3) == (0, True)


@given(numbers, st.floats(-3, 3), st.floats(-3, 3), st.sampled_from([1e-5, 1e-3, 0.5]))
@pytest.mark.medium
def test_it_is_torchs(values: list[float], scale: float, shift: float, epsilon: float) -> None:
    wanted = torch.nn.functional.batch_norm(
        torch.tensor(values, dtype=torch.float64).reshape(-1, 1),
        None,
        None,
        torch.tensor([scale], dtype=torch.float64),
        torch.tensor([shift], dtype=torch.float64),
        training=True,
        eps=epsilon,
    )
    assert n.batch_normalise(values, scale, shift, epsilon) == pytest.approx(wanted[:, 0].tolist(), rel=1e-9, abs=1e-9)


@given(st.floats(0.1, 100), st.floats(-100, 100))
def test_what_they_were_multiplied_and_moved_by_is_gone(times: float, plus: float) -> None:
    values = [-2.0, -1.0, 0.0, 1.0, 1.0, 2.0, 3.0, 4.0]
    plain, moved = (n.batch_normalise(v, epsilon=0.0) for v in (values, [times * x + plus for x in values]))
    assert moved == pytest.approx(plain, abs=1e-9)
    mean, variance = n.batch_statistics(plain)
    assert (mean, variance) == (pytest.approx(0, abs=1e-12), pytest.approx(1))
