"""Accuracy against seconds on MNIST, line by line of convscope.training.measured: one core, one thread, several seeds.

    python -m benchmarks.frontier                              every line, seeds 0 to 4, in bfloat16
    python -m benchmarks.frontier --only "99.0 %" --precision float32
    python -m benchmarks.frontier --table                      what the tables there should say, from the rows there are

Each run trains on all 60,000 training pictures (or `data`'s) with the schedule fixed beforehand and scores the test
pictures once. Seconds are CPU time, of everything from the new network to the last step: weights, augmentation,
annealing; not imports, reading and scoring. GFLOP/s count 2 for each multiplication and addition of a layer, three
times (output, gradient of the weights, gradient of the input, which the first layer does not need), against the fastest
product of matrices found here.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from benchmarks import results
from benchmarks.training import locked, pinned
from convscope import data
from convscope.data.subset import Subset
from convscope.formula import Network, resolve, trace
from convscope.machine.device import cpu_settings
from convscope.training.flips import decide_flips
from convscope.training.input_scaling import input_spec
from convscope.training.loop import fit
from convscope.training.measured import MEASURED, OTHERS, Measured
from convscope.training.resolve import resolve_augmentation
from convscope.training.schedule import Schedule
from convscope.training.state import State
from convscope.training.validation import as_tensor, scores

CPU = torch.device("cpu")
LINES = MEASURED + OTHERS
WHAT = (
    "One row a run: a line of convscope.training.measured trained on one core and one thread on all training "
    "pictures; seconds of CPU time and by the "
    "wall clock, the accuracy on the 10,000 test pictures, GFLOP/s reached and those of the fastest product of "
    "matrices (limit)."
)


def main() -> None:
    """Measure what was asked for and merge it into benchmarks/results/frontier.json after every run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=[line.name for line in LINES], metavar="LINE")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--precision", choices=("bfloat16", "float32"), default="bfloat16")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core to run on (the last)")
    parser.add_argument("--lock", type=Path, help="a file to lock during each run, where others measure on that core")
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="another folder for the results")
    parser.add_argument("--table", action="store_true", help="measure nothing; print means of the rows")
    given = parser.parse_args()
    if given.table:
        print(table(results.read("frontier", given.results)["rows"]))
        return
    if os.getpid() != os.getsid(0) and os.fork():  # only a process that leads no group can begin a session of its own
        raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))
    pinned(given.core)
    for seed in given.seeds:
        for line in LINES:
            if given.only and line.name not in given.only:
                continue
            with locked(given.lock):
                row = run(line, seed, given.precision)
            print(f"{line.name:24} seed {seed}  {100 * row['accuracy']:.2f} %  {row['seconds']:7.2f} s", flush=True)
            results.write(
                "frontier",
                WHAT,
                [row],
                key=("line", "seed", "precision"),
                using=results.versions("torch", "numpy"),
                folder=given.results,
            )


def run(line: Measured, seed: int, precision: str) -> results.Row:
    """Train one line once and return the row."""
    dataset = data.load(line.data)
    assert dataset.test is not None
    recipe = line.resolved_recipe()
    flips = decide_flips(recipe, dataset, Subset.whole(dataset.train))
    how = resolve_augmentation(recipe, dataset.shape, dataset.facts.centred, flips.on)
    recipe = replace(recipe, precision=precision, augmentation=how)
    network = trace(resolve(line.plan), dataset.shape, len(dataset.classes))
    spec = input_spec(dataset.train.images, recipe.scaling)
    images, labels = as_tensor(dataset.train.images, CPU), as_tensor(dataset.train.labels, CPU)
    steps = recipe.steps(len(images))
    with cpu_settings(1):
        limit = fastest_product(precision)
        began, clock = time.process_time(), time.perf_counter()
        state = State.initial(network, spec, recipe, seed, CPU)
        fit(state, images, labels, Schedule.of(recipe, steps), seed=seed)
        seconds, wall = time.process_time() - began, time.perf_counter() - clock
        right = scores(state.result, as_tensor(dataset.test.images, CPU).split(500)).argmax(1) == dataset.test.labels
    pictures = recipe.pictures(len(images), steps)
    return {
        "line": line.name,
        "seed": seed,
        "precision": precision,
        "recipe": line.recipe,
        "plan": line.plan,
        "data": line.data,
        "epochs": line.epochs,
        "parameters": network.parameters,
        "steps": steps,
        "accuracy": float(np.mean(right)),
        "seconds": round(seconds, 3),
        "wall": round(wall, 3),
        "pictures_per_second": round(pictures / seconds, 1),
        "gflops": round(operations(network) * pictures / seconds / 1e9, 1),
        "limit_gflops": round(limit, 1),
        "load": os.getloadavg()[0],
    }


def operations(network: Network) -> int:
    """Return the operations of one picture's training: 6 for each MAC, 4 in the first layer that has any."""
    macs = [node.macs for node in network.nodes if node.macs]
    return 6 * sum(macs) - 2 * macs[0]


def fastest_product(precision: str, seconds: float = 0.5) -> float:
    """Return the most GFLOP/s a product of two matrices of 1024² reached here, by torch's `@` and as a 1×1
    convolution."""
    dtype, n, best = torch.bfloat16 if precision == "bfloat16" else torch.float32, 1024, float("inf")
    a, b = torch.randn(n, n).to(dtype), torch.randn(n, n).to(dtype)
    maps = torch.randn(1, n, 32, 32).to(dtype).to(memory_format=torch.channels_last)
    with torch.inference_mode():
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for product in (lambda: a @ b, lambda: torch.nn.functional.conv2d(maps, b[:, :, None, None])):
                began = time.process_time()
                product()
                best = min(best, time.process_time() - began)
    return 2 * n**3 / best / 1e9


def table(rows: list[results.Row]) -> str:
    """Return, a line each: name, precision, seeds, mean accuracy with its range, mean seconds with theirs, GFLOP/s and
    limit.
    """
    text = []
    for line in LINES:
        for precision in ("bfloat16", "float32"):
            found = [row for row in rows if row["line"] == line.name and row["precision"] == precision]
            if found:
                a, s = (results.summary(row[field] for row in found) for field in ("accuracy", "seconds"))
                g, limit = (results.summary(row[field] for row in found) for field in ("gflops", "limit_gflops"))
                text.append(
                    f"{line.name:24} {precision:9} n = {a.n}  {100 * a.mean:.3f} % [{100 * a.least:.2f}, "
                    f"{100 * a.most:.2f}]  "
                    f"{s.mean:7.2f} s [{s.least:.2f}, {s.most:.2f}]  {g.mean:4.0f} of {limit.most:.0f} GFLOP/s"
                )
    return "\n".join(text)


if __name__ == "__main__":
    main()
