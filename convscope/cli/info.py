"""`convscope info`: what a model file says of itself, and whether it is whole."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from ..errors import BAD_INPUT, OK, UsageError, phrase, printable
from ..foreign.telling import ForeignFile, model_or_foreign
from ..modelfile.contract import Contract
from .foreign_options import add_reading, asked_of, refuse_foreign
from .health_table import health_lines

if TYPE_CHECKING:
    from ..explain.examination import Examination
    from ..foreign.preprocessing import Asked
    from ..foreign.reading import Foreign
    from ..modelfile import ModelFile

FACTS = 100  # that are listed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Verify a model file, its digest first and then every shape and number in it, and print what it says of "
        "itself. Of another ONNX file it lists what it holds. The exit code is 3 if it is damaged or refused. With "
        "--health it counts over pictures which units are dead, saturated, constant, duplicates or no numbers."
    )
    parser.add_argument("model", metavar="MODEL", help="a model.onnx or a run directory")
    parser.add_argument(
        "--health",
        nargs="+",
        metavar="IMAGE",
        help="count what is wrong with its units over pictures, and its weights that are no numbers: a table, a line a "
        "layer; pictures, folders or patterns, as of predict",
    )
    add_reading(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what the file says; raise InputError if it cannot be trusted."""
    file = model_or_foreign(args.model)
    examined: Examination | None = None
    if isinstance(file, ForeignFile):  # nothing says that it is whole
        from ..foreign.describing import describe_foreign, facts_of
        from ..foreign.reading import open_foreign

        if not args.health:
            _refuse_reading(args)
        shape, asked = asked_of(args)
        foreign = open_foreign(file, shape, bgr=asked.bgr)
        examined = _examined(foreign, args, asked) if args.health else None
        facts = facts_of(describe_foreign(foreign))
        shown = [(name, _said(value)) for name, value in facts.items() if value not in ("", [], {})]
    else:
        refuse_foreign(args)
        examined = _examined(file, args) if args.health else None
        facts, shown = contents(file), rows(file)
    if args.json:
        print(json.dumps({**facts, "health": examined.health.to_json()} if examined else facts))
    else:
        width = max(len(name) for name, _ in shown)
        for name, value in shown:
            print(f"{name:<{width}}  {value}")
        for line in ("", *health_lines(examined.health)) if examined else ():
            print(line)
    return BAD_INPUT if examined and examined.unread else OK


def _examined(file: ModelFile | Foreign, args: argparse.Namespace, *asked: Asked) -> Examination:
    """Look at a file's health; say what was understood, and which pictures cannot be read."""
    from ..explain.examination import examine
    from ..pictures.search import pictures_in

    examined = examine(file, list(pictures_in(args.health)), *asked)
    for line in (*examined.notes, *examined.unread):
        print(line, file=sys.stderr)
    return examined


def _refuse_reading(args: argparse.Namespace) -> None:
    """Raise UsageError where it is said how pictures are read, and there are none."""
    for name in ("range", "mean", "std", "bgr"):
        if getattr(args, name) not in (None, False):
            raise UsageError("info.reading", option=name, hint=phrase("info.reading.try", option=name))


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{printable(key)} {printable(one, 60)}" for key, one in list(value.items())[:20])
    if isinstance(value, list):
        return ", ".join(printable(one, 60) for one in value[:20])
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else printable(value, 400)


def contents(file: ModelFile) -> dict[str, object]:
    """Return everything the file says of itself."""
    calibration = file.metadata.calibration
    return {
        "path": str(file.path),
        "format": file.metadata.format,
        "formula": file.formula,
        "classes": list(file.classes),
        "input": file.spec.to_json(),
        "parameters": file.network.parameters,
        "macs": file.network.macs,
        "calibration": calibration and calibration.to_json(),
        "rejection": file.metadata.rejection and file.metadata.rejection.to_json(),
        "facts": file.facts,
        "bytes": len(file.data),
        "digest": file.digest,
        "contract": Contract(file.metadata).to_json(),
    }


def rows(file: ModelFile) -> list[tuple[str, str]]:
    """Return the same for reading, a line each; facts that hold facts are named "test accuracy"."""
    channels, height, width = file.spec.shape
    calibration, rejection = file.metadata.calibration, file.metadata.rejection
    facts = [pair for pair in _flat(file.facts) if not isinstance(pair[1], (list, type(None)))]
    more = [("…", f"{len(facts) - FACTS:,} facts more: --json")] if len(facts) > FACTS else []
    shown = [
        ("model", printable(file.path, 400)),
        ("formula", file.formula),
        ("input", f"{channels} × {height} × {width} (C × H × W), uint8"),
        ("scaled by", f"(x − {_numbers(file.spec.mean)}) / {_numbers(file.spec.std)}"),
        ("brought to size", printable(file.spec.resize or "as it is")),
        ("inverted", file.spec.invert),
        (
            "classes",
            f"{len(file.classes)}: "
            f"{', '.join(printable(c) for c in file.classes[:20])}{', …' * (len(file.classes) > 20)}",
        ),
        ("parameters", f"{file.network.parameters:,}"),
        ("MACs", f"{file.network.macs:,} a picture"),
        *([("calibration", str(calibration.said()))] if calibration else []),
        *([("none of these", str(rejection.said()))] if rejection else []),
        *((name, f"{v:.6g}" if isinstance(v, float) else printable(v)) for name, v in facts[:FACTS]),
        *more,
        ("size", f"{len(file.data):,} bytes, format {file.metadata.format}"),
        ("digest", f"sha256 {file.digest}, verified"),
    ]
    return [(printable(name), value) for name, value in shown]


def _flat(facts: dict[str, object], before: str = "") -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for name, value in facts.items():
        if isinstance(value, dict) and before.count(" ") < 3:
            pairs += _flat(value, f"{before}{name} ")
        else:
            pairs.append((before + name, value))
    return pairs


def _numbers(values: tuple[float, ...]) -> str:
    shown = [f"{value:g}" for value in values]
    return shown[0] if len(set(shown)) == 1 else printable(f"({', '.join(shown)})")
