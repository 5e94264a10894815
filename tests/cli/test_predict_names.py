"""`convscope predict`: which pictures it finds, and rows that hold whatever files are called."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path

import pytest

from convscope.cli import predict as verb
from convscope.errors import InputError
from tests.cli.predicting import cli, parse, picture, run


def test_folders_and_patterns_in_text_order(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "in"
    names = ["b.png", "a.PNG", "sub/c.jpg", "sub/deep/er/d.bmp", "10.png", "9.png"]
    for name in names:
        picture(root / name)
    (root / "notes.txt").write_text("no picture")
    (root / "none.png").mkdir()
    picture(root / ".hidden.png")
    picture(root / ".thumbs" / "a.png")
    (root / "loop").symlink_to(root)
    for name, meant in (("link.png", "b.png"), ("gone.png", "nowhere"), ("self.png", "self.png"), ("up.png", "sub")):
        (root / name).symlink_to(meant)
    if hasattr(os, "mkfifo"):
        os.mkfifo(root / "pipe.png")
    picture(tmp_path / "[odd].png")

    def paths(*words: object) -> list[str]:
        return [
            os.path.relpath(json.loads(line)["path"], tmp_path)
            for line in run(capsys, model, *words, "--json")[1].splitlines()
        ]

    everything = [
        "in/10.png",
        "in/9.png",
        "in/a.PNG",
        "in/b.png",
        "in/link.png",
        "in/sub/c.jpg",
        "in/sub/deep/er/d.bmp",
    ]
    assert paths(root) == paths(f"{root}/../in/") == everything
    monkeypatch.chdir(root)
    assert [json.loads(line)["path"] for line in run(capsys, model, ".", "--json")[1].splitlines()] == [
        path[3:] for path in everything
    ]
    assert paths(root / "*.png", root / "sub" / "**" / "*.*") == [
        "in/10.png",
        "in/9.png",
        "in/b.png",
        "in/link.png",
        "in/sub/c.jpg",
        "in/sub/deep/er/d.bmp",
    ]
    assert paths(root / "b.png", root / "[ab].*", root) == ["in/b.png", "in/a.PNG", "in/b.png", *everything]
    assert paths(tmp_path / "[odd].png") == ["[odd].png"]


def test_nothing_found_is_an_error(model: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no pictures there"):
        verb.run(parse(model, tmp_path / "empty", tmp_path / "*.tiff"))


HOSTILE = [
    b"a\x1b[31mred\x07.png",
    b"line\nfeed.png",
    b"r\rewind.png",
    b"\xff\xfe.png",
    "한글 이름.png".encode(),
    "\u202egnp.exe.png".encode(),
    b"--json.png",
    b"%s%n{0}.png",
]


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["C.UTF-8", "POSIX"])
@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_hostile_names_are_printed_safely(form: list[str], locale: str, model: Path, tmp_path: Path) -> None:
    plain = picture(tmp_path / "plain.png").read_bytes()
    folder = os.fsencode(tmp_path) + b"/in"
    os.mkdir(folder)
    for name in HOSTILE:
        with open(folder + b"/" + name, "wb") as file:
            file.write(plain)
    done = cli(model, folder, *form, LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (done.returncode, done.stderr) == (0, b"")
    if not form:  # CSV and JSON have quoting of their own
        assert not {0x1B, 0x07, 0x0D} & set(done.stdout)
        assert len(done.stdout.splitlines()) == len(HOSTILE)
        assert "\u202e".encode() not in done.stdout
    if form == ["--json"]:
        paths = {json.loads(line)["path"].encode("utf-8", "surrogateescape") for line in done.stdout.splitlines()}
        assert paths == {folder + b"/" + name for name in HOSTILE}


def test_csv_is_read_back_whatever_files_are_called(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["a\rb.png", "a\n.png", "\r\n.png", '"\r".png', " ,'\t.png", "\x85\u2028.png", "\x1b[2J.png", "é.png"]
    paths = [str(picture(tmp_path / name, k)) for k, name in enumerate(names)]
    code, out = run(capsys, model, *map(Path, paths), "--csv")
    rows = list(csv.reader(io.StringIO(out, newline="")))
    assert [row[0] for row in rows[1:]] == paths
    assert {len(row) for row in rows} == {len(rows[0])}
    assert code == 0


def test_csv_on_a_terminal_escapes_what_a_program_gets_as_it_is(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = picture(tmp_path / "\x1b[2J.png")
    assert str(path) in run(capsys, model, path, "--csv")[1]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shown = run(capsys, model, path, "--csv", "--top", "4")[1]
    assert "\x1b" not in shown
    assert "\\x1b[2J.png" in shown
