"""What a training step spends its time on: torch's profiler over some steps of a line of
convscope.training.measured.MEASURED.

    python -m benchmarks.step_profile [--only "99.0 %"] [--precision float32] [--steps 100]

Times are operators' own, without those they call; what runs inside an optimiser or the making of a batch counts there.
"other" is the rest of the step: Python, dispatch, and operators that belong to none of the kinds.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile, record_function

from benchmarks import results
from benchmarks.training import pinned
from convscope import data
from convscope.formula import resolve, trace
from convscope.machine.device import cpu_settings
from convscope.training import augmentation
from convscope.training.input_scaling import input_spec
from convscope.training.loop import fit
from convscope.training.measured import MEASURED, Measured
from convscope.training.param_groups import Optimiser
from convscope.training.schedule import Schedule
from convscope.training.state import State
from convscope.training.validation import as_tensor

WHAT = (
    "One row a kind of work: milliseconds of a training step of 128 pictures, and its share, by torch's profiler; "
    "`step` is the step unprofiled."
)
KINDS = {
    "convolution": ("mkldnn_convolution", "convolution_backward"),
    "batch normalisation": ("native_batch_norm", "native_batch_norm_backward"),
    "pooling": ("max_pool2d_with_indices", "max_pool2d_with_indices_backward"),
    "relu": ("relu", "clamp_min", "threshold_backward"),
    "fully connected": ("addmm", "mm", "linear"),
    "loss": (
        "cross_entropy_loss",
        "_log_softmax",
        "_log_softmax_backward_data",
        "nll_loss_forward",
        "nll_loss_backward",
    ),
    "copies and casts": ("copy_", "_to_copy", "to", "fill_", "zero_", "clone"),
}
KIND = {f"aten::{name}": kind for kind, names in KINDS.items() for name in names}


def main() -> None:
    """Profile what was asked for and write benchmarks/results/step-profile.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[MEASURED[0].name], choices=[line.name for line in MEASURED])
    parser.add_argument("--precision", choices=("bfloat16", "float32"), default="bfloat16")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core to run on (the last)")
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="another folder for the results")
    given = parser.parse_args()
    if os.getpid() != os.getsid(0) and os.fork():
        raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))
    pinned(given.core)
    for line in MEASURED:
        if line.name in given.only:
            rows = measured(line, given.precision, given.steps)
            for row in rows:
                print(f"{line.name:20} {row['kind']:22} {row['milliseconds']:7.3f} ms  {100 * row['share']:5.1f} %")
            results.write(
                "step-profile",
                WHAT,
                rows,
                key=("line", "precision", "kind"),
                using=results.versions("torch"),
                folder=given.results,
            )


def measured(line: Measured, precision: str, steps: int) -> list[results.Row]:
    """Return a row for each kind of work, the largest first."""
    dataset = data.load(line.data)
    recipe = line.resolved_recipe()
    recipe = replace(recipe, precision=precision, log_every=1000, hard=0.0)  # hard ones are chosen once, not at a step
    network, cpu = trace(resolve(line.plan), dataset.shape, len(dataset.classes)), torch.device("cpu")
    images, labels = as_tensor(dataset.train.images, cpu), as_tensor(dataset.train.labels, cpu)
    with cpu_settings(1):
        state = State.initial(network, input_spec(dataset.train.images, recipe.scaling), recipe, 0, cpu)
        fit(state, images, labels, Schedule.of(recipe, 30), seed=0)
        began = time.process_time()
        fit(state, images, labels, Schedule.of(recipe, 30 + steps), seed=0)
        step = (time.process_time() - began) / steps * 1000
        inner, batch = state.optimisers, augmentation.batch
        state.optimisers = [Labelled(o) for o in inner]
        augmentation.batch = labelled("making the batch", batch)
        try:
            with profile(activities=[ProfilerActivity.CPU]) as seen:
                fit(state, images, labels, Schedule.of(recipe, 30 + 2 * steps), seed=0)
        finally:
            augmentation.batch = batch
    spent = summed(seen)
    total = sum(spent.values())
    common = {"line": line.name, "precision": precision, "plan": line.plan, "step": round(step, 3)}
    return [
        {**common, "kind": kind, "milliseconds": round(us / steps / 1000, 4), "share": round(us / total, 4)}
        for kind, us in sorted(spent.items(), key=lambda item: -item[1])
    ]


def summed(seen: profile) -> dict[str, float]:
    """Return microseconds by kind of work."""
    spent: dict[str, float] = defaultdict(float)
    for event in seen.events() or ():
        kind, above = KIND.get(event.name, "other"), event
        while above is not None:
            if above.name.startswith("part: "):
                kind = above.name.removeprefix("part: ")
            above = above.cpu_parent
        spent[kind] += event.self_cpu_time_total
    return dict(spent)


class Labelled:
    """An optimiser whose steps bear its name in the profile."""

    def __init__(self, inner: Optimiser) -> None:
        self.inner, self.momentum_buffers = inner, inner.momentum_buffers
        self.step = labelled(type(inner).__name__, inner.step)


def labelled(name, function):  # type: ignore[no-untyped-def]
    """Return `function` as one that the profiler records as a part of that name."""

    def recorded(*args, **kwargs):  # type: ignore[no-untyped-def]
        with record_function(f"part: {name}"):
            return function(*args, **kwargs)

    return recorded


if __name__ == "__main__":
    main()
