"""SIGKILL at random times, of a training and of those that go on with it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from random import Random

from tests.faults import shim
from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import child
from tests.faults.storage import Kept, acting, working

MOST = 4  # kills of one training


@shim.preloaded
def random_kills(times: int, random: Random, tally: Tally) -> None:
    """Kill a training and whoever goes on with it up to four times; then it ends in the same bits."""
    with working() as (folder, (training, *_)):
        begun = time.monotonic()
        _train(training, folder, [])
        whole = time.monotonic() - begun
        while tally.tried < times:
            after = [random.uniform(0, whole) for _ in range(random.randint(1, MOST))]
            shutil.rmtree(folder / "root", ignore_errors=True)
            _train(training, folder, after, tally)


def _train(training: Kept, folder: Path, after: list[float], tally: Tally | None = None) -> None:
    """Train and kill it after so many seconds, again and again; count the kills that struck."""
    root, trace = folder / "root", folder / "trace"
    root.mkdir(exist_ok=True)
    trace.unlink(missing_ok=True)
    act = acting(training, root)
    for number, seconds in enumerate(after):
        ended = child(lambda: (shim.arm(root, trace), act()), kill_after=seconds)
        if ended.code != -9 or tally is None:
            break
        kept = [call.path for call in shim.read_trace(trace) if call.kind == "K"] if trace.exists() else []
        if wrong := training.check(root, kept):
            tally.fault(f"killed after {after[: number + 1]} s: {wrong}")
        else:
            tally.ended("what was kept is there")
    if wrong := training.complete(root):
        assert tally is not None, wrong
        tally.fault(f"killed after {after} s: {wrong}")


CAMPAIGNS = (
    Campaign(
        "random-kills", "kills",
        "SIGKILL at random times, of a training and up to three more of those that go on with it: what was kept is "
        "there, and the end is the same bits",
        random_kills, quick=4, long=700, needs=("cc",),
    ),
)  # fmt: skip
