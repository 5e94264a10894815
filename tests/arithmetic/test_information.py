"""Softmax, entropy, cross-entropy and KL against scipy and torch, the lecture's figures, and Shannon's bounds."""

from __future__ import annotations

import doctest
from math import e, inf, isnan, log

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from convscope.arithmetic import information as i
from convscope.errors import UsageError

CARS, EQUAL = (0.5, 0.25, 0.125, 0.125), (0.25,) * 4
counts = st.lists(st.integers(1, 1000), min_size=2, max_size=9)


def shares(numbers: list[int]) -> list[float]:
    return [n / sum(numbers) for n in numbers]


def test_the_docstrings_numbers() -> None:
    found = doctest.testmod(i)
    assert (found.failed, found.attempted >= 9) == (0, True)


def test_the_lectures_figures() -> None:
    assert (i.entropy((0.5, 0.5), 2), i.entropy(CARS, 2), i.entropy(EQUAL, 2)) == (1.0, 1.75, 2.0)
    assert (i.cross_entropy(CARS, EQUAL, 2), i.kl_divergence(CARS, EQUAL, 2)) == (2.0, 0.25)
    assert [f"{i.cross_entropy_loss(p):.5f}" for p in (0.9, 0.3, 0.1)] == ["0.10536", "1.20397", "2.30259"]
    assert [f"{i.l1_loss(p):.3f}" for p in (0.9, 0.3, 0.1)] == ["0.100", "0.700", "0.900"]
    assert i.entropy(CARS) == pytest.approx(1.75 * log(2))


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=9))
@pytest.mark.medium
def test_softmax_is_scipys_and_the_naive_one_too_where_it_can_be(scores: list[float]) -> None:
    wanted = special.softmax(scores).tolist()
    assert i.softmax(scores) == pytest.approx(wanted, rel=1e-9, abs=1e-300)
    assert i.naive_softmax(scores) == pytest.approx(wanted, rel=1e-9, abs=1e-300)


def test_scores_of_a_thousand() -> None:
    scores = [1000.0, 999.0, 990.0]
    assert i.softmax(scores) == pytest.approx(torch.softmax(torch.tensor(scores, dtype=torch.float64), 0).tolist())
    assert [isnan(p) for p in i.naive_softmax([1000.0, 999.0, 0.0])] == [True, True, False]
    assert all(isnan(p) for p in i.naive_softmax([-1000.0, -1000.0]))


@given(counts, st.sampled_from([2.0, e]))
@pytest.mark.medium
def test_entropy_and_divergence_are_scipys(numbers: list[int], base: float) -> None:
    p, q = shares(numbers), shares(numbers[::-1])
    assert i.entropy(p, base) == pytest.approx(stats.entropy(p, base=base))
    assert i.kl_divergence(p, q, base) == pytest.approx(stats.entropy(p, q, base=base), abs=1e-12)
    assert i.cross_entropy(p, q, base) == pytest.approx(i.entropy(p, base) + i.kl_divergence(p, q, base))


def test_what_never_happens_costs_nothing_and_what_was_said_never_to_happen_everything() -> None:
    assert i.entropy((1.0, 0.0)) == 0.0
    assert i.cross_entropy((0.5, 0.5), (1.0, 0.0)) == inf
    assert i.cross_entropy((1.0, 0.0), (0.5, 0.5), 2) == 1.0
    assert i.information_content(0.0) == inf


@pytest.mark.parametrize("p", [0.9, 0.3, 0.1, 0.5])
def test_the_loss_is_torchs(p: float) -> None:
    scores = torch.tensor([[p, 1 - p]], dtype=torch.float64).log()
    assert i.cross_entropy_loss(p) == pytest.approx(torch.nn.functional.cross_entropy(scores, torch.tensor([0])).item())


@given(counts)
@pytest.mark.medium
def test_the_code_is_as_short_as_shannon_allows_and_can_be_read(numbers: list[int]) -> None:
    p = shares(numbers)
    lengths = i.huffman_lengths(p)
    mean = sum(x * n for x, n in zip(p, lengths, strict=True))
    assert i.entropy(p, 2) - 1e-9 <= mean < i.entropy(p, 2) + 1
    assert sum(2.0**-n for n in lengths) == pytest.approx(1.0)  # Kraft: full
    words = i.prefix_code(lengths)
    assert [len(word) for word in words] == lengths
    assert not [a for a in words for b in words if a is not b and b.startswith(a)]


@given(st.lists(st.floats(-800, 800), min_size=1, max_size=9))
@pytest.mark.medium
def test_the_logarithm_of_softmax_is_scipys(scores: list[float]) -> None:
    assert i.log_softmax(scores) == pytest.approx(special.log_softmax(scores).tolist(), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("classes", "share"), [(2, 0.1), (10, 0.1), (10, 0.0), (100, 0.3)])
@pytest.mark.medium
def test_the_floor_of_smoothed_labels_is_torchs_least_loss(classes: int, share: float) -> None:
    """Descend torch's own loss over the scores of one picture: it comes down to the floor, and no further."""
    scores = torch.zeros(1, classes, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([scores], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = torch.nn.functional.cross_entropy(scores, torch.tensor([0]), label_smoothing=share)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[arg-type]
    floor = i.entropy(i.smoothed_target(classes, share))
    assert loss().item() == pytest.approx(floor, abs=1e-5)
    assert loss().item() >= floor - 1e-9


def test_a_label_of_nonsense_is_refused() -> None:
    for words in ((1, 0.1), (10, 1.5), (10, 0.1, 10)):
        with pytest.raises(UsageError):
            i.smoothed_target(*words)
