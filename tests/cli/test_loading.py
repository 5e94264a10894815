"""How far the reading of pictures is: nothing in the first second, then a live line, or one every few seconds."""

from __future__ import annotations

import io

import pytest

from convscope.cli import loading
from convscope.cli.loading import LoadingText, loading_on


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(loading.time, "monotonic", lambda: now[0])
    monkeypatch.setenv("TERM", "xterm")
    return now


def test_nothing_is_said_in_the_first_second(clock: list[float]) -> None:
    stream = io.StringIO()
    with loading_on(stream) as shown:
        for tenth in range(10):
            clock[0] = 100 + tenth / 10
            shown(tenth + 1, 10)
    assert stream.getvalue() == ""


def test_plain_lines_are_seconds_apart(clock: list[float]) -> None:
    stream = io.StringIO()
    with loading_on(stream) as shown:
        for second in range(13):
            clock[0] = 100.0 + second
            shown(1000 * second, 50_000)
    assert stream.getvalue() == (
        "reading pictures: 1,000 of 50,000, 1,000/s\n"
        "reading pictures: 6,000 of 50,000, 1,000/s\n"
        "reading pictures: 11,000 of 50,000, 1,000/s\n"
    )


def test_a_live_line_is_written_over_and_wiped(clock: list[float]) -> None:
    stream = Terminal()
    with loading_on(stream) as shown:
        shown(0, 2000)
        clock[0] = 101.0
        shown(1000, 2000)
        clock[0] = 104.0
        shown(2000, 2000)
    first, second = "reading pictures: 1,000 of 2,000, 1,000/s", "reading pictures: 2,000 of 2,000, 500/s"
    assert stream.getvalue() == f"\r{first}\r{second:<{len(first)}}\r{'':<{len(first)}}\r"


def test_a_rate_is_that_since_the_first_call(clock: list[float]) -> None:
    text = LoadingText(0.0)
    clock[0] = 103.0
    assert text(30, 60) is None
    clock[0] = 105.0
    assert text(50, 60) == "reading pictures: 50 of 60, 10/s"


def test_another_count_begins_anew(clock: list[float]) -> None:
    text = LoadingText(0.0)
    text(30, 60)
    clock[0] = 102.0
    assert text(50, 60) == "reading pictures: 50 of 60, 10/s"
    clock[0] = 103.0
    assert text(10, 60) is None
    clock[0] = 105.0
    assert text(40, 60) == "reading pictures: 40 of 60, 15/s"
    assert text(40, 90) is None
