"""Predicting: the file's graph gives what the network gives, for every kind of picture, in order, without torch."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import convscope.prediction
from convscope.errors import EnvironmentFault, InputError, UsageError
from convscope.formula.demand import demand
from convscope.modelfile import write
from convscope.pictures import decoding, decoding_pool
from convscope.prediction import Model, Prediction, Score, load, predict
from convscope.prediction.predictor import BATCH
from tests.samples import sample

pytestmark = pytest.mark.medium

FORMULA = 'crop((10, 9)) + conv(4, 3, pad="same") + bn + relu + skip(conv(4, 3, pad="same")) + maxpool(2) + fc'
SHAPE = (1, 12, 11)


def model_file(
    path: Path, formula: str = FORMULA, shape: tuple[int, int, int] = SHAPE, invert: str = "no", classes: int = 5
) -> Path:
    network, spec, weights, names = sample(formula, shape, classes, invert)
    write(path, network, spec, weights, names)
    return path


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load(model_file(tmp_path / "model.onnx"))


def pictures(count: int, shape: tuple[int, int, int] = SHAPE, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)


def png(array: np.ndarray) -> bytes:
    """Return (C, H, W) as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(array[0] if len(array) == 1 else array.transpose(1, 2, 0)).save(buffer, "PNG")
    return buffer.getvalue()


