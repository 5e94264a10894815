"""Run directories for tests: the shipped training's settings, with a log of one's own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from convscope.explain.look import SLIDES
from convscope.training.session import train

Json = dict[str, Any]


def settings(**changes: Any) -> Json:
    """Return what the shipped run's run.json holds, with changes; `a__b` changes b of a."""
    made: Json = json.loads((SLIDES / "run.json").read_bytes())
    for name, value in changes.items():
        *outer, last = name.split("__")
        inner = made
        for one in outer:
            inner = inner[one]
        inner[last] = value
    return made


def step(number: int, loss: float | None = None) -> Json:
    """Return a step line: loss 1/number unless given."""
    loss = 1 / max(1, number) if loss is None else loss
    return {
        "kind": "step",
        "step": number,
        "epoch": number / 100,
        "loss": loss,
        "batch_loss": loss,
        "accuracy": 0.5,
        "lr": 0.1,
        "time": {"seconds": number / 10},
    }


def text(lines: Iterable[Json]) -> bytes:
    """Return lines as a log has them."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def run_dir(root: Path, id: str, lines: Iterable[Json] = (), finished: bool = False, **changes: Any) -> Path:
    """Make a run's directory below `root`; the model of a finished one is the shipped run's."""
    path = root / id
    for folder in ("snapshots", "checkpoints"):
        (path / folder).mkdir(parents=True)
    (path / "lock").touch()
    (path / "run.json").write_text(json.dumps(settings(**changes)))
    (path / "log.jsonl").write_bytes(text(lines))
    if finished:
        shutil.copy(SLIDES / "model.onnx", path)
    return path


def trained(path: Path, **options: Any) -> Path:
    """Train a tiny network on MNIST in a second or two; its run is at `path`."""
    train("mnist", arch="conv(2, 5, stride=4) + relu + fc", epochs=0.05, out=path, threads=1, **options)
    return path
