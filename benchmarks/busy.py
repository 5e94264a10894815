"""What the choice of threads is worth beside other work: nobody, one process or two that keep a CPU each.

    python -m benchmarks.busy [--rounds 3]

Every number of threads and convscope's own choice, in turn, each in a process of its own for some seconds, while so
many others compute all the time. A default is good if it is never far from the best number of threads.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import convscope
from benchmarks import results
from convscope.errors import Interrupted
from convscope.machine.cpus import available_cpus

WHAT = (
    "Training of MNIST beside so many processes that compute all the time, on all CPUs, in turn: pictures a second by "
    "the wall clock, from the 20th step on, over some five seconds; one row a round. Of the best: beside the number of "
    "threads that was the fastest in the same round. `default` is what convscope chooses by itself."
)
BEFORE = 20  # steps that are not counted
SECONDS = 5.0
PLANS = ("fast", "accurate")


def train(plan: str, threads: int | None) -> None:
    """Train here for some seconds and print pictures a second and the threads used."""
    times: list[float] = []

    def stop() -> bool:  # asked once a step
        times.append(time.perf_counter())
        return len(times) > BEFORE + 2 and times[-1] - times[BEFORE] > SECONDS

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        with contextlib.suppress(Interrupted):
            convscope.train("mnist", recipe=plan, epochs=20, threads=threads, out=out, stop=stop, keep_seconds=3600.0)
        used = json.loads((out / "run.json").read_text())["threads"]
    rate = 128 * (len(times) - 1 - BEFORE) / (times[-1] - times[BEFORE])
    print(json.dumps({"rate": rate, "threads": used}), flush=True)


@contextlib.contextmanager
def busy(count: int) -> Iterator[None]:
    """Keep `count` processes computing meanwhile."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    time.sleep(0.5)
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def measured(plan: str, threads: int | None) -> dict[str, float]:
    """Return what `train` prints in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.busy", "--inside", plan, *([] if threads is None else [str(threads)])]
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure all in turn and write benchmarks/results/busy.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="another folder for the results")
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        train(given.inside[0], int(given.inside[1]) if len(given.inside) > 1 else None)
        return
    rows: list[results.Row] = []
    for number in range(given.rounds):
        for plan in PLANS:
            for others in range(available_cpus() + 1):
                with busy(others):
                    choices = [None, *range(1, available_cpus() + 1)]
                    found = {threads: measured(plan, threads) for threads in choices}
                best = max(one["rate"] for threads, one in found.items() if threads is not None)
                for threads, one in found.items():
                    row: results.Row = {"plan": plan, "busy": str(others), "choice": str(threads or "default")}
                    row |= {"run": number, "threads": one["threads"], "pictures_per_second": round(one["rate"])}
                    rows.append(row | {"of_best": round(one["rate"] / best, 3)})
                    print(rows[-1], flush=True)
    print(results.write("busy", WHAT, rows, key=("plan", "busy", "choice", "run"), folder=given.results))


if __name__ == "__main__":
    main()
