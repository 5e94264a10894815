"""Seconds of training to an accuracy on MNIST: convscope's recipes and its peers, one core, one thread, interleaved.

    python -m benchmarks.training                          everything, which takes some hours
    python -m benchmarks.training --only keras --seeds 0   one of them; rows of other runs stay in the file
    python -m benchmarks.training --first-step             start-up only: from the command to the end of the first step

Every run is a fixed schedule, on all 60,000 training pictures, that no test picture stops. A *budget* is a schedule of
so many epochs: for a peer whose learning rate does not depend on where the schedule ends, every epoch's end is one; for
one-cycle, and for convscope's recipes, only the end of the whole schedule. After a budget the 10,000 test pictures are
scored, which is not counted. Seconds count from when the data is in memory and the network is made; imports, reading
and start-up are measured apart. A run ends at the first end of an epoch after `--cap` seconds of CPU time.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from benchmarks import environments, results
from benchmarks.methods import METHODS, Method

WHAT = (
    "Training on all 60,000 MNIST pictures, one core, one thread, one row a run. Of each budget (a schedule of so "
    "many epochs): "
    "seconds of training by the wall clock and of CPU time, without evaluation, and the accuracy on the 10,000 "
    "test pictures."
)
FIRST = (
    "Seconds from starting the command to the end of the first training step, by the wall clock and of CPU time, "
    "one core, files in the page cache, one row a run."
)
CALM = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1") | {"CUDA_VISIBLE_DEVICES": ""}


def main() -> None:
    """Measure what was asked for and merge it into benchmarks/results/ after every run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", nargs="+", choices=METHODS, default=list(METHODS), metavar="NAME", help=", ".join(METHODS)
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--schedule", nargs="+", type=int, help="only these numbers of epochs, where there are several")
    parser.add_argument("--cap", type=float, default=480, help="seconds of CPU time after which a run ends (480)")
    parser.add_argument("--first-step", action="store_true", help="measure start-up instead")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core to run on (the last)")
    parser.add_argument(
        "--lock", type=Path, help="a file to lock during each run, where others measure on that core too"
    )
    parser.add_argument("--results", type=Path, default=results.FOLDER, help="another folder for the results")
    given = parser.parse_args()
    for seed in given.seeds:
        for name in given.only:
            method = METHODS[name]
            for schedule in method.schedules[:1] if given.first_step else method.schedules:
                if schedule is not None and given.schedule and schedule not in given.schedule:
                    continue
                extra = ["--epochs", str(schedule)] if schedule is not None else []
                if given.first_step:
                    extra.append("--steps=1")
                elif not method.ours:
                    extra.append(f"--seconds={given.cap}")
                with locked(given.lock):
                    lines = run(method, [*extra, "--seed", str(seed)], given.core)
                row = {"name": name, "seed": seed, "schedule": schedule, **row_facts(lines, given.first_step)}
                if not method.ours and not given.first_step:
                    row["cap"] = given.cap
                print(shown(row), flush=True)
                file, what = ("first-step", FIRST) if given.first_step else ("training", WHAT)
                using = results.versions() if method.ours else {}
                results.write(
                    file,
                    what,
                    [row],
                    key=("name", "seed", "schedule"),
                    using=using | versions(method),
                    folder=given.results,
                )


def run(method: Method, extra: list[str], core: int) -> list[results.Row]:
    """Run one script on one core and return the lines it printed. Raises CalledProcessError with its complaint
    shown."""
    python = Path(sys.executable) if method.ours else environments.python(method.environment)
    command = [str(python), str(environments.PEERS / method.script), *method.arguments, *extra]
    began = {"BENCHMARK_BEGAN": repr(time.time())}
    done = subprocess.run(
        command,
        env={**os.environ, **CALM, **began},
        preexec_fn=lambda: pinned(core),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
        done.check_returncode()
    return [json.loads(line, parse_float=lambda text: round(float(text), 4)) for line in done.stdout.splitlines()]


def pinned(core: int) -> None:
    """Keep this process on one core, in a session of its own if it may, as urgent as its parent."""
    os.sched_setaffinity(0, {core})
    urgent()


def urgent() -> None:
    """Take this process to a session of its own if it may, and say there how urgent it is: Linux minds `nice` only
    within one, unless the session says so.
    """
    with contextlib.suppress(OSError):  # a shell's own child cannot leave, and other systems have no such file
        if os.getpid() != os.getsid(0):
            os.setsid()
        Path("/proc/self/autogroup").write_text(str(os.getpriority(os.PRIO_PROCESS, 0)))


def row_facts(lines: list[results.Row], first: bool) -> results.Row:
    """Return the facts of a row from the lines a script printed."""
    by_kind = {line["kind"]: line for line in lines}
    if first:
        return {"seconds": by_kind["step"]["seconds"], "cpu": by_kind["step"]["cpu"]}
    budgets = [{k: v for k, v in line.items() if k != "kind"} for line in lines if line["kind"] == "budget"]
    notes, ended = by_kind.get("note", {}), by_kind["end"]
    facts = {k: v for k, v in (ended | notes).items() if k != "kind"}
    return {
        **facts,
        "first_step": by_kind["step"]["seconds"],
        "load": os.getloadavg()[0],
        "at": round(time.time()),
        "budgets": budgets,
    }


def shown(row: results.Row) -> str:
    """Return a line for the eye."""
    best = max((b["accuracy"] for b in row.get("budgets", ())), default=0)
    return f"{row['name']:24} seed {row['seed']}  {row['seconds']:8.2f} s  best {100 * best:.2f} %"


def versions(method: Method) -> dict[str, str]:
    """Return the versions that decide how fast a peer is, by its environment's name."""
    if method.ours:
        return {}
    exact = dict(line.split("==") for line in environments.requirements(method.environment).split())
    known = ("torch", "torchvision", "tensorflow_cpu", "keras", "fastai", "scikit-learn")
    return {f"{method.environment}: {name}": exact[name] for name in known if name in exact}


@contextlib.contextmanager
def locked(path: Path | None) -> Iterator[None]:
    """Hold the file's lock meanwhile, if one is named."""
    file: IO[str] | None = path.open("w") if path else None
    try:
        if file:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        if file:
            file.close()


if __name__ == "__main__":
    main()
