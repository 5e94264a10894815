"""`convscope report`: what a run came to, as one HTML file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ..errors import Phrase, printable
from .data_options import add_data_root, add_no_cache, add_patterns
from .loading import is_live, loading_on


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Write the whole report of a run as one HTML file: figures with their intervals, the confusion matrix with its "
        "pictures, worst errors, label questions, copies, calibration, robustness, what more pictures would give, and "
        "the command that repeats it. Every training leaves a report without what takes time of its own in its run."
    )
    parser.add_argument("run_path", metavar="RUN", help="the run's directory")
    parser.add_argument(
        "data", nargs="?", metavar="DATA", help="other pictures to measure, or where the run's own are now"
    )
    parser.add_argument("-o", "--out", metavar="FILE", help="the file to write (default: report.html in the run)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="leave out what takes time of its own: robustness, and the trainings on parts of the pictures",
    )
    parser.add_argument(
        "--language",
        choices=("auto", "en", "ko"),
        default="auto",
        help="auto: the reader's own (default); both are in the page",
    )
    add_data_root(parser)
    add_patterns(parser, "--label-from")
    add_no_cache(parser)
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object, without its pictures")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the report as `args` say; return the exit code."""
    from ..page.webpage import require_target
    from ..reporting.writing import NAME, without_pictures, write_report
    from ..runs.directory import writing_into
    from ..training.whole_report import Saying, report

    target = None
    if args.out is not None or not args.json:  # before the work: a name that cannot be, a file that is no page
        target = require_target(args.out if args.out is not None else Path(args.run_path) / NAME, "report")
    with loading_on(sys.stderr) as shown, counting(sys.stderr) as count:
        made = report(
            args.run_path,
            args.data,
            quick=args.quick,
            data_root=args.data_root,
            label_from=args.label_from,
            language=args.language,
            cache=args.cache,
            progress=shown,
            saying=Saying(_said, count("robustness: pass"), count("training on a part of the pictures")),
        )
    for note in made.notes:
        print(f"note: {note}", file=sys.stderr)
    if target is not None:
        with writing_into(target.parent):
            write_report(made, target)
    if args.json:
        print(json.dumps(without_pictures(made)))
    else:
        print(f"{printable(target, 400)}  {Path(str(target)).stat().st_size / 1e6:.2f} MB")
    return 0


def _said(said: Phrase) -> None:
    print(said, file=sys.stderr)


@contextmanager
def counting(stream: TextIO) -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Give what makes counters: a live line of a terminal that says how much is done, and nothing elsewhere."""
    width = 0

    def counter(what: str) -> Callable[[int, int], None]:
        def show(done: int, total: int) -> None:
            nonlocal width
            if is_live(stream):
                text = f"{what} {done} of {total}"
                stream.write(f"\r{text:<{width}}")
                stream.flush()
                width = len(text)

        return show

    try:
        yield counter
    finally:
        if width:
            stream.write(f"\r{'':<{width}}\r")
            stream.flush()
