"""Every accuracy that README.md, docs/training.md, the recipes and the plans quote is the one that was measured.

The figures stand in benchmarks/results/frontier.json. After new measurements this test says which sentences change.
"""

from __future__ import annotations

import re
import statistics
from pathlib import Path
from typing import Any

import pytest

from benchmarks.report import MARKS
from benchmarks.results import read
from convscope.evaluation import wilson

ROOT = Path(__file__).parents[2]
ROWS: list[dict[str, Any]] = read("frontier")["rows"]


def rows(line: str) -> list[dict[str, Any]]:
    """Return the runs of a line of the frontier, in bfloat16 on one core, by seed."""
    found = [row for row in ROWS if (row["line"], row["precision"]) == (line, "bfloat16")]
    return sorted(found, key=lambda row: int(row["seed"]))


def accuracy(line: str, digits: int = 2) -> str:
    return f"{100 * statistics.fmean(row['accuracy'] for row in rows(line)):.{digits}f} %"


def seconds(line: str) -> float:
    return statistics.fmean(row["seconds"] for row in rows(line))


def example() -> tuple[str, str]:
    """Return the first of the lines that `convscope train mnist` ends with and the one of its speed, by the run with
    seed 0.
    """
    run = rows("99.3 %")[0]
    low, high = (100 * x for x in wilson(round(10_000 * run["accuracy"]), 10_000))
    return (
        f"test accuracy {100 * run['accuracy']:.2f} % "
        f"(95 % interval {low:.2f} to {high:.2f}, 10,000 pictures), loss …\n",
        f"trained in {run['seconds']:.1f} s, {run['pictures_per_second']:,.0f} pictures/s\n",
    )


WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
QUOTES = [
    *(("README.md", line) for line in example()),
    ("docs/training.md", f"its own plan: {accuracy('99.3 %')} in {seconds('99.3 %'):.0f} s of one core"),
    ("docs/training.md", f"with augmentation: {accuracy('99.7 %', 1)} in {seconds('99.7 %') / 60:.0f} minutes"),
    ("docs/training.md", f"48,378 parameters, {accuracy('99.6 %')} in {seconds('99.6 %'):.0f} s"),
    ("docs/training.md", f"9,930 parameters, {accuracy('tiny')} in {seconds('tiny'):.0f} s"),
    (
        "convscope/training/recipes.py",
        f"{accuracy('99.3 %')} on MNIST in about {WORDS[round(seconds('99.3 %'))]} seconds of one core",
    ),
    ("convscope/formula/zoo.py", f"48,378: {accuracy('99.6 %')} on MNIST's test pictures after 7.5 epochs"),
    ("convscope/formula/zoo.py", f"9,930: {accuracy('tiny')} on MNIST's test pictures after 14 epochs"),
]


@pytest.mark.parametrize(("page", "sentence"), QUOTES)
def test_a_quoted_figure_is_the_measured_one(page: str, sentence: str) -> None:
    assert sentence in (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/training.md"])
def test_no_accuracy_is_quoted_that_nothing_holds(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    begin, end = MARKS  # what lies between is written by benchmarks/report.py
    text = re.sub(re.escape(begin) + ".*?" + re.escape(end), "", text, flags=re.DOTALL)
    held = {figure for of, sentence in QUOTES if of == page for figure in re.findall(r"9\d\.\d+ %", sentence)}
    assert set(re.findall(r"9\d\.\d+ %", text)) <= held
