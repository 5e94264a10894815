"""Sets against sorting by hand, their coverage by simulation, the range of coverage against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from convscope.calibration import Calibration
from convscope.calibration.prediction_sets import beta_quantile, pictures_needed, set_rule
from convscope.calibration.scoring import log_softmax
from convscope.calibration.temperature import calibrate
from convscope.errors import InputError, UsageError
from tests.calibration.made import calibrated


def test_a_rule_by_hand() -> None:
    """The misses are 1/40 … 40/40; ⌈41·0.9⌉ = 37, so classes of probability 1 − 37/40 = 0.075 or more are in a set."""
    rule = set_rule(calibrated(n=40), 0.9)
    assert rule.least == pytest.approx(0.075, abs=2e-6)
    assert rule.members([0.07, 0.9, 0.03]) == [1]
    assert rule.members([0.08, 0.0, 0.92]) == [2, 0]
    assert rule.members([0.075, 0.4, 0.4, 0.125]) == [1, 2, 3, 0]
    assert set_rule(calibrated(n=40), 0.5).members([0.3, 0.4, 0.3]) == [
        1
    ]  # the most probable one, also below 1 − 21/40


def test_what_43_pictures_allow() -> None:
    low, high = set_rule(calibrated(n=43), 0.9).coverage
    assert (round(100 * low), round(100 * high)) == (81, 97)


@given(st.integers(1, 30_000), st.integers(1, 30_000), st.sampled_from([0.025, 0.5, 0.975]))
@pytest.mark.medium
def test_the_quantile_is_scipys(a: int, b: int, q: float) -> None:
    assert beta_quantile(q, a, b) == pytest.approx(beta.ppf(q, a, b), abs=1e-9)


@pytest.mark.parametrize(("level", "needed"), [(0.5, 1), (0.75, 3), (0.8, 4), (0.9, 9), (0.95, 19), (0.99, 99)])
def test_too_few_pictures_are_refused_with_how_many_are_needed(level: float, needed: int) -> None:
    assert pictures_needed(level) == needed
    assert set_rule(calibrated(n=needed), level).n == needed
    if needed > 1:
        with pytest.raises(InputError, match=f"got {needed - 1}, expected {needed} or more"):
            set_rule(calibrated(n=needed - 1), level)


def test_other_levels_and_models_without_held_out_pictures() -> None:
    for level in (0.0, 1.0, -1.0, 90.0, float("nan")):
        with pytest.raises(UsageError, match="expected a number above 0 and below 1"):
            set_rule(calibrated(), level)
    with pytest.raises(InputError, match="train with val=30 or more"):
        set_rule(None, 0.9)


def of_rank(n: int, level: float) -> int:
    """Return the rank of the miss that 1 − `least` is, for misses of which the i-th is i/n."""
    kept = min(n, 1000)
    misses = tuple(-(-i * n // kept) / n for i in range(1, kept + 1))
    base = calibrated(n=30)
    rule = set_rule(Calibration(1.0, n, base.before, base.after, misses), level)
    return round((1 - rule.least) * n)


@given(st.integers(1, 1000), st.floats(0.01, 0.99))
@pytest.mark.medium
def test_of_up_to_1000_pictures_the_rank_is_exact(n: int, level: float) -> None:
    if n >= pictures_needed(level):
        assert of_rank(n, level) == int(np.ceil((n + 1) * level - 1e-9))


@pytest.mark.slow
@given(st.integers(1001, 20_000), st.floats(0.01, 0.99))
def test_of_more_the_next_one_that_was_kept(n: int, level: float) -> None:
    rank = int(np.ceil((n + 1) * level - 1e-9))
    assert rank <= of_rank(n, level) <= rank + -(-n // 1000)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "level"), [(30, 0.9), (60, 0.8), (200, 0.95), pytest.param(2000, 0.9, marks=pytest.mark.long)]
)
def test_the_true_class_is_in_the_set_as_often_as_asked(n: int, level: float) -> None:
    """300 models, each calibrated on its own n pictures, and 500 new pictures for each: the mean coverage is the level
    (the rank's (rank/(n+1)) at most above), and 95 % of the models' lie within the range.
    """
    rng = np.random.default_rng(n)
    k, new, shares, within = 8, 500, [], 0
    for _ in range(300):
        logits = rng.normal(size=(n + new, k))  # low scores: the most probable class alone is right a third of the time
        labels = (logits + rng.gumbel(size=logits.shape)).argmax(1)
        found = calibrate(logits[:n], labels[:n])
        assert isinstance(found, Calibration)
        rule = set_rule(found, level)
        p = np.exp(log_softmax(logits[n:] / found.temperature))
        hits = [label in rule.members(row) for row, label in zip(p.tolist(), labels[n:].tolist(), strict=True)]
        shares.append(np.mean(hits))
        spread = 2 * np.sqrt(level * (1 - level) / new)  # the new pictures' own chance
        within += rule.coverage[0] - spread <= shares[-1] <= rule.coverage[1] + spread
    expected = np.ceil((n + 1) * level) / (n + 1)
    assert np.mean(shares) == pytest.approx(expected, abs=0.006)
    assert within >= 0.95 * 300
