"""What is found on a machine that lacks something: each finding by a machine that has exactly that fault."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable

import pytest

from convscope.machine import examination
from convscope.machine.examination import Finding, examine
from convscope.machine.packages import Package

TORCH = Package("torch", "2.9", "", "2.13.0", "")


@pytest.fixture
def findings(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Finding]]:
    """Examine a machine of two idle CPUs, memory, room and a browser, but for what a test changes."""
    monkeypatch.setattr(examination, "packages", list)
    monkeypatch.setattr(examination, "available_cpus", lambda: 2)
    monkeypatch.setattr(examination, "cpu_quota", lambda: None)
    monkeypatch.setattr(examination.FreeCpus, "free", lambda self: 2.0)
    monkeypatch.setattr(examination, "memory_limit", lambda: 8 * 10**9)
    monkeypatch.setattr(examination.shutil, "disk_usage", lambda place: Room(10**11))
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("firefox"))
    return lambda: examine().findings


class Room:
    """What shutil.disk_usage returns."""

    def __init__(self, free: int) -> None:
        self.free = free


def test_a_sound_machine_has_no_finding(findings: Callable[[], list[Finding]]) -> None:
    assert findings() == []


def test_a_quota_and_busy_cpus_are_slow(findings: Callable[[], list[Finding]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "cpu_quota", lambda: 0.5)
    monkeypatch.setattr(examination.FreeCpus, "free", lambda self: 1.1)
    quota, busy = findings()
    assert quota.what == "a container grants the time of 0.5 CPUs and shows 2"
    assert busy.what.startswith("other programs use 0.9 of 2 CPUs")
    assert (quota.level, busy.level) == ("slow", "slow")


def test_little_memory_and_little_room_are_slow(
    findings: Callable[[], list[Finding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "memory_limit", lambda: 10**9)
    monkeypatch.setattr(examination.shutil, "disk_usage", lambda place: Room(5 * 10**8))
    memory, cache, temporary = findings()
    assert memory.what.startswith("1.0 GB of memory")
    assert cache.what.startswith("0.5 GB are free for ")
    assert temporary.level == "slow"


def test_no_browser_is_a_note(findings: Callable[[], list[Finding]], monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    (note,) = findings()
    assert note.level == "note"


def test_a_slow_core_is_slow_and_a_fast_one_is_not(
    findings: Callable[[], list[Finding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from convscope.machine import precision

    monkeypatch.setattr(examination, "packages", lambda: [TORCH])
    monkeypatch.setattr(precision, "resolve_precision", lambda wanted, device: "float32")
    monkeypatch.setattr(precision, "convolution_seconds", lambda dtype: examination.CONVOLUTION / 40e9)
    assert [one for one in findings() if one.level == "slow"] == []
    assert examine().facts["convolution"].startswith("40 GFLOP/s")
    monkeypatch.setattr(precision, "convolution_seconds", lambda dtype: examination.CONVOLUTION / 4e9)
    (slow,) = [one for one in findings() if one.level == "slow"]
    assert slow.what.startswith("a convolution runs at 4.0 GFLOP/s a thread")
