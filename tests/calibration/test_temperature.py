"""The temperature against torch's own minimiser, against a temperature that is known, and at the ends of its range."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.calibration import Calibration
from convscope.calibration.scoring import calibration_error, cross_entropy
from convscope.calibration.temperature import calibrate, fit_temperature
from convscope.errors import Phrase, phrase

Sample = tuple[np.ndarray, np.ndarray]


def drawn(n: int, k: int, temperature: float, seed: int) -> Sample:
    """Return scores (n, k) that are calibrated at this temperature: labels are drawn from softmax(scores / T)."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, k)) * 3
    labels = (logits / temperature + rng.gumbel(size=(n, k))).argmax(1)  # Gumbel's trick draws from the softmax
    return logits.astype(np.float32), labels


def torchs(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature by torch's L-BFGS on ln T, its cross-entropy and its soft targets."""
    n, k = logits.shape
    targets = torch.full((n, k), 1 / (n + 2) / (k - 1), dtype=torch.float64)
    targets[torch.arange(n), torch.from_numpy(labels)] = 1 - 1 / (n + 2)
    log_t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([log_t], max_iter=500, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = torch.nn.functional.cross_entropy(torch.from_numpy(logits).double() / log_t.exp(), targets)
        value.backward()
        return value

    optimiser.step(loss)
    return float(log_t.detach().exp())


@pytest.mark.parametrize(("n", "k", "t"), [(40, 2, 0.4), (500, 10, 3.0), (2000, 5, 0.7), (300, 60, 1.3), (30, 3, 8.0)])
def test_the_temperature_is_torchs(n: int, k: int, t: float) -> None:
    logits, labels = drawn(n, k, t, n)
    expected = min(torchs(logits, labels), 20.0)
    found = fit_temperature(logits, labels)
    assert found in (1.0, pytest.approx(expected, rel=1e-5))
    assert (found == 1.0) == (cross_entropy(logits / expected, labels) > cross_entropy(logits, labels))


@pytest.mark.medium
def test_a_known_temperature_is_found() -> None:
    for t in (0.3, 1.0, 2.5):
        logits, labels = drawn(20_000, 6, t, 7)
        assert fit_temperature(logits, labels) == pytest.approx(t, rel=0.03)
        assert calibration_error(logits / fit_temperature(logits, labels), labels) < 0.01


def test_all_right_does_not_send_it_to_nothing() -> None:
    """The scores 1 and 0 are right every time: the smoothed loss is least where p = 1 − 1/(n+2), so T = 1/ln(n+1)."""
    for n in (30, 300, 3000):
        labels = np.arange(n) % 2
        assert fit_temperature(np.eye(2)[labels], labels) == pytest.approx(1 / np.log(n + 1), rel=1e-6)


def test_where_the_fit_makes_the_held_out_pictures_worse_it_is_one() -> None:
    """All right at 99 %: smoothed targets would have 1 − 1/32, which the true classes like less."""
    labels = np.arange(30) % 2
    assert fit_temperature(np.eye(2)[labels] * np.log(99), labels) == 1.0


def test_the_ends_of_the_range() -> None:
    labels = np.arange(40) % 2
    assert fit_temperature(1e-3 * np.eye(2)[labels], labels) == pytest.approx(0.05)
    assert fit_temperature(1e6 * np.eye(2)[labels[::-1]], labels) == 20.0
    assert fit_temperature(np.zeros((40, 2)), labels) == 1.0  # no temperature changes anything


@settings(max_examples=60)
@given(st.integers(30, 90), st.integers(2, 8), st.floats(-3, 3), st.integers(0, 10_000))
@pytest.mark.medium
def test_it_is_never_worse_and_says_what_it_came_to(n: int, k: int, scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, labels = (rng.normal(size=(n, k)) * 10**scale).astype(np.float32), rng.integers(0, k, n)
    found = calibrate(logits, labels)
    assert isinstance(found, Calibration)
    assert found.after.nll <= found.before.nll + 1e-8
    assert found.after.nll == pytest.approx(cross_entropy(logits.astype(float) / found.temperature, labels), abs=1e-7)
    assert found.before.ece == pytest.approx(calibration_error(logits, labels), abs=1e-7)
    assert found.temperature == np.float32(found.temperature)
    assert found == calibrate(logits.copy(), labels.copy())


def test_too_few_pictures_are_refused_with_the_reason() -> None:
    logits, labels = drawn(30, 3, 1.0, 0)
    assert isinstance(calibrate(logits, labels), Calibration)
    assert calibrate(logits[1:], labels[1:]) == phrase("calibration.few", n="29", least="30")
    assert isinstance(calibrate(logits[:0], labels[:0]), Phrase)


def test_of_copies_one_counts() -> None:
    logits, labels = drawn(60, 4, 0.6, 5)
    again = np.random.default_rng(0).integers(0, 60, 500)  # which pictures come again, after the originals
    twice = np.concatenate([np.arange(60), again])
    assert calibrate(logits[twice], labels[twice], groups=twice + 7) == calibrate(logits, labels)
    few = calibrate(logits[twice], labels[twice], groups=twice % 29)
    assert few == phrase("calibration.few", n="29", least="30")


@pytest.mark.parametrize(("n", "kept"), [(30, 30), (1000, 1000), (1001, 1000), (12_345, 1000)])
def test_the_misses_are_those_of_the_true_classes_in_order(n: int, kept: int) -> None:
    logits, labels = drawn(n, 4, 1.5, 3)
    found = calibrate(logits, labels)
    assert isinstance(found, Calibration)
    p = torch.softmax(torch.from_numpy(logits).double() / found.temperature, 1).numpy()
    every = np.sort(1 - p[np.arange(n), labels])
    ranks = [-(-i * n // kept) for i in range(1, kept + 1)]
    assert found.misses == pytest.approx([every[r - 1] for r in ranks], rel=1e-5, abs=1e-12)
    assert ranks[-1] == n
