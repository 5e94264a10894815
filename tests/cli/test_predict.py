"""`convscope predict`: rows as promised, in order, in every form; and how it ends."""

from __future__ import annotations

import csv
import functools
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.cli import predict as verb
from convscope.errors import InputError, UsageError
from convscope.pictures.centring import centre_drawing
from convscope.prediction import load
from tests.cli.predicting import SHAPE, cli, parse, picture, run


def test_how_many_were_inverted_is_said(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed, light in ((1, False), (2, True), (3, True)):
        picture(tmp_path / "in" / f"{seed}.png", seed, light)
    verb.run(parse(model, tmp_path / "in", "--csv"))
    assert capsys.readouterr().err.startswith("2 of 3 pictures are dark on light and were inverted")
    verb.run(parse(model, tmp_path / "in", "--csv", "--invert", "no"))
    assert capsys.readouterr().err == ""


def test_json_is_an_object_a_line_in_order(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, light = picture(tmp_path / "b.png", 1), picture(tmp_path / "a.png", 2, light=True)
    bad, missing = tmp_path / "c.png", tmp_path / "none.png"
    bad.write_bytes(b"no picture")
    code, out = run(capsys, model, good, bad, light, missing, "--json", "--top", 2)
    rows = [json.loads(line) for line in out.splitlines()]
    wanted = load(model).predict([good, light], top=2)
    assert rows[0] == {"path": str(good)} | wanted[0].to_json()
    assert list(rows[0]) == ["path", "label", "probability", "top"]
    assert [list(score) for score in rows[0]["top"]] == [["label", "probability"]] * 2
    assert rows[1].keys() == rows[3].keys() == {"path", "error"}
    assert rows[1]["error"].startswith("not a picture that can be read, got first bytes")
    assert rows[3]["error"] == "cannot be read: No such file or directory"
    assert rows[2] == {"path": str(light)} | wanted[1].to_json()
    assert rows[2]["inverted"] is True
    assert code == 3


def test_text_rows(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, light = picture(tmp_path / "good.png", 1), picture(tmp_path / "light.png", 2, light=True)
    code, out = run(capsys, model, good, light, tmp_path / "none")
    first, second, third = out.splitlines()
    (predicted,) = load(model).predict(good)
    assert first.split("  ")[0] == str(good)
    for score in predicted.top:
        assert f"{100 * score.probability:.1f} %" in first
    assert next(score.label for score in predicted.top if score.label != "a\nb") in first
    assert second.endswith("   inverted")
    assert not first.endswith("inverted")
    assert third.endswith("error: cannot be read: No such file or directory")
    assert code == 3


@pytest.mark.parametrize("rule", ["yes", "no"])
def test_invert_asked_for(rule: str, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed, light in ((1, False), (2, True)):
        code, out = run(capsys, model, picture(tmp_path / "a.png", seed, light), "--invert", rule, "--json")
        assert (json.loads(out).get("inverted", False), code) == (rule == "yes", 0)


def test_csv(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, odd = picture(tmp_path / "b.png", 1), tmp_path / 'a,"b"\n.png'
    odd.write_bytes(b"")
    code, out = run(capsys, model, good, odd, "--csv", "--top", 9)
    header, first, second = csv.reader(io.StringIO(out))
    assert (
        ",".join(header)
        == "path,label,probability,label2,probability2,label3,probability3,label4,probability4,inverted,note,error"
    )
    (predicted,) = load(model).predict(good, top=9)
    assert first == [str(good), *(str(v) for score in predicted.top for v in score), "no", "", ""]
    assert second == [str(odd), *[""] * 10, "an empty file"]
    assert code == 3


def test_a_note_stands_in_every_form_of_the_row(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (30, 30), 90).save(tmp_path / "blank.png")
    frames = [Image.fromarray(np.random.default_rng(n).integers(0, 99, (12, 11), np.uint8)) for n in (1, 2)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    blank, moving = "no contrast: there is nothing to see in it", "the first of 2 frames"
    words = model, tmp_path / "blank.png", tmp_path / "moving.gif"
    assert [json.loads(line)["note"] for line in run(capsys, *words, "--json")[1].splitlines()] == [blank, moving]
    assert [line.rpartition("   note: ")[2] for line in run(capsys, *words)[1].splitlines()] == [blank, moving]
    assert [row["note"] for row in csv.DictReader(io.StringIO(run(capsys, *words, "--csv")[1]))] == [blank, moving]


def test_centring(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawing = np.full((90, 90), 255, np.uint8)
    drawing[5:20, 5:9] = 0
    Image.fromarray(drawing).save(tmp_path / "a.png")
    centred, _ = centre_drawing(drawing, SHAPE[1:])
    (wanted,) = load(model).predict([centred[None]], invert="no")
    _, out = run(capsys, model, tmp_path / "a.png", "--centre", "--json")
    assert json.loads(out)["top"] == wanted.to_json()["top"]


@pytest.mark.parametrize("top", [0, -3])
def test_top_must_be_one_or_more(top: int, model: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--top must be 1 or more"):
        verb.run(parse(model, picture(tmp_path / "a.png"), "--top", top))


def test_the_model_is_looked_at_first(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        verb.run(parse(tmp_path / "none.onnx", tmp_path / "none.png"))


@pytest.mark.medium
def test_without_torch_in_a_process_of_its_own(model: Path, tmp_path: Path) -> None:
    done = cli(model, picture(tmp_path / "a.png"), "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["path"] == str(tmp_path / "a.png")


@pytest.mark.medium
def test_stopped_half_way_it_ends_at_once_and_says_so(model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    words = [sys.executable, "-m", "convscope", "predict", str(model), *[str(tmp_path / "in")] * 5_000, "--csv"]
    heeds = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # this process may have it ignored
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heeds) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"path,")
        assert b"a.png" in process.stdout.readline()  # it is at work, and its other rows are more than the pipe holds
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (5, b"stopped\n")
    assert out.count(b"\n") < 5_000


def test_sorting_prints_the_same_rows_and_undoes(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(model.parent)
    Path("bad.png").write_text("no picture")
    for seed, name in enumerate(("one", "two")):
        picture(Path("in") / f"{name}.png", seed)
    plain = parse(model, "in", "bad.png", "gone.png", "--csv")
    assert plain.run(plain) == 3
    rows = capsys.readouterr().out
    sorting = parse(model, "in", "bad.png", "gone.png", "--csv", "--sort-into", "in/sorted")
    for _ in range(2):  # the second time the copies lie where it looks for pictures
        assert sorting.run(sorting) == 3
        out, err = capsys.readouterr()
        assert out == rows
        assert "copied into in/sorted: " in err
        assert "could not be copied: 1 (gone.png)" in err
    assert "3 pictures lie in in/sorted itself" in err
    assert len(list(Path("in/sorted").rglob("*.png"))) == 3
    undoing = parse("--undo", "in/sorted")
    assert undoing.run(undoing) == 0
    assert capsys.readouterr().out == "3 copies removed from in/sorted\n"
    assert sorted(path.name for path in Path("in").iterdir()) == ["one.png", "two.png"]


def test_undo_stands_alone_and_pictures_are_needed(model: Path) -> None:
    refused = {(model, "x.png", "--undo", "x"): "sort.undo.alone", (model,): "predict.what", (): "predict.what"}
    for words, key in refused.items():
        args = parse(*words)
        with pytest.raises(UsageError) as caught:
            args.run(args)
        assert caught.value.key == key
