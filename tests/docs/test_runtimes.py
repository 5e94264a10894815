"""docs/runtimes.md: each example runs as it stands where its runtime is installed, and says what convscope says."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.cli.info import contents
from convscope.data import Dataset, Split
from convscope.modelfile import read, serialise
from convscope.page import inline
from convscope.pictures.input_spec import InputSpec
from convscope.pictures.resizing import CROP_RULE, RESIZE_RULE
from convscope.quantisation import quantise
from convscope.rejection import Fitted
from tests.calibration.made import calibrated
from tests.rejection.made import rejecting
from tests.samples import sample

pytestmark = pytest.mark.medium

DOC = (Path(__file__).parents[2] / "docs" / "runtimes.md").read_text(encoding="utf-8")
PLAIN, WHOLE, OPENCV, OPENVINO = re.findall(r"```python\n(.*?)```", DOC, re.DOTALL)
OPENVINO_CPP, ONNXRUNTIME_CPP = re.findall(r"```cpp\n(.*?)```", DOC, re.DOTALL)
(CONTRACT,) = re.findall(r"```json\n(.*?)```", DOC, re.DOTALL)
SLIDES = Path(inline.__file__).parent / "slides"
FORMULA = "conv(4, 3) + relu + maxpool(2) + fc"


def put(folder: Path, spec: InputSpec, rejects: bool = False) -> Path:
    """Write a model that reads pictures so, whose scores differ from picture to picture, and what is said of it."""
    network, _, weights, classes = sample(FORMULA, spec.shape, 3)
    fitted: Fitted | None = rejecting(network) if rejects else None
    data = serialise(network, spec, weights, classes, None, calibrated(2.0), rejection=fitted)
    (folder / "model.onnx").write_bytes(data)
    (folder / "about.json").write_text(json.dumps(contents(read(folder))), encoding="utf-8")
    return folder


def small(folder: Path) -> None:
    """Put in the model's place what `quantise` makes of it."""
    file = read(folder)
    shape, classes = file.network.input, tuple(f"class {k}" for k in range(3))
    images = np.random.default_rng(0).integers(0, 256, (90, *shape), dtype=np.uint8)
    labels = np.arange(90) % 3
    data = Dataset("made", classes, Split(images[:60], labels[:60]), Split(images[60:], labels[60:]))
    made = quantise(folder / "model.onnx", data, most_loss=100)
    made.path.replace(folder / "model.onnx")
    (folder / "about.json").write_text(json.dumps(contents(read(folder))), encoding="utf-8")


def run(code: str, folder: Path, *words: str, hidden: tuple[str, ...] = ("convscope", "torch", "onnx")) -> str:
    hide = f"import sys; sys.modules.update(dict.fromkeys({hidden!r}))\n"
    line = [sys.executable, "-c", hide + code, *words]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def predicted(folder: Path, *pictures: str) -> list[dict[str, object]]:
    line = [sys.executable, "-m", "convscope", "predict", "model.onnx", *pictures, "--json"]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(row) for row in done.stdout.splitlines()]


def picture(path: Path, shape: tuple[int, ...], low: int = 0, high: int = 256) -> None:
    Image.fromarray(np.random.default_rng(len(path.name)).integers(low, high, shape, dtype=np.uint8)).save(path)


def agrees(line: str, wanted: dict[str, object]) -> None:
    """Assert that a line "class probability" says what `predict --json` says."""
    label, probability = line.rsplit(maxsplit=1)
    assert label == (wanted["label"] or wanted["nearest"])
    assert float(probability) == pytest.approx(wanted["probability"], abs=1e-5)


