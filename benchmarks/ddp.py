"""What a second process gains: one training alone, two that know nothing of each other, and two that learn one network.

    python -m benchmarks.ddp [--rounds 5] [--only "fast 128"] [--ahead]

Each process has one thread and, where there are two, the whole machine: two strangers at once show what its cores can
do, the pair under torchrun what is left of it when every step waits for the other. Two that wait for each other suffer
twice from whatever else is at work: with --ahead (Linux, for root) the steps that are measured go before all of it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import convscope
from benchmarks import results
from benchmarks.training import CALM, urgent

WHAT = (
    "Training of MNIST, one thread a process, in turn, without the first 20 steps: pictures a second of all processes "
    "together by the wall clock, the snapshots of so short a run among them, and the median step, which they do not "
    "touch. "
    "One row a round. Plans by the recipe of their name. Two alone: two trainings at once that know nothing of each "
    "other. Two as one: the batch shared out. "
    "Of linear: by the median step, beside twice the one of the same round."
)
BEFORE = 20  # steps that are not counted
PAIR = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
Process = subprocess.Popen[str]


class Case(NamedTuple):
    """What is trained, for so many steps."""

    plan: str
    batch: int
    steps: int

    @property
    def name(self) -> str:
        return f"{self.plan} {self.batch}"


CASES = (
    Case("fast", 128, 420),
    Case("fast", 256, 240),
    Case("fast", 512, 140),
    Case("accurate", 128, 120),
    Case("accurate", 256, 80),
)


def train(case: Case, ahead: bool = False) -> None:
    """Train here, as one process or as a part of several; the first prints its pictures a second, and its median step
    in ms.
    """
    times: list[float] = []

    def stop() -> bool:  # asked once a step
        times.append(time.perf_counter())
        if ahead and len(times) in (BEFORE, case.steps - 1):
            policy = os.SCHED_RR if len(times) == BEFORE else os.SCHED_OTHER
            os.sched_setscheduler(0, policy, os.sched_param(int(policy == os.SCHED_RR)))
        return False

    with tempfile.TemporaryDirectory() as folder:
        convscope.train(
            "mnist",
            recipe=case.plan,
            batch_size=case.batch,
            epochs=case.steps * case.batch / 60_000,
            threads=1,
            out=Path(folder) / "run",
            stop=stop,
            keep_seconds=3600.0,
        )
    if os.environ.get("RANK", "0") == "0":
        steps = [1000 * (b - a) for a, b in zip(times[BEFORE:], times[BEFORE + 1 :], strict=False)]
        found = {"rate": 1000 * case.batch / statistics.fmean(steps), "step": statistics.median(steps)}
        print(json.dumps(found), flush=True)


def started(case: Case, ahead: bool, launcher: tuple[str, ...] = ()) -> Process:
    """Start a training in processes of its own."""
    words = [sys.executable, *launcher, "-m", "benchmarks.ddp", "--inside", "--only", case.name, *["--ahead"] * ahead]
    return subprocess.Popen(words, env=os.environ | CALM, stdout=subprocess.PIPE, text=True, start_new_session=True)


def rate(*processes: Process) -> tuple[float, float]:
    """Return pictures a second of processes that run at the same time, summed, and their mean step. Raises RuntimeError
    if one fails.
    """
    said = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        raise RuntimeError("a training failed")
    found = [json.loads(line) for out in said for line in out.splitlines() if line.startswith('{"rate"')]
    return sum(one["rate"] for one in found), statistics.fmean(one["step"] for one in found)


def main() -> None:
    """Measure all in turn and write benchmarks/results/ddp.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=[c.name for c in CASES], choices=[c.name for c in CASES])
    parser.add_argument("--ahead", action="store_true", help="before everything else on the machine")
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="another folder for the results")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    cases = [case for case in CASES if case.name in given.only]
    if given.inside:
        urgent()  # torchrun gives each of its processes a session of its own, where nobody has heard of it
        train(cases[0], given.ahead)
        return
    rows: list[results.Row] = []
    for number in range(given.rounds):
        for case in cases:
            found = {"one": rate(started(case, given.ahead))}
            found["two alone"] = rate(started(case, given.ahead), started(case, given.ahead))
            found["two as one"] = rate(started(case, given.ahead, PAIR))
            for what, (pictures, step) in found.items():
                row: results.Row = {"plan": case.plan, "batch": str(case.batch), "processes": what, "run": number}
                row |= {"pictures_per_second": round(pictures), "step_ms": round(step, 2)}
                if what != "one":
                    each = 2 if what == "two as one" else 1  # steps of the one for a step of each process
                    row["of_linear"] = round(found["one"][1] / (each * step), 3)
                rows.append(row)
                print(row, flush=True)
    print(results.write("ddp", WHAT, rows, key=("plan", "batch", "processes", "run"), folder=given.results))


if __name__ == "__main__":
    main()
