"""`convscope train`: train a network and write its model file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from .data_options import add_data_root, add_no_cache

if TYPE_CHECKING:
    from ..evaluation import Evaluation
    from ..training.options import TrainOptions
    from ..training.result import Result
    from ..training.settings import RunSettings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Train a network. What it writes (log, checkpoints, the model file) goes to one run directory, from which "
        "it can be resumed after Ctrl-C, a crash or a power cut, to the very same result."
    )
    parser.add_argument(
        "data",
        nargs="?",
        metavar="DATA",
        help="mnist (default), fashion-mnist, an IDX folder, a folder of pictures, or a .zip, .csv, .npz file",
    )
    parser.add_argument(
        "--from",
        dest="from_",
        metavar="MODEL",
        help="begin with a network that was trained already: lite0, a model file or a run (default: lite0 and from "
        "scratch are both tried where that is quick, and the better one is taken)",
    )
    parser.add_argument(
        "--tune",
        choices=("head", "all"),
        help="with --from: a new linear layer on its frozen features (the default for lite0), or everything (the "
        "default for one's own)",
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
    parser.add_argument(
        "--flips",
        choices=("auto", "yes", "no"),
        help="exchange left and right of half of the pictures: auto (the recipes' default, but for slides) asks the "
        "pictures whether mirrored ones mean the same",
    )
    parser.add_argument(
        "--augment",
        choices=("auto", "yes", "no"),
        help="show training pictures nearer and farther, too: auto (the default of fast and accurate) does so with "
        "colour photographs that mean the same in a mirror",
    )
    parser.add_argument(
        "--balance",
        choices=("auto", "none", "oversample", "weights"),
        help="make classes of unlike sizes count the same: auto (default) weighs losses where one class has three "
        "times the pictures of another",
    )
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
    add_data_root(parser)
    parser.add_argument(
        "--label-from", metavar="REGEX", help="labels from the paths of the pictures: '(cat|dog)' for cat.12.jpg"
    )
    parser.add_argument(
        "--group-by",
        metavar="REGEX",
        help="groups from the paths of the pictures: those of one group stay together where some are held out",
    )
    parser.add_argument(
        "--changes",
        metavar="CSV",
        help="label changes to apply, as a report's page saves them (path,sha256,from,to); no picture is touched",
    )
    parser.add_argument("--out", metavar="DIR", help="the run directory to make; default: runs/<date>-<data>-<recipe>")
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="take options from a TOML file, such as the config.toml of a run; those given here come before them",
    )
    parser.add_argument("--resume", metavar="DIR", help="continue the run in this directory; needs nothing else")
    add_no_cache(parser)
    parser.add_argument(
        "--strict", action="store_true", help="stop before training where convscope check finds a fault in the data"
    )
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train as `args` say; return the exit code."""
    options = options_of(args)
    options.require_places()  # before PyTorch is imported, which takes seconds
    from ..training.session import train_with
    from .progress import progress

    with progress(sys.stderr) as shown:
        result = train_with(options, shown)
    if shown.begin is None:  # of several processes only the first says anything
        return 0
    if args.json:
        print(json.dumps(result.to_json()))
        return 0
    for line in report(result, shown.begin.settings):
        print(line)
    for note in result.notes:
        print(f"note: {note}", file=sys.stderr)
    return 0


def report(result: Result, settings: RunSettings) -> Iterator[str]:
    """Yield what a training came to, line by line: its figures, how long it took, where the model file is."""
    test, validation = result.test, result.validation
    if test is not None and settings.recipe.name == "slides":  # as the lecture's script says it
        percent = 100 * int(test.confusion.trace()) / test.n
        yield f"Test Accuracy of the model on the {test.n} test images: {percent:f} %"
    elif test is not None:
        yield from _figures("test", test)
    if validation is not None:
        yield from _figures("validation", validation)
    if (base := result.baseline) is not None:
        yield (
            f"baseline accuracy {_share(base.accuracy, base.interval)[:-1]}, {base.n:,} pictures): {base.name}, in "
            f"{base.seconds:.1f} s; the largest class alone {100 * base.majority:.2f} %"
        )
    if result.calibration is not None:
        yield f"calibrated: {result.calibration.said()}"
    if result.rejection is not None:
        yield f"none of these: {result.rejection.said()}"
    speed = "" if settings.is_fit else f", {result.images_per_second:,.0f} pictures/s"
    yield f"trained in {result.train_seconds:.1f} s{speed}"
    yield f"model {result.model}"


def options_of(args: argparse.Namespace) -> TrainOptions:
    """Return what the command's words ask for, before those of a file; `TrainOptions.words` gives the words. Raises as
    TrainOptions does, InputError for a file that is no such one.
    """
    from ..training.options import TrainOptions

    asked = {field.name: getattr(args, field.name) for field in fields(TrainOptions)}
    if args.config is None:
        return TrainOptions(**asked)
    from ..training.config_file import with_config

    return with_config(asked, args.config)


def _figures(split: str, evaluation: Evaluation) -> Iterator[str]:
    from ..evaluation.figures import SKEWED

    e = evaluation
    yield f"{split} accuracy {_share(e.accuracy, e.interval)[:-1]}, {e.n:,} pictures), loss {e.loss:.4f}"
    if e.skew > SKEWED:
        yield f"{split} balanced accuracy {_share(e.balanced_accuracy, e.balanced_interval)}"
    if e.without_leaks is not None and e.without_leaks.n:
        yield f"without those that training has seen ({e.n - e.without_leaks.n:,}):"
        yield from _figures(split, e.without_leaks)


def _share(figure: float, interval: tuple[float, float]) -> str:
    low, high = (100 * end for end in interval)
    return f"{100 * figure:.2f} % (95 % interval {low:.2f} to {high:.2f})"
