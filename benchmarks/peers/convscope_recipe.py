"""convscope itself, measured as its peers are: the whole schedule of one recipe, by `convscope.train`, on one
thread."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from common import Watch, end, say

sys.path.insert(0, str(Path(__file__).parents[2]))

import convscope
from convscope.training.recipes import Recipe, named


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipe", default="fast")
    parser.add_argument("--arch")
    parser.add_argument("--epochs", type=float)
    parser.add_argument("--precision")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int)
    given = parser.parse_args()
    recipe, begin, watch = named(given.recipe), {}, Watch()
    if given.precision:
        recipe = replace(recipe, precision=given.precision)

    def progress(line: dict[str, Any]) -> None:
        if line["kind"] == "begin":
            begin.update(line)
            watch.restart()
        elif line["kind"] == "step":
            watch.stepped()
            if given.steps == 1:
                raise SystemExit
        elif line["kind"] == "epoch" and line["step"] == begin["steps"]:
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
    say("note", precision=begin["recipe"]["precision"], parameters=result.parameters)
    shown = Recipe.from_json(begin["recipe"]).pictures(begin["data"]["train"], begin["steps"])
    watch.resume()
    end(watch, shown)


main()
