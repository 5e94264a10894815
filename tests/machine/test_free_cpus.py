"""CPUs are counted as free by what the kernel says of them, written here by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.machine import free_cpus
from convscope.machine.free_cpus import FreeCpus, Look, free_between, look, threads_for

#        user nice system idle iowait irq softirq steal
STAT = """cpu  900 40 90 2000 10 5 5 0 0 0
cpu0 100 10 20 300 4 1 1 0 0 0
cpu1 200 10 30 700 3 2 2 0 0 0
cpu2 600 20 40 1000 3 2 2 0 0 0
intr 12345 0 9
"""


@pytest.fixture
def stat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(free_cpus.os, "sysconf", lambda name: 100)
    path = tmp_path / "stat"
    path.write_text(STAT)
    return path


def test_idle_waiting_and_low_priority_time_of_our_own_cpus_is_spare(stat: Path) -> None:
    found = look(frozenset({0, 2}), stat)
    assert found is not None
    assert found.spare == pytest.approx((10 + 300 + 4 + 20 + 1000 + 3) / 100)


def test_a_system_that_does_not_say_leaves_all_cpus(tmp_path: Path, stat: Path) -> None:
    assert look(frozenset({0}), tmp_path / "none") is None
    assert look(frozenset({7}), stat) is None
    for text in ("", "cpu0 1 2\n", "cpu0 x y z w v\n"):
        stat.write_text(text)
        assert look(frozenset({0}), stat) is None
    free = FreeCpus(tmp_path / "none")
    assert free.free() == len(free.cpus)


@given(others=st.floats(0, 4), own=st.floats(0, 4), seconds=st.floats(0.1, 100))
def test_what_others_use_is_missing_and_what_we_use_is_not(others: float, own: float, seconds: float) -> None:
    cpus = 8
    before = Look(3.0, 5.0, 1000.0)
    after = Look(3.0 + (cpus - others - own) * seconds, 5.0 + own * seconds, 1000.0 + seconds)
    assert free_between(before, after) == pytest.approx(cpus - others)


@pytest.mark.parametrize(
    ("free", "cpus", "threads"),
    [(0.0, 2, 1), (1.0, 2, 1), (1.69, 2, 1), (1.71, 2, 2), (2.2, 2, 2), (7.8, 8, 8), (7.0, 8, 7), (-0.1, 4, 1)],
)
def test_a_thread_for_every_cpu_that_is_all_but_free(free: float, cpus: int, threads: int) -> None:
    assert threads_for(free, cpus) == threads


def test_it_looks_for_a_moment_before_it_answers(stat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(free_cpus.time, "sleep", slept.append)
    monkeypatch.setattr(free_cpus.time, "monotonic", iter([50.0, 50.02, 50.1, 60.0]).__next__)
    monkeypatch.setattr(free_cpus.time, "process_time", lambda: 1.0)
    monkeypatch.setattr(free_cpus, "allowed_cpus", lambda: frozenset({0, 1}))
    free = FreeCpus(stat)
    stat.write_text(STAT.replace("cpu1 200 10 30 700", "cpu1 200 10 30 710"))  # cpu1 idle, cpu0 taken
    assert free.free() == pytest.approx(1.0)
    assert slept == [pytest.approx(0.08)]
