"""convscope itself, measured as its peers are: the whole schedule of one recipe, by `convscope.train`, on one
thread."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from common import Watch, end, say

sys.path.insert(0, str(Path(__file__).parents[2]))

import convscope
from convscope.runs.records import EpochLine, StepLine
from convscope.training.events import BeginLine, Event
from convscope.training.recipes import named


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipe", default="fast")
    parser.add_argument("--arch")
    parser.add_argument("--epochs", type=float)
    parser.add_argument("--precision")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int)
    given = parser.parse_args()
    recipe, watch = named(given.recipe), Watch()
    begins: list[BeginLine] = []
    if given.precision:
        recipe = replace(recipe, precision=given.precision)

    def progress(line: Event) -> None:
        if isinstance(line, BeginLine):
            begins.append(line)
            watch.restart()
        elif isinstance(line, StepLine):
            watch.stepped()
            if given.steps == 1:
                raise SystemExit
        elif isinstance(line, EpochLine) and line.step == begins[0].settings.steps:
            watch.pause()  # the schedule is at its end; what follows is the test and the model file

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        result = convscope.train(
            "mnist",
            arch=given.arch,
            recipe=recipe,
            epochs=given.epochs,
            seed=given.seed,
            threads=1,
            out=out,
            progress=progress,
        )
    assert result.test is not None
    trained = {"epochs": result.epochs, "schedule": result.epochs, "seconds": watch.wall, "cpu": watch.cpu}
    say("budget", **trained, accuracy=result.test.accuracy)
    settings = begins[0].settings
    say("note", precision=settings.recipe.precision, parameters=result.parameters)
    shown = settings.recipe.pictures(settings.data.train, settings.steps)
    watch.resume()
    end(watch, shown)


main()
