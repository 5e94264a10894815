"""How fast a page learns: training in headless Chromium, in one worker, beside convscope's own torch, on one core.

    python -m benchmarks.learning                      pictures a second, and seconds to 99 % on MNIST
    python -m benchmarks.learning --only speed         one of them
    python -m benchmarks.learning --only quota         5,000 digits with a part of a core, as on slower computers
    python -m benchmarks.learning --only workers       one worker and two, on two cores
    python -m benchmarks.learning --tfjs tf.min.js --tfjs-wasm tfjs-backend-wasm/dist    TensorFlow.js's, from npm

Seconds are those within steps: drawing pictures, forward, backward, update; not loading and not the test. CPU seconds
are the worker's own thread's, from /proc: what a busy machine gives it. PLAN, STEPS and WARMUP were chosen on the last
10,000 training pictures (docs/log.md).
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import results
from benchmarks.learning_tfjs import by_tfjs
from convscope import data
from convscope.explain.payload import nodes
from convscope.explain.payload.encoding import as_json
from convscope.formula import ZOO, parse, trace
from convscope.training.recipes import named
from tests.browser.chromium import chromium
from tests.browser.learn_page import LearnPage

WHAT = (
    "Training on MNIST's 60,000 pictures in a worker of headless Chromium, one core, one row a run; `torch` is "
    "convscope's own in a process with one thread. `speed`: plan fast, batches of 128. `accuracy`: a smaller plan, a "
    "fixed schedule, and the accuracy on the 10,000 test pictures. `quota`: the smaller plan on 5,000 pictures with a "
    "part of a core. `workers`: plan fast by one worker and two on two cores. Seconds by the clock and of CPU time."
)
PLAN = (
    'crop(24) + conv(16, 5, stride=2, pad="same", bias=False) + maxpool(2) + bn + relu + conv(32, 3, pad="same", '
    'bias=False) + maxpool(2) + bn + relu + conv(64, 3, pad="same", bias=False) + bn + relu + fc'
)
STEPS, WARMUP = 400, 0.1
SPEED = {"plain": 60, "simd": 200, "relaxed": 200, "torch": 200}  # steps
QUOTAS = (1.0, 1 / 4, 1 / 6)  # of a core: this one, a Chromebook's, a phone's
FEW_STEPS = 120  # of 64 pictures, on 5,000
FAST = named("fast")
SCALE = {"shape": [1, 28, 28], "mean": [33.32], "std": [78.57]}


def main() -> None:
    """Measure, and write each run to benchmarks/results/learning.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("speed", "accuracy", "quota", "workers"))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--engines", nargs="+", choices=SPEED, default=list(SPEED))
    parser.add_argument("--tfjs", type=Path, help="TensorFlow.js's bundle, tf.min.js")
    parser.add_argument("--tfjs-wasm", type=Path, help="the folder of its WebAssembly backend")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core to run on (the last)")
    parser.add_argument("--torch", nargs=4, metavar=("PLAN", "STEPS", "SEED", "WARMUP"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.torch:
        print(json.dumps(by_torch(given.torch[0], int(given.torch[1]), int(given.torch[2]), float(given.torch[3]))))
        return
    if given.only == "workers":
        with page() as (learner, version):
            write(list(together(learner, given.seeds)), version)
        return
    os.sched_setaffinity(0, {given.core})
    if given.only == "quota":
        with page() as (learner, version):
            write(list(slower(learner, given.seeds)), version)
        return
    with page() as (learner, version):
        rows = list(measured(learner, given))
        for folder in dict.fromkeys((None, given.tfjs_wasm)) if given.tfjs else ():
            row = {"engine": "tfjs wasm" if folder else "tfjs cpu", "task": "speed", "seed": 0}
            rows.append(said({**row, **by_tfjs(learner, given.tfjs, folder)}))
    write(rows, version)


def write(rows: list[results.Row], version: str) -> None:
    """Write rows beside those of other runs, and say where."""
    key = ("engine", "task", "seed")
    print(results.write("learning", WHAT, rows, key=key, using={**results.versions(), "chromium": version}))


@contextmanager
def page() -> Iterator[tuple[LearnPage, str]]:
    """Open a page that keeps MNIST, and say Chromium's version."""
    mnist = data.load("mnist")
    test = mnist.test
    assert test is not None
    kept = {
        "images": np.asarray(mnist.train.images[:]),
        "labels": np.asarray(mnist.train.labels[:], np.uint8),
        "few images": np.asarray(mnist.train.images[:5000]),
        "few labels": np.asarray(mnist.train.labels[:5000], np.uint8),
        "test images": np.asarray(test.images[:]),
        "test labels": np.asarray(test.labels[:], np.uint8),
    }
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        chromium(Path(folder) / "profile") as driver,
    ):
        yield LearnPage(driver, Path(folder), kept), driver.capabilities["browserVersion"]


def measured(learner: LearnPage, given: argparse.Namespace) -> Iterator[results.Row]:
    """Yield a row a run, engines in turn."""
    tasks: list[tuple[str, str, str, int, int]] = []
    for seed in given.seeds:
        if given.only != "accuracy" and seed == given.seeds[0]:
            tasks += [(engine, "speed", ZOO["fast"][0], SPEED[engine], seed) for engine in given.engines]
        if given.only != "speed":
            tasks += [(e, "accuracy", PLAN, STEPS, seed) for e in given.engines if e != "plain"]
    for engine, task, plan, steps, seed in tasks:
        run = aside if engine == "torch" else functools.partial(by_page, learner, engine)
        found = run(plan, steps, seed, warmup=WARMUP if task == "accuracy" else FAST.warmup)
        yield said({"engine": engine, "task": task, "seed": seed, "steps": steps, **found})


def said(row: results.Row) -> results.Row:
    """Print a row with the machine's load, and return it."""
    row = {**row, "load": os.getloadavg()[0]}
    print(json.dumps(row), flush=True)
    return row


def by_page(
    learner: LearnPage, engine: str, plan: str, steps: int, seed: int, warmup: float, workers: int = 1
) -> results.Row:
    """Train in the page and return figures."""
    learner.start(workers)
    learner.ask(asked_for(engine, plan, {"steps": steps, "warmup": warmup}, seed))
    learner.until("ready", 120)
    cpu = worker_cpu()
    end = learner.until("end", 600)
    taken = worker_cpu_since(cpu)
    count = pictures_shown(learner.said())
    return {**rates(count, end["seconds"], taken), "accuracy": tested(learner)}


def asked_for(engine: str, plan: str, recipe: dict[str, object], seed: int, which: str = "") -> dict[str, object]:
    """Return the message that a training begins with."""
    pictures = {"pixels": {"kept": f"{which}images"}, "labels": {"kept": f"{which}labels"}, "shape": [1, 28, 28]}
    made = as_json(nodes.page_nodes(trace(parse(plan))))
    asked = {"ask": "begin", "nodes": made, "input": SCALE, "pictures": pictures, "recipe": recipe}
    return {**asked, "seed": seed, "kernels": [engine]}


def tested(learner: LearnPage) -> float:
    """Return the accuracy on the test pictures."""
    pixels, labels = {"kept": "test images"}, {"kept": "test labels"}
    learner.ask({"ask": "measure", "pictures": {"pixels": pixels, "labels": labels, "shape": [1, 28, 28]}})
    return float(learner.until("measured", 300)["accuracy"])


def together(learner: LearnPage, seeds: Sequence[int]) -> Iterator[results.Row]:
    """Yield the speed of plan fast by one worker and by two, in turns, by the clock: the browser has every core."""
    for seed in seeds:
        for workers in (1, 2):
            with quota(2.0):
                found = by_page(learner, "relaxed", ZOO["fast"][0], SPEED["relaxed"], seed, FAST.warmup, workers)
            row = {"engine": "relaxed", "task": f"workers: {workers}", "seed": seed, "steps": SPEED["relaxed"]}
            yield said({**row, **found})


@contextmanager
def quota(share: float) -> Iterator[None]:
    """Give the processes that this one started a share of a core, by the kernel's scheduler (cgroup v1): no more, and
    before whatever else the machine does, no less.
    """
    folder = Path("/sys/fs/cgroup/cpu") / f"convscope-{os.getpid()}"
    folder.mkdir()
    started = descendants(os.getpid())
    try:
        (folder / "cpu.cfs_period_us").write_text("100000")
        (folder / "cpu.cfs_quota_us").write_text(str(round(100000 * share)))
        (folder / "cpu.shares").write_text("262144")  # the most there is
        for process in started:
            (folder / "cgroup.procs").write_text(str(process))
        yield
    finally:
        for process in (folder / "cgroup.procs").read_text().split():
            (folder.parent / "cgroup.procs").write_text(process)
        folder.rmdir()


def slower(learner: LearnPage, seeds: Sequence[int]) -> Iterator[results.Row]:
    """Yield how long a part of a core takes to learn 5,000 digits, from asking for it to the end, and the accuracy."""
    for seed, share in itertools.product(seeds, QUOTAS):
        learner.start(1)
        with quota(share):
            began, cpu = time.monotonic(), worker_cpu()
            learner.ask(asked_for("relaxed", PLAN, {"steps": FEW_STEPS, "batchSize": 64}, seed, "few "))
            end = learner.until("end", 300)
            clock, taken = time.monotonic() - began, worker_cpu_since(cpu)
        found = rates(pictures_shown(learner.said()), end["seconds"], taken)
        row = {"engine": "relaxed", "task": f"quota: {share:.3f}", "seed": seed, "steps": FEW_STEPS}
        yield said({**row, **found, "seconds_from_asking": clock, "accuracy": tested(learner)})


def pictures_shown(said: Sequence[dict[str, Any]]) -> int:
    """Return on how many pictures a worker said that it trained, each as often as it was shown."""
    return sum(line["count"] for one in said if one["say"] == "steps" for line in one["lines"])


def rates(count: int, seconds: float, cpu: float) -> results.Row:
    """Return what a row says of so many pictures in so much time."""
    by_second = {"pictures_per_second": count / seconds, "pictures_per_cpu_second": count / cpu}
    return {**by_second, "seconds": seconds, "cpu_seconds": cpu}


def worker_cpu() -> dict[str, float]:
    """Return the CPU seconds of each worker thread of this process's browser."""
    found: dict[str, float] = {}
    for process in descendants(os.getpid()):
        for stat in Path(f"/proc/{process}/task").glob("*/stat"):
            try:
                name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
            except OSError:
                continue  # it ended
            if name == "DedicatedWorker":
                found[stat.parent.name] = sum(map(int, rest.split()[11:13])) / os.sysconf("SC_CLK_TCK")
    return found


def worker_cpu_since(before: dict[str, float]) -> float:
    """Return the CPU seconds that those worker threads took since then that are still there."""
    return sum(seconds - before.get(thread, 0) for thread, seconds in worker_cpu().items())


def descendants(process: int) -> list[int]:
    """Return the processes that a process started, and those that these did."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            below.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = [process]
    for one in found:
        found += below.get(one, [])
    return found[1:]


def aside(plan: str, steps: int, seed: int, warmup: float) -> results.Row:
    """Train with torch in a process of its own, on the same core."""
    command = [sys.executable, "-m", "benchmarks.learning", "--torch", plan, str(steps), str(seed), str(warmup)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900, env=environment)
    found: results.Row = json.loads(done.stdout.splitlines()[-1])
    return found


def by_torch(plan: str, steps: int, seed: int, warmup: float) -> results.Row:
    """Train by the recipe fast with as many steps, without what the page leaves out, and return figures."""
    import convscope
    from convscope.runs.records import EpochLine
    from convscope.training.events import BeginLine, Event

    recipe = replace(
        FAST, warmup=warmup, hard=0.0, holds_out=False, precision="float32", least_steps=steps, epochs=1e-6
    )
    began = ended = (0.0, 0.0)

    def progress(line: Event) -> None:
        nonlocal began, ended
        if isinstance(line, BeginLine):
            began = time.perf_counter(), time.process_time()
        elif isinstance(line, EpochLine):
            ended = time.perf_counter(), time.process_time()

    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        result = convscope.train("mnist", arch=plan, recipe=recipe, seed=seed, threads=1, out=run, progress=progress)
    assert result.test is not None
    seconds = ended[0] - began[0]
    found = rates(steps * recipe.batch_size, seconds, ended[1] - began[1])
    return {**found, "accuracy": result.test.accuracy}


if __name__ == "__main__":
    main()
