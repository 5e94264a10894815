"""The page's SHA-256 is hashlib's, at every length around a block's end."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tests.page.js.learn.conftest import learn  # the fixture
from tests.page.js.learn.node import Learner

pytestmark = pytest.mark.medium

__all__ = ["learn"]


def test_it_is_hashlibs(learn: Learner) -> None:
    data = np.random.default_rng(0).integers(0, 256, 300_000, dtype=np.uint8)
    for size in (*range(130), 1000, 299_999):
        assert learn.call("sha256", bytes=data[:size]) == hashlib.sha256(data[:size]).hexdigest(), size
