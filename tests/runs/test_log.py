"""The log: lines come at once, outlast a power cut after a sync, and a damaged one hides only itself."""

from __future__ import annotations

import errno
import itertools
import json
import os
import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.errors import EnvironmentFault, InputError
from convscope.runs.directory import Run
from convscope.runs.log import Log, read_log, read_sound_lines
from convscope.runs.records import ResultLine, StepLine


def step_line(step: int) -> StepLine:
    return StepLine(step, step / 10, 0.5, 0.25, 0.75, 0.1, 1.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "one"


def test_rewinding_drops_what_came_later(path: Path) -> None:
    with Run.create(path, {}) as run:
        run.rewind(0)  # no log yet
        for step in (1, 2, 3, 4):
            run.append(step_line(step))
        run.append(ResultLine(3, None, None, 1.0, 2.0))
    with (path / "log.jsonl").open("a") as file:
        file.write('{"kind": "step", "st')
    assert [line.step for line in read_log(path)] == [1, 2, 3, 4, 3]
    with Run.reopen(path) as run:
        run.rewind(3)
        assert [line.step for line in read_log(path)] == [1, 2, 3]
        run.append(ResultLine(3, None, None, 1.0, 2.0))
        run.rewind(3)
        run.append(step_line(4))
    assert [line.step for line in read_log(path)] == [1, 2, 3, 4]
    assert (path / "log.jsonl").read_text().endswith("\n")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_does_not_have_are_not_written(number: float, path: Path) -> None:
    with Run.create(path, {}) as run:
        run.append(step_line(1))
        with pytest.raises(ValueError, match="JSON"):
            run.append(StepLine(2, 0.2, number, 0.25, 0.75, 0.1, 1.5))
        run.append(step_line(3))
    assert [line.step for line in read_log(path)] == [1, 3]


def test_a_line_that_a_power_cut_tore_hides_only_itself(path: Path) -> None:
    with Run.create(path, {}) as run:
        lines = [json.dumps(step_line(step).to_json()).encode() for step in (1, 2)]
        (path / "log.jsonl").write_bytes(lines[0] + b"\n\0\0\0\0\n" + lines[1] + b"\n")
        assert run.rewind(9) == 1
    assert [line.step for line in read_log(path)] == [1, 2]


@pytest.mark.medium
def test_of_very_many_lines_some_are_read_and_none_that_is_no_line(path: Path) -> None:
    with Run.create(path, {}) as run:
        for step in range(1000):
            run.append(step_line(step))
    assert [line.step for line in read_sound_lines(path, 1000)] == list(range(1000))
    some = [line.step for line in read_sound_lines(path, 100)]
    assert some == sorted(set(some))
    assert 90 <= len(some) <= 101
    assert max(b - a for a, b in itertools.pairwise(some)) < 25
    sound = (path / "log.jsonl").read_bytes()
    (path / "log.jsonl").write_bytes(sound + b"\n" * 30_000_000 + b" " * 2_000_000 + sound[: sound.index(b"\n") + 1])
    assert {line.step for line in read_sound_lines(path)} <= set(range(1000))


def test_lines_that_no_parser_takes_are_no_lines(path: Path) -> None:
    deep = b"[" * 100_000 + b"\n"
    with Run.create(path, {}) as run:
        run.append(step_line(1))
        (path / "log.jsonl").write_bytes((path / "log.jsonl").read_bytes() + deep)
        assert [line.step for line in read_sound_lines(path)] == [1]
        with pytest.raises(InputError, match="line 2"):
            read_log(path)
        run.rewind(9)
    assert [line.step for line in read_log(path)] == [1]


def test_a_full_disk_at_a_log_line_is_said_once_and_the_log_stays_whole(path: Path) -> None:
    with Run.create(path, {}) as run:
        run.append(step_line(1))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, ((path / "log.jsonl").stat().st_size + 10, hard))
        try:
            with pytest.raises(EnvironmentFault, match=r"log\.jsonl: cannot be written"):
                run.append(step_line(2))
            run.close()  # and does not fail again
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [line.step for line in read_sound_lines(path)] == [1]


