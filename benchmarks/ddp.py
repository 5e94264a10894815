"""What a second process gains: one training alone, two that know nothing of each other, and two that learn one network.

    python -m benchmarks.ddp [--rounds 3] [--batch 128 256]

Each process has one thread and, where there are two, the whole machine: two strangers at once show what its cores can do,
the pair under torchrun what is left of it when every step waits for the other.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import convscope
from benchmarks import results
from benchmarks.training import CALM

WHAT = (
    "Training of MNIST by recipe and plan fast, one thread a process, in turn: pictures a second of all processes together by the wall clock, "
    "without the first 20 steps, one row a round. Two alone: two trainings at once that know nothing of each other. Two as one: DistributedDataParallel (gloo), the batch shared out."
)
EPOCHS = 0.45
PAIR = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
Process = subprocess.Popen[str]


def train(batch: int, epochs: float = EPOCHS) -> None:
    """Train here, as one process or as a part of several; the one that writes prints its pictures a second."""
    marks: list[tuple[int, float]] = []

    def progress(line: dict[str, Any]) -> None:
        if line["kind"] == "step":
            marks.append((line["step"], line["time"]["seconds"]))

    with tempfile.TemporaryDirectory() as folder:
        convscope.train(
            "mnist",
            recipe="fast",
            batch_size=batch,
            epochs=epochs,
            threads=1,
            out=Path(folder) / "run",
            progress=progress,
        )
    later = [mark for mark in marks if mark[0] > 20]
    if len(later) > 1:  # of several processes only the first is told
        (first, began), (last, ended) = later[0], later[-1]
        print(json.dumps({"rate": batch * (last - first) / (ended - began)}), flush=True)


def started(batch: int, launcher: tuple[str, ...] = ()) -> Process:
    """Start a training in processes of its own."""
    words = [sys.executable, *launcher, "-m", "benchmarks.ddp", "--inside", "--batch", str(batch)]
    return subprocess.Popen(words, env=os.environ | CALM, stdout=subprocess.PIPE, text=True)


def rate(*processes: Process) -> float:
    """Return the pictures a second of processes that run at the same time. Raises RuntimeError if one fails."""
    said = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        raise RuntimeError("a training failed")
    return sum(json.loads(line)["rate"] for out in said for line in out.splitlines() if line.startswith('{"rate"'))


def main() -> None:
    """Measure all in turn and write benchmarks/results/ddp.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, nargs="+", default=[128, 256])
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="another folder for the results")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        train(given.batch[0])
        return
    rows: list[results.Row] = []
    for number in range(given.rounds):
        for batch in given.batch:
            found = {"one": rate(started(batch))}
            found["two alone"] = rate(started(batch), started(batch))
            found["two as one"] = rate(started(batch, PAIR))
            for what, pictures in found.items():
                row = {"processes": what, "batch": str(batch), "run": number, "pictures_per_second": round(pictures)}
                rows.append(row)
                print(row, flush=True)
    print(results.write("ddp", WHAT, rows, folder=given.results))


if __name__ == "__main__":
    main()
