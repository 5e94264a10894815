"""The disk that power cuts are tried on promises what POSIX does, and the calls that it is told of are those made."""

from __future__ import annotations

import errno
import os
import shutil
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.faults import shim
from tests.faults.campaign import Tally
from tests.faults.limited import child
from tests.faults.lost_writes import Disk, lay_out
from tests.faults.shim import Call, preloaded

ALL, NOTHING = 1.0, 0.0


def call(kind: str, path: str, other: str = "", value: int = 0, data: bytes = b"") -> Call:
    return Call(kind, value, path, other, data)


def left(disk: Disk, share: float) -> dict[str, bytes | None]:
    return disk.cut(Random(0), share, torn=False)


def test_a_file_outlasts_a_cut_once_it_and_its_name_are_synced(tmp_path: Path) -> None:
    root = str(tmp_path)
    (tmp_path / "a").write_bytes(b"old")
    disk = Disk(tmp_path)
    new = f"{root}/.new"
    disk.do(call("c", new, value=1))
    disk.do(call("w", new, data=b"new"))
    assert left(disk, ALL) == {"a": b"old", ".new": b"new"}
    assert left(disk, NOTHING) == {"a": b"old"}
    disk.do(call("f", new))
    assert left(disk, NOTHING) == {"a": b"old"}, "its name is not synced"
    disk.do(call("r", new, f"{root}/a"))
    assert left(disk, ALL) == {"a": b"new"}
    assert left(disk, NOTHING) == {"a": b"old"}
    disk.do(call("f", root))
    assert left(disk, NOTHING) == {"a": b"new"}
    disk.do(call("w", f"{root}/a", value=3, data=b"er"))
    disk.do(call("t", f"{root}/a", value=1))
    assert (left(disk, NOTHING), left(disk, ALL)) == ({"a": b"new"}, {"a": b"n"})
    disk.do(call("u", f"{root}/a"))
    assert (left(disk, NOTHING), left(disk, ALL)) == ({"a": b"new"}, {})


def test_a_folder_is_lost_with_all_that_is_synced_in_it(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    for one in (
        call("m", "d"),
        call("c", "d/a", value=1),
        call("w", "d/a", data=b"1"),
        call("f", "d/a"),
        call("f", "d"),
    ):
        disk.do(call(one.kind, str(tmp_path / one.path), value=one.value, data=one.data))
    assert left(disk, NOTHING) == {}
    disk.do(call("f", str(tmp_path)))
    assert left(disk, NOTHING) == {"d": None, "d/a": b"1"}
    lay_out(left(disk, NOTHING), tmp_path / "after")
    assert (tmp_path / "after" / "d" / "a").read_bytes() == b"1"


def test_a_torn_write_has_whole_sectors_of_before_and_after(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"o" * 2000)
    disk = Disk(tmp_path)
    disk.do(call("w", str(tmp_path / "a"), value=100, data=b"n" * 3000))
    seen = set()
    for seed in range(30):
        data = disk.cut(Random(seed), ALL, torn=True)["a"]
        assert data is not None
        assert len(data) == 3100
        for begin, end in ((100, 512), *((at, at + 512) for at in range(512, 3072, 512)), (3072, 3100)):
            new, old = b"n" * (end - begin), (b"o" * 2000 + bytes(1100))[begin:end]
            assert data[begin:end] in (new, old)
            seen.add((begin, data[begin:end] == new))
    assert len(seen) == 14, "each sector is sometimes as before, sometimes new"


@preloaded
def what_the_shim_does(times: int, random: Random, tally: Tally) -> None:
    """Write a file in a child: as it is, killed, refused and cut short; tell what came of it."""
    root, trace = (Path(os.environ["SHIM_FOLDER"]) / name for name in ("root", "trace"))
    for action, at, kinds in (
        (shim.WATCH, 0, shim.ALL), (shim.KILL, 2, "w"), (shim.FAIL, 1, "f"), (shim.SHORT, 1, "w"),
        (shim.FAIL_FROM_HERE, 2, "w"),
    ):  # fmt: skip
        root.mkdir()
        ended = child(partial(_write, root, trace, kinds, at, action))
        made = "".join(call.kind for call in shim.read_trace(trace))
        (left,) = root.iterdir()
        tally.ended(f"{ended.code} {made} {left.name} {left.read_bytes().decode()} {'No space' in ended.said}")
        shutil.rmtree(root)
        trace.unlink()


def _write(root: Path, trace: Path, kinds: str, at: int, action: int) -> None:
    shim.arm(root, trace, kinds=kinds, at=at, action=action, error=errno.ENOSPC)
    with open(root / "a", "wb", buffering=0) as file:
        file.write(b"four")
        file.write(b"five5")
        os.fsync(file.fileno())
    os.rename(root / "a", root / "b")


@pytest.mark.skipif(shutil.which("cc") is None, reason="cc not found")
@pytest.mark.medium
def test_the_shim_notes_kills_refuses_and_cuts_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIM_FOLDER", str(tmp_path))
    tally = Tally("shim")
    what_the_shim_does(1, Random(0), tally)
    assert list(tally.counts) == [
        "0 cwwfxr b fourfive5 False",
        "-9 cw a four False",
        "99 cwwx a fourfive5 True",
        "0 cwwfxr b fofive5 False",
        "99 cwx a four True",
    ]
