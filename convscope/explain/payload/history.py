"""How a training went, from its run directory: the log, and what the snapshots show. For the page's scrubber."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ...runs.directory import read_log, read_settings, read_snapshots
from ...runs.tensor_files import Arrays
from .records import LogPoint, Pixels, Run, Snapshot

LINES = 400  # of the log at most, evenly spaced


def read_history(path: Path) -> Run | None:
    """Return how the training of a run directory went, None if it has neither log nor snapshots.

    A log or a snapshot that is damaged is left out. Raises InputError where there is no run.
    """
    read_settings(path)
    points, (snapshots, picture, on) = _log(path), _snapshots(path)
    if not points and not snapshots:
        return None
    picks = np.unique(np.linspace(0, max(0, len(points) - 1), min(len(points), LINES)).astype(np.int64))
    return Run(tuple(points[i] for i in picks.tolist()), tuple(snapshots), picture, on)


def snapshot_of(tensors: Arrays, facts: Mapping[str, object]) -> Snapshot:
    """Return one snapshot file's content as the page shows it. Raises KeyError or TypeError for one that lacks
    something.
    """
    kernels = {} if facts.get("kernels") is None else {f"{facts['kernels']}.weight": tensors["kernels"]}
    maps = sorted((n for n in tensors if n.startswith("maps.")), key=lambda n: (len(n), n))  # conv2 before conv10
    return Snapshot(
        step=int(_number(facts["step"])),
        tensors=kernels,
        maps={name.removeprefix("maps."): tensors[name] for name in maps},
        scores=tensors["scores"],
        confusion=tuple(map(tuple, tensors["confusion"].tolist())),
        loss=_number(facts["loss"]),
        accuracy=_number(facts["accuracy"]),
    )


def measured_on(facts: Mapping[str, object]) -> str:
    """Return on which pictures a snapshot was measured."""
    return "held-out" if facts.get("pictures") == "held out" else "training sample"


def _log(path: Path) -> list[LogPoint]:
    """Return the lines of kind step that have a loss."""
    try:
        lines = read_log(path)
    except (OSError, ValueError):
        return []
    return [
        LogPoint(line["step"], line["loss"])
        for line in lines
        if isinstance(line, dict)
        and line.get("kind") == "step"
        and type(line.get("step")) is int
        and type(line.get("loss")) in (int, float)
    ]


def _snapshots(path: Path) -> tuple[list[Snapshot], Pixels | None, str]:
    made: list[Snapshot] = []
    picture: Pixels | None = None
    on = ""
    try:
        for tensors, facts in read_snapshots(path):
            made.append(snapshot_of(tensors, facts))
            picture, on = tensors["picture"], measured_on(facts)
    except (KeyError, TypeError):
        pass  # of another make; those before it are whole, and the page shows these
    return made, picture, on


def _number(value: object) -> float:
    """Return a number of a file that somebody else may have written; raises TypeError for anything else."""
    if type(value) not in (int, float):
        raise TypeError(f"not a number: {value!r}")
    assert isinstance(value, (int, float))
    return value
