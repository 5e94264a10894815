"""`convscope predict`: which class is in each picture."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
from typing import TYPE_CHECKING

from ..errors import BAD_INPUT, LINE, OK, InputError, UsageError, phrase, printable
from .columns import columns, left
from .foreign_options import add_foreign, foreign_model, refuse_foreign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..foreign.predicting import ForeignModel
    from ..prediction import Model, Prediction
    from ..prediction.sorting import Sorter

    Row = Callable[[str, Prediction | InputError], None]

MOST = 12  # folders that are named where pictures are sorted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Predict the class of pictures with a model file. Pictures of any size, mode and EXIF orientation are read. "
        "A picture that cannot be read is reported in its row, the others go on, and the exit code is 3."
    )
    parser.add_argument("model", nargs="?", metavar="MODEL", help="a model.onnx, a run directory, or another ONNX file")
    parser.add_argument(
        "pictures",
        nargs="*",
        metavar="IMAGE",
        help="a picture, a folder (searched to the bottom) or a pattern such as 'scans/*.png'",
    )
    parser.add_argument("--top", type=int, default=3, metavar="N", help="how many classes to show (default 3)")
    parser.add_argument(
        "--sets",
        type=float,
        metavar="LEVEL",
        help="for each picture also the classes among which the true one is, in so large a share of all pictures (0.9)",
    )
    parser.add_argument(
        "--invert",
        choices=("auto", "yes", "no"),
        help="swap dark and light; auto: where the border is much lighter than the middle (default: as the model says)",
    )
    parser.add_argument(
        "--centre",
        action="store_true",
        help="cut out what is drawn, scale it and put it in the middle, as the page's drawing pad does",
    )
    parser.add_argument(
        "--sort-into",
        metavar="DIR",
        help="copy each picture to a folder of its label in DIR; those that cannot be read, and those of none of the "
        "classes, to folders of their own. The same command goes on where it was stopped",
    )
    parser.add_argument(
        "--undo", metavar="DIR", help="remove the copies that --sort-into made in DIR, and nothing else"
    )
    parser.add_argument(
        "--always",
        action="store_true",
        help="name the nearest class of every picture, also of one that is none of the classes",
    )
    add_foreign(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json",
        action="store_true",
        help="one JSON object a line: {path, label, probability, top} and, where there is one, inverted and note; "
        "label is null for none of the classes, and nearest says which is the most probable; or {path, error}",
    )
    form.add_argument("--csv", action="store_true", help="comma-separated values with a header")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Predict as `args` say; return 3 if a picture could not be read."""

    if args.undo is not None:
        return undo_sorting(args)
    if args.model is None or not args.pictures:
        raise UsageError("predict.what", hint="convscope predict MODEL IMAGE …")
    if args.top < 1:
        raise UsageError("predict.top", got=args.top)
    from ..pictures.search import pictures_in

    model = opened(args)
    paths = list(pictures_in(args.pictures))
    if not paths:
        raise InputError("pictures.none", got=" ".join(args.pictures), hint=phrase("pictures.none.try"))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file name may hold what this terminal cannot show
    top = min(args.top, len(model.classes))
    row = (
        _json
        if args.json
        else _csv(top, args.sets is not None, model.rejection is not None)
        if args.csv
        else _text(paths, model.classes)
    )
    if args.sets is not None:
        print(model.set_rule(args.sets).said(), file=sys.stderr)
    with _sorter(args.sort_into, model) as sorter:
        return _predict_all(args, model, paths, row, sorter)


def opened(args: argparse.Namespace) -> Model | ForeignModel:
    """Open what predicts; of an ONNX file that convscope did not write say how it is read."""
    import numpy  # noqa: F401  # predicting needs it anyway, and the file's numbers are checked the faster for it

    from ..foreign.telling import ForeignFile, model_or_foreign
    from ..prediction import Model

    file = model_or_foreign(args.model)
    if not isinstance(file, ForeignFile):
        refuse_foreign(args)
        return Model(file)
    model = foreign_model(file, args)
    for note in model.notes:
        print(note, file=sys.stderr)
    return model


def _predict_all(
    args: argparse.Namespace, model: Model | ForeignModel, paths: list[str], row: Row, sorter: Sorter | None
) -> int:
    """Print a row a picture, and sort it where that is asked for; return the exit code."""
    if sorter is not None:
        own = [path for path in paths if sorter.holds(path)]
        paths = [path for path in paths if not sorter.holds(path)]
        if own:
            print(phrase("sort.own", n=f"{len(own):,}", folder=args.sort_into), file=sys.stderr)
    code, inverted, refused = OK, 0, 0
    top = min(args.top, len(model.classes))
    stream = model.stream(paths, top, args.invert, args.sets, args.centre, args.always)
    for path, result in zip(paths, stream, strict=True):
        row(path, result)
        if isinstance(result, InputError):
            code = BAD_INPUT
            if sorter is not None:
                sorter.put_unreadable(path)
        else:
            inverted += result.inverted
            refused += result.label is None
            if sorter is not None:
                sorter.put(path, result.label, result.probability)
    if inverted and args.invert != "yes" and not args.centre:
        print(phrase("note.inverted", n=f"{inverted:,}", all=f"{len(paths):,}"), file=sys.stderr)
    if refused:
        print(phrase("note.refused", n=f"{refused:,}", all=f"{len(paths):,}"), file=sys.stderr)
    if sorter is not None:
        print(_sorted(sorter, args.sort_into), file=sys.stderr)
    return code


