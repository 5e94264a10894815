"""`convscope quantise`: a model file in 8 bits, with its accuracy before and after."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from ..errors import OK, printable
from .data_options import add_data_root, add_no_cache, add_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..quantisation import Quantised


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Write a model file that computes in 8 bits: about a quarter of the bytes, and quicker where a processor "
        "multiplies bytes. Both files are measured on the same labelled pictures, and nothing is written (exit code 3) "
        "if the accuracy falls by more than --most-loss. How large its values get is taken from training pictures, "
        "never from those that are measured. What it writes is a model file for every other verb."
    )
    parser.add_argument("model", metavar="MODEL", help="a run directory, or a model.onnx with DATA")
    parser.add_argument(
        "data",
        nargs="?",
        metavar="DATA",
        help="labelled pictures, as in evaluate (default: what the run was trained with)",
    )
    parser.add_argument(
        "-o", "--out", metavar="FILE", help="the .onnx to write (default: model.int8.onnx beside model.onnx)"
    )
    parser.add_argument(
        "--most-loss",
        type=float,
        default=0.5,
        metavar="POINTS",
        help="percentage points of the accuracy that it may lose (default 0.5)",
    )
    parser.add_argument(
        "--pictures",
        type=int,
        default=256,
        metavar="N",
        help="training pictures that show how large its values get (default 256)",
    )
    parser.add_argument(
        "--split", choices=("validation", "test"), help="which pictures are measured (default: as evaluate chooses)"
    )
    add_data_root(parser)
    add_patterns(parser, "--label-from")
    add_no_cache(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Quantise as `args` say; return the exit code."""
    from ..quantisation import quantise
    from .loading import loading_on

    with loading_on(sys.stderr) as shown:
        made = quantise(
            args.model,
            args.data,
            args.out,
            most_loss=args.most_loss,
            pictures=args.pictures,
            split=args.split,
            data_root=args.data_root,
            label_from=args.label_from,
            cache=args.cache,
            progress=shown,
        )
    print(json.dumps(made.to_json()) if args.json else "\n".join(lines(made)))
    for note in made.notes:
        print(f"note: {note}", file=sys.stderr)
    return OK


def lines(made: Quantised) -> Iterator[str]:
    """Yield what was made and measured, for reading: the difference is that of the same pictures, one by one."""
    from .evaluate import share

    low, high = (100 * end for end in made.interval)
    if made.before.measured is not None:
        yield str(made.before.measured.said())
    yield f"accuracy before  {share(made.before.accuracy, made.before.interval)}"
    yield f"accuracy after   {share(made.after.accuracy, made.after.interval)}"
    yield (
        f"difference       {100 * made.difference:+.2f} points  (95 % interval {low:+.2f} to {high:+.2f}, paired: "
        f"{made.lost:,} right before alone, {made.won:,} after alone)"
    )
    if made.before.refusals is not None and made.after.refusals is not None:
        before, after = (100 * r.share for r in (made.before.refusals, made.after.refusals))
        yield f"none of these    {before:.2f} % before, {after:.2f} % after"
    yield (
        f"speed            {made.speed.ratio:.2f} times as many pictures a second, on this machine now "
        f"({made.speed.lowest:.2f} to {made.speed.highest:.2f})"
    )
    yield (
        f"size             {made.bytes_before:,} → {made.bytes_after:,} bytes "
        f"({100 * made.bytes_after / made.bytes_before:.0f} %)"
    )
    yield printable(made.path, 400)
