"""What run.json says of a training, read again: only what a training can have been."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convscope.errors import InputError
from convscope.runs.run_json import read_run_json
from convscope.training.settings import RunSettings
from tests.training.tiny import go, pictures

pytestmark = pytest.mark.medium


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("runs") / "one"
    go(path, pictures())
    return read_run_json(path)


def test_settings_are_read_as_they_were_written(said: dict[str, Any]) -> None:
    settings = RunSettings.from_json(said, Path())
    assert settings.rounds == (settings.steps,)
    assert RunSettings.from_json(settings.to_json(), Path()) == settings
    several = RunSettings.from_json(said | {"steps": 7, "rounds": [1, 3, 7]}, Path())
    assert several.rounds == (1, 3, 7)


@pytest.mark.parametrize(
    ("steps", "rounds"), [(4, []), (4, [2]), (4, [4, 2]), (4, [2, 2, 4]), (4, [0, 4]), (0, [0]), (4, [2, 4, 8])]
)
def test_rounds_rise_to_the_last_step(said: dict[str, Any], steps: int, rounds: list[int]) -> None:
    with pytest.raises(InputError, match=r"run\.json: holds numbers that no run has, got steps .*, rounds \["):
        RunSettings.from_json(said | {"steps": steps, "rounds": rounds}, Path())


@pytest.mark.parametrize("change", [{"threads": 0}, {"threads": 1025}, {"threads": 2**64}, {"seed": 2**63}])
def test_threads_and_seed_are_what_a_training_may_be_given(said: dict[str, Any], change: dict[str, int]) -> None:
    with pytest.raises(InputError, match=r"run\.json: holds numbers that no run has, got threads \d+, seed \d+"):
        RunSettings.from_json(said | change, Path())
    largest = {"threads": 1024, "seed": 2**63 - 1}
    assert RunSettings.from_json(said | largest, Path()).seed == 2**63 - 1
