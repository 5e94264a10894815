"""What a report says of a run besides its summary: every setting, the machine, and how sure its figures are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import ConvscopeError, InputError
from ..evaluation import wilson
from ..runs.json_fields import Fields, Scalar
from ..runs.records import EpochLine, Figures, ResultLine
from ..runs.result_figures import SplitFigures
from ..runs.run_json import read_run_json
from .records import Measurement, RunReport
from .run_files import LogTail

LEFT_OUT = (
    "name",
    "plan",
    "general_plan",
    "about",
    "general_augmentation",
    "log_every",
)  # said elsewhere, or of no effect
MACHINE = ("processor", "device", "threads", "processes")


def report(path: Path) -> RunReport:
    """Return the report of the run in `path`. Raises InputError where it cannot be read."""
    try:
        settings = Fields({"run": read_run_json(path)}, path.name)
        run, whole = settings.within("run"), settings.scalars("run")
        recipe, data = run.within("recipe"), run.within("data")
        changes = {f"augmentation.{name}": value for name, value in recipe.scalars("augmentation").items() if value}
        lines = LogTail(path / "log.jsonl").rest()
        result = next((line for line in reversed(lines) if isinstance(line, ResultLine)), None)
        measured = [line.validation for line in lines if isinstance(line, EpochLine) and line.validation]
        budget = whole.get("budget")
        return RunReport(
            recipe=plain(run.scalars("recipe") | changes),
            machine=plain({name: whole[name] for name in MACHINE if name in whole} | run.scalars("versions")),
            budget=budget if isinstance(budget, str) else None,
            test=measurement(result.test, data.integer("test")) if result else None,
            validation=measurement(measured[-1], data.integer("validation")) if measured else None,
            understood=tuple(line.to_json() for line in run.if_there(run.phrases, "understood") or ()),
            notes=tuple(note.to_json() for note in result.notes) if result else (),
        )
    except ConvscopeError as error:
        raise InputError("run.unreadable", got=path.name) from error


def measurement(figures: Figures | SplitFigures | None, n: int) -> Measurement | None:
    """Return accuracy, its 95 % interval and loss on `n` pictures; None without figures.

    >>> measurement(Figures(accuracy=0.5, loss=0.7), 4).interval
    [0.15003898914215953, 0.8499610108478505]
    """
    if figures is None:
        return None
    own = figures.interval if isinstance(figures, SplitFigures) else None
    return Measurement(figures.accuracy, figures.loss, n, own or wilson(round(figures.accuracy * n), n))


def plain(values: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Return the values that are not said elsewhere."""
    return {name: value for name, value in values.items() if name not in LEFT_OUT}
