"""`convscope evaluate`: how good a model file is on labelled pictures."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .columns import columns, left, right
from .data_options import add_data_root, add_no_cache, add_patterns
from .foreign_options import add_foreign, foreign_model, refuse_foreign

if TYPE_CHECKING:
    from ..evaluation import Evaluation

MOST = 20  # classes of a confusion matrix that fits a page


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Measure a model on labelled pictures: accuracy, loss and calibration error, the confusion matrix, and "
        "precision, recall and F1 of each class, with 95 % intervals. The first line says which pictures. Classes are "
        "matched by name; those of another ONNX file that names none, by the order of the data's."
    )
    parser.add_argument(
        "model", metavar="MODEL", help="a run directory, or a model.onnx or another ONNX file with DATA"
    )
    parser.add_argument(
        "data",
        nargs="?",
        metavar="DATA",
        help="mnist, fashion-mnist, a folder, also of one class (default: what the run was trained with)",
    )
    parser.add_argument(
        "--split",
        choices=("train", "validation", "test"),
        help="which pictures (validation: those that training held out; default: the first of test and validation that "
        "the data has, else all)",
    )
    add_data_root(parser)
    add_patterns(parser, "--label-from")
    add_no_cache(parser)
    add_foreign(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure as `args` say; return the exit code."""
    from ..evaluation import evaluate
    from ..foreign.telling import ForeignFile, model_or_foreign
    from .loading import loading_on

    file = model_or_foreign(args.model)
    if isinstance(file, ForeignFile):
        model: Any = foreign_model(file, args)
    else:
        refuse_foreign(args)
        model = args.model
    with loading_on(sys.stderr) as shown:
        evaluation = evaluate(
            model, args.data, args.split, args.data_root, args.label_from, cache=args.cache, progress=shown
        )
    print(json.dumps(evaluation.to_json()) if args.json else table(evaluation))
    for note in (*evaluation.notes, *evaluation.warnings):
        print(f"note: {note}", file=sys.stderr)
    return 0


def table(evaluation: Evaluation) -> str:
    """Return the figures for reading: what was measured, totals, a line a class, and the confusion matrix if it fits a
    page.
    """
    from ..errors import printable

    e = evaluation
    names = [printable(name, 24) for name in e.classes]
    lines = [] if e.measured is None else [str(e.measured.said())]
    lines += [*totals(e), "", *per_class(e, names)]
    if len(names) <= MOST:
        lines += ["", "confusion: a row for each true class, a column for each predicted one", *confusion(e, names)]
    return "\n".join(lines)


def totals(e: Evaluation) -> Iterator[str]:
    """Yield the lines for all pictures together; where training has seen some of them, those without these too."""
    from ..evaluation.figures import SKEWED

    if e.n > e.worth:
        yield f"{e.n:,} pictures in groups, worth {e.worth:,.1f} independent ones in every interval"
    yield f"accuracy           {share(e.accuracy, e.interval)}"
    if e.skew > SKEWED:
        yield f"balanced accuracy  {share(e.balanced_accuracy, e.balanced_interval)}"
    yield f"loss               {e.loss:.4f} nats"
    without = e.uncalibrated
    before = f"  ({100 * without.ece:.2f} % without its temperature of {e.temperature:.3g})" if without else ""
    yield f"calibration error  {100 * e.ece:.2f} %{before}"
    if (refusals := e.refusals) is not None:
        yield f"none of these      {share(refusals.share, refusals.interval)}"
        if refusals.n > refusals.refused:
            yield f"accuracy, answered {share(refusals.accuracy, refusals.accuracy_interval)}"
    if (plain := e.before_changes) is not None:
        yield "by the labels that the folder gives, without the list of changes:"
        yield f"accuracy           {share(plain.accuracy, plain.interval)}"
        yield f"loss               {plain.loss:.4f} nats"
    if e.without_leaks is not None:
        yield f"without those that training has seen ({e.n - e.without_leaks.n:,}), {e.without_leaks.n:,} are left:"
        yield from totals(e.without_leaks)


def share(figure: float, interval: Sequence[float]) -> str:
    """Return a figure with its interval, in per cent.

    >>> share(0.9, (0.8, 0.95))
    '90.00 %  (95 % interval 80.00 to 95.00)'
    """
    low, high = (100 * end for end in interval)
    return f"{percent(figure).strip()}  (95 % interval {low:.2f} to {high:.2f})"


def per_class(e: Evaluation, names: Sequence[str]) -> Iterator[str]:
    """Yield a head and a line a class: pictures, precision and recall with their intervals, F1."""
    width = max(len("class"), *map(columns, names))
    yield f"{'class':<{width}}  pictures  {'precision':>24}  {'recall':>24}        F1"
    figures = zip(e.precision, e.precision_intervals, e.recall, e.recall_intervals, e.f1, strict=True)
    rows = zip(names, e.confusion.sum(1), figures, strict=True)
    for name, n, (precision, about_precision, recall, about_recall, f1) in rows:
        yield (
            f"{left(name, width)}  {n:8,}  {percent(precision)} {between(precision, about_precision)}"
            f"  {percent(recall)} {between(recall, about_recall)}  {percent(f1)}"
        )


def between(figure: float, interval: Sequence[float]) -> str:
    """Return an interval as fifteen characters of per cents; blanks where there is no figure.

    >>> between(0.5, (0.25, 0.75)), between(math.nan, (0, 1))
    (' (25.0 to 75.0)', '               ')
    """
    low, high = interval
    return " " * 15 if math.isnan(figure) else f"{f'({100 * low:.1f} to {100 * high:.1f})':>15}"


def confusion(e: Evaluation, names: Sequence[str]) -> Iterator[str]:
    """Yield the matrix, the predicted classes above it."""
    width = max(len("class"), *map(columns, names))
    cell = max(len(str(e.confusion.max())), *(min(6, columns(name)) for name in names)) + 1
    yield " " * width + "".join(" " + right(name, cell - 1) for name in names)
    for name, row in zip(names, e.confusion, strict=True):
        yield left(name, width) + "".join(f"{n:>{cell}}" for n in row)


def percent(fraction: float) -> str:
    """Return a fraction as eight characters of per cent; a dash for NaN, where there is nothing to count.

    >>> percent(0.5), percent(math.nan)
    (' 50.00 %', '       –')
    """
    return f"{'–':>8}" if math.isnan(fraction) else f"{100 * fraction:6.2f} %"
