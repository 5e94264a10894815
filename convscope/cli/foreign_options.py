"""What must be said of an ONNX file that convscope did not write, where the file says nothing itself."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError, phrase

if TYPE_CHECKING:
    from ..foreign.predicting import ForeignModel
    from ..foreign.preprocessing import Asked
    from ..foreign.telling import ForeignFile


def add_foreign(parser: argparse.ArgumentParser) -> None:
    """Declare the options that say how a foreign network reads its pictures and what it gives."""
    group = parser.add_argument_group("of an ONNX file that convscope did not write")
    group.add_argument("--classes", metavar="FILE", help="a text file with the name of a class on each line")
    _add_reading(group)
    group.add_argument("--output", metavar="NAME", help="which of its outputs, by its name or counted from 0")


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Declare those of them that say how it reads its pictures."""
    _add_reading(parser.add_argument_group("of an ONNX file that convscope did not write"))


def _add_reading(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--shape", metavar="CxHxW", help="what it reads, where its file leaves sizes open")
    group.add_argument(
        "--range",
        metavar="A-B",
        help="what pictures are brought to first: 0-1, 0-255 or -1-1, written --range=-1-1 (default: as the file or "
        "what lies beside it says, else 0-1)",
    )
    group.add_argument("--mean", metavar="N,…", help="taken away then: one number, or one a channel")
    group.add_argument("--std", metavar="N,…", help="divided by then: one number, or one a channel")
    order = group.add_mutually_exclusive_group()
    order.add_argument("--rgb", action="store_true", help="it reads red, green, blue (default)")
    order.add_argument("--bgr", action="store_true", help="it reads blue, green, red; so stand --mean and --std then")


def refuse_foreign(args: argparse.Namespace) -> None:
    """Raise UsageError where one of these options stands beside a model file of convscope's, which says it all."""
    for name in ("classes", "shape", "range", "mean", "std", "bgr", "output"):
        if getattr(args, name, None) not in (None, False):
            raise UsageError("look.option", option=name, hint=phrase("look.option.try", option=name))


def asked_of(args: argparse.Namespace) -> tuple[tuple[int, int, int] | None, Asked]:
    """Return the shape that is said, and how pictures are to be read."""
    from ..foreign.preprocessing import Asked
    from .describe import shape

    mean, std = (None if (v := getattr(args, n)) is None else _numbers(n, v) for n in ("mean", "std"))
    return None if args.shape is None else shape(args.shape), Asked(mean, std, args.range, args.bgr)


def foreign_options(args: argparse.Namespace) -> dict[str, Any]:
    """Return the options as `look` takes them."""
    shape, asked = asked_of(args)
    return {
        "classes": None if args.classes is None else names(args.classes),
        "shape": shape,
        "range": asked.range,
        "mean": asked.mean,
        "std": asked.std,
        "bgr": asked.bgr,
        "output": args.output,
    }


def foreign_model(file: ForeignFile, args: argparse.Namespace) -> ForeignModel:
    """Return the network of an ONNX file that convscope did not write, read as `args` say."""
    from ..foreign.predicting import load_foreign

    shape, asked = asked_of(args)
    return load_foreign(file, None if args.classes is None else names(args.classes), shape, args.output, asked)


def names(path: str) -> tuple[str, ...]:
    """Return the lines of a file of class names. Raises UsageError where there are none."""
    from ..foreign.sidecar import read_names

    found = read_names(Path(path))
    if not found:
        raise UsageError("foreign.names", where=path)
    return found


def _numbers(name: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in text.replace(" ", ",").split(",") if word)
    except ValueError as error:
        raise UsageError("value.numbers", name=f"--{name}", got=text) from error
