"""How a training went, from its run directory: the log, and what the snapshots show. For the page's scrubber."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import InputError
from ...evaluation.figures import SHOWN
from ...runs import snapshots as files
from ...runs.json_fields import Fields
from ...runs.label_smoothing import label_smoothing
from ...runs.log import read_sound_lines
from ...runs.records import SnapshotFacts, StepLine
from ...runs.run_json import read_run_json
from .run_records import LogPoint, Pixels, Run, Snapshot

LINES = 400  # of the log at most, evenly spaced


def read_history(path: Path) -> Run | None:
    """Return how the training of a run directory went, None if it has neither log nor snapshots.

    A line of the log or a snapshot that is damaged is left out. Raises InputError where there is no run.
    """
    smoothing = label_smoothing(Fields(read_run_json(path), str(path / "run.json")))
    points, (snapshots, picture, on) = _log(path), _snapshots(path)
    if not points and not snapshots:
        return None
    picks = np.unique(np.linspace(0, max(0, len(points) - 1), min(len(points), LINES)).astype(np.int64))
    shown = tuple(points[i] for i in picks.tolist())
    return Run(shown, tuple(snapshots), picture, on, smoothing)


def snapshot_of(file: files.Snapshot) -> Snapshot:
    """Return one snapshot file's content as the page shows it.

    Raises InputError for one of another make: where a tensor is missing, of another form or not finite.
    """
    tensors, facts = file.tensors, file.facts
    if not _is_ours(file):
        raise InputError("file.damaged")
    kernels = {} if facts.kernels is None else {f"{facts.kernels}.weight": tensors["kernels"]}
    maps = sorted((n for n in tensors if n.startswith("maps.")), key=lambda n: (len(n), n))  # conv2 before conv10
    return Snapshot(
        step=facts.step,
        tensors=kernels,
        maps={name.removeprefix("maps."): tensors[name] for name in maps},
        scores=tensors["scores"],
        confusion=tuple(map(tuple, tensors["confusion"].tolist())),
        loss=facts.loss,
        accuracy=facts.accuracy,
    )


def _is_ours(file: files.Snapshot) -> bool:
    """Whether the tensors and figures of a snapshot are such as a training writes."""
    tensors, facts = file.tensors, file.facts
    needed = {"scores": (1, "f"), "confusion": (2, "iu"), "picture": (3, "u")} | {
        name: (3, "f") for name in tensors if name.startswith("maps.")
    }
    if facts.kernels is not None:
        needed["kernels"] = (4, "f")
    return (
        tensors.get("confusion", np.empty(0)).size <= SHOWN**2
        and all(
            name in tensors
            and (tensors[name].ndim, tensors[name].dtype.kind in kinds) == (dimensions, True)
            and bool(np.isfinite(tensors[name]).all())
            for name, (dimensions, kinds) in needed.items()
        )
        and bool(np.isfinite((facts.loss, facts.accuracy)).all())
    )


def measured_on(facts: SnapshotFacts) -> str:
    """Return on which pictures a snapshot was measured."""
    return "held-out" if facts.pictures == "held out" else "training sample"


def _log(path: Path) -> list[LogPoint]:
    """Return the points of the lines of kind step."""
    return [LogPoint(line.step, line.loss) for line in read_sound_lines(path) if isinstance(line, StepLine)]


def _snapshots(path: Path) -> tuple[list[Snapshot], Pixels | None, str]:
    made: list[Snapshot] = []
    picture: Pixels | None = None
    on = ""
    for file in files.read_snapshots(path / "snapshots"):
        try:
            shown, its_picture = snapshot_of(file), file.tensors["picture"]
        except InputError:
            continue
        made.append(shown)
        picture, on = its_picture, measured_on(file.facts)
    return made, picture, on
