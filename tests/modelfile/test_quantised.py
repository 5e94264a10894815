"""8 bits: where a graph rounds, by which numbers, that runtimes read it, and that a reader takes no other graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from convscope.errors import InputError
from convscope.formula import Network
from convscope.modelfile import ModelFile, check, graph, quantised, read, serialise, write
from convscope.modelfile.digest import RECORD, seal
from convscope.pictures.input_spec import InputSpec
from convscope.prediction import Predictor
from convscope.prediction.inner_values import inner_values
from tests.calibration.made import calibrated
from tests.conformance import onnx_engine
from tests.corners import corners
from tests.reference import random_pictures, random_weights
from tests.samples import sample
from tests.strategies import networks

FORMULA = 'conv(4, 3, pad="same") + relu + maxpool(2) + skip(conv(4, 3, pad="same")) + clip(0, 4) + dropout(0.5) + fc'


def ranges_of(network: Network, spec: InputSpec, weights: Any, pictures: np.ndarray) -> dict[str, tuple[float, float]]:
    data = serialise(network, spec, weights, [str(k) for k in range(network.classes)])
    file = ModelFile(Path("plain"), check(data, "plain"), data)
    found: dict[str, tuple[float, float]] = {}
    for made in inner_values(file, graph.layout(network).own, pictures):
        for name, values in made.items():
            low, high = found.get(name, (0.0, 0.0))
            found[name] = min(low, float(values.min())), max(high, float(values.max()))
    return found


def made(formula: str = FORMULA, shape: tuple[int, int, int] = (3, 7, 6), classes: int = 3) -> tuple[Any, ...]:
    network, spec, weights, names = sample(formula, shape, classes)
    return network, spec, weights, names, ranges_of(network, spec, weights, random_pictures(network, 1, 20))


def quantised_bytes(formula: str = FORMULA, **options: Any) -> bytes:
    network, spec, weights, names, ranges = made(formula)
    return serialise(network, spec, weights, names, rounding=quantised.Rounding(ranges), **options)


def test_where_it_rounds() -> None:
    network, *_ = made()
    layout = graph.layout(network)
    # conv1 goes into relu1 alone and add1 into clip1, which runtimes cut off while they round; conv2 goes into a sum.
    # What a max pooling and a dropout give are numbers that they read. The scores are not rounded.
    assert layout.values == {
        "pictures.scaled": "pictures.scaled",
        "relu1": "relu1",
        "maxpool1": "relu1",
        "conv2": "conv2",
        "clip1": "clip1",
        "dropout1": "clip1",
        "flatten1": "clip1",
    }
    assert layout.weights == ("conv1.weight", "conv2.weight", "fc1.weight")
    assert layout.biases["conv2.bias"] == ("relu1", "conv2.weight")
    assert layout.biases["fc1.bias"] == ("clip1", "fc1.weight")


def test_the_numbers_by_hand() -> None:
    layout = quantised.Layout({"x": "x", "y": "x"}, ("c.weight",), {"c.bias": ("x", "c.weight")})
    weights = {"c.weight": np.float32([[1.0, -2.0], [0.25, 0.0]]), "c.bias": np.float32([0.5, -0.25])}
    found = quantised.encoded(layout, weights, quantised.Rounding({"x": (-1.0, 4.1)}, "int8"))
    assert np.frombuffer(found["x.scale"], "<f4") == pytest.approx(0.02)  # 5.1 / 255
    assert np.frombuffer(found["x.zero_point"], "u1") == 50
    assert np.frombuffer(found["c.weight.scale"], "<f4") == pytest.approx([2 / 64, 0.25 / 64])
    assert np.frombuffer(found["c.weight.int8"], "i1").tolist() == [32, -64, 64, 0]
    assert np.frombuffer(found["c.bias.int32"], "<i4").tolist() == [800, -3200]  # 0.5 / (0.02 · 2/64), …
    data = {name: memoryview(value) for name, value in found.items()}
    assert quantised.decoded("c.weight", layout, data, "int8").tolist() == [1.0, -2.0, 0.25, 0.0]
    assert quantised.decoded("c.bias", layout, data, "int8") == pytest.approx([0.5, -0.25])
    assert quantised.unscaled(layout, data) is None


def test_bytes_without_a_sign_are_finer() -> None:
    layout = quantised.Layout({"x": "x"}, ("c.weight",), {})
    weights = {"c.weight": np.float32([[1.0, -2.0, 0.5]])}
    found = quantised.encoded(layout, weights, quantised.Rounding({"x": (0.0, 1.0)}, "uint8"))
    assert np.frombuffer(found["c.weight.scale"], "<f4") == pytest.approx([2 / 127])
    assert np.frombuffer(found["c.weight.uint8"], "u1").tolist() == [128 + 64, 1, 128 + 32]
    data = {name: memoryview(value) for name, value in found.items()}
    assert quantised.decoded("c.weight", layout, data, "uint8") == pytest.approx([64 * 2 / 127, -2.0, 32 * 2 / 127])


def test_levels_are_those_of_onnxruntimes_quantiser() -> None:
    from onnxruntime.quantization.quant_utils import compute_scale_zp

    rng = np.random.default_rng(0)
    for low, high in [*(-np.abs(rng.normal(size=(50, 2))) * [1, -1]), (0.0, 3.0), (1.0, 2.0), (-3.0, -1.0)]:
        found = quantised.encoded(
            quantised.Layout({"x": "x"}, (), {}), {}, quantised.Rounding({"x": (low, high)}, "int8")
        )
        zero, scale = compute_scale_zp(np.float32(min(low, 0)), np.float32(max(high, 0)), np.uint8(0), np.uint8(255))
        assert np.frombuffer(found["x.scale"], "<f4") == pytest.approx(float(scale), rel=1e-6)
        assert np.frombuffer(found["x.zero_point"], "u1") == zero


def test_a_filter_of_nothing_and_a_huge_bias_can_be_counted() -> None:
    layout = quantised.Layout({"x": "x"}, ("c.weight",), {"c.bias": ("x", "c.weight")})
    weights = {"c.weight": np.float32([[0.0], [1e-9]]), "c.bias": np.float32([0.0, 5.0])}
    found = quantised.encoded(layout, weights, quantised.Rounding({"x": (0.0, 0.0)}, "int8"))
    data = {name: memoryview(value) for name, value in found.items()}
    assert quantised.decoded("c.bias", layout, data, "int8") == pytest.approx([0.0, 5.0])
    assert quantised.decoded("c.weight", layout, data, "int8") == pytest.approx([0.0, 0.0], abs=1e-8)
    assert quantised.unscaled(layout, data) is None


@pytest.mark.slow
def test_any_network_in_8_bits_is_read_and_computed() -> None:
    @settings(max_examples=120, deadline=None, derandomize=True, database=None)
    @given(networks(), st.integers(0, 2**32 - 1))
    def agree(network: Network, seed: int) -> None:
        holds(network, InputSpec(network.input, (33.0,) * network.input[0], (78.0,) * network.input[0]), seed)

    for seed, (network, spec) in enumerate(corners()):
        holds(network, spec, seed)
    agree()


def holds(network: Network, spec: InputSpec, seed: int) -> None:
    """Check that a network's quantised file is read, valid, and rounds each value and weight by half a step at most."""
    weights, pictures = random_weights(network, seed), random_pictures(network, seed)
    ranges = ranges_of(network, spec, weights, pictures)
    classes, kind = [str(k) for k in range(network.classes)], ("int8", "uint8")[seed % 2]
    data = serialise(network, spec, weights, classes, rounding=quantised.Rounding(ranges, kind))
    onnx.checker.check_model(data, full_check=True)
    file = ModelFile(Path("small"), check(data, "small"), data)
    layout, tensors = (
        graph.layout(network),
        {t.name: numpy_helper.to_array(t) for t in onnx.load_from_string(data).graph.initializer},
    )
    for name, array in file.weights.items():
        if name in layout.whole:
            scale = tensors[f"{name}.scale"].reshape(-1, *(1,) * (array.ndim - 1))
            rounded = np.abs(array) * 2.0**-23  # a whole number times the scale, in float32
            assert (np.abs(array - weights[name]) <= scale * 0.5001 + rounded).all(), name
        else:
            assert np.array_equal(array, weights[name]), name
    if layout.values:
        asked = [n for name in layout.values for n in (name, f"{name}.dequantised")]
        (values,) = inner_values(file, asked, pictures)
        for name, own in layout.values.items():
            step, zero = tensors[f"{own}.scale"], int(tensors[f"{own}.zero_point"])
            within = np.clip(values[name], -zero * step, (255 - zero) * step)
            assert np.abs(values[f"{name}.dequantised"] - within).max() <= step * 0.5001, (name, str(network.plan))
    assert Predictor(file).run(pictures)[0].shape == (len(pictures), network.classes)


