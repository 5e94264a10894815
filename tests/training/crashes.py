"""Kill a training again and again and see whether it ends as if nothing had happened. Run as a process of its own by
test_runs.py.

    python crashes.py FOLDER random KILLS SEED      SIGKILL at random times, until so many have struck
    python crashes.py FOLDER files FIRST STEP       SIGKILL just before the n-th file operation, n = FIRST, FIRST + STEP

It imports once and forks for each attempt, so an attempt takes a fraction of a second. Prints one JSON object; exit 1
if any run differs.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from convscope import data, modelfile
from convscope.runs.checkpoints import read_checkpoint
from convscope.runs.log import read_log
from convscope.runs.run_json import read_run_json
from convscope.runs.tensor_files import pack
from convscope.training import snapshots
from convscope.training.recipes import Augmentation, Recipe
from convscope.training.session import train

RECIPE = Recipe(
    name="tiny",
    plan="",
    general_plan="",
    epochs=2.5,
    batch_size=16,
    lr=0.05,
    optimiser="muon",
    filter_lr=0.05,
    momentum=0.9,
    nesterov=True,
    weight_decay=1e-3,
    warmup=0.2,
    final=0.0,
    augmentation=Augmentation(shift=1),
    flips="yes",
    average=0.8,
    log_every=3,
)
PLAN = "crop(7) + conv(4, 3, bias=False) + bn + relu + dropout(0.2) + fc"
OPERATIONS = {"open", "os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir"}


def pictures() -> data.Dataset:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (80, 1, 8, 8), dtype=np.uint8)
    return data.arrays(images[:70], rng.integers(0, 3, 70), ["a", "b", "c"], test=(images[70:], rng.integers(0, 3, 10)))


def go(path: Path, dataset: data.Dataset) -> None:
    """Begin the run at `path`, or continue it; a checkpoint after every step."""
    common: dict[str, Any] = {"keep_seconds": 0.0, "threads": 1}
    if path.exists():
        train(dataset, resume=path, **common)
    else:
        train(dataset, out=path, arch=PLAN, recipe=RECIPE, val=6, **common)


def attempt(path: Path, dataset: data.Dataset, *, after: float | None = None, at_operation: int | None = None) -> str:
    """Try in a child process, killed `after` so many seconds or before its n-th file operation. Returns killed, done or
    failed.
    """
    child = os.fork()
    if child == 0:
        try:
            if at_operation is not None:
                kill_at(at_operation, str(path.parent))
            go(path, dataset)
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return "killed"
    return "done" if status == 0 else "failed"


def kill_at(number: int, folder: str) -> None:
    """Have this process killed just before its `number`-th file operation below `folder`."""
    count = 0

    def audit(event: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        if event in OPERATIONS and str(args[0]).startswith(folder):
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)


def outcome(path: Path) -> dict[str, Any]:
    """Return everything a finished run holds but times."""
    newest = sorted((path / "checkpoints").glob("*.safetensors"))[-1]
    checkpoint = read_checkpoint(newest)
    model = modelfile.read(path / "model.onnx")
    return {
        "run.json": untimed(read_run_json(path)),
        "checkpoint": pack(checkpoint.tensors, untimed(checkpoint.facts.to_json()), ""),
        "log": [untimed(line.to_json()) for line in read_log(path)],
        "snapshots": {p.name: p.read_bytes() for p in sorted((path / "snapshots").iterdir())},
        "weights": {n: w.tobytes() for n, w in model.weights.items()},
        "facts": untimed(model.facts),
        "left behind": sorted(p.name for p in path.rglob(".*")),
    }


def untimed(value: Any) -> Any:
    """Return JSON without its fields called "time"."""
    if isinstance(value, dict):
        return {k: untimed(v) for k, v in value.items() if k != "time"}
    return [untimed(v) for v in value] if isinstance(value, list) else value


def main(folder: Path, mode: str, *numbers: int) -> int:
    torch.set_num_threads(1)
    dataset = pictures()
    dataset.fingerprint  # noqa: B018
    reference = folder / "reference"
    begin = time.monotonic()
    assert attempt(reference, dataset) == "done"
    whole = time.monotonic() - begin
    expected = outcome(reference)
    count: dict[str, Any] = {
        "killed": 0,
        "runs": 0,
        "steps": expected["log"][-1]["step"],
        "differ": [],
        "seconds_a_run": round(whole, 3),
    }

    def finish(path: Path, how: str) -> None:
        if not (path / "model.onnx").exists() and attempt(path, dataset) != "done":
            count["differ"].append(f"{how}: could not be finished")
        else:
            got = outcome(path)
            count["differ"] += [f"{how}: {name}" for name in expected if got[name] != expected[name]]
        count["runs"] += 1
        shutil.rmtree(path, ignore_errors=True)

    if mode == "random":
        kills, seed = numbers
        rng = random.Random(seed)
        while count["killed"] < kills:
            path, how = folder / f"run{count['runs']}", []
            for _ in range(rng.randint(1, 4)):
                how.append(round(rng.uniform(0, whole), 4))
                if not (path / "model.onnx").exists() and attempt(path, dataset, after=how[-1]) == "killed":
                    count["killed"] += 1
            finish(path, f"after {how} s")
    else:
        number, step = numbers
        while attempt(path := folder / f"run{number}", dataset, at_operation=number) == "killed":
            count["killed"] += 1
            finish(path, f"before operation {number}")
            number += step
        count["operations"] = number - 1
    print(json.dumps(count))
    return 1 if count["differ"] else 0


if __name__ == "__main__":
    assert snapshots  # imported before the first fork
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])))
