"""How many CPUs a process may use, by number and by time."""

from __future__ import annotations

from pathlib import Path

import pytest

from convscope.machine.cpus import available_cpus, cpu_name, cpu_quota


def test_a_process_has_at_least_one_cpu_with_a_name() -> None:
    assert available_cpus() >= 1
    assert cpu_name()


@pytest.mark.parametrize(
    ("said", "quota"), [("50000 100000", 0.5), ("150000 100000", 1.5), ("max 100000", None), ("nonsense", None)]
)
def test_a_quota_of_the_second_version_is_a_share_of_the_period(said: str, quota: float | None, tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text(f"{said}\n")
    assert cpu_quota(tmp_path) == quota


@pytest.mark.parametrize(("said", "quota"), [("25000", 0.25), ("-1", None)])
def test_a_quota_of_the_first_version_is_in_two_files(said: str, quota: float | None, tmp_path: Path) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(said)
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000")
    assert cpu_quota(tmp_path) == quota


def test_without_control_groups_nothing_limits(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path) is None
