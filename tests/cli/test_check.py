"""`convscope check`: findings on stdout, what was understood on stderr, exit codes 0 and 3."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import convscope.checking.checks
from convscope.cli.main import main
from tests.checking.made import texture

pytestmark = pytest.mark.medium


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Return a folder with nothing to say about."""
    for label, first in (("cat", 0), ("dog", 30)):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for seed in range(first, first + 20):
            texture(seed, 48, 48).save(tmp_path / "pets" / label / f"{seed}.png")
    return tmp_path / "pets"


def test_a_clean_folder_is_exit_0(pets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(pets)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("40 pictures checked in ")
    assert said.out.endswith("findings: 0\n")
    assert "cat (20), dog (20)" in said.err


def test_findings_are_exit_3_and_name_what_to_do(pets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pets / "cat" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    (pets / "cat" / "copy of 1.png").write_bytes((pets / "cat" / "1.png").read_bytes())
    assert main(["check", str(pets)]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "files that cannot be read: 1"
    assert lines[1].startswith("    cat/broken.png: ")
    assert lines[3:6] == [
        "exact copies of other pictures: 1",
        "    cat/copy of 1.png = cat/1.png",
        "  try: delete them if they are not meant; they stay on one side of what is held out",
    ]
    assert lines[-1].endswith("findings: 2")


def test_the_closer_look_is_announced_and_can_be_left_out(
    pets: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convscope.checking.closer.estimate_seconds", lambda n: 1e4 * n)
    looked = []
    real = convscope.checking.checks.look_closer
    monkeypatch.setattr("convscope.checking.checks.look_closer", lambda *a, **k: looked.append(1) or real(*a, **k))
    assert main(["check", str(pets), "--quick"]) == 0
    assert "closely" not in capsys.readouterr().err
    assert not looked
    assert main(["check", str(pets)]) == 0
    assert "looking closely at 40 pictures with lite0, about" in capsys.readouterr().err
    assert looked


def test_what_may_be_no_fault_at_all_is_said_and_is_exit_0(
    pets: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convscope.checking.closer.outliers", lambda near, groups: np.array([3]))
    assert main(["check", str(pets)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["pictures that are unlike all others: 1", "    cat/11.png"]
    assert lines[-1].endswith("findings: 1")


def test_json_is_one_object(pets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(pets), "--size", "24", "--json", "--quick"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["name"], report["pictures"], report["groups"], report["findings"]) == ("pets", 40, 40, [])


def test_groups_by_a_pattern_are_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for part, first in (("train", 0), ("test", 60)):
        for label, start in (("cat", first), ("dog", first + 30)):
            (tmp_path / part / label).mkdir(parents=True)
            for n in range(20 if part == "train" else 2):
                texture(start + n, 48, 48).save(tmp_path / part / label / f"p{n}-{label}.png")
    assert main(["check", str(tmp_path), "--group-by", r"(p\d+)-", "--quick"]) == 3
    assert "test pictures whose group is in train too: 4 of 4" in capsys.readouterr().out


def test_what_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "gone")]) == 3
    assert capsys.readouterr().err.count("\n") <= 2
