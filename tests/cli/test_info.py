"""`convscope info`: all that a file says of itself, once it is verified."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.cli import info as verb
from convscope.cli.main import main
from convscope.cli.parser import verb_parser
from convscope.errors import InputError, UsageError
from convscope.explain.health import health
from convscope.modelfile import read, serialise, write
from convscope.modelfile.contract import Contract
from tests.calibration.made import calibrated
from tests.foreign.graphs import classifier
from tests.samples import sample

FACTS = {
    "training": {"recipe": "slides", "epochs": 1 / 3},
    "validation": None,
    "test": {"accuracy": 0.974, "confusion": [[1] * 10] * 10},
    "versions": {"torch": "2.13"},
}


def parse(*words: object) -> argparse.Namespace:
    return verb_parser("info").parse_args([*map(str, words)])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    network, spec, weights, _ = sample("conv(4, 3) + relu + maxpool(2) + fc", (3, 12, 11), 3, "auto")
    write(tmp_path / "model.onnx", network, spec, weights, ("cat", "개", "\x1b[31mred"), FACTS)
    return tmp_path / "model.onnx"


def test_json_holds_everything(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verb.run(parse(model.parent, "--json")) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "path": str(model),
        "format": 5,
        "formula": "conv(4, 3) + relu + maxpool(2) + fc",
        "classes": ["cat", "개", "\x1b[31mred"],
        "input": {
            "shape": [3, 12, 11],
            "mean": [33.0] * 3,
            "std": [78.0] * 3,
            "resize": "pad-bilinear-antialias",
            "invert": "auto",
        },
        "parameters": 4 * 28 + 80 * 3 + 3,
        "macs": 27 * 4 * 10 * 9 + 80 * 3,
        "calibration": None,
        "rejection": None,
        "facts": FACTS,
        "bytes": model.stat().st_size,
        "digest": model.read_bytes()[-64:].decode(),
        "contract": Contract(read(model).metadata).to_json(),
    }


def test_text(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verb.run(parse(model)) == 0
    out, digest = capsys.readouterr().out, model.read_bytes()[-64:].decode()
    assert out.splitlines() == [
        f"model            {model}",
        "formula          conv(4, 3) + relu + maxpool(2) + fc",
        "input            3 × 12 × 11 (C × H × W), uint8",
        "scaled by        (x − 33) / 78",
        "brought to size  pad-bilinear-antialias",
        "inverted         auto",
        "classes          3: cat, 개, \\x1b[31mred",
        "parameters       355",
        "MACs             9,960 a picture",
        "training recipe  slides",
        "training epochs  0.333333",
        "test accuracy    0.974",
        "versions torch   2.13",
        f"size             {model.stat().st_size:,} bytes, format 5",
        f"digest           sha256 {digest}, verified",
    ]


def test_how_a_model_is_calibrated_is_said(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calibration = calibrated(temperature=0.5, n=40)
    write(model, *sample(), FACTS, calibration)
    verb.run(parse(model))
    said = (
        "temperature 0.5, fitted on 40 pictures held out: loss 0.2500 → 0.1250 nats, calibration error 12.50 → 6.25 %"
    )
    assert f"calibration      {said}" in capsys.readouterr().out.splitlines()
    verb.run(parse(model, "--json"))
    assert json.loads(capsys.readouterr().out)["calibration"] == calibration.to_json()


def test_a_damaged_file_is_no_result(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    with pytest.raises(InputError, match="damaged or cut short"):
        verb.run(parse(model))
    assert capsys.readouterr().out == ""


def test_deep_facts_do_not_overflow(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep: dict[str, object] = {}
    for _ in range(900):
        deep = {"a": deep}
    write(model, *sample(), deep)
    assert verb.run(parse(model)) == 0
    assert "\na a a a" in capsys.readouterr().out


@pytest.mark.medium
def test_it_needs_neither_torch_nor_numpy(model: Path) -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['torch', 'onnx', 'numpy', 'onnxruntime', 'PIL', "
        "'rich']))\n"
        "from convscope.cli.main import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, "info", model], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "verified" in done.stdout


def test_facts_beyond_a_hundred_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = {f"fact {n}": n for n in range(1500)}
    (tmp_path / "model.onnx").write_bytes(serialise(*sample(), facts))
    assert main(["info", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "fact 99" in said
    assert "fact 100" not in said
    assert "1,400 facts more: --json" in said


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    for seed in range(4):
        array = np.random.default_rng(seed).integers(0, 256, (12, 11, 3), dtype=np.uint8)
        Image.fromarray(array).save(tmp_path / "photos" / f"{seed}.png")
    return tmp_path / "photos"


@pytest.fixture
def ill(tmp_path: Path) -> Path:
    """A model file whose conv1 has a dead map, and one that repeats the first."""
    network, spec, weights, _ = sample("conv(4, 3) + relu + maxpool(2) + fc", (3, 12, 11), 3, "auto")
    weights = {name: values.copy() for name, values in weights.items()}
    for part in (weights["conv1.weight"], weights["conv1.bias"]):
        part[3] = part[0]
    weights["conv1.bias"][[0, 3]], weights["conv1.bias"][1] = 100, -1000
    write(tmp_path / "ill.onnx", network, spec, weights, ("a", "b", "c"), FACTS)
    return tmp_path / "ill.onnx"


def test_health_names_the_units_that_do_not_work(
    ill: Path, photographs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb.run(parse(ill, "--health", photographs)) == 0
    lines = capsys.readouterr().out.splitlines()
    (row,) = (line for line in lines if line.startswith("conv1"))
    assert row.split()[:8] == ["conv1", "relu1", "4", "·", "·", "1", "·", "1"]
    assert row.endswith("dead 1; duplicate 3 = 0; always on 0")
    assert "2 of 7 units do not work as they should in 4 pictures; more pictures may wake some of them" in lines
    assert "all weights are finite numbers" in lines
    assert any(line.startswith("dead, try: a smaller learning rate") for line in lines)


def test_health_as_json_is_beside_what_the_file_says(
    ill: Path, photographs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb.run(parse(ill, "--health", photographs, "--json")) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["formula"] == "conv(4, 3) + relu + maxpool(2) + fc"
    conv1, fc1 = said["health"]["layers"]
    nothing = {"notfinite": [], "saturated": [], "constant": []}
    well = {"dead": [], "duplicate": [], "like": {}, "linear": []}
    assert conv1 == {
        "name": "conv1", "after": "relu1", "units": 4, "dead": [1], "duplicate": [3], "like": {"3": 0}, "linear": [0],
        **nothing,
    }  # fmt: skip
    assert fc1 == {"name": "fc1", "after": "fc1", "units": 3, **well, **nothing}
    assert (said["health"]["pictures"], said["health"]["weights"]) == (4, [])


def test_health_of_one_picture_tells_of_weights_alone(
    ill: Path, photographs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb.run(parse(ill, "--health", photographs / "0.png")) == 0
    out = capsys.readouterr().out
    assert "one picture can't tell" in out
    assert "conv1 " not in out


def test_health_says_which_pictures_cannot_be_read(
    ill: Path, photographs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photographs / "9.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert verb.run(parse(ill, "--health", photographs)) == 3
    said = capsys.readouterr()
    assert "9.png" in said.err
    assert "in 4 pictures" in said.out
    with pytest.raises(InputError, match=r"9\.png"):
        verb.run(parse(ill, "--health", photographs / "9.png"))
    with pytest.raises(InputError, match="no pictures there"):
        verb.run(parse(ill, "--health", photographs.parent / "nothing*.png"))


def test_health_of_a_file_of_others_says_how_it_reads(
    tmp_path: Path, photographs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.onnx").write_bytes(classifier())
    pixels = np.random.default_rng(0).integers(0, 256, (4, 12, 12, 3), dtype=np.uint8)
    for seed, values in enumerate(pixels):
        Image.fromarray(values).save(photographs / f"{seed}.png")
    assert verb.run(parse(tmp_path / "other.onnx", "--health", photographs, "--mean", "0.5", "--json")) == 0
    said = capsys.readouterr()
    found = health(tmp_path / "other.onnx", (pixels.transpose(0, 3, 1, 2) / np.float32(255) - 0.5).astype(np.float32))
    assert json.loads(said.out)["health"] == found.to_json()
    assert "0.5" in said.err
    for words, key in ((("--mean", "0.5"), "--mean says"), (("--bgr",), "--bgr says")):
        with pytest.raises(UsageError, match=key):
            verb.run(parse(tmp_path / "other.onnx", *words))


def test_a_model_file_knows_how_it_reads(ill: Path, photographs: Path) -> None:
    with pytest.raises(UsageError, match="knows its own std"):
        verb.run(parse(ill, "--health", photographs, "--std", "2"))
