"""What chapter 12 makes of its trainings, beside Python's statistics and sums by hand; what its address says."""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope.formula import parse, trace
from convscope.page.modules import join

pytestmark = pytest.mark.medium

HERE = Path(__file__).parent
RNG = random.Random(12)
ANSWER = """
const asked = JSON.parse(process.argv[2]);
console.log(JSON.stringify(asked.map(([name, ...given]) => outcomes[name](...given) ?? null)));
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("node"):
        pytest.skip("needs node")
    path = tmp_path_factory.mktemp("outcomes") / "outcomes.mjs"
    path.write_text(join(HERE / "outcomes_page.js", HERE.parents[2]) + ANSWER, encoding="utf-8")
    return path


def ask(script: Path, *asked: list[Any]) -> list[Any]:
    command = ["node", str(script), json.dumps(asked)]
    found: list[Any] = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    return found


def test_mean_deviation_and_noise_are_those_of_statistics(script: Path) -> None:
    values = [[RNG.uniform(-3, 9) for _ in range(n)] for n in (2, 5, 16, 41)]
    found = ask(script, *(["meanAndDeviation", one] for one in values), *(["noiseOf", one] for one in values[2:]))
    for one, got in zip(values, found, strict=False):
        assert got["mean"] == pytest.approx(statistics.mean(one), rel=1e-12)
        assert got["deviation"] == pytest.approx(statistics.stdev(one), rel=1e-12)
    assert found[4:] == pytest.approx([statistics.stdev(values[2][12:]), statistics.stdev(values[3][30:])], rel=1e-12)
    assert ask(script, ["meanAndDeviation", [4]])[0] == {"mean": 4, "deviation": None}, "one number has no spread"


def test_early_stopping_keeps_the_earliest_lowest_loss(script: Path) -> None:
    measures = [{"step": i, "loss": loss} for i, loss in enumerate([2.3, 0.5, 0.4, 0.4, 0.9])]
    assert [one and one["step"] for one in ask(script, ["leastLoss", measures], ["leastLoss", []])] == [2, None]


def test_choosing_takes_the_first_best_of_each_part(script: Path) -> None:
    validations = [[0.90, 0.7], [0.96, 0.9], [0.93, 0.9]]
    tests = [0.95, 0.85, 0.90]
    first, second = ask(script, ["choosing", validations, tests])[0]
    assert first == pytest.approx({"chosen": 1, "validation": 0.96, "test": 0.85, "lead": 0.03, "leadOnTest": -0.05})
    assert second["chosen"] == 1, "the first of equals"
    table = np.random.default_rng(3).uniform(0.8, 1, (10, 7))
    test = table.mean(1)
    for part, found in enumerate(ask(script, ["choosing", table.tolist(), test.tolist()])[0]):
        best = int(table[:, part].argmax())
        assert found["chosen"] == best
        assert found["lead"] == pytest.approx(table[best, part] - table[:, part].mean())
        assert found["leadOnTest"] == pytest.approx(test[best] - test.mean())


@pytest.mark.parametrize(
    ("training", "validation", "dead", "outcome"),
    [
        (0.10, 0.10, 8, "dead"),
        (0.10, 0.10, 7, "poor"),
        (0.95, 0.90, 16, "good"),
        (1.00, 0.89, 0, "apart"),
        (0.69, 0.30, 0, "poor"),
    ],
)
def test_what_became_of_a_training(script: Path, training: float, validation: float, dead: int, outcome: str) -> None:
    figures = {"training": training, "validation": validation, "layers": [{"channels": 16, "dead": dead}]}
    asked = [["outcomeOf", {**figures, "diverged": diverged}] for diverged in (False, True)]
    assert ask(script, *asked) == [outcome, "diverged"]


def test_every_experiment_stands_in_the_address_and_can_be_traced(script: Path) -> None:
    for one in ask(script, ["experiments"])[0]:
        for settings in (one["before"], one["now"]):
            change, code, formula = ask(script, ["changeOf", settings], ["codeOf", settings], ["formulaOf", settings])
            state = {key: str(value) for key, value in change.items() if value is not None}
            assert ask(script, ["settingsOf", state], ["settingsOfCode", code]) == [settings, settings]
            traced = trace(parse(formula), (1, 28, 28), 10)
            assert traced.parameters == 7706 + (80 if settings["x"] else 0)  # bn: two numbers each of 8 + 16 + 16
        differing = [key for key in one["now"] if one["now"][key] != one["before"][key]]
        assert len(differing) == (2 if one["id"] == "one" else 1), "an experiment changes one thing"


def test_what_the_address_makes_no_sense_of_is_as_at_the_beginning(script: Path) -> None:
    usual, same, none = ask(
        script,
        ["settingsOf", {}],
        ["settingsOf", {"r": "0.4", "m": "x", "i": "1000", "n": "-50"}],
        ["settingsOfCode", ""],
    )
    assert usual == same
    assert none is None


def test_versions_of_a_digit_are_shifts_of_it(script: Path) -> None:
    picture = np.zeros((28, 28), np.uint8)
    picture[8:20, 9:18] = np.random.default_rng(1).integers(1, 256, (12, 9))
    pictures = {"pixels": picture.reshape(-1).tolist(), "labels": [3], "shape": [1, 28, 28]}
    code = "const given = asked[0][1]; given.pixels = Uint8Array.from(given.pixels);"
    script = script.with_name("versions.mjs")
    script.write_text(
        join(HERE / "outcomes_page.js", HERE.parents[2]) + ANSWER.replace("console", f"{code}\nconsole"),
        encoding="utf-8",
    )
    same = ask(script, ["versions", pictures, 0])[0]
    assert all(one == picture.reshape(-1).tolist() for one in same)
    shifted = [np.array(one).reshape(28, 28) for one in ask(script, ["versions", pictures, 1])[0]]
    places = []
    for one in shifted:
        fits = [
            (down, right)
            for down in range(-2, 3)
            for right in range(-2, 3)
            if (np.roll(picture, (down, right), (0, 1)) == one).all()
        ]
        assert len(fits) == 1
        places += fits
    assert len(set(places)) > 3
    turned = ask(script, ["versions", pictures, 2])[0]
    assert len({tuple(one) for one in turned}) == 8
