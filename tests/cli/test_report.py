"""`convscope report`: the file it writes, what stands on stdout and on stderr, and what it refuses before the work."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from convscope.cli.parser import verb_parser
from convscope.errors import InputError, UsageError
from convscope.files import TEMPORARY
from convscope.training.session import train
from tests.training.tiny import PLAN, RECIPE, write_pictures

pytestmark = pytest.mark.medium


def parse(*words: object) -> argparse.Namespace:
    return verb_parser("report").parse_args([*map(str, words)])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_pictures(folder / "abc")
    train(folder / "abc", out=folder / "run", arch=PLAN, recipe=RECIPE, val=6, threads=1)
    return folder / "run"


def test_it_replaces_the_runs_own(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run / "report.html").unlink()
    args = parse(run, "--quick")
    assert args.run(args) == 0
    page = run / "report.html"
    assert capsys.readouterr().out == f"{page}  {page.stat().st_size / 1e6:.2f} MB\n"
    half = run / f"{TEMPORARY}1-abc"
    half.write_bytes(b"<!doctype")
    assert args.run(args) == 0, "a page that was written before is replaced"
    assert not half.exists(), "what a power cut left of one goes"


def test_json_holds_figures_and_no_pictures(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = parse(run, "--quick", "--json")
    before = (run / "report.html").stat().st_mtime_ns
    assert args.run(args) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["measured"]["n"] == 10
    assert "data:image" not in json.dumps(made)
    assert (run / "report.html").stat().st_mtime_ns == before, "no file was asked for"
    args = parse(run, "--quick", "--json", "-o", tmp_path / "r.html", "--language", "ko")
    assert args.run(args) == 0
    assert "data:image" in (tmp_path / "r.html").read_text()


def test_what_cannot_be_is_refused_first(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "notes.html"
    other.write_text("mine")
    for words, error in ((("-o", other), InputError), (("-o", tmp_path / "no" / "r.html"), InputError)):
        args = parse(run, *words)
        with pytest.raises(error):
            args.run(args)
    assert other.read_text() == "mine"
    (tmp_path / "model.onnx").touch()
    args = parse(tmp_path / "model.onnx", "-o", tmp_path / "r.html")
    with pytest.raises(UsageError):
        args.run(args)