def test_a_log_that_is_damaged_is_named_with_the_line_and_the_field(path: Path) -> None:
    Run.create(path, {}).close()
    assert read_log(path) == []
    good = json.dumps(step_line(1).to_json())
    for bad, message in (
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"kind": "step", "step": 2}', "the field epoch is missing"),
        (good.replace('"step": 1', '"step": "1"'), "the field step is of another type, got '1', expected a whole"),
    ):
        (path / "log.jsonl").write_text(f"{good}\n{bad}\n")
        with pytest.raises(InputError, match=rf"log\.jsonl, line 2: {message}"):
            read_log(path)


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=14), st.integers(0, 12))
@pytest.mark.medium
def test_as_many_lines_stay_as_can_be_in_order(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[int, bool]], step: int
) -> None:
    """A line that is no JSON, or whose step was changed by damage, goes; the others stay."""
    folder = tmp_path_factory.mktemp("log")
    texts = [json.dumps(step_line(at).to_json()) if whole else "{" for at, whole in lines]
    (folder / "log.jsonl").write_text("".join(f"{text}\n" for text in texts))
    left_out = Log(folder).rewind(step)
    kept = [line.step for line in read_log(folder)]
    good = [at for at, whole in lines if whole and at <= step]
    longest = [0] * (len(good) + 1)  # of those that end at each; by trying all that come before
    for i, at in enumerate(good):
        longest[i] = 1 + max((longest[j] for j in range(i) if good[j] <= at), default=0)
    assert kept == sorted(kept)
    assert len(kept) == max(longest)
    assert set(kept) <= set(good)
    assert 0 <= left_out <= len(lines) - len(kept)


def test_a_damaged_line_is_counted_and_the_next_ones_stay(path: Path) -> None:
    with Run.create(path, {}) as run:
        for step in (1, 5, 2, 3, 9):
            run.append(step_line(step))
        assert run.rewind(6) == 1
        assert [line.step for line in read_log(path)] == [1, 2, 3]
        assert run.rewind(2) == 0
        run.append(step_line(4))
    assert [line.step for line in read_log(path)] == [1, 2, 4]


def test_a_write_that_takes_a_part_is_followed_by_the_rest(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        """A file whose writes take at most seven bytes."""

        def __init__(self, file: object) -> None:
            self.file = file

        def write(self, data: memoryview) -> int:
            return int(self.file.write(data[:7]))  # type: ignore[attr-defined]

        def close(self) -> None:
            self.file.close()  # type: ignore[attr-defined]

    plainly = open
    monkeypatch.setattr("builtins.open", lambda *args, **words: Slow(plainly(*args, **words)))
    path.mkdir(parents=True)
    log = Log(path)
    log.append(step_line(1))
    log.append(step_line(2))
    log.close()
    monkeypatch.undo()
    assert [line.step for line in read_log(path)] == [1, 2]


def test_the_name_of_the_log_is_synced_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    sync = os.fsync

    def fsync(handle: int) -> None:
        synced.append(os.path.basename(os.readlink(f"/proc/self/fd/{handle}")))
        sync(handle)

    with Run.create(path, {}) as run:
        monkeypatch.setattr(os, "fsync", fsync)
        run.sync()
        run.append(step_line(1))
        run.sync()
        run.sync()
    assert synced == ["log.jsonl", "one", "log.jsonl"]


@pytest.mark.parametrize("size", [1 << 40])
def test_a_log_that_says_it_has_a_terabyte_is_not_read(path: Path, size: int) -> None:
    with Run.create(path, {}) as run:
        run.append(step_line(1))
        os.truncate(path / "log.jsonl", size)
        assert read_sound_lines(path) == []
        with pytest.raises(InputError, match="too large"):
            read_log(path)
        with pytest.raises(EnvironmentFault, match="too large"):
            run.rewind(1)


def test_what_the_system_refuses_when_the_log_is_closed_is_told_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems say only then that there was no room."""

    class Full:
        """A file that is written, and cannot be closed."""

        def write(self, data: memoryview) -> int:
            return len(data)

        def close(self) -> None:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    log = Log(path)
    monkeypatch.setattr("builtins.open", lambda *args, **words: Full())
    log.append(step_line(1))
    with pytest.raises(EnvironmentFault, match=rf"log\.jsonl: cannot be written: {os.strerror(errno.EDQUOT)}"):
        log.close()
    log.close()
