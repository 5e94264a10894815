"""One Node.js for all tests of the engine that learns."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.page.js.learn.node import Learner, learner

RELAXED = "--experimental-wasm-relaxed-simd"  # what Node.js 20 wants to be told, and newer ones know no more


@pytest.fixture(scope="session")
def learn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learner]:
    if not shutil.which("node") and os.environ.get("CI") != "true":
        pytest.skip("needs node")
    told = subprocess.run(["node", RELAXED, "-e", "0"], capture_output=True, check=False, timeout=60)
    with learner(tmp_path_factory.mktemp("learn"), *([RELAXED] if told.returncode == 0 else [])) as started:
        yield started


@pytest.fixture(params=["plain", "simd", "relaxed"])
def kernels(request: pytest.FixtureRequest, learn: Learner) -> str:
    """Each kind of inner loops in turn; Node.js before 20 knows no relaxed SIMD."""
    name = str(request.param)
    try:
        assert learn.call("works", wanted=[name])["name"] == name
    except RuntimeError:
        assert name == "relaxed"
        pytest.skip("this Node.js has no relaxed SIMD")
    return name
