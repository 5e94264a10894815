"""What is written is read back, and it is what the contract in docs/model-file.md says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from convscope.errors import InputError, PlanError
from convscope.formula import parse, trace
from convscope.modelfile import read, serialise, write
from convscope.pictures.input_spec import InputSpec
from convscope.prediction import Predictor
from tests.calibration.made import calibrated
from tests.samples import sample

FORMULA = 'crop((5, 4)) + conv(4, 3, pad="same") + bn + skip(conv(4, 3, pad="same") + prelu) + maxpool(2) + fc'


def test_written_and_read_back(tmp_path: Path) -> None:
    network, spec, weights, _ = sample(FORMULA, (3, 7, 5), 3, invert="auto")
    classes = ("cat", "강아지", 'a "b"\n\ud800')
    facts = {
        "training": {"recipe": "slides", "seed": 1},
        "test": {"accuracy": 0.97, "n": 10000},
        "versions": {"x": "1"},
    }
    write(tmp_path / "model.onnx", network, spec, weights, classes, facts)
    assert os.listdir(tmp_path) == ["model.onnx"]
    file = read(tmp_path)
    assert (file.network, file.spec, file.classes, file.facts) == (network, spec, classes, facts)
    assert (file.formula, file.plan) == (FORMULA, network.plan)
    assert list(file.weights) == list(weights)
    for name, array in weights.items():
        np.testing.assert_array_equal(file.weights[name], array)
        assert not file.weights[name].flags.writeable
    assert file.digest == (tmp_path / "model.onnx").read_bytes()[-64:].decode()


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert serialise(*sample(FORMULA, (3, 7, 5))) == serialise(*sample(FORMULA, (3, 7, 5)))


def test_it_is_the_documented_contract() -> None:
    model = onnx.load_from_string(serialise(*sample(FORMULA, (3, 7, 5), 3)))
    onnx.checker.check_model(model, full_check=True)
    assert (model.ir_version, [(o.domain, o.version) for o in model.opset_import]) == (8, [("", 17)])
    shapes = {
        v.name: (v.type.tensor_type.elem_type, [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim])
        for v in (*model.graph.input, *model.graph.output)
    }
    assert shapes == {
        "pictures": (onnx.TensorProto.UINT8, ["N", 3, 7, 5]),
        "logits": (onnx.TensorProto.FLOAT, ["N", 3]),
        "probabilities": (onnx.TensorProto.FLOAT, ["N", 3]),
    }
    keys = [p.key.removeprefix("convscope.") for p in model.metadata_props]
    assert keys == ["format", "formula", "classes", "input", "facts", "digest"]


def test_a_calibrated_model_divides_its_scores_by_the_temperature(tmp_path: Path) -> None:
    parts, calibration = sample(FORMULA, (3, 7, 5), 3), calibrated(temperature=0.625)
    write(tmp_path / "model.onnx", *parts, {"test": {}}, calibration)
    file = read(tmp_path)
    assert file.metadata.calibration == calibration
    model = onnx.load_from_string(file.data)
    onnx.checker.check_model(model, full_check=True)
    keys = [p.key.removeprefix("convscope.") for p in model.metadata_props]
    assert keys == ["format", "formula", "classes", "input", "calibration", "facts", "digest"]
    pictures = np.random.default_rng(0).integers(0, 256, (9, 3, 7, 5), dtype=np.uint8)
    logits, probabilities = Predictor(file).run(pictures)
    x = np.exp((logits - logits.max(1, keepdims=True)) / 0.625)
    np.testing.assert_allclose(probabilities, x / x.sum(1, keepdims=True), rtol=1e-5)
    write(tmp_path / "plain.onnx", *parts, {"test": {}})
    np.testing.assert_array_equal(logits, Predictor(read(tmp_path / "plain.onnx")).run(pictures)[0])


def test_a_model_that_is_not_calibrated_has_no_record_of_it() -> None:
    records = onnx.load_from_string(serialise(*sample())).metadata_props
    assert (records[0].key, records[0].value) == ("convscope.format", "5")
    assert "convscope.calibration" not in [p.key for p in records]


def test_weights_in_any_layout_and_type_are_kept_as_float32(tmp_path: Path) -> None:
    network, spec, weights, classes = sample()
    odd = {name: np.asfortranarray(array.astype(">f8")) for name, array in weights.items()}
    assert serialise(network, spec, odd, classes) == serialise(network, spec, weights, classes)


def test_nothing_unusable_is_written(tmp_path: Path) -> None:
    network, spec, weights, classes = sample()
    bias = weights["fc1.bias"]
    cases = [
        (spec, weights | {"fc1.bias": bias * np.nan}, classes, {}, "fc1.bias holds NaN"),
        (spec, weights | {"fc1.bias": bias.astype(np.float64) + 1e300}, classes, {}, "fc1.bias holds NaN or infinity"),
        (spec, weights | {"bn1.running_var": np.float32([1, -1])}, classes, {}, "a variance below 0"),
        (spec, weights | {"fc1.bias": bias[None]}, classes, {}, "fc1.bias has another shape"),
        (spec, weights | {"fc2.bias": bias}, classes, {}, "fc2.bias in one of them only"),
        (spec, {}, classes, {}, "in one of them only"),
        (spec, weights, ("a", "a"), {}, "two classes have one name, got a"),
        (spec, weights, ("a",), {}, "a name for each class, got 1, expected 2"),
        (spec, weights, classes, {"loss": float("nan")}, "cannot be kept as JSON"),
        (spec, weights, classes, {"path": tmp_path}, "cannot be kept as JSON"),
        (InputSpec((1, 5, 6)), weights, classes, {}, "traced for another input"),
    ]
    for its_spec, its_weights, names, facts, why in cases:
        with pytest.raises((InputError, PlanError), match=why), np.errstate(over="ignore"):
            write(tmp_path / "model.onnx", network, its_spec, its_weights, names, facts)
    with pytest.raises(PlanError, match="must end in one score"):
        write(tmp_path / "model.onnx", trace(parse("conv(3, 3)"), (1, 6, 5), 2), spec, weights, classes)
    assert os.listdir(tmp_path) == []


@pytest.mark.medium
def test_reading_needs_neither_torch_nor_onnx(tmp_path: Path) -> None:
    write(tmp_path / "model.onnx", *sample())
    code = (
        "import sys; sys.modules['torch'] = sys.modules['onnx'] = None\n"
        f"from convscope.modelfile import read; file = read({str(tmp_path)!r})\n"
        "assert 'numpy' not in sys.modules, 'numpy is for the weights'\n"
        "print(len(file.weights))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "8\n"), done.stderr
