"""What is kept of a machine: first come, never lost, never in the way."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from convscope.machine.cache import cache_folder, cached_measurement


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def ask(answer: str, of: tuple[str, ...] = ("x",), name: str = "n") -> str:
    return cached_measurement(name, of, ("a", "b"), lambda: answer)


def test_the_first_answer_stays_for_its_name_and_what_it_is_of(place: Path) -> None:
    assert [ask("a"), ask("b"), ask("b", ("y",)), ask("a", ("y",)), ask("b", name="m")] == ["a", "a", "b", "b", "b"]
    assert ask("b", ("x", "")) == "b"
    assert ask("b", ("", "x")) == "b"
    assert all(len(p.read_text()) == 1 for p in place.iterdir()), "nothing half-written is left"


def test_of_two_that_measure_at_once_the_first_to_write_settles_it() -> None:
    assert cached_measurement("n", ("x",), ("a", "b"), lambda: "b" if ask("a") == "a" else "?") == "a"


def test_what_is_damaged_is_measured_anew_and_replaced(place: Path) -> None:
    ask("a")
    (kept,) = place.iterdir()
    for damage in (b"", b"c", b"\xff" * 1000):
        kept.write_bytes(damage)
        assert ask("b") == "b"
        assert ask("a") == "b"


def test_where_nothing_can_be_kept_it_is_measured_each_time(place: Path) -> None:
    place.write_text("a file where the folder should be")
    assert [ask("a"), ask("b")] == ["a", "b"]


def test_its_place_is_the_systems_unless_another_is_set(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    assert cache_folder() == place
    monkeypatch.delenv("CONVSCOPE_CACHE")
    assert cache_folder().name == "convscope"


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.delenv("CONVSCOPE_CACHE")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: Path("~/.cache/convscope"))
    monkeypatch.chdir(place.parent)
    assert [ask("a"), ask("b")] == ["a", "b"]
    assert not list(place.parent.iterdir())


def test_a_pipe_is_not_waited_for(place: Path) -> None:
    ask("a")
    (kept,) = place.iterdir()
    kept.unlink()
    os.mkfifo(kept)
    assert ask("b") == "b"
    assert [path.name for path in place.iterdir()] == [kept.name]


def test_a_disk_that_fills_up_leaves_nothing_behind(place: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        assert ask("b") == "b"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(place.iterdir()) == []
