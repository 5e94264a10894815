"""What a report says of a run besides its summary: every setting, the machine, and how sure its figures are."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..evaluation import wilson
from ..runs.directory import read_run_json
from .records import Measurement, RunReport, Setting
from .run_files import LogTail

Json = dict[str, Any]
LEFT_OUT = (
    "name",
    "plan",
    "general_plan",
    "about",
    "general_augmentation",
    "log_every",
)  # said elsewhere, or of no effect


def report(path: Path) -> RunReport:
    """Return the report of the run in `path`. Raises InputError where it cannot be
    read.
    """
    settings = read_run_json(path)
    lines = LogTail(path / "log.jsonl").rest()
    try:
        recipe, data, versions = settings["recipe"], settings["data"], settings["versions"]
        changes = {f"augmentation.{name}": value for name, value in recipe["augmentation"].items() if value}
        results = [line for line in lines if line.get("kind") == "result"]
        measured = [line for line in lines if line.get("kind") == "epoch" and line.get("validation")]
        machine = {name: settings.get(name) for name in ("processor", "device", "threads", "processes")} | versions
        return RunReport(
            recipe=plain({**recipe, **changes}),
            machine=plain(machine),
            budget=settings["budget"] if isinstance(settings.get("budget"), str) else None,
            test=figures(results[-1:], "test", data["test"]),
            validation=figures(measured[-1:], "validation", data["validation"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError("run.unreadable", got=path.name) from error


def figures(lines: list[Json], split: str, n: int) -> Measurement | None:
    """Return accuracy, its 95 % interval, loss and the number of pictures, of the last line that has them.

    >>> figures([{"test": {"accuracy": 0.5, "loss": 0.7}}], "test", 4)["interval"]
    [0.15003898915214953, 0.8499610108478505]
    """
    found = lines[-1].get(split) if lines else None
    if not found:
        return None
    accuracy = float(found["accuracy"])
    return Measurement(accuracy, found["loss"], n, wilson(round(accuracy * n), n))


def plain(values: Json) -> dict[str, Setting]:
    """Return what is text, a number or a truth value, by names that text can be; what is not finite as text."""
    kept = {
        name: value for name, value in values.items() if name not in LEFT_OUT and isinstance(value, (str, int, float))
    }
    return {name: str(v) if isinstance(v, float) and not math.isfinite(v) else v for name, v in kept.items()}
