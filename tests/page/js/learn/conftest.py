"""One Node.js for all tests of the engine that learns."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.page.js.learn.node import Learner, learner


@pytest.fixture(scope="session")
def learn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learner]:
    if not shutil.which("node") and os.environ.get("CI") != "true":
        pytest.skip("needs node")
    with learner(tmp_path_factory.mktemp("learn")) as started:
        yield started
