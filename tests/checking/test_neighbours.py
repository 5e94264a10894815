"""The nearest by cosine are those that all pairs, one by one, say."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.checking import neighbours as module
from convscope.checking.neighbours import neighbours


@pytest.mark.parametrize(("n", "most"), [(40, 5), (6, 13), (2, 1), (1, 3), (0, 3)])
def test_they_are_those_of_all_pairs(n: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 7)
    features = np.random.default_rng(n).normal(size=(n, 4)).astype(np.float32)
    found = neighbours(features, most)
    assert found.at.shape == found.far.shape == (n, max(0, min(most, n - 1)))
    for i in range(n):
        far = {
            j: 1 - features[i] @ features[j] / np.linalg.norm(features[i]) / np.linalg.norm(features[j])
            for j in range(n)
            if j != i
        }
        expected = sorted(far, key=lambda j: far[j])[: found.at.shape[1]]
        assert found.at[i].tolist() == expected
        np.testing.assert_allclose(found.far[i], [far[j] for j in expected], atol=1e-5)
