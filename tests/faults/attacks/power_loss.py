"""The power goes, at any moment and with any part of what was not synced: what was promised is there, and what is there
can be gone on with.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
from pathlib import Path
from random import Random

from convscope.files import TEMPORARY
from tests.faults import shim
from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import child
from tests.faults.lost_writes import Disk, lay_out
from tests.faults.storage import Kept, acting, working

SHARES = (0.0, 1.0, 0.9, 0.5, 0.1)  # of what was not synced that is there all the same
GONE_ON = 400  # every so many different states is gone on with to the end
LEFT_GONE_ON = 10  # and of those that have something half written beside a model file


@shim.preloaded
def lost_writes(times: int, random: Random, tally: Tally) -> None:
    """Replay the calls of each work, and cut the power after any of them."""
    with working() as (folder, all_kept):
        traces = [_trace(kept, folder) for kept in all_kept]
        each = -(-times // sum(map(len, traces)))
        for kept, trace in zip(all_kept, traces, strict=True):
            _replay(kept, trace, each, folder, random, tally)


def _trace(kept: Kept, folder: Path) -> list[shim.Call]:
    """Do the work and return the calls that it makes; `folder / kept.name` is where it began."""
    root, trace = folder / "root", folder / "trace"
    for place in (root, folder / kept.name):
        place.mkdir()
        kept.prepare(place)
    act = acting(kept, root)
    ended = child(lambda: (shim.arm(root, trace), act()))
    assert ended.code == 0, ended.said
    calls = [call for call in shim.read_trace(trace) if call.kind in "Kcwtfrlumd"]
    shutil.rmtree(root)
    trace.unlink()
    return calls


def _replay(kept: Kept, trace: list[shim.Call], each: int, folder: Path, random: Random, tally: Tally) -> None:
    """Cut the power `each` times after each call."""
    root, promised, seen, beside = folder / "root", [], set(), 0
    (folder / kept.name).rename(root)
    disk = Disk(root)
    for number, call in enumerate(trace):
        if call.kind == "K":
            promised.append(call.path)
        else:
            disk.do(call)
        for share in itertools.islice(itertools.cycle(SHARES), each):
            left = disk.cut(random, share, torn=random.random() < 0.5)
            digest = hashlib.sha256(repr((left, len(promised))).encode()).digest()
            if digest in seen:
                tally.ended("the same as another")
                continue
            seen.add(digest)
            shutil.rmtree(root, ignore_errors=True)
            lay_out(left, root)
            try:
                wrong = kept.check(root, promised)
            except Exception as error:
                wrong = repr(error)
            half = _beside_a_model(left)
            beside += half
            ends = len(seen) % GONE_ON == GONE_ON // 2 or (half and beside % LEFT_GONE_ON == 1)
            if not wrong and ends:
                wrong = kept.complete(root, power_cut=True)
            if wrong:
                tally.fault(f"{kept.name}, call {number} ({shim.NAMES.get(call.kind, call.path)} {call.path}): {wrong}")
            else:
                tally.ended("sound, and the same end" if ends else "sound")
    shutil.rmtree(root)


def _beside_a_model(left: dict[str, bytes | None]) -> bool:
    """Whether something half written lies in the folder of a model file."""
    models = {Path(path).parent for path in left if Path(path).name == "model.onnx"}
    return any(Path(path).parent in models and Path(path).name.startswith(TEMPORARY) for path in left)


CAMPAIGNS = (
    Campaign(
        "power-loss", "states of the disk",
        "The power goes after any call, and any part of what was not synced is lost or torn, names of files too "
        "(strict POSIX): what was promised is there, and a resume ends in the same bits",
        lost_writes, quick=1_200, long=100_000, needs=("cc",),
    ),
)  # fmt: skip
