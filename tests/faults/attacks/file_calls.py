"""At every call that touches the disk: the process is killed, or the call fails, or does half of what it should."""

from __future__ import annotations

import errno
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from convscope.errors import BAD_INPUT, ENVIRONMENT, OK
from tests.faults import shim
from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import child
from tests.faults.shim import preloaded
from tests.faults.storage import Kept, acting, left_behind, told, working

FAULTS = {
    "o": ("EIO", "EMFILE"), "c": ("EIO", "ENOSPC", "EDQUOT", "EROFS", "EMFILE", "EINTR"),
    "w": ("EIO", "ENOSPC", "EDQUOT", "EINTR"), "f": ("EIO", "ENOSPC", "EDQUOT", "EINTR"),
    "x": ("EIO", "ENOSPC", "EDQUOT"), "r": ("EIO", "ENOSPC", "EDQUOT", "EROFS"), "l": ("EIO", "ENOSPC", "EDQUOT"),
    "m": ("EIO", "ENOSPC", "EDQUOT", "EROFS"), "t": ("EIO",), "M": ("ENOMEM", "ENODEV"),
}  # fmt: skip
LASTING = {"ENOSPC": "cwm", "EDQUOT": "cwm", "EROFS": "cwrlumdt"}  # which calls fail from some moment on


@dataclass(frozen=True)
class Strike:
    """What is done to which call of whom: the `at`-th of these `kinds`, from 1."""

    kept: Kept
    kinds: str
    at: int
    action: int
    error: str = "0"

    def __str__(self) -> str:
        how = {shim.KILL: "killed", shim.SHORT: "half done"}.get(self.action, self.error)
        since = " from there on" * (self.action == shim.FAIL_FROM_HERE)
        return f"{self.kept.name}: {how} at call {self.at} of {self.kinds}{since}"


@preloaded
def kills_at_calls(times: int, random: Random, tally: Tally) -> None:
    """Kill before each call; what was kept is there, and going on ends in the same bits."""
    with working() as (folder, all_kept):
        strikes = [
            Strike(kept, shim.ALL, at, shim.KILL) for kept in all_kept for at in range(1, len(_calls(kept, folder)) + 1)
        ]
        tally.most("different calls", len(strikes))
        for strike in _in_turn(strikes, times, random):
            ended, marks, root = _strike(strike, folder)
            if ended.code != -9:
                tally.fault(f"{strike}: {told(ended)}")
                continue
            _judge(strike, root, marks, tally)


@preloaded
def failing_calls(times: int, random: Random, tally: Tally) -> None:
    """Let calls fail: one line and exit code 4, or it is done without; nothing is left behind, and it can go on."""
    with working() as (folder, all_kept):
        strikes = [strike for kept in all_kept for strike in _failures(kept, folder)]
        tally.most("different faults", len(strikes))
        for strike in _in_turn(strikes, times, random):
            ended, marks, root = _strike(strike, folder)
            reading = strike.kinds in ("o", "x", "M")
            may = {OK} if strike.error == "EINTR" or strike.action == shim.SHORT or not strike.kept.needed else (
                {OK, ENVIRONMENT} | ({BAD_INPUT} if reading else set())
            )  # fmt: skip
            lines = ended.said.splitlines()
            if ended.hung or ended.code not in may or len(lines) > 2 or (len(lines) == 2 and lines[1][:5] != "try: "):
                tally.fault(f"{strike}: {told(ended)}")
            elif strike.error != "EROFS" and left_behind(root):
                tally.fault(f"{strike}: left behind {left_behind(root)}")
            else:
                _judge(strike, root, marks, tally, "one line, then " if ended.code else "done without, then ")


def _judge(strike: Strike, root: Path, marks: list[str], tally: Tally, before: str = "") -> None:
    wrong = strike.kept.check(root, marks) or strike.kept.complete(root)
    if wrong:
        tally.fault(f"{strike}: {wrong}")
    else:
        tally.ended(f"{before}the same end")


def _in_turn(strikes: list[Strike], times: int, random: Random) -> Iterator[Strike]:
    """Yield so many of the strikes in random order, all of them before any comes again; of each thing at least one."""
    random.shuffle(strikes)
    first = {strike.kept.name: strike for strike in strikes}
    rest = [strike for strike in strikes if strike is not first[strike.kept.name]]
    return itertools.islice(itertools.cycle([*first.values(), *rest]), times)


def _strike(strike: Strike, folder: Path) -> tuple[shim.Ended, list[str], Path]:
    """Do it in a fresh folder; return how the work ended, what it had promised by then, and the folder."""
    root, trace = folder / "root", folder / "trace"
    shutil.rmtree(root, ignore_errors=True)
    trace.unlink(missing_ok=True)
    root.mkdir()
    strike.kept.prepare(root)
    act, error = acting(strike.kept, root), getattr(errno, strike.error, 0)

    def work() -> None:
        shim.arm(root, trace, kinds=strike.kinds, at=strike.at, action=strike.action, error=error)
        act()

    ended = child(work)
    return ended, [call.path for call in shim.read_trace(trace) if call.kind == "K"], root


def _calls(kept: Kept, folder: Path) -> list[str]:
    """Return the kinds of the calls that the work makes when nothing strikes it."""
    ended, _, _ = _strike(Strike(kept, "", 0, shim.WATCH), folder)
    assert ended.code == 0, ended.said
    made = [call for call in shim.read_trace(folder / "trace") if call.kind != "K"]
    return [call.other if call.kind == "-" else call.kind for call in made]


def _failures(kept: Kept, folder: Path) -> Iterator[Strike]:
    calls = _calls(kept, folder)
    for kind, errors in FAULTS.items():
        for at in range(1, calls.count(kind) + 1):
            yield from (Strike(kept, kind, at, shim.FAIL, error) for error in errors)
            if kind == "w":
                yield Strike(kept, kind, at, shim.SHORT)
    for error, kinds in LASTING.items():
        count = sum(kind in kinds for kind in calls)
        yield from (Strike(kept, kinds, at, shim.FAIL_FROM_HERE, error) for at in range(1, count + 1))


CAMPAIGNS = (
    Campaign(
        "kills-at-file-calls", "kills",
        "SIGKILL at every call that touches the disk, of a training, a resume, a model file's write and the caches: "
        "complete or absent, and the same bits in the end",
        kills_at_calls, quick=6, long=600, needs=("cc",),
    ),
    Campaign(
        "failing-file-calls", "failing calls",
        "Every call that touches the disk, of a training, a resume, a model file and the caches, fails (disk full, I/O "
        "error, quota, read-only, too many files) or does half of what it "
        "should, once or from then on: one line and exit code 4, nothing left behind, and the same bits in the end",
        failing_calls, quick=8, long=1_200, needs=("cc",),
    ),
)  # fmt: skip
