"""`convscope draw`: the architecture of a network as papers draw it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import OK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Draw a network for a paper or a slide, from its real sizes: branches, skips, repeats, and a caption with its "
        "sums. SVG needs nothing more, PNG neither; PDF needs reportlab (pip install 'convscope[draw]'), and has its "
        "font inside."
    )
    parser.add_argument(
        "network",
        metavar="FORMULA|MODEL",
        help="a formula, the name of a plan, a model.onnx, a run directory, or anybody's ONNX file",
    )
    parser.add_argument(
        "-o", "--out", metavar="FILE", help="the .svg, .pdf or .png to write (default: network.svg, in this folder)"
    )
    parser.add_argument(
        "--style",
        choices=("blocks", "graph"),
        default="blocks",
        help="blocks: by their sizes, in depth (default); graph: a box a layer",
    )
    parser.add_argument("--lang", choices=("en", "ko"), default="en", help="the language of its words (default en)")
    parser.add_argument("--title", default="", metavar="TEXT", help="a line above it")
    parser.add_argument(
        "--fold",
        choices=("auto", "yes", "no"),
        default="auto",
        help="draw what repeats once, with its number: auto (default) where there are more than 24 blocks",
    )
    parser.add_argument("--input", metavar="CxHxW", help="of a formula, or of an ONNX file of free sizes")
    parser.add_argument("--classes", type=int, metavar="N", help="of a formula: the number of classes (default 10)")
    parser.add_argument("--font", metavar="FILE", help="a TrueType font for .pdf and .png, such as one with Hangul")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the picture; return the exit code."""
    from ..drawing import draw
    from .describe import shape

    picture = draw(
        args.network,
        style=args.style,
        language=args.lang,
        title=args.title,
        fold={"auto": None, "yes": True, "no": False}[args.fold],
        input=None if args.input is None else shape(args.input),
        classes=args.classes,
    )
    target = picture.save(Path(args.out or "network.svg"), args.font)
    print(target)
    for note in picture.notes:
        print(f"note: {note}", file=sys.stderr)
    return OK
