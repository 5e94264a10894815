"""`convscope predict`: rows as promised, in order, whatever the files are called and whatever is in them."""

from __future__ import annotations

import argparse
import csv
import functools
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.cli import predict as verb
from convscope.cli.parser import verb_parser
from convscope.errors import InputError, UsageError, printable
from convscope.modelfile import read, write
from convscope.pictures.centring import centre_drawing
from convscope.prediction import load
from tests.calibration.made import calibrated
from tests.rejection.made import rejecting
from tests.samples import sample

SHAPE = (1, 12, 11)


def parse(*words: object) -> argparse.Namespace:
    return verb_parser("predict").parse_args([*map(str, words)])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    network, spec, weights, _ = sample("conv(4, 3) + relu + maxpool(2) + fc", SHAPE, 4, "auto")
    (tmp_path / "run").mkdir()
    write(tmp_path / "run" / "model.onnx", network, spec, weights, ("cat", "개", "a\nb", "=1+1"))
    return tmp_path / "run"


def picture(path: Path, seed: int = 0, light: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    array = np.random.default_rng(seed).integers(0, 100, (12, 11), dtype=np.uint8)
    Image.fromarray(np.pad(array[3:-3, 3:-3], 3, constant_values=255) if light else array).save(path)
    return path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    code = verb.run(parse(*words))
    out, err = capsys.readouterr()
    assert err == "" or err.endswith("the model learned from light on dark\n")
    return code, out


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


def calibrate(model: Path, n: int = 43) -> None:
    """Write the model again, calibrated on `n` pictures."""
    file = read(model)
    write(model / "model.onnx", file.network, file.spec, file.weights, file.classes, None, calibrated(8.0, n))


def test_sets_stand_in_every_form_and_what_they_rest_on_is_said(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calibrate(model)
    good, bad = picture(tmp_path / "good.png"), tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    (expected,) = load(model).predict(good, sets=0.9)
    assert expected.set is not None
    assert len(expected.set) > 1
    assert verb.run(parse(model, good, "--sets", 0.9, "--json")) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["set"] == list(expected.set)
    assert said.err == (
        "sets for 90 % of pictures: the most probable class, and all of 6.98 % or more; 43 pictures were held out, so "
        "90 % is 80.9 to 97.4 %\n"
    )
    verb.run(parse(model, good, bad, "--sets", 0.9, "--csv", "--top", 1))
    header, first, second = csv.reader(io.StringIO(capsys.readouterr().out))
    assert header == ["path", "label", "probability", "set", "inverted", "note", "error"]
    assert json.loads(first[3]) == list(expected.set)
    assert (len(second), second[3]) == (7, "")
    verb.run(parse(model, good, "--sets", 0.9))
    assert capsys.readouterr().out.rstrip().endswith(f"set: {', '.join(map(printable, expected.set))}")


def test_sets_that_held_out_pictures_do_not_allow_are_refused(model: Path, tmp_path: Path) -> None:
    good = picture(tmp_path / "good.png")
    with pytest.raises(InputError, match="kept no held-out pictures"):
        verb.run(parse(model, good, "--sets", 0.9))
    calibrate(model, 43)
    with pytest.raises(InputError, match="got 43, expected 99 or more"):
        verb.run(parse(model, good, "--sets", 0.99))
    with pytest.raises(UsageError, match="expected a number above 0 and below 1"):
        verb.run(parse(model, good, "--sets", 90))


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


@pytest.mark.parametrize("top", [0, -3])
def test_top_must_be_one_or_more(top: int, model: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--top must be 1 or more"):
        verb.run(parse(model, picture(tmp_path / "a.png"), "--top", top))


def test_the_model_is_looked_at_first(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        verb.run(parse(tmp_path / "none.onnx", tmp_path / "none.png"))


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


def cli(*words: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the verb in a process of its own where torch cannot be imported."""
    code = (
        "import sys; sys.modules['torch'] = sys.modules['onnx'] = None\n"
        "from convscope.cli.main import main; sys.exit(main())"
    )
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        code,
        "predict",
        *(w if isinstance(w, bytes) else str(w) for w in words),
    ]
    return subprocess.run(command, capture_output=True, check=False, env=os.environ | environment)


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


def test_without_torch_in_a_process_of_its_own(model: Path, tmp_path: Path) -> None:
    done = cli(model, picture(tmp_path / "a.png"), "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["path"] == str(tmp_path / "a.png")


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


def test_csv_on_a_terminal_escapes_what_a_program_gets_as_it_is(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = picture(tmp_path / "\x1b[2J.png")
    assert str(path) in run(capsys, model, path, "--csv")[1]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shown = run(capsys, model, path, "--csv", "--top", "4")[1]
    assert "\x1b" not in shown
    assert "\\x1b[2J.png" in shown


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


@pytest.fixture
def rejecting_model(tmp_path: Path) -> Path:
    network, spec, weights, _ = sample("conv(4, 3) + relu + maxpool(2) + fc", SHAPE, 3)
    write(tmp_path / "model.onnx", network, spec, weights, ("cat", "dog", "owl"), rejection=rejecting(network))
    return tmp_path / "model.onnx"


def test_none_of_these(rejecting_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rejection was fitted to noise, so an empty picture is foreign."""
    Image.new("L", (11, 12), 90).save(tmp_path / "blank.png")
    path = tmp_path / "blank.png"
    nearest = load(rejecting_model).predict(path, always=True)[0]
    (found,) = load(rejecting_model).predict(path)
    assert (found.label, found.nearest, found.top) == (None, nearest.label, nearest.top)
    assert verb.run(parse(rejecting_model, path)) == 0
    out, err = capsys.readouterr()
    assert f"none of these; nearest: {found.nearest}" in out
    assert err.endswith("1 of 1 pictures are none of these classes; --always names the nearest one\n")
    verb.run(parse(rejecting_model, path, "--json"))
    row = json.loads(capsys.readouterr().out)
    assert (row["label"], row["nearest"], row["outsider"]) == (None, found.nearest, found.outsider)
    verb.run(parse(rejecting_model, path, "--json", "--always"))
    assert json.loads(capsys.readouterr().out)["label"] == found.nearest
    verb.run(parse(rejecting_model, path, tmp_path / "missing.png", "--csv"))
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["label"], row["nearest"]) for row in rows] == [("", found.nearest), ("", "")]
    assert rows[1]["error"]


def test_a_stack_and_files_are_refused_alike(rejecting_model: Path) -> None:
    model = load(rejecting_model)
    blank = np.full((2, *SHAPE), 90, np.uint8)
    assert [p.label for p in model.predict(blank)] == [None, None]
    assert all(p.label == p.nearest for p in model.predict(blank, always=True))
