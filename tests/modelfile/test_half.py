"""Weights kept in half precision: half the bytes, the same numbers, and a file that other readers understand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from convscope.errors import InputError
from convscope.modelfile import read, serialise, write
from convscope.modelfile.digest import HEAD, seal
from convscope.modelfile.reading import check
from convscope.prediction import Predictor
from tests.calibration.made import calibrated
from tests.samples import sample

FORMULA = 'conv(4, 3, pad="same") + bn + relu + fc'
HALF = ("fc1.weight", "conv1.weight", "bn1.running_var")


def rounded() -> tuple[object, ...]:
    network, spec, weights, classes = sample(FORMULA, (3, 7, 5), 3)
    values = {n: w.astype("<f2").astype("<f4") if n in HALF else w for n, w in weights.items()}
    return network, spec, values, classes


@pytest.mark.parametrize("calibration", [None, calibrated(temperature=0.5)])
def test_the_same_numbers_in_fewer_bytes(tmp_path: Path, calibration: object) -> None:
    parts = rounded()
    write(tmp_path / "half.onnx", *parts, {}, calibration, HALF)  # type: ignore[arg-type]
    write(tmp_path / "full.onnx", *parts, {}, calibration)  # type: ignore[arg-type]
    half, full = read(tmp_path / "half.onnx"), read(tmp_path / "full.onnx")
    assert half.half == ("conv1.weight", "bn1.running_var", "fc1.weight")  # the network's order
    assert full.half == ()
    assert half.metadata.calibration == full.metadata.calibration == calibration
    assert list(half.weights) == list(full.weights)
    for name, array in full.weights.items():
        np.testing.assert_array_equal(half.weights[name], array)
        assert half.weights[name].dtype == np.float32
        assert not half.weights[name].flags.writeable
    pictures = np.random.default_rng(0).integers(0, 256, (6, 3, 7, 5), dtype=np.uint8)
    for a, b in zip(Predictor(half).run(pictures), Predictor(full).run(pictures), strict=True):
        np.testing.assert_array_equal(a, b)
    model = onnx.load_from_string(half.data)
    onnx.checker.check_model(model, full_check=True)
    stored = {t.name: (t.data_type, len(t.raw_data)) for t in model.graph.initializer}
    assert stored["fc1.weight.half"] == (onnx.TensorProto.FLOAT16, 2 * 3 * 4 * 7 * 5)
    assert "fc1.weight" not in stored
    assert stored["fc1.bias"][0] == onnx.TensorProto.FLOAT
    casts = [node.output[0] for node in model.graph.node if node.op_type == "Cast" and node.input[0] != "pictures"]
    assert tuple(casts) == half.half
    plain = onnxruntime.InferenceSession(half.data, providers=["CPUExecutionProvider"])
    assert plain.run(["logits"], {"pictures": pictures})[0].shape == (6, 3)


def test_a_number_that_half_precision_does_not_hold_is_refused() -> None:
    network, spec, weights, classes = sample(FORMULA, (3, 7, 5), 3)
    for bad in (1 / 3, 1e6, 1e-9):
        tensors = {name: np.zeros_like(array) for name, array in weights.items()}
        tensors["fc1.weight"].flat[5] = bad
        with pytest.raises(InputError) as refused:
            serialise(network, spec, tensors, classes, half=["fc1.weight"])
        assert refused.value.key == "weights.half"
    with pytest.raises(InputError) as refused:
        serialise(network, spec, weights, classes, half=["fc2.weight"])
    assert refused.value.key == "weights.names"


def changed(change: object) -> bytes:
    """Return a file with its model changed, sealed anew."""
    data = serialise(*rounded(), half=HALF)  # type: ignore[arg-type]
    model = onnx.load_from_string(data[: -len(HEAD) - 64])
    change(model)  # type: ignore[operator]
    return seal(model.SerializeToString(deterministic=True))


def tensor(model: onnx.ModelProto, name: str) -> onnx.TensorProto:
    return next(t for t in model.graph.initializer if t.name == name)


def nan(model: onnx.ModelProto) -> None:
    weights = tensor(model, "fc1.weight.half")
    weights.raw_data = b"\x00\x7e" + weights.raw_data[2:]


def negative(model: onnx.ModelProto) -> None:
    variance = tensor(model, "bn1.running_var.half")
    variance.raw_data = b"\x00\xbc" + variance.raw_data[2:]


def full(model: onnx.ModelProto) -> None:
    weights = tensor(model, "fc1.weight.half")
    weights.data_type, weights.raw_data = onnx.TensorProto.FLOAT, bytes(2 * len(weights.raw_data))


def both(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(onnx.helper.make_tensor("fc1.weight", 1, (3, 140), bytes(1680), raw=True))


def uncast(model: onnx.ModelProto) -> None:
    del model.graph.node[0]


def earlier(model: onnx.ModelProto) -> None:
    next(p for p in model.metadata_props if p.key == "convscope.format").value = "1"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (nan, "fc1.weight.half holds numbers that cannot be used"),
        (negative, "bn1.running_var.half holds numbers that cannot be used"),
        (full, "fc1.weight.half has another shape"),
        (both, "fc1.weight is missing or too many"),
        (uncast, "its graph is not that of its formula, from conv1.weight on"),
        (earlier, "its format is not 3"),
    ],
)
def test_what_is_not_as_it_is_written_is_refused(change: object, words: str) -> None:
    check(changed(lambda model: None), "model.onnx")
    with pytest.raises(InputError, match=words):
        check(changed(change), "model.onnx")
