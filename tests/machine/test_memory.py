"""How much memory there is: the machine's, a container's of either version, a shell's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from convscope.errors import EnvironmentFault
from convscope.machine import memory


def test_the_machine_has_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    whole = memory.memory_limit()
    assert whole is not None
    assert whole <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@pytest.mark.parametrize("file", ["memory/memory.limit_in_bytes", "memory.max"])
def test_a_container_has_less(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: str) -> None:
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("50000000\n")
    version_2 = file == "memory.max"
    groups = "0::/\n" if version_2 else "4:memory,pids:/\n"
    monkeypatch.setattr(Path, "read_text", _reads(Path.read_text, groups))
    assert memory.memory_limit() == 50_000_000
    (tmp_path / file).write_text("max\n" if version_2 else "9223372036854771712\n")
    assert memory.memory_limit() != 50_000_000


def test_things_share_half_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "memory_limit", lambda: 1000)
    assert [memory.fitting(each, 32) for each in (0, 1, 16, 100, 251, 500)] == [32, 32, 31, 5, 1, 1]
    with pytest.raises(EnvironmentFault) as caught:
        memory.fitting(501, 32)
    assert "got 501 bytes, expected at most 500 bytes, half of the memory there is" in caught.value.line()
    monkeypatch.setattr(memory, "memory_limit", lambda: None)
    assert memory.fitting(10**15, 32) == 32


def test_a_shell_has_less(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    limits = {resource.RLIMIT_AS: resource.RLIM_INFINITY, resource.RLIMIT_DATA: resource.RLIM_INFINITY}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (limits[kind], limits[kind]))
    assert memory.memory_limit() != 1 << 24
    limits[resource.RLIMIT_DATA] = 1 << 24
    assert memory.memory_limit() == 1 << 24
    limits[resource.RLIMIT_AS] = 1 << 23
    assert memory.memory_limit() == 1 << 23


def _reads(real: object, groups: str) -> object:
    def read(path: Path, *args: object, **words: object) -> str:
        return groups if str(path) == "/proc/self/cgroup" else real(path, *args, **words)  # type: ignore[operator,no-any-return]

    return read
