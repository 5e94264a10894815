"""Loading: PyTorch is imported meanwhile, and what its import raises is not lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from convscope.training.loading import load_dataset
from convscope.training.options import TrainOptions


@pytest.mark.medium
def test_what_the_import_of_torch_raises_is_raised_once_the_data_is_there(tmp_path: Path) -> None:
    """A second import of a module in C that failed half way says something that helps nobody."""
    (tmp_path / "torch.py").write_text("import sys\nsys.tried = hasattr(sys, 'tried')\nraise RuntimeError(sys.tried)\n")
    code = f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
import convscope.training.loading as loading
loading.available_cpus = lambda: 2
try:
    loading.load_dataset(loading.TrainOptions())
except RuntimeError as error:
    print(error, sys.tried)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False False\n"  # imported once, and that is what is said


@pytest.mark.medium
def test_data_that_is_given_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load_dataset(TrainOptions())
    monkeypatch.setattr("convscope.training.loading.available_cpus", lambda: 1)  # nothing is imported beside it
    assert load_dataset(TrainOptions(dataset)) is dataset
