"""glibc's allocator: how many heaps its own account of itself lists."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from convscope.machine.heap import keep_freed_memory, share_one_heap

HEAPS = """
import ctypes, sys, threading
from convscope.machine.heap import share_one_heap
if sys.argv[1] == "shared":
    share_one_heap()
libc, together = ctypes.CDLL(None), threading.Barrier(5)
libc.malloc.restype, libc.fopen.restype = ctypes.c_void_p, ctypes.c_void_p
def work():
    together.wait()
    libc.malloc(100_000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
together.wait(), together.wait()
file = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc is of another library")
def test_threads_share_one_heap_where_they_are_told_to(tmp_path: Path) -> None:
    found = {}
    for how in ("shared", "as ever"):
        subprocess.run([sys.executable, "-c", HEAPS, how, str(tmp_path / how)], check=True, timeout=60)
        found[how] = (tmp_path / how).read_text().count("<heap nr=")
    assert found["shared"] == 1
    assert found["as ever"] > 1


def test_another_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        pass

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Other())
    keep_freed_memory()
    share_one_heap()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "CDLL", None)
    share_one_heap()
