"""A report gathered: the run's own files, and as far as they are there its pictures and what the network said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np

from ..checking import Copies
from ..data import Dataset
from ..data.run_data import credit_of_run
from ..errors import InputError, Phrase, phrase
from ..formula import Network, parse, trace
from ..formula.geometry import times
from ..runs.json_fields import Fields
from ..runs.log import read_sound_lines
from ..runs.records import DataSource, EpochLine, LogLine, ResultLine, StepLine
from ..runs.result_figures import BaselineFigures, SplitFigures
from ..runs.run_json import read_run_json
from . import records
from .copies import copies_of
from .measured import SURE_ENOUGH, measured_of, questions_of, rows_of
from .part import Part
from .records import Report

POINTS = 240  # of a curve
LATER = ("outsiders", "robustness", "subsets", "health")  # take time of their own; the first needs a rejection


def gather(
    run: Path,
    parts: Sequence[Part],
    dataset: Dataset | None = None,
    copies: Copies | None = None,
    *,
    near: bool = True,
    missing: Sequence[tuple[str, Phrase]] = (),
    language: str = "auto",
) -> Report:
    """Return the report of the run in a directory: on the first of `parts`, which the network has not learned from.

    `dataset` and `copies` are those of the run; `near`: near copies were looked for. What cannot be shown is in
    `missing`, with the reason. Raises InputError where there is no run.
    """
    fields = Fields(read_run_json(run), str(run / "run.json"))
    source, classes = DataSource.from_json(fields.within("data")), fields.texts("classes")
    network = trace(parse(fields.text("formula")), shape_of(source), len(classes))
    lines = list(read_sound_lines(run))
    result = next((line for line in reversed(lines) if isinstance(line, ResultLine)), None)
    parts = [part for part in parts if len(part)]
    questions, asked = questions_of(parts) if parts else ((), None)
    leaks = sum(int(part.leaked.sum()) for part in parts if part.leaked is not None)
    rows = tuple(rows_of(parts)) or tuple(_recorded(result))
    credit = credit_of_run(run)
    return Report(
        title=run.resolve().name,
        language=language,
        classes=classes,
        facts=_facts(fields, source, network, result),
        command=command_of(fields),
        understood=fields.if_there(fields.phrases, "understood") or (),
        notes=() if result is None else result.notes,
        curve=tuple(curve_of(lines)),
        rows=(*rows, *_beside(result)),
        layers=tuple(_layers(network)),
        measured=measured_of(parts[0], parts[0].name == "validation") if parts else None,
        questions=questions,
        asked=asked,
        copies=copies_of(dataset, copies, leaks, near) if dataset is not None and copies is not None else None,
        changes=() if source.changes is None else tuple(map(astuple, source.changes.rows)),
        missing=(*missing, *_nothing_measured(parts, missing), *_not_asked(parts, asked)),
        credit=None if credit is None else records.Credit(*credit),
    )


def shape_of(source: DataSource) -> tuple[int, int, int]:
    """Return (C, H, W) of a run's pictures. Raises InputError where run.json has another number of figures."""
    if len(source.shape) != 3:
        raise InputError("field.type", name="shape", where="run.json", got=source.shape)
    channels, height, width = source.shape
    return channels, height, width


def command_of(fields: Fields) -> str | None:
    """Return the command that repeats a run, as its run.json has it; None where it was begun by Python on arrays."""
    import shlex

    asked = fields.if_there(fields.texts, "asked")
    return None if asked is None else shlex.join(("convscope", "train", *asked))


def curve_of(lines: Sequence[LogLine]) -> Iterator[records.CurvePoint]:
    """Yield a point an epoch; of fewer than four epochs one a line of steps, and the last epoch's held-out figures."""
    epochs = [line for line in lines if isinstance(line, EpochLine)]
    steps = [line for line in lines if isinstance(line, StepLine)]
    if len(epochs) >= 4 or not steps:
        for epoch in (epochs[i] for i in _picks(len(epochs))):
            held = epoch.validation
            yield records.CurvePoint(
                epoch.epoch,
                epoch.train.loss,
                epoch.train.accuracy,
                None if held is None else held.loss,
                None if held is None else held.accuracy,
            )
        return
    held_at = {epoch.step: epoch.validation for epoch in epochs}
    for step in (steps[i] for i in _picks(len(steps))):
        yield records.CurvePoint(step.epoch, step.loss, step.accuracy)
    for epoch in epochs:
        if (held := held_at[epoch.step]) is not None:
            yield records.CurvePoint(epoch.epoch, None, None, held.loss, held.accuracy)


def _picks(n: int) -> list[int]:
    return sorted({int(i) for i in np.linspace(0, n - 1, min(n, POINTS))})


def _facts(fields: Fields, source: DataSource, network: Network, result: ResultLine | None) -> records.Facts:
    return records.Facts(
        data=source.name or source.set,
        set=source.set,
        formula=fields.text("formula"),
        plan=fields.optional(fields.text, "plan"),
        recipe=fields.within("recipe").text("name"),
        epochs=fields.number("epochs"),
        seed=fields.integer("seed"),
        seconds=None if result is None else result.seconds,
        parameters=network.parameters,
        macs=network.macs,
        input=source.shape,
        train=source.train,
        validation=source.validation,
        test=source.test,
        machine=f"{fields.text('processor')}, {fields.text('device')}",
        versions=tuple(fields.mapping("versions").items()),
        fingerprint=source.fingerprint,
    )


def _layers(network: Network) -> Iterator[records.LayerRow]:
    for node in network.nodes:
        layer = str(node.layer) if len(node.sources) == 1 else node.name.rstrip("0123456789")
        yield records.LayerRow(node.name, layer, times(node.output), node.parameters, node.macs, times(node.field.size))


def _recorded(result: ResultLine | None) -> Iterator[records.SplitRow]:
    """Yield the figures that the log has, where the pictures are not there to be measured again."""
    if result is None:
        return
    for name, figures in (("test", result.test), ("validation", result.validation)):
        if figures is not None:
            yield _recorded_row(name, figures)
            if figures.without_leaks is not None:
                yield _recorded_row(f"{name}, without leaks", figures.without_leaks)


def _recorded_row(name: str, f: SplitFigures) -> records.SplitRow:
    return records.SplitRow(name, f.n, f.accuracy, f.interval, f.balanced_accuracy, f.balanced_interval, f.loss, f.ece)


def _beside(result: ResultLine | None) -> Iterator[records.SplitRow]:
    """Yield what the baseline came to, and the largest class alone."""
    base: BaselineFigures | None = None if result is None else result.baseline
    if base is not None:
        yield records.SplitRow("baseline", base.n, base.accuracy, base.interval, name=base.name)
        yield records.SplitRow("majority", base.n, base.majority, None)


def _not_asked(parts: Sequence[Part], asked: int | None) -> Iterator[tuple[str, Phrase]]:
    if parts and asked is None:
        least = f"{100 * SURE_ENOUGH:.0f}"
        accuracy = f"{100 * min(part.figures.balanced_accuracy for part in parts):.1f}"
        yield "questions", phrase("report.questions.poor", accuracy=accuracy, least=least)


def _nothing_measured(parts: Sequence[Part], missing: Sequence[tuple[str, Phrase]]) -> Iterator[tuple[str, Phrase]]:
    if not parts and not any(part == "measured" for part, _ in missing):
        yield "measured", phrase("report.nothing")
