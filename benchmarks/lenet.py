"""LeNet-5 of 1998 beside today's `fast`: trained by convscope on MNIST, three seeds each.

    python -m benchmarks.lenet                     both, which takes some minutes
    python -m benchmarks.lenet --plans lenet5      one of them; rows of other runs stay in the file

One run is what `convscope train mnist --arch lenet5 --recipe plain --seed 0 --threads 1` does: 5,000 of the 60,000
training pictures are held out. `lenet5` has no batch normalisation and trains by the recipe `plain`, `fast` by its own.
Chapter 8 of the lab shows the rows, from convscope/page/trained_plans.json, with the run of `slides` that ships.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import convscope.page
from benchmarks import results
from convscope import train
from convscope.runs.log import read_sound_lines
from convscope.runs.records import ResultLine
from convscope.runs.run_json import read_run_json

WHAT = (
    "LeNet-5 (1998) and today's `fast`, trained on MNIST by convscope, one thread, one row a run: seconds of training "
    "by the wall clock and of CPU time (the whole command's, evaluation and export included), "
    "and the accuracy on the 10,000 test pictures."
)
RECIPES = {"lenet5": "plain", "fast": "fast"}
PAGE = Path(convscope.page.__file__).parent


def main() -> None:
    """Train what was asked for, and write each run to benchmarks/results/lenet.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plans", nargs="+", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="another folder for the results")
    given = parser.parse_args()
    for plan in given.plans:
        for seed in given.seeds:
            row = measured(plan, seed)
            print(row, flush=True)
            results.write("lenet", WHAT, [row], key=("plan", "seed"), folder=given.results)
    if given.results == results.FOLDER:
        (PAGE / "trained_plans.json").write_text(for_page(results.read("lenet")["rows"]), encoding="utf-8")


def for_page(rows: list[results.Row]) -> str:
    """Return the text of trained_plans.json: the rows by plan, and the run that ships between them."""
    settings = read_run_json(PAGE / "slides")
    (shipped,) = (line for line in read_sound_lines(PAGE / "slides") if isinstance(line, ResultLine))
    assert shipped.test is not None
    slides = {
        "plan": "slides",
        "recipe": settings["recipe"]["name"],
        "epochs": settings["epochs"],
        "accuracies": [shipped.test.accuracy],
    }
    measured = {row["plan"]: [one for one in rows if one["plan"] == row["plan"]] for row in rows}
    plans = [
        {
            "plan": plan,
            "recipe": found[0]["recipe"],
            "epochs": round(found[0]["epochs"], 2),
            "accuracies": [one["accuracy"] for one in found],
        }
        for plan, found in measured.items()
    ]
    return json.dumps([*plans[:1], slides, *plans[1:]], indent=1) + "\n"


def measured(plan: str, seed: int) -> results.Row:
    """Train one plan with one seed and return its row."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        result = train("mnist", arch=plan, recipe=RECIPES[plan], seed=seed, threads=1, out=Path(folder) / "run")
        cpu = time.process_time() - began
    assert result.test is not None
    return {
        "plan": plan,
        "recipe": RECIPES[plan],
        "seed": seed,
        "epochs": result.epochs,
        "parameters": result.parameters,
        "macs": result.macs,
        "seconds": round(result.train_seconds, 2),
        "cpu": round(cpu, 2),
        "accuracy": result.test.accuracy,
    }


if __name__ == "__main__":
    main()
