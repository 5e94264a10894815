"""Many attacks on one function in forked children: a crash, a hang or a full memory costs one batch, and is told."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from random import Random

from tests.faults.campaign import Tally
from tests.faults.limited import MB, child, patient

SECONDS, MEGABYTES = 2.0, 512  # to refuse any input of up to 64 MB
EACH = 400  # attacks of a child


class TooLong(BaseException):
    """An attack took longer than it may."""


def in_children(
    make: Callable[[Random], bytes], attack: Callable[[bytes, Random, Tally], None], times: int, random: Random,
    tally: Tally,
) -> None:  # fmt: skip
    """Make an input and attack with it, `times` times; no attack may take more than 2 s of a CPU or let the memory grow
    by more than 512 MB.
    """
    for begin in range(0, times, EACH):
        count, seed = min(EACH, times - begin), random.getrandbits(64)
        ended = child(lambda count=count, seed=seed: _batch(make, attack, count, seed, tally), seconds=10 + 3 * count)
        try:
            told = json.loads(ended.said.splitlines()[-1])
        except (IndexError, ValueError):
            what = "hung" if ended.hung else f"died with {ended.code}: {ended.said[-600:]}"
            tally.fault(f"a batch of seed {seed} {what}")
            continue
        tally.tried += told["tried"]
        tally.counts.update(told["counts"])
        tally.faulty += told["faulty"]
        tally.faults += told["faults"]
        for figure, value in told["figures"].items():
            tally.most(figure, value)


def _batch(
    make: Callable[[Random], bytes],
    attack: Callable[[bytes, Random, Tally], None],
    count: int,
    seed: int,
    before: Tally,
) -> None:
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(1)  # OpenMP waits for ever in a child whose parent has computed with more
    own, random, grown_before = Tally(f"{before.name}-{seed:x}"), Random(seed), _reset_peak()
    if before.faulty > 100:  # that is enough to read
        count = 1
    for _ in range(count):
        data = make(random)
        begun = time.process_time()
        try:
            with no_longer_than(patient(SECONDS)):
                attack(data, random, own)
        except TooLong:
            own.fault(f"took longer than 2 s: {traceback.format_exc()[-800:]}", data)
        own.most("slowest s", round(time.process_time() - begun, 3))
    grown = (_status("VmHWM") - grown_before) / MB
    own.most("peak MB", round(grown, 1))
    if grown > MEGABYTES:
        own.fault(f"memory grew by {grown:.0f} MB")
    sys.stdout.flush()
    told = {name: getattr(own, name) for name in ("tried", "faulty", "counts", "figures", "faults")}
    print("\n" + json.dumps(told))


@contextlib.contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Raise TooLong within the block once it has taken so much of a CPU."""

    def stop(*_: object) -> None:
        raise TooLong

    old = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)


def _reset_peak() -> int:
    """Begin to count this process's largest resident memory anew; return what it has now, in bytes."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    return _status("VmRSS")


def _status(name: str) -> int:
    with open("/proc/self/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))
