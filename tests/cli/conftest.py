"""What a verb says here is in the words of the command line, also where a test runs it without `main`; and a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convscope.caller import command_line
from convscope.modelfile import write
from tests.cli.predicting import SHAPE
from tests.samples import sample


@pytest.fixture(autouse=True)
def _as_a_command() -> Iterator[None]:
    with command_line():
        yield


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return a run directory that holds a model of four classes, whose names are not easily printed."""
    network, spec, weights, _ = sample("conv(4, 3) + relu + maxpool(2) + fc", SHAPE, 4, "auto")
    (tmp_path / "run").mkdir()
    write(tmp_path / "run" / "model.onnx", network, spec, weights, ("cat", "개", "a\nb", "=1+1"))
    return tmp_path / "run"
