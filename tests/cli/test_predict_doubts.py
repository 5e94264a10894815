"""`convscope predict`: sets of classes, and none of these."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.cli import predict as verb
from convscope.errors import InputError, UsageError, printable
from convscope.modelfile import read, write
from convscope.prediction import load
from tests.calibration.made import calibrated
from tests.cli.predicting import SHAPE, parse, picture
from tests.rejection.made import rejecting
from tests.samples import sample


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
