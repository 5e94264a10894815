"""Locks on files: one holder at a time, in this process and between processes, gone with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from convscope.locks import is_locked, lock

HOLD = "import sys; from convscope.locks import lock; f = open(sys.argv[1], 'a'); print(lock(f), flush=True); input()"


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path)
    with open(path, "a") as first, open(path, "a") as second:
        assert lock(first)
        assert not lock(second)
        assert is_locked(path)
    assert not is_locked(path)
    assert path.read_bytes() == b""


def test_many_may_look_at_a_time(tmp_path: Path) -> None:
    with open(tmp_path / "lock", "a") as first, open(tmp_path / "lock", "a") as second:
        assert lock(first, shared=True)
        assert lock(second, shared=True)
        assert not lock(second)


def test_a_process_that_is_killed_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert is_locked(path)
        holder.kill()
        holder.wait()
        assert not is_locked(path)
