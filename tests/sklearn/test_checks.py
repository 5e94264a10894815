"""Every check that scikit-learn has for an estimator, on a classifier that trains for a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from convscope.sklearn import ConvClassifier

FAILS = {
    "check_sample_weight_equivalence_on_dense_data": "the order of the batches and the samples held out are drawn of "
    "the rows there are: a row twice is not a weight of 2 to the bit",
}


@parametrize_with_checks([ConvClassifier(epochs=40)], expected_failed_checks=lambda estimator: FAILS)
@pytest.mark.medium
def test_scikit_learns_own_checks(estimator: ConvClassifier, check: Callable[[Any], None]) -> None:
    check(estimator)
