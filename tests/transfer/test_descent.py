"""L-BFGS beside closed forms and SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

from convscope.transfer.descent import minimise


def test_a_quadratic_has_its_minimum_where_the_equations_say() -> None:
    rng = np.random.default_rng(1)
    root = rng.normal(size=(12, 12))
    matrix, side = root @ root.T + np.diag(np.geomspace(1e-2, 100, 12)), rng.normal(size=12)
    found = minimise(lambda x: (float(x @ matrix @ x / 2 - side @ x), matrix @ x - side), np.zeros(12), 1e-10)
    np.testing.assert_allclose(found, np.linalg.solve(matrix, side), rtol=1e-7)


def test_a_bent_valley_ends_where_scipys_does() -> None:
    start = np.array([-1.2, 1.0, 0.3, -0.5])
    theirs = minimize(rosen, start, jac=rosen_der, method="BFGS", options={"gtol": 1e-10}).x
    found = minimise(lambda x: (float(rosen(x)), rosen_der(x)), start, 1e-9)
    np.testing.assert_allclose(found, theirs, atol=1e-7)


@pytest.mark.parametrize("start", [0.0, 1e6])
def test_what_cannot_fall_further_ends(start: float) -> None:
    """|x| has no slope of 0: the search ends, and not far from the minimum."""
    found = minimise(lambda x: (float(np.abs(x).sum()), np.sign(x)), np.array([start]), 1e-9)
    assert abs(found[0]) <= max(1e-6, 1e-6 * start)


def test_a_start_at_the_minimum_stays() -> None:
    found = minimise(lambda x: (float(x @ x), 2 * x), np.zeros(3), 1e-9)
    np.testing.assert_array_equal(found, np.zeros(3))
