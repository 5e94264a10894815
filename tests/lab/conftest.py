"""The guarded application that hostile requests are put to."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.lab.asking import lab


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the guarded application; a process that it starts fails the test."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", never)
    made = lab(tmp_path)
    run = tmp_path / "runs" / "one"
    run.mkdir()
    (run / "run.json").write_text("{}")
    return made.application()
