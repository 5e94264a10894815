"""The benchmark of two processes: what is summed, and that a training inside it says its rate."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks import ddp


def saying(text: str, code: int = 0) -> ddp.Process:
    return subprocess.Popen(
        [sys.executable, "-c", f"print({text!r}); raise SystemExit({code})"], stdout=subprocess.PIPE, text=True
    )


def test_rates_of_processes_add_up_and_other_words_are_passed_over() -> None:
    said = saying('a note\n{"rate": 2.5, "step": 1.0}'), saying('{"rate": 4, "step": 2.0}')
    assert ddp.rate(*said) == (6.5, 1.5)
    with pytest.raises(RuntimeError, match="failed"):
        ddp.rate(saying('{"rate": 2.5, "step": 1.0}'), saying("", 1))


@pytest.mark.slow
def test_a_training_says_its_rate(capsys: pytest.CaptureFixture[str]) -> None:
    ddp.train(ddp.Case("fast", 32, 30))
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert 0 < said["rate"] < 1e6
    assert said["step"] > 0
