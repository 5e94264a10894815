"""docs/model-file.md is a contract: its examples run as they stand, where neither torch nor, for the plain one,
convscope is.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.modelfile import write
from convscope.modelfile.metadata import FORMAT, QUANTISED
from convscope.modelfile.writing import IR, OPSET
from convscope.prediction import load
from tests.samples import sample

DOC = Path(__file__).parents[2] / "docs" / "model-file.md"
PLAIN, OURS, DIGEST = re.findall(r"```python\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    network, spec, weights, _ = sample("crop(24) + conv(4, 3) + bn + relu + maxpool(2) + fc", (1, 28, 28), 10)
    write(tmp_path / "model.onnx", network, spec, weights, [f"class {k}" for k in range(10)])
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)).save(tmp_path / "digit.png")
    return tmp_path


def run(code: str, folder: Path, *hidden: str) -> str:
    hide = f"import sys; sys.modules.update(dict.fromkeys({hidden!r}))\n"
    done = subprocess.run([sys.executable, "-c", hide + code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.medium
def test_the_ten_lines_say_what_convscope_says(folder: Path) -> None:
    (predicted,) = load(folder).predict(folder / "digit.png")
    wanted = f"{predicted.label} {predicted.probability}\n"
    assert run(PLAIN, folder, "convscope", "torch", "onnx") == wanted
    assert run(OURS, folder, "torch", "onnx") == wanted
    assert len([line for line in PLAIN.splitlines() if line]) == 10


def test_the_digest_is_checked_in_three_lines(folder: Path) -> None:
    run(DIGEST, folder)
    data = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(data[:500] + b"!" + data[501:])
    with pytest.raises(AssertionError, match="damaged"):
        run(DIGEST, folder)


def test_its_numbers_are_the_codes() -> None:
    text = DOC.read_text(encoding="utf-8")
    assert f"This page is its contract, format {FORMAT}, or {QUANTISED} in 8 bits." in " ".join(text.split())
    assert f"Opset {OPSET}, IR version {IR}" in text
    records = re.findall(r"^\| `(convscope\.\w+)`", text, re.MULTILINE)
    keys = ("format", "formula", "classes", "input", "calibration", "rejection", "facts", "digest")
    assert records == [f"convscope.{key}" for key in keys]
