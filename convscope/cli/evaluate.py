"""`convscope evaluate`: how good a model file is on labelled pictures."""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import TYPE_CHECKING

from ..errors import phrase

if TYPE_CHECKING:
    from ..evaluation import Evaluation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Measure a model file on labelled pictures: accuracy with its 95 % interval, loss, confusion matrix, and "
        "precision, recall and F1 of each class. Classes are matched by name."
    )
    parser.add_argument("model", metavar="MODEL", help="a model.onnx or a run directory")
    parser.add_argument(
        "data", nargs="?", default="mnist", metavar="DATA", help="mnist (default), fashion-mnist, a folder"
    )
    parser.add_argument(
        "--split",
        choices=("train", "validation", "test"),
        default="test",
        help="which pictures (validation: those that its training held out; default test)",
    )
    parser.add_argument("--data-root", metavar="DIR", help="folder with fashion-mnist's files")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure as `args` say; return the exit code."""
    from ..evaluation import evaluate

    evaluation = evaluate(args.model, args.data, args.split, args.data_root)
    if evaluation.inverted:
        note = phrase("note.inverted", n=f"{evaluation.inverted:,}", all=f"{evaluation.n:,}")
        print(note, file=sys.stderr)
    print(json.dumps(evaluation.to_json()) if args.json else table(evaluation))
    return 0


def table(evaluation: Evaluation) -> str:
    """Return the figures for reading: totals, then a line a class, then the confusion matrix if it fits a page."""
    from ..errors import printable

    e = evaluation
    low, high = (100 * x for x in e.interval)
    lines = [
        f"accuracy  {100 * e.accuracy:.2f} %  (95 % interval {low:.2f} to {high:.2f}, {e.n:,} pictures)",
        f"loss      {e.loss:.4f} nats",
        "",
    ]
    names = [printable(name, 24) for name in e.classes]
    width = max(len("class"), *map(len, names))
    lines.append(f"{'class':<{width}}  pictures  precision   recall       F1")
    for name, n, p, r, f in zip(names, e.confusion.sum(1), e.precision, e.recall, e.f1, strict=True):
        lines.append(f"{name:<{width}}  {n:8,}   {percent(p)} {percent(r)} {percent(f)}")
    if len(names) <= 20:
        cell = max(len(str(e.confusion.max())), *(min(6, len(name)) for name in names)) + 1
        lines += ["", "confusion: a row for each true class, a column for each predicted one"]
        lines.append(" " * width + "".join(f"{name[: cell - 1]:>{cell}}" for name in names))
        for name, row in zip(names, e.confusion, strict=True):
            lines.append(f"{name:<{width}}" + "".join(f"{n:>{cell}}" for n in row))
    return "\n".join(lines)


def percent(fraction: float) -> str:
    """Return a fraction as eight characters of per cent; a dash for NaN, where there is nothing to count.

    >>> percent(0.5), percent(math.nan)
    (' 50.00 %', '       –')
    """
    return f"{'–':>8}" if math.isnan(fraction) else f"{100 * fraction:6.2f} %"
