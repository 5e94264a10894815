"""`convscope describe`: the shapes, parameters, MACs and receptive fields of a formula."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from ..errors import OK, UsageError
from ..foreign.telling import ForeignFile, model_or_foreign

if TYPE_CHECKING:
    from ..foreign.describing import ForeignDescription


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Describe a network layer by layer, with the sums that give its sizes and parameters. Without a formula, "
        "list the plans that have a name."
    )
    parser.add_argument(
        "formula",
        nargs="?",
        metavar="FORMULA|NAME|FILE",
        help="such as 'conv(16, 5) + relu + fc', or slides; or an ONNX file, or a run directory",
    )
    parser.add_argument(
        "--input",
        metavar="CxHxW",
        help="channels, rows, columns (default 1x28x28; of a plan made for others, such as lite0, its own)",
    )
    parser.add_argument(
        "--classes",
        type=int,
        metavar="N",
        help="number of classes, the outputs of a last fc without a number (default 10; of a plan made for others, "
        "such as lite0, its own)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the description; return the exit code."""
    from textwrap import indent

    from ..formula import ZOO, describe
    from ..formula.description import Description

    if args.formula is None:
        for name, (formula, about) in ZOO.items():
            print(name, indent(formula, "    "), f"    {about}", sep="\n")
        return OK
    input = None if args.input is None else shape(args.input)
    if input and input[0] > 4 >= input[2]:  # torch and the formula count channels first, picture files last
        first = f"{input[2]}x{input[0]}x{input[1]}"
        print(f"{args.input} is {input[0]} channels of {input[1]}×{input[2]}; did you mean {first}?", file=sys.stderr)
    description: Description | ForeignDescription
    if args.formula.lower().endswith(".onnx") or (args.formula not in ZOO and os.path.isdir(args.formula)):
        file = model_or_foreign(args.formula)
        if isinstance(file, ForeignFile):
            from ..foreign.describing import describe_foreign
            from ..foreign.reading import open_foreign

            description = describe_foreign(open_foreign(file, input))
        else:
            description = Description(file.network)
    else:
        description = describe(args.formula, input, args.classes)
    if args.json:
        import json

        print(json.dumps(description.to_json(), ensure_ascii=False))
    else:
        print(description)
    return OK


def shape(text: str) -> tuple[int, int, int]:
    """Read "1x28x28" (or 1×28×28, 1,28,28) as (channels, rows, columns)."""
    words = text.replace("×", "x").replace(",", "x").lower().split("x")
    if len(words) != 3 or not all(w.strip().isdecimal() and len(w) < 10 for w in words):
        raise UsageError("describe.input", got=text, hint="--input 1x28x28, --input 3x32x32")
    channels, rows, columns = (int(w) for w in words)
    return channels, rows, columns