@contextlib.contextmanager
def _sorter(folder: str | None, model: Model | ForeignModel) -> Iterator[Sorter | None]:
    """Open the folder to sort into, if there is one."""
    if folder is None:
        yield None
        return
    from ..prediction.sorting import Sorter

    with Sorter.open(folder, model.classes, model.digest) as sorter:
        yield sorter


def _sorted(sorter: Sorter, folder: str) -> str:
    """Return what came of sorting: how many pictures are in which folder, which are in none, and how to undo it."""
    counts = ", ".join(f"{printable(name)} {n:,}" for name, n in sorter.counts.most_common(MOST))
    more = len(sorter.counts) - MOST
    lines = [str(phrase("sort.said", folder=folder, counts=counts + (f", … ({more:,})" if more > 0 else "")))]
    if sorter.lost:
        lines.append(str(phrase("sort.lost", n=f"{len(sorter.lost):,}", first=sorter.lost[0])))
    return "\n".join([*lines, str(phrase("sort.undo.try", folder=folder))])


def undo_sorting(args: argparse.Namespace) -> int:
    """Remove what --sort-into copied; return 3 where something stays."""
    if args.model is not None or args.sort_into is not None:
        raise UsageError("sort.undo.alone", hint=f"convscope predict --undo {args.undo}")
    from ..prediction.sorting import undo

    undone = undo(args.undo)
    print(phrase("sort.undone", n=f"{undone.removed:,}", folder=args.undo))
    if undone.kept:
        print(phrase("sort.kept", n=f"{len(undone.kept):,}", first=undone.kept[0]), file=sys.stderr)
    return BAD_INPUT if undone.kept else OK


def _json(path: str, result: Prediction | InputError) -> None:
    from ..prediction import answer

    print(json.dumps(answer.Row(path, result).to_json()))


def _csv(top: int, sets: bool, rejects: bool) -> Row:
    """Print the header and return what prints a row: empty cells where there is nothing to say. The classes of a set
    are a JSON array in one cell. Where pictures can be none of the classes, "label" is empty for those, and "nearest"
    names the most probable class.
    """
    import csv

    writer, shown = csv.writer(sys.stdout, lineterminator="\n"), sys.stdout.isatty()
    quoting = csv.writer(sys.stdout, lineterminator="\n", quoting=csv.QUOTE_ALL)  # of \r alone Python's would not
    more = [f"{name}{rank}" for rank in range(2, top + 1) for name in ("label", "probability")]
    writer.writerow(
        [
            "path",
            "label",
            "probability",
            *more,
            *["set"] * sets,
            *["nearest", "outsider"] * rejects,
            "inverted",
            "note",
            "error",
        ]
    )

    def write(path: str, result: Prediction | InputError) -> None:
        cells: list[str | float]
        if isinstance(result, InputError):
            cells = [path, *[""] * (2 * top + sets + 2 * rejects + 2), _reason(result)]
        else:
            members = [json.dumps(result.set, ensure_ascii=False)] * sets
            inverted = "yes" if result.inverted else "no"
            scores = [result.label or "", *[v for score in result.top for v in score][1:]]
            foreign = [result.nearest, "" if result.outsider is None else result.outsider] * rejects
            cells = [path, *scores, *members, *foreign, inverted, result.note, ""]
        # A program is given every name as it is; a terminal would obey what stands in it.
        row = [printable(cell, 400) if shown and isinstance(cell, str) else cell for cell in cells]
        (quoting if any("\r" in cell for cell in row if isinstance(cell, str)) else writer).writerow(row)

    return write


def _text(paths: list[str], classes: tuple[str, ...]) -> Row:
    """Return what prints a row: path, class, probability, the next classes, and the set if there is one."""
    from ..evaluation.figures import listed

    name = min(40, max(columns(printable(path, 400)) for path in paths))
    none = phrase("predict.none")
    label = min(20, max(columns(printable(c)) for c in classes))

    def row(path: str, result: Prediction | InputError) -> None:
        if isinstance(result, InputError):
            print(f"{left(printable(path, 400), name)}  error: {_reason(result)}")
            return
        scores = "   ".join(f"{left(printable(s.label), label)} {100 * s.probability:5.1f} %" for s in result.top)
        said = [] if result.set is None else [f"set: {listed([printable(c) for c in result.set])}"]
        said += (["inverted"] if result.inverted else []) + ([f"note: {result.note}"] if result.notes else [])
        nearest = "" if result.label is not None else f"{none}; {phrase('predict.nearest')} "
        print("   ".join([f"{left(printable(path, 400), name)}  {nearest}{scores}", *said]))

    return row


def _reason(error: InputError) -> str:
    """Return an error as one line without the path, which stands in the row already."""
    return printable(error.brief(), LINE)
