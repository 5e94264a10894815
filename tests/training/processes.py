"""Train as one of several processes, some of which end before their time. Run by torchrun from test_torchrun.py.

    torchrun --standalone --nproc-per-node 3 --max-restarts 1 processes.py FOLDER [RUN …]

In the first attempt process 1 is killed in the midst of the run `broken`, in the second everything goes on. Of the runs
whole, plain, deep, stopped and broken those that are named are made, or all. Prints nothing.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from convscope.errors import Interrupted
from convscope.training.recipes import Augmentation
from convscope.training.session import train
from tests.training.tiny import PLAN, RECIPE, pictures

RANK, ATTEMPT = (int(os.environ.get(word, "0")) for word in ("RANK", "TORCHELASTIC_RESTART_COUNT"))
PLAIN = replace(
    RECIPE, augmentation=Augmentation(), flips="no", optimiser="sgd", label_smoothing=0.1, partial_batches=True
)
PLAIN_PLAN = "conv(4, 3) + relu + fc"
DEEP_PLAN = "conv(4, 3) + relu + conv(6, 3) + relu + fc"  # the second bank's gradient lies channels last


def at(step: int, rank: int, act: Callable[[], bool]) -> Callable[[], bool]:
    """Return what the loop asks after every step: False, and in process `rank` after `step` whatever `act` says."""
    count = iter(range(1, 1000))
    return lambda: act() if next(count) == step and rank == RANK else False


def die() -> bool:
    os.kill(os.getpid(), signal.SIGKILL)
    return False


def main(folder: Path, *names: str) -> None:
    dataset = pictures()
    common = {"arch": PLAN, "recipe": RECIPE, "val": 6, "threads": 1, "keep_seconds": 0.0}
    wanted = names or ("whole", "plain", "deep", "stopped", "broken")
    if "whole" in wanted:
        train(dataset, out=folder / "whole", **common)  # type: ignore[arg-type]
    for name, plan in (("plain", PLAIN_PLAN), ("deep", DEEP_PLAN)):
        if name in wanted and not (folder / name).exists():
            train(dataset, out=folder / name, arch=plan, recipe=PLAIN, val=6, threads=1)
    if "stopped" in wanted and not (folder / "stopped").exists():
        try:
            train(dataset, out=folder / "stopped", stop=at(4, 1, lambda: True), **common)  # type: ignore[arg-type]
        except Interrupted:
            train(dataset, resume=folder / "stopped", threads=1, keep_seconds=0.0)
    if "broken" in wanted:
        stop = at(6, 1, die) if ATTEMPT == 0 else lambda: False
        train(dataset, out=folder / "broken", stop=stop, **common)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
