"""`convscope look`: the file it writes, what stands on stdout and on stderr, and its exit codes."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convscope import modelfile
from convscope.cli.parser import verb_parser
from convscope.errors import InputError, UsageError
from tests.samples import sample


def parse(*words: object) -> argparse.Namespace:
    return verb_parser("look").parse_args([*map(str, words)])


def payload_of(path: Path) -> Any:
    found = re.search(r'<script type="application/json" id="payload">(.*?)</script>', path.read_text())
    assert found
    return json.loads(found[1])


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    network, spec, weights, _ = sample("conv(4, 3) + relu + maxpool(2) + fc", (1, 12, 11), 3)
    modelfile.write(tmp_path / "three.onnx", network, spec, weights, ("a", "b", "c"))
    rng = np.random.default_rng(0)
    for name in ("one.png", "two.png"):
        Image.fromarray(rng.integers(0, 256, (30, 30), dtype=np.uint8)).save(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return Path("three.onnx")


def test_the_path_and_the_size_on_stdout(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = parse(model, "one.png", "two.png")
    assert args.run(args) == 0
    out, err = capsys.readouterr()
    page = Path("three.html")
    assert out == f"three.html  {page.stat().st_size / 1e6:.2f} MB\n"
    assert err == "no channel cards and no errors: no data was given, and the model file does not hold any\n"
    payload = payload_of(page)
    assert payload["samples"]["names"] == ["one.png", "two.png"]
    assert (payload["title"], payload["language"], payload["run"]) == ("three", "auto", None)


def test_every_options_way(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = parse(model, "*.png", "-o", "p.html", "--title", "a < b", "--language", "ko", "--samples", 1)
    assert args.run(args) == 0
    out, err = capsys.readouterr()
    assert out.startswith("p.html  ")
    assert "pictures given but not shown: 1; --samples takes up to 1,000\n" in err
    payload = payload_of(Path("p.html"))
    assert (payload["title"], payload["language"], payload["samples"]["names"]) == ("a < b", "ko", ["one.png"])


def test_a_picture_that_cannot_be_read_is_reported_and_the_others_go_on(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.png").write_bytes(b"\x89PNG\r\n\x1a\nxx")
    args = parse(model, "bad.png", "one.png")
    assert args.run(args) == 3
    assert capsys.readouterr().err.startswith("bad.png: a damaged or truncated picture")
    assert payload_of(Path("three.html"))["samples"]["names"] == ["one.png"]
    args = parse(model, "bad.png", "-o", "none.html")
    with pytest.raises(InputError, match=r"bad\.png: a damaged"):
        args.run(args)
    assert not Path("none.html").exists()


@pytest.mark.medium
def test_a_page_is_replaced_and_nothing_else(model: Path) -> None:
    args = parse(model, "one.png")
    args.run(args)
    args.run(args)
    Path("three.html").write_text("my own notes")
    with pytest.raises(InputError, match=r"three\.html: already exists, and is no page of convscope's"):
        args.run(args)
    assert Path("three.html").read_text() == "my own notes"
    Path("three.html").unlink()
    Path("three.html").symlink_to("/nowhere/page.html")  # on a disk that is not there just now
    with pytest.raises(InputError, match=r"three\.html: already exists"):
        args.run(args)
    assert Path("three.html").is_symlink()


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["nothing.onnx"], InputError, "nothing.onnx: no such file"),
        (["three.onnx", "nothing"], InputError, "nothing: no picture and no data of this name"),
        (["three.onnx", "*.jpg"], InputError, r"\*\.jpg: no picture fits this pattern"),
        (["three.onnx", "one.png", "--samples", "0"], UsageError, "samples must be a whole number"),
        (["three.onnx", "one.png", "--megabytes", "nan"], UsageError, "megabytes must be a number"),
        (["three.onnx", "one.png", "-o", "no/page.html"], InputError, "no/page.html: cannot be written"),
        (["one.png"], InputError, "one.png"),
    ],
)
def test_mistakes(model: Path, words: list[str], error: type[Exception], message: str) -> None:
    args = parse(*words)
    with pytest.raises(error, match=message):
        args.run(args)


def test_the_browser_is_asked(model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: bool(asked.append(url)))
    args = parse(model, "one.png", "--open")
    assert args.run(args) == 0
    assert asked == [(Path.cwd() / "three.html").as_uri()]
    assert "no browser was found here" in capsys.readouterr().err