@pytest.fixture(params=[(1, False), (3, False), (1, True), (3, True)], ids=["grey", "colours", "grey8", "colours8"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A model, of float32 or of 8 bits, that reads pictures as they are, and a picture of its size."""
    channels, eight = request.param
    put(tmp_path, InputSpec((channels, 12, 11), resize=RESIZE_RULE))
    if eight:
        small(tmp_path)
    picture(tmp_path / "picture.png", (12, 11) if channels == 1 else (12, 11, 3))
    return tmp_path


def test_the_ten_lines_say_what_predict_says(folder: Path) -> None:
    agrees(run(PLAIN, folder), predicted(folder, "picture.png")[0])
    assert len([line for line in PLAIN.splitlines() if line and not line.startswith(("import", "from"))]) <= 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "channels", "invert"),
    [(RESIZE_RULE, 1, "auto"), (RESIZE_RULE, 3, "no"), (CROP_RULE, 1, "yes"), (CROP_RULE, 3, "auto")],
)
def test_the_whole_contract_is_what_predict_does(tmp_path: Path, rule: str, channels: int, invert: str) -> None:
    put(tmp_path, InputSpec((channels, 12, 11), resize=rule, invert=invert), rejects=invert == "auto")
    picture(tmp_path / "same.png", (12, 11))
    picture(tmp_path / "broad.png", (37, 90, 3))
    picture(tmp_path / "high.png", (41, 7))
    picture(tmp_path / "dark.png", (30, 31), 0, 40)
    light = np.full((29, 24), 240, np.uint8)
    light[8:20, 9:14] = 10
    Image.fromarray(light).save(tmp_path / "ink-on-paper.png")
    names = sorted(path.name for path in tmp_path.glob("*.png"))
    wanted = predicted(tmp_path, *names)
    assert any(row.get("inverted") for row in wanted) == (invert != "no")
    for line, row in zip(run(WHOLE, tmp_path, *names).splitlines(), wanted, strict=True):
        said = json.loads(line)
        assert (said["path"], said["label"]) == (row["path"], row["label"])
        assert said["probability"] == pytest.approx(row["probability"], abs=1e-6), row


@pytest.mark.skipif(importlib.util.find_spec("cv2") is None, reason="needs pip install opencv-python-headless")
def test_opencv(folder: Path) -> None:
    agrees(run(OPENCV, folder), predicted(folder, "picture.png")[0])


@pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="needs pip install openvino")
def test_openvino(folder: Path) -> None:
    agrees(run(OPENVINO, folder), predicted(folder, "picture.png")[0])


def compiled(code: str, folder: Path, *flags: str) -> None:
    (folder / "example.cpp").write_text(code, encoding="utf-8")
    line = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "example.cpp", "-o", "example", *flags]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pixels = np.asarray(Image.open(folder / "picture.png"))
    planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    answer = subprocess.run([folder / "example"], cwd=folder, input=planes.tobytes(), capture_output=True, check=True)
    number, probability = answer.stdout.split()
    agrees(f"class {int(number)} {float(probability)}", predicted(folder, "picture.png")[0])


@pytest.mark.skipif(
    shutil.which("pkg-config") is None or subprocess.run(["pkg-config", "--exists", "libonnxruntime"]).returncode != 0,
    reason="needs ONNX Runtime's headers, which pkg-config finds as libonnxruntime",
)
def test_cpp_with_onnx_runtime(folder: Path) -> None:
    asked = ["pkg-config", "--cflags", "--libs", "libonnxruntime"]
    compiled(ONNXRUNTIME_CPP, folder, *subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.skipif(
    importlib.util.find_spec("openvino") is None or shutil.which("g++") is None, reason="needs openvino and g++"
)
def test_cpp_with_openvino(folder: Path) -> None:
    spec = importlib.util.find_spec("openvino")
    assert spec is not None
    home = Path(str(spec.origin)).parent
    (library,) = (home / "libs").glob("libopenvino.so.*")
    compiled(OPENVINO_CPP, folder, "-isystem", str(home / "include"), str(library), f"-Wl,-rpath,{home / 'libs'}")


def test_the_contract_shown_is_that_of_the_network_on_the_slides() -> None:
    assert json.loads(CONTRACT) == contents(read(SLIDES))["contract"]


@pytest.mark.slow
def test_int8_is_smaller_as_good_and_what_the_examples_take(tmp_path: Path) -> None:
    """The file has the bytes that the page says, an accuracy within half a point, and the same contract."""
    (tmp_path / "model.onnx").write_bytes((SLIDES / "model.onnx").read_bytes())
    line = [sys.executable, "-m", "convscope", "quantise", "model.onnx", "mnist", "--json"]
    said = json.loads(subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=True).stdout)
    assert said["before"]["accuracy"] == contents(read(SLIDES))["facts"]["test"]["accuracy"]  # type: ignore[index]
    assert abs(said["difference"]) < 0.001
    assert f"{said['bytes_before']:,} → {said['bytes_after']:,}"[:-4] in DOC  # figures of the loss take some digits
    (tmp_path / "model.onnx").write_bytes((tmp_path / "model.int8.onnx").read_bytes())
    assert contents(read(tmp_path))["contract"] == contents(read(SLIDES))["contract"]
    picture(tmp_path / "picture.png", (28, 28))
    agrees(run(PLAIN, tmp_path), predicted(tmp_path, "picture.png")[0])
