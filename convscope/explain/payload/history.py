"""How a training went, from its run directory: the log, and what the snapshots show. For the page's scrubber."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...runs.directory import read_log, read_settings, read_snapshots
from ...runs.tensor_files import Arrays
from .encoding import encode

Json = dict[str, Any]
STEP = ("step", "epoch", "loss", "accuracy", "lr")
LINES = 400  # of the log at most, evenly spaced


def read(path: Path) -> Json | None:
    """Return a run's history as the payload has it (docs/payload.md), None if it has neither log nor snapshots.

    A log or a snapshot that is damaged is left out. Raises InputError where there is no run.
    """
    read_settings(path)
    try:
        lines = read_log(path)
    except (OSError, ValueError):
        lines = []
    lines = [line for line in lines if isinstance(line, dict)]
    steps = [{name: line.get(name) for name in STEP} for line in lines if line.get("kind") == "step"]
    picks = np.unique(np.linspace(0, max(0, len(steps) - 1), min(len(steps), LINES)).astype(np.int64))
    epochs = [
        {"step": line.get("step"), "epoch": line.get("epoch"), "validation": line.get("validation")}
        for line in lines
        if line.get("kind") == "epoch"
    ]
    snapshots, picture, on = _snapshots(path)
    if not steps and not snapshots:
        return None
    return {
        "log": [steps[i] for i in picks.tolist()],
        "epochs": epochs,
        "steps": [s["step"] for s in snapshots],
        "snapshots": snapshots,
        "picture": picture,
        "confusion_on": on,
    }


def shot(tensors: Arrays, facts: Json) -> Json:
    """Return one snapshot as the payload has it. Raises KeyError for one that lacks something."""
    kernels = {} if facts.get("kernels") is None else {f"{facts['kernels']}.weight": encode(tensors["kernels"])}
    shown = sorted((n for n in tensors if n.startswith("maps.")), key=lambda n: (len(n), n))  # conv2 before conv10
    return {
        "step": facts["step"],
        "tensors": kernels,
        "maps": {name.removeprefix("maps."): encode(tensors[name]) for name in shown},
        "scores": encode(tensors["scores"]),
        "confusion": tensors["confusion"].tolist(),
        **{name: facts[name] for name in ("loss", "accuracy", "n")},
    }


def pictures_of(facts: Json) -> str:
    """Return on which pictures a snapshot was measured."""
    return "held-out" if facts.get("pictures") == "held out" else "training sample"


def _snapshots(path: Path) -> tuple[list[Json], Json | None, str | None]:
    made: list[Json] = []
    picture: Json | None = None
    on: str | None = None
    try:
        for tensors, facts in read_snapshots(path):
            made.append(shot(tensors, facts))
            picture = encode(tensors["picture"])
            on = pictures_of(facts)
    except KeyError:
        pass  # of another make; those before it are whole, and the page shows these
    return made, picture, on
