"""Without a Chromium the browser tests are skipped and the last line says so; in CI that is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEST = "tests/browser/test_modules.py"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ci", "code", "counted", "said"),
    [
        ("", 0, "skipped", "browser tests were skipped: there is no Chromium here. To run them too: apt-get install"),
        ("true", 1, "error", "needs chromium and chromedriver"),
    ],
)
def test_the_browser_is_missing(ci: str, code: int, counted: str, said: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": str(tmp_path), "CI": ci}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", TEST]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert counted in done.stdout
    assert said in done.stdout
