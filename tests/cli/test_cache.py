"""`convscope cache`: what is kept, and away with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convscope import data
from convscope.cli.main import main
from tests.data.folders import noise


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which the decoded pictures of a small set are."""
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "cache"))
    for i in range(4):
        noise(tmp_path / "set" / "ab"[i % 2] / f"{i}.png", i)
    data.load(tmp_path / "set")
    return tmp_path / "cache" / "decoded"


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.pictures"))


def test_it_says_where_and_how_many_bytes(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache"]) == 0
    assert capsys.readouterr().out == f"0.0 MB of decoded pictures and features, at most 2,147 MB\n{kept}\n"
    assert main(["cache", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "folder": str(kept),
        "bytes": size(kept),
        "most": 2 << 30,
        "removed": 0,
    }
    assert size(kept) > 4 * 9 * 12


def test_it_clears(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = size(kept)
    assert main(["cache", "--clear", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["bytes"], answer["removed"], kept.exists()) == (0, before, False)
    assert main(["cache", "--clear"]) == 0
    assert capsys.readouterr().out == f"removed 0.0 MB of decoded pictures and features from {kept}\n"


@pytest.mark.parametrize(
    "words", [["evaluate", "MODEL", "SET", "--split", "train"], ["look", "MODEL", "SET", "-o", "PAGE"]]
)
@pytest.mark.medium
def test_no_cache_keeps_nothing(
    words: list[str], kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = ["train", str(tmp_path / "set"), "--arch", "fc", "--epochs", "1", "--batch-size", "2", "--val", "0"]
    main(["cache", "--clear"])
    assert main([*train, "--no-cache", "--out", str(tmp_path / "r")]) == 0
    places = {"MODEL": str(tmp_path / "r"), "SET": str(tmp_path / "set"), "PAGE": str(tmp_path / "p.html")}
    command = [places.get(word, word) for word in words]
    assert main([*command, "--no-cache"]) == 0
    assert not kept.exists()
    assert main(command) == 0
    assert size(kept) > 0
    capsys.readouterr()