def torchs(model: Model, batch: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return torch.softmax(model.module()(torch.from_numpy(batch)), 1).numpy()


def test_it_shows_itself_in_a_notebook(model: Model) -> None:
    text = model._repr_html_()
    assert "classes: class 0, class 1, class 2, class 3, class 4" in text
    assert f"{model.network.parameters:,}</td>" in text
    assert model.weights.keys() == model.file.weights.keys()
    kernels = model.weights["conv1.weight"]
    assert np.array_equal(kernels, model.module().conv1.weight.detach().numpy())  # type: ignore[union-attr]
    assert "4 × 1 × 3 × 3 · float32" in kernels._repr_html_()


@pytest.mark.parametrize("count", [0, 1, 2, BATCH, BATCH + 1, 5 * BATCH + 3])
def test_probabilities_are_torchs_for_any_number_of_pictures(model: Model, count: int) -> None:
    batch = pictures(count)
    logits, probabilities = model.predictor.run(batch)
    assert logits.shape == probabilities.shape == (count, 5)
    np.testing.assert_allclose(probabilities, torchs(model, batch), atol=1e-5)
    predicted = model.predict(batch, top=5)
    assert len(predicted) == count
    for prediction, row in zip(predicted, probabilities, strict=True):
        order = sorted(range(5), key=lambda k: -row[k])
        assert prediction.top == tuple(Score(f"class {k}", float(row[k])) for k in order)
        assert (prediction.label, prediction.probability) == prediction.top[0]
        assert not prediction.inverted


@pytest.mark.parametrize("shape", [SHAPE, (3, 12, 11)])
def test_one_picture_in_every_form_is_the_same_picture(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    model = load(model_file(tmp_path / "model.onnx", shape=shape))
    (array,) = pictures(1, shape)
    (tmp_path / "a.png").write_bytes(png(array))
    wanted = model.predict(array[None])
    hwc = array.transpose(1, 2, 0)
    forms = [
        tmp_path / "a.png",
        str(tmp_path / "a.png"),
        png(array),
        array,
        hwc,
        Image.open(tmp_path / "a.png"),
        array.astype(np.int64),
    ]
    for form in [*forms, *([array[0]] if shape[0] == 1 else [])]:
        assert model.predict(form) == wanted
        assert model.predict([form]) == wanted
    assert model.predict(forms) == wanted * len(forms)
    assert model.predict(iter(forms[:2])) == wanted * 2
    assert predict(tmp_path, array) == predict(model, array) == wanted
    assert len(model.predict(np.stack([array.astype(np.float64)] * 3))) == 3


@pytest.mark.parametrize("cpus", [1, 3])
def test_large_files_are_decoded_by_threads_with_the_same_answers(
    tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch, cpus: int
) -> None:
    monkeypatch.setattr(decoding_pool, "available_cpus", lambda: cpus)
    batch = pictures(2 * BATCH + 3, (3, 60, 70))  # of noise: 12 kB each
    paths = [tmp_path / f"{i}.png" for i in range(len(batch))]
    for path, array in zip(paths, batch, strict=True):
        path.write_bytes(png(array))
    assert decoding_pool.decoding_threads(paths) == cpus
    paths[5].write_bytes(b"broken")
    results = list(model.stream(paths))
    for i, (path, result) in enumerate(zip(paths, results, strict=True)):
        if i == 5:
            assert isinstance(result, InputError)
        else:
            assert isinstance(result, Prediction)
            assert result.label == model.predict(path)[0].label


def test_pictures_of_another_size_go_through_the_one_decode_function(tmp_path: Path, model: Model) -> None:
    (big,) = pictures(1, (3, 40, 25))
    (tmp_path / "a.png").write_bytes(png(big))
    wanted = model.predict(decoding.decode(tmp_path / "a.png", (12, 11), 1))
    assert model.predict(tmp_path / "a.png") == model.predict(png(big)) == model.predict([big]) == wanted


def test_many_files_in_order_with_the_bad_ones_in_their_places(tmp_path: Path, model: Model) -> None:
    batch = pictures(8 * BATCH + 5)
    paths: list[Path] = []
    for i, array in enumerate(batch):
        paths.append(tmp_path / f"{i}.png")
        paths[-1].write_bytes(b"broken" if i % 7 == 3 else png(array))
    wanted = model.predict(batch)
    for i, predicted in enumerate(model.stream(paths)):
        if i % 7 == 3:
            assert isinstance(predicted, InputError)
            assert str(paths[i]) in str(predicted)
        else:
            assert isinstance(predicted, Prediction)
            assert predicted.label == wanted[i].label
            assert abs(predicted.probability - wanted[i].probability) < 1e-6
    assert i == len(paths) - 1
    with pytest.raises(InputError, match=r"/3\.png: not a picture"):
        model.predict(paths)
    assert list(model.stream([])) == model.predict([]) == []
    half = model.stream(paths)  # stopped half-way: no thread is left waiting
    next(half)
    half.close()


# Dark ink on a light ground


def ink(dark_on_light: bool) -> np.ndarray:
    array = np.zeros((1, 12, 11), dtype=np.uint8)
    array[:, 3:9, 4:7] = 250
    return 255 - array if dark_on_light else array


@pytest.mark.parametrize("models", ["auto", "yes", "no"])
@pytest.mark.parametrize("asked", [None, "auto", "yes", "no"])
@pytest.mark.parametrize("dark_on_light", [True, False])
@pytest.mark.parametrize("form", ["file", "array", "stack"])
def test_invert(tmp_path: Path, models: str, asked: str | None, dark_on_light: bool, form: str) -> None:
    model = load(model_file(tmp_path / "model.onnx", invert=models))
    array = ink(dark_on_light)
    rule = asked or models
    swap = rule == "yes" or (rule == "auto" and dark_on_light)
    given = {"file": png(array), "array": array, "stack": array[None]}[form]
    (predicted,) = model.predict(given, invert=asked)
    (wanted,) = model.predict(255 - array if swap else array, invert="no")
    assert predicted == Prediction(wanted.label, wanted.probability, wanted.top, swap)


def test_three_pictures_or_three_colours(model: Model) -> None:
    stack = pictures(3)[:, 0]
    with pytest.raises(InputError, match="three grey pictures or one of three colours"):
        model.predict(stack)
    assert model.predict(list(stack)) == model.predict(stack[:, None])
    assert len(model.predict(stack[None])) == len(model.predict([stack])) == 1


# Top, errors


def test_top(model: Model) -> None:
    batch = pictures(1)
    for top, count in ((1, 1), (3, 3), (5, 5), (99, 5)):
        assert len(model.predict(batch, top=top)[0].top) == len(model.predict(batch[0], top=top)[0].top) == count
    for form in (batch, batch[0]):
        with pytest.raises(UsageError, match="top must be 1 or more, got 0"):
            model.predict(form, top=0)
        with pytest.raises(UsageError, match="invert must be auto, yes, no, got maybe"):
            model.predict(form, invert="maybe")


@pytest.mark.parametrize(
    "array", [np.zeros(3), np.zeros((2, 5, 5)), np.full((12, 11), np.nan), np.zeros((12, 11), dtype=complex), 5]
)
def test_arrays_that_are_no_picture(model: Model, array: object) -> None:
    with pytest.raises((InputError, TypeError)):
        model.predict(array)  # type: ignore[arg-type]


def test_the_predictor_refuses_what_the_graph_does_not_read(model: Model) -> None:
    for array in (np.zeros((2, 1, 12, 11)), np.zeros((1, 12, 11), np.uint8), np.zeros((2, 1, 11, 12), np.uint8)):
        with pytest.raises(InputError, match=r"expected uint8 \(N, 1, 12, 11\)"):
            model.predictor.run(array)  # type: ignore[arg-type]


def test_models_that_read_no_picture_files_say_so(tmp_path: Path) -> None:
    two = load(model_file(tmp_path / "two.onnx", shape=(2, 12, 11)))
    assert len(two.predict(pictures(3, (2, 12, 11)))) == 3
    with pytest.raises(InputError, match="reads arrays only, uint8 and of its own shape, got 2 channels"):
        two.predict(png(pictures(1)[0]))
    network, spec, weights, names = sample(FORMULA, SHAPE, 5)
    write(tmp_path / "rule.onnx", network, type(spec)(spec.shape, resize="squash"), weights, names)
    with pytest.raises(InputError, match="got the rule squash"):
        load(tmp_path / "rule.onnx").predict(png(pictures(1)[0]))


def test_a_network_that_overflows_is_reported_for_its_picture(tmp_path: Path) -> None:
    network, spec, weights, names = sample("fc(3) + fc", (1, 4, 4), 2)
    huge = {name: np.full_like(w, 3e38) * np.float32(1 - 2 * (name == "fc1.bias")) for name, w in weights.items()}
    huge["fc2.weight"][0] *= -1
    write(tmp_path / "model.onnx", network, spec, huge, names)
    model = load(tmp_path)
    for form in (np.full((1, 1, 4, 4), 200, np.uint8), np.full((1, 4, 4), 200, np.uint8)):
        with pytest.raises(InputError, match="the network's output is not a number"):
            model.predict(form)


# The module, and no torch


def test_module_is_the_network_ready_to_evaluate(model: Model) -> None:
    net = model.module()
    assert not net.training
    batch = pictures(4)
    with torch.no_grad():
        np.testing.assert_allclose(
            net(torch.from_numpy(batch)).numpy(), model.predictor.run(batch)[0], rtol=1e-4, atol=1e-5
        )
    assert model.module() is not net
    assert (model.network, model.spec, model.classes) == (net.network, net.spec, tuple(f"class {k}" for k in range(5)))
    assert repr(model).endswith(f"/model.onnx': {FORMULA}, 5 classes)")


BLOCK = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "onnx", "rich", "sklearn", "scipy", "matplotlib", "safetensors"):
            raise ImportError(name + " is not installed")
sys.meta_path.insert(0, Block())
"""


def test_predicting_needs_no_torch(tmp_path: Path) -> None:
    model_file(tmp_path / "model.onnx")
    (tmp_path / "a.png").write_bytes(png(pictures(1)[0]))
    code = BLOCK + (
        f"from convscope.prediction import load; "
        f"print(load({str(tmp_path)!r}).predict({str(tmp_path / 'a.png')!r})[0].label)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("class ")


def test_importing_is_cheap() -> None:
    code = (
        "import sys, convscope.prediction; print([m for m in ('numpy', 'PIL', 'onnxruntime', 'torch', 'onnx') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_without_onnxruntime_it_says_what_to_install(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(convscope.errors.EnvironmentFault, match="try: pip install onnxruntime"):
        model.predict(pictures(1))


def test_what_does_not_fit_is_refused_by_its_shapes_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convscope.machine.memory.memory_limit", lambda: 16 << 30)
    write(tmp_path / "wide.onnx", *sample("conv(1, 3, pad=11000) + gap + fc", (1, 28, 28)))
    with pytest.raises(EnvironmentFault) as caught:
        predict(tmp_path / "wide.onnx", np.zeros((28, 28), np.uint8))
    assert "got 31,049,266,324 bytes, expected at most 8,589,934,592 bytes" in caught.value.line()


def test_what_would_compute_for_hours_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "slow.onnx", *sample("conv(1, 2001, pad=1000) + gap + fc", (1, 600, 600)))
    with pytest.raises(InputError, match="too many multiply-adds"):
        predict(tmp_path / "slow.onnx", np.zeros((600, 600), np.uint8))


def test_with_little_memory_fewer_pictures_at_a_time_have_the_same_answers(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = model.predict(pictures(70))
    each = demand(model.network).bytes_at_once
    monkeypatch.setattr("convscope.machine.memory.memory_limit", lambda: 6 * each)
    few = load(model.file.path)
    assert few.predictor.batch * few.predictor.threads <= 3
    assert [p.label for p in few.predict(pictures(70))] == [p.label for p in before]


def test_a_runtime_that_gives_up_is_one_line(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def run(self, *_: object) -> object:
            raise SystemError("\x1b[31mbad allocation")

    monkeypatch.setattr(convscope.prediction.predictor, "session_of", lambda _: Failing())
    with pytest.raises(EnvironmentFault) as caught:
        load(model.file.path).predict(pictures(1))
    assert caught.value.line() == "ONNX Runtime could not compute the network, got \\x1b[31mbad allocation"