def test_the_file_says_that_it_is(tmp_path: Path) -> None:
    network, spec, weights, names, ranges = made()
    write(
        tmp_path / "small.onnx",
        network,
        spec,
        weights,
        names,
        calibration=calibrated(temperature=0.5),
        rounding=quantised.Rounding(ranges),
    )
    write(tmp_path / "full.onnx", network, spec, weights, names)
    small, full = read(tmp_path / "small.onnx"), read(tmp_path / "full.onnx")
    assert (small.quantised, small.metadata.format) == ("int8", 6)
    assert (full.quantised, full.metadata.format) == ("", 5)
    assert small.formula == full.formula
    assert small.metadata.calibration == calibrated(temperature=0.5)
    pictures = random_pictures(network, 1, 20)
    few, all_of_it = (Predictor(file).run(pictures)[0] for file in (small, full))
    assert 0 < np.abs(few - all_of_it).max() < 0.1 * np.abs(all_of_it).max()


def test_runtimes_compute_in_whole_numbers(tmp_path: Path) -> None:
    """What ONNX Runtime makes of the pairs: convolutions, the pooling and the sum of bytes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "made.onnx")
    options.log_severity_level = 4
    onnxruntime.InferenceSession(quantised_bytes(), options, providers=["CPUExecutionProvider"])
    kinds = {node.op_type for node in onnx.load(tmp_path / "made.onnx").graph.node}
    assert {"QLinearConv", "QLinearAdd", "QGemm"} <= kinds
    assert not kinds & {"Conv", "Gemm", "FusedConv", "Relu", "Clip", "DequantizeLinear", "Add"}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("relu1.scale", lambda a: -a),
        ("relu1.scale", lambda a: a * np.float32("nan")),
        ("conv1.weight.scale", lambda a: a * 0),
        ("conv2.bias.scale", lambda a: a * np.float32(1.01)),
        ("conv2.bias.int32", lambda a: np.full_like(a, -(2**31))),
        ("fc1.bias.int32", lambda a: np.full_like(a, 2**30 + 2**21)),
        ("conv1.weight.zero_point", lambda a: a + np.int8(1)),
        ("conv1.weight.int8", lambda a: a[:, :, :, :2]),
    ],
)
def test_numbers_that_make_no_sense_are_refused(name: str, change: Any) -> None:
    model = onnx.load_from_string(quantised_bytes())
    (tensor,) = (t for t in model.graph.initializer if t.name == name)
    tensor.CopyFrom(numpy_helper.from_array(change(numpy_helper.to_array(tensor)), name))
    with pytest.raises(InputError, match=name):
        check(_sealed(model), "changed.onnx")


@pytest.mark.parametrize("ints", [[], [2]])
def test_a_number_that_is_0_stands_where_a_number_does(ints: list[int]) -> None:
    model = onnx.load_from_string(quantised_bytes())
    node = next(node for node in model.graph.node if node.op_type == "DequantizeLinear")
    (axis,) = node.attribute
    assert axis.i == 0
    axis.ClearField("i")
    axis.ints.extend(ints)
    with pytest.raises(InputError, match="an attribute is of another kind"):
        check(_sealed(model), "changed.onnx")


def test_a_bias_of_as_many_steps_as_there_may_be_is_read_and_added() -> None:
    network, spec, weights, names, ranges = made()
    weights["fc1.bias"] = np.float32([1e7, -1e7, 3.0])
    data = serialise(network, spec, weights, names, rounding=quantised.Rounding(ranges))
    file = ModelFile(Path("huge"), check(data, "huge"), data)
    scores = Predictor(file).run(random_pictures(network, 1, 4))[0]
    assert scores[:, :2] == pytest.approx(np.broadcast_to(weights["fc1.bias"][:2], (4, 2)), rel=1e-3)


def test_another_graph_is_refused() -> None:
    model = onnx.load_from_string(quantised_bytes())
    (node,) = (node for node in model.graph.node if node.output == ["relu1.quantised"])
    node.input[0] = "conv1"
    with pytest.raises(InputError, match="graph"):
        check(_sealed(model), "changed.onnx")


def test_values_are_as_without_rounding_where_a_runtime_leaves_it_out() -> None:
    """The plain nodes' outputs keep their names, for viewers and for the page that compares them."""
    network, spec, weights, names, ranges = made()
    data = serialise(network, spec, weights, names, rounding=quantised.Rounding(ranges))
    plain = serialise(network, spec, weights, names)
    pictures = random_pictures(network, 1, 5)
    for few, full in zip(*(onnx_engine.outputs(d, network, pictures) for d in (data, plain)), strict=True):
        assert np.abs(few - full).max() <= 0.1 * max(1e-3, float(np.abs(full).max()))


def _sealed(model: onnx.ModelProto) -> bytes:
    data = model.SerializeToString(deterministic=True)
    return seal(data[:-RECORD])
