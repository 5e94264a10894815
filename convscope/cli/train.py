"""`convscope train`: train a network and write its model file."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..training.options import TrainOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Train a network. What it writes (log, checkpoints, the model file) goes to one run directory, from which "
        "it can be resumed after Ctrl-C, a crash or a power cut, to the very same result."
    )
    parser.add_argument(
        "data", nargs="?", metavar="DATA", help="mnist (default), fashion-mnist, an IDX folder, a folder of pictures"
    )
    parser.add_argument(
        "--arch", metavar="FORMULA", help="a formula or the name of a plan; default: the recipe's own plan"
    )
    parser.add_argument("--recipe", metavar="NAME", help="how to train: fast (default), accurate, plain, slides")
    parser.add_argument(
        "--epochs",
        type=float,
        metavar="N",
        help="passes over the training pictures, such as 5 or 0.5 (default: the recipe's)",
    )
    parser.add_argument(
        "--budget",
        metavar="B",
        help="a time, such as 30s or 2m, or an accuracy to reach, such as 99.5%%, instead of --epochs",
    )
    parser.add_argument("--batch-size", type=int, metavar="N", help="pictures per step (default: the recipe's)")
    parser.add_argument("--lr", type=float, metavar="X", help="peak learning rate (default: the recipe's)")
    parser.add_argument("--seed", type=int, metavar="N", help="seed of every random number (default 0)")
    parser.add_argument(
        "--val", type=int, metavar="N", help="hold out N training pictures and measure on them after every epoch"
    )
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda", "mps"),
        default="auto",
        help="device to train on (default auto: a GPU where there is one)",
    )
    parser.add_argument(
        "--threads", type=int, metavar="N", help="CPU threads (default: one for every CPU that is free)"
    )
    parser.add_argument("--size", type=int, metavar="N", help="resize pictures of a folder to N x N pixels")
    parser.add_argument("--data-root", metavar="DIR", help="folder with fashion-mnist's files")
    parser.add_argument(
        "--label-from", metavar="REGEX", help="labels from the paths of the pictures: '(cat|dog)' for cat.12.jpg"
    )
    parser.add_argument(
        "--group-by",
        metavar="REGEX",
        help="groups from the paths of the pictures: those of one group stay together where some are held out",
    )
    parser.add_argument("--out", metavar="DIR", help="the run directory to make; default: runs/<date>-<data>-<recipe>")
    parser.add_argument("--resume", metavar="DIR", help="continue the run in this directory; needs nothing else")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train as `args` say; return the exit code."""
    from ..training.session import train_with
    from .progress import progress

    with progress(sys.stderr) as shown:
        result = train_with(options_of(args), shown)
    if shown.begin is None:  # of several processes only the first says anything
        return 0
    if args.json:
        print(json.dumps(result.to_json()))
        return 0
    test, recipe = result.test, shown.begin.settings.recipe.name
    if test is None:
        figures = result.validation
        if figures is not None:
            print(f"validation accuracy {_figures(figures)}; there are no test pictures")
    elif recipe == "slides":
        percent = 100 * int(test.confusion.trace()) / test.n
        print(
            f"Test Accuracy of the model on the {test.n} test images: {percent:f} %"
        )  # as the lecture's script says it
    else:
        print(f"test accuracy {_figures(test)}")
    print(f"trained in {result.train_seconds:.1f} s, {result.images_per_second:,.0f} pictures/s")
    print(f"model {result.model}")
    return 0


def options_of(args: argparse.Namespace) -> TrainOptions:
    """Return what the command's words ask for; `TrainOptions.words` gives the words. Raises as TrainOptions does."""
    from ..training.options import TrainOptions

    return TrainOptions(**{field.name: getattr(args, field.name) for field in fields(TrainOptions)})


def _figures(evaluation: object) -> str:
    from ..evaluation import Evaluation

    assert isinstance(evaluation, Evaluation)
    low, high = (100 * x for x in evaluation.interval)
    return (
        f"{100 * evaluation.accuracy:.2f} % (95 % interval {low:.2f} to {high:.2f}, {evaluation.n:,} pictures), "
        f"loss {evaluation.loss:.4f}"
    )
