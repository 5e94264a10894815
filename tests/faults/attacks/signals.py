"""Signals at any moment of any verb: it ends at once with one line and the documented exit code, and leaves nothing
behind; a training that has begun can be resumed.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import Ended, Running, begin, fork
from tests.faults.verbs import ROOT, VERBS, clear, harm, make_place, run_script, words

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGXCPU")
PATIENCE = 60.0  # seconds within which a process must end after a signal, on a machine that does much else
CODES = frozenset({0, 3, 5})  # 3: it was done, and had found something


def begin_forked(verb: str, place: Path, out: Path) -> Running:
    """Begin a verb in a child that has imported everything: what is interrupted is its work."""
    return fork(partial(run_script, words(verb, place, out), out))


def begin_fresh(verb: str, place: Path, out: Path) -> Running:
    """Begin a verb in an interpreter of its own: imports are interrupted too."""
    return begin([sys.executable, "-m", "convscope", *words(verb, place, out)], folder=out, env=ENV)


ENV = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
WAYS: dict[str, Callable[[str, Path, Path], Running]] = {"fresh": begin_fresh, "forked": begin_forked}


def at_any_moment(times: int, random: Random, tally: Tally) -> None:
    """Begin a verb, send it one signal or two, to it or to its group, and look at how it ends and what it leaves."""
    import onnxruntime  # noqa: F401 - for the forked ones
    import torch  # noqa: F401

    with TemporaryDirectory() as folder:
        place, out = make_place(Path(folder)), Path(folder) / "out"
        usual: dict[tuple[str, str], float] = {}
        for _ in range(times):
            verb = random.choice([*VERBS, *["train"] * 4, "train --label-from"])
            way = "forked" if random.random() < (0.8 if verb.startswith("train") else 0.4) else "fresh"
            name, twice, group = random.choice(NAMES), random.random() < 0.2, random.random() < 0.3
            clear(out)
            running = WAYS[way](verb, place, out)
            begun = time.monotonic()
            moment = usual.get((verb, way), 1.0) * random.random() ** (2 if way == "fresh" else 1)
            time.sleep(moment)
            number = int(getattr(signal, name))
            heeded = running.heeds(signal.SIGXCPU)  # the last that is: Python itself takes SIGINT
            sent = time.monotonic()
            running.send(number, group)
            if twice:
                time.sleep(random.random() * 0.05)
                running.send(number, group)
            ended = running.wait(PATIENCE)
            took = time.monotonic() - sent
            if ended.code in (0, 3):
                usual[verb, way] = time.monotonic() - begun
            what = f"{way} {verb} {name}{' twice' * twice}{' group' * group} after {1000 * moment:.0f} ms"
            judge(tally, what, ended, number, heeded, running, out)
            if heeded and ended.code == 5:
                tally.most("seconds until the end", round(took, 2))


def judge(tally: Tally, what: str, ended: Ended, number: int, heeded: bool, running: Running, out: Path) -> None:
    """Count how it ended, and what it has left."""
    fault = harm(ended, CODES)
    left = [str(path.relative_to(out)) for path in out.rglob(".tmp-*")]
    if not heeded and (ended.code == -number or (ended.code != 5 and "KeyboardInterrupt" in ended.said)):
        tally.ended("before Python ran the first line of convscope")
    elif fault:
        tally.fault(f"{what}: {fault}")
    elif ended.code == 5 and (said := ended.said.replace("\r", "").rstrip().splitlines()) and not last(said):
        tally.fault(f"{what}: {ended.said[-300:]!r}")
    elif left:
        tally.fault(f"{what}: left {left}")
    elif running.group_left():
        tally.fault(f"{what}: left a process")
    elif (out / "run").is_dir() and not (out / "run" / "model.onnx").exists():
        resume(tally, what, out)
    else:
        tally.ended("stopped" if ended.code == 5 else "done")


def last(said: list[str]) -> bool:
    """Whether the last lines are those of a verb that was stopped."""
    return said[-1] == "stopped" or (said[-1].startswith("try: convscope train --resume") and "stopped" in said[-2])


def resume(tally: Tally, what: str, out: Path) -> None:
    """Go on with a training that was stopped: it must come to its end."""
    arguments = ["train", "--resume", str(out / "run"), "--threads", "1", "--device", "cpu"]
    ended = fork(partial(run_script, arguments, out)).wait(PATIENCE)
    if ended.code != 0 or not (out / "run" / "model.onnx").exists():
        tally.fault(f"{what}: not resumed: {ended.said[-300:]}")
    else:
        tally.ended("stopped and resumed")


CAMPAIGNS = (
    Campaign(
        "signals", "signals", "Ctrl-C, SIGTERM, SIGHUP and SIGXCPU at any moment of every verb, to it or its "
        "group, once or twice: it ends with one line and exit code 5, leaves nothing behind, and a training resumes",
        at_any_moment, quick=20, long=1_000,
    ),
)  # fmt: skip
