"""Foreign ONNX files on a page: every layer open that the formula has, the rest a box, proved against ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import convscope
from convscope.errors import InputError, UsageError
from convscope.explain.payload.encoding import decode
from tests.foreign.graphs import classifier, model, weights

SHAPE = (3, 12, 12)


def pictures(n: int = 3, shape: tuple[int, ...] = SHAPE) -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).integers(0, 256, (n, *shape), dtype=np.uint8)


def run(data: bytes, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    made: np.ndarray[Any, Any] = session.run(None, {"x": x})[0]
    return made


def written(folder: Path, data: bytes, name: str = "net.onnx") -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def softmax(z: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def test_what_exporters_write_comes_out_as_layers(tmp_path: Path) -> None:
    data = classifier()
    page = convscope.look(written(tmp_path, data), pictures(), classes="abcde")
    payload = page.payload
    kinds = {n["name"]: n["kind"] for n in payload["nodes"]}
    assert (kinds["stem"], kinds["act"], kinds["flat"], kinds["head"]) == ("conv", "hardswish", "flatten", "fc")
    assert payload["ending"] == "softmax"
    assert payload["figures"]["parameters"] == 6 * 28 + 36 + 5 * 7
    assert payload["proof"]["by"] == f"ONNX Runtime {onnxruntime.__version__}"
    assert payload["proof"]["difference"] < 1e-5
    wanted = run(data, pictures().astype(np.float32) / 255)
    np.testing.assert_allclose(softmax(decode(payload["samples"]["logits"])), wanted, rtol=1e-4)
    assert any("a guess is 0…1" in note for note in page.notes)


def test_a_chain_becomes_a_formula_and_its_own_scaling_part_of_the_preprocessing(tmp_path: Path) -> None:
    tensors = weights(w=(4, 3, 3, 3), head=(100, 2)) | {"mean": np.float32([[[10]], [[20]], [[30]]])}
    tensors |= {"std": np.array(50, np.float32)}
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["f", "mean"], ["m"]),
        helper.make_node("Div", ["m", "std"], ["s"]),
        helper.make_node("Conv", ["s", "w"], ["c"]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["p"], ["l"]),
        helper.make_node("MatMul", ["l", "head"], ["y"]),
    ]
    data = model(nodes, tensors, kind=TensorProto.UINT8)
    page = convscope.look(written(tmp_path, data), pictures())
    payload = page.payload
    assert [n["kind"] for n in payload["nodes"]] == ["conv", "relu", "maxpool", "flatten", "fc"]
    assert payload["figures"]["parameters"] == 4 * 27 + 200, "a product without a bias has none"
    assert (payload["input"]["mean"], payload["input"]["std"]) == ([10, 20, 30], [50, 50, 50])
    assert payload["ending"] == "logits"
    np.testing.assert_allclose(decode(payload["samples"]["logits"]), run(data, pictures()), rtol=1e-4, atol=1e-4)


def head(after: str, classes: int = 1, **attributes: Any) -> bytes:
    nodes = [
        helper.make_node("GlobalAveragePool", ["x"], ["g"]),
        helper.make_node("Flatten", ["g"], ["l"]),
        helper.make_node("Gemm", ["l", "w", "b"], ["z"]),
        helper.make_node(after, ["z"], ["y"], **attributes),
    ]
    return model(nodes, weights(w=(3, classes), b=(classes,)))


@pytest.mark.parametrize("classes", [1, 4])
def test_a_sigmoid_gives_each_class_its_own_probability(tmp_path: Path, classes: int) -> None:
    data = head("Sigmoid", classes)
    payload = convscope.look(written(tmp_path, data), pictures()).payload
    assert payload["ending"] == "sigmoid"
    z = decode(payload["samples"]["logits"])
    np.testing.assert_allclose(1 / (1 + np.exp(-z)), run(data, pictures().astype(np.float32) / 255), rtol=1e-4)


def test_maps_are_no_classes(tmp_path: Path) -> None:
    data = model([helper.make_node("Conv", ["x", "w"], ["y"])], weights(w=(2, 3, 3, 3)))
    page = convscope.look(written(tmp_path, data), pictures())
    assert (page.payload["ending"], page.payload["classes"]) == ("maps", [])
    assert any("no classifier" in note for note in page.notes)


@pytest.mark.medium
def test_another_output_is_chosen_by_name_or_number(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("GlobalAveragePool", ["x"], ["g"]),
        helper.make_node("Flatten", ["g"], ["l"]),
        helper.make_node("Gemm", ["l", "one"], ["y"]),
        helper.make_node("Gemm", ["l", "two"], ["side"]),
    ]
    path = written(tmp_path, model(nodes, weights(one=(3, 4), two=(3, 5)), outputs=("y", "side")))
    first = convscope.look(path, pictures())
    assert len(first.payload["classes"]) == 4
    assert any("2 outputs (y, side): looking at y" in note for note in first.notes)
    for wanted in ("side", 1, "1"):
        assert len(convscope.look(path, pictures(), output=wanted).payload["classes"]) == 5
    with pytest.raises(InputError, match="no such output"):
        convscope.look(path, pictures(), output="z")


@pytest.mark.medium
def test_preprocessing_is_asked_for_found_beside_the_file_or_guessed_and_said(tmp_path: Path) -> None:
    data = classifier()
    path, x = written(tmp_path, data), pictures()
    options: list[tuple[dict[str, Any], np.ndarray[Any, Any], str]] = [
        ({"range": "-1-1"}, x / 127.5 - 1, "as asked"),
        ({"mean": (0.1, 0.2, 0.3), "std": 0.5}, (x / 255 - np.reshape([0.1, 0.2, 0.3], (3, 1, 1))) / 0.5, "as asked"),
        ({"range": "0-255", "mean": (1, 2, 3), "bgr": True}, x[:, ::-1] - np.reshape([1, 2, 3], (3, 1, 1)), "BGR"),
    ]
    for given, read, said in options:
        page = convscope.look(path, x, **given)
        wanted = run(data, read.astype(np.float32))
        np.testing.assert_allclose(softmax(decode(page.payload["samples"]["logits"])), wanted, rtol=1e-3, atol=1e-5)
        assert page.payload["proof"]["difference"] < 1e-4
        assert any(said in note for note in page.notes)
    (tmp_path / "preprocessor_config.json").write_text(
        '{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]}'
    )
    (tmp_path / "labels.txt").write_text("ant\nbee\ncat\ndog\nelk\n")
    page = convscope.look(path, x)
    assert any("as preprocessor_config.json, labels.txt says" in note for note in page.notes)
    assert page.payload["classes"] == ["ant", "bee", "cat", "dog", "elk"]
    wanted = run(data, ((x / 255 - 0.5) / 0.25).astype(np.float32))
    np.testing.assert_allclose(softmax(decode(page.payload["samples"]["logits"])), wanted, rtol=1e-3, atol=1e-5)
    with pytest.raises(UsageError, match="unknown range"):
        convscope.look(path, x, range="0-2")


def test_rows_and_columns_that_the_file_leaves_open_are_a_guess_and_said(tmp_path: Path) -> None:
    data = model(
        [helper.make_node("GlobalAveragePool", ["x"], ["g"]), helper.make_node("Flatten", ["g"], ["y"])],
        {},
        shape=("N", 1, "H", "W"),
    )
    page = convscope.look(written(tmp_path, data))
    assert page.payload["input"]["shape"] == [1, 224, 224]
    notes = "\n".join(page.notes)
    assert "1×224×224 grey" in notes
    assert "224×224 is a guess" in notes
    assert "no pictures were given" in notes
    known = "\n".join(convscope.look(written(tmp_path, data), shape=(1, 20, 30)).notes)
    assert "leaves its rows and columns open" not in known
    (tmp_path / "config.json").write_text('{"input_size": [1, 20, 30]}')
    page = convscope.look(written(tmp_path, data))
    assert page.payload["input"]["shape"] == [1, 20, 30]
    assert "leaves its rows and columns open" not in "\n".join(page.notes)


def test_a_size_that_was_guessed_and_does_not_fit_names_the_option(tmp_path: Path) -> None:
    reshape = {"ends": np.array([1, 3 * 48])}
    data = model([helper.make_node("Reshape", ["x", "ends"], ["y"])], reshape, shape=("N", 3, "H", "W"))
    with pytest.raises(InputError) as error:
        convscope.look(written(tmp_path, data))
    assert "what it reads by shape=" in str(error.value)
    assert "224×224 was a guess" in str(error.value)
    with pytest.raises(InputError) as error:
        convscope.look(written(tmp_path, data), shape=(3, 5, 5))
    assert "a guess" not in str(error.value)
    assert len(convscope.look(written(tmp_path, data), shape=(3, 6, 8)).payload["classes"]) == 144


def test_half_precision_is_computed_in_float32_and_said(tmp_path: Path) -> None:
    made = onnx.load_model_from_string(classifier())
    for tensor in made.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            half = numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(half, tensor.name))
    made.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT16
    made.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT16
    page = convscope.look(written(tmp_path, made.SerializeToString()), pictures())
    assert "opaque" not in [node["kind"] for node in page.payload["nodes"]]
    assert any("computed in float32" in note for note in page.notes)
    wanted = run(classifier(), pictures().astype(np.float32) / 255)
    np.testing.assert_allclose(softmax(decode(page.payload["samples"]["logits"])), wanted, atol=5e-3)


def test_a_quantised_file_shows_its_dequantised_weights_and_what_its_rounding_holds_values_between(
    tmp_path: Path,
) -> None:
    tensors = weights(head=(4, 3), bias=(3,)) | {"scale": np.array(0.02, np.float32), "zero": np.array(3, np.int8)}
    tensors |= {"wide": np.array(0.05, np.float32), "none": np.array(0, np.uint8)}
    tensors |= {"w": np.random.default_rng(0).integers(-90, 90, (4, 3, 3, 3)).astype(np.int8)}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["d"], name="rounded"),
        helper.make_node("DequantizeLinear", ["w", "scale", "zero"], ["weight"]),
        helper.make_node("Conv", ["d", "weight"], ["c"], name="conv"),
        helper.make_node("QuantizeLinear", ["c", "wide", "none"], ["e"]),
        helper.make_node("DequantizeLinear", ["e", "wide", "none"], ["f"], name="no_less_than_0"),
        helper.make_node("GlobalAveragePool", ["f"], ["g"]),
        helper.make_node("Flatten", ["g"], ["l"]),
        helper.make_node("Gemm", ["l", "head", "bias"], ["y"]),
    ]
    data = model(nodes, tensors)
    page = convscope.look(written(tmp_path, data), pictures())
    kinds = {node["name"]: node["kind"] for node in page.payload["nodes"]}
    assert list(kinds.values()) == ["clip", "conv", "clip", "gap", "flatten", "fc"]
    ends = [
        (node["options"]["low"], node["options"]["high"]) for node in page.payload["nodes"] if "low" in node["options"]
    ]
    np.testing.assert_allclose(ends, [(-131 * 0.02, 124 * 0.02), (0, 255 * 0.05)], rtol=1e-6)
    weight = decode(page.payload["tensors"]["conv.weight"])
    np.testing.assert_allclose(weight, (tensors["w"].astype(np.float32) - 3) * 0.02, rtol=1e-6)
    assert any("leaves out the rounding" in note for note in page.notes)
    assert page.payload["figures"]["parameters"] == 4 * 27 + 15, "the weights, not their scales"
    x = pictures().astype(np.float32) / 255
    wanted = run(data, x)
    np.testing.assert_allclose(decode(page.payload["samples"]["logits"]), wanted, rtol=1e-4, atol=1e-5)
    clips = [helper.make_node("Clip", ["x", "low", "high"], ["d"]), helper.make_node("Clip", ["c", "n", "most"], ["f"])]
    plain = [clips[0], *nodes[2:4], clips[1], *nodes[6:]]
    held = {"low": ends[0][0], "high": ends[0][1], "n": ends[1][0], "most": ends[1][1]}
    shown = run(model(plain, tensors | {name: np.array(v, np.float32) for name, v in held.items()}), x)
    proof = page.payload["proof"]
    assert proof["rounded"]
    assert 1e-4 < np.abs(shown - wanted).max() / np.abs(wanted).max() <= proof["difference"] < 0.1


def test_a_rounding_of_what_a_softmax_makes_leaves_the_scores_before_it(tmp_path: Path) -> None:
    tensors = weights(head=(3 * 144, 3)) | {"scale": np.array(1 / 256, np.float32), "zero": np.array(0, np.uint8)}
    nodes = [
        helper.make_node("Flatten", ["x"], ["l"]),
        helper.make_node("MatMul", ["l", "head"], ["z"]),
        helper.make_node("Softmax", ["z"], ["p"], axis=1),
        helper.make_node("QuantizeLinear", ["p", "scale", "zero"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["y"]),
    ]
    payload = convscope.look(written(tmp_path, model(nodes, tensors)), pictures()).payload
    assert (payload["ending"], [node["kind"] for node in payload["nodes"]]) == ("softmax", ["flatten", "fc"])
    x = pictures().reshape(3, -1).astype(np.float32) / 255
    np.testing.assert_allclose(decode(payload["samples"]["logits"]), x @ tensors["head"], rtol=1e-4, atol=1e-5)


def test_a_rounding_that_is_not_undone_by_the_same_scale_stays_a_box(tmp_path: Path) -> None:
    tensors = weights(w=(4, 3, 3, 3), head=(400, 3)) | {
        "scale": np.array(0.02, np.float32),
        "zero": np.array(3, np.int8),
    }
    tensors |= {
        "other": np.array(0.03, np.float32),
        "many": np.full(3, 0.02, np.float32),
        "zeros": np.zeros(3, np.int8),
    }
    for halves in (("scale", "other", "zero"), ("many", "many", "zeros")):
        nodes = [
            helper.make_node("QuantizeLinear", ["x", halves[0], halves[2]], ["q"], axis=1),
            helper.make_node("DequantizeLinear", ["q", halves[1], halves[2]], ["d"], axis=1),
            helper.make_node("Conv", ["d", "w"], ["c"]),
            helper.make_node("Flatten", ["c"], ["l"]),
            helper.make_node("MatMul", ["l", "head"], ["y"]),
        ]
        page = convscope.look(written(tmp_path, model(nodes, tensors)), pictures())
        assert [node["kind"] for node in page.payload["nodes"]] == ["opaque", "conv", "flatten", "fc"]
        assert not page.payload["proof"]["rounded"]


def test_hard_sigmoids_of_another_slope_and_biases_apart_are_layers_too(tmp_path: Path) -> None:
    tensors = weights(w=(4, 3, 3, 3), b=(1, 4, 1, 1), head=(100 * 4, 3))
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("Add", ["c", "b"], ["a"], name="biased"),
        helper.make_node("HardSigmoid", ["a"], ["h"], alpha=0.2, beta=0.5),
        helper.make_node("Flatten", ["h"], ["l"]),
        helper.make_node("MatMul", ["l", "head"], ["y"]),
    ]
    data = model(nodes, tensors)
    page = convscope.look(written(tmp_path, data), pictures())
    kinds = [node["kind"] for node in page.payload["nodes"]]
    assert kinds == ["conv", "scale", "clip", "flatten", "fc"]
    assert page.payload["figures"]["parameters"] == 4 * 28 + 1200
    wanted = run(data, pictures().astype(np.float32) / 255)
    np.testing.assert_allclose(decode(page.payload["samples"]["logits"]), wanted, rtol=1e-4, atol=1e-5)


def test_what_a_recurrent_layer_reads_and_makes_stands_in_boxes(tmp_path: Path) -> None:
    """Steps of time stand first there: of a picture its own all the same."""
    rng = np.random.default_rng(0)
    lstm = {"w": (1, 8, 12 * 4), "r": (1, 8, 2)}
    tensors = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in lstm.items()}
    tensors |= {"k": rng.normal(0, 0.3, (4, 3, 3, 3)).astype(np.float32), "ends": np.array([0, -1, 12])}
    nodes = [
        helper.make_node("Conv", ["x", "k"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Reshape", ["c", "ends"], ["f"]),  # (1, 48, 12)
        helper.make_node("Transpose", ["f"], ["t"], perm=[2, 0, 1]),  # (12, 1, 48)
        helper.make_node("LSTM", ["t", "w", "r"], ["l"], hidden_size=2),  # (12, 1, 1, 2)
        helper.make_node("Squeeze", ["l", "one"], ["y"]),  # (12, 1, 2)
    ]
    data = model(nodes, tensors | {"one": np.array([1])}, shape=(1, 3, 12, 12))
    page = convscope.look(written(tmp_path, data), pictures())

    assert [node["text"].partition("(")[0] for node in page.payload["nodes"]][-2:] == ["LSTM", "Squeeze"]
    made = decode(page.payload["maps"][page.payload["nodes"][-1]["name"]])
    for own, x in zip(made, pictures(), strict=True):
        wanted = run(data, x[None].astype(np.float32) / 255)
        np.testing.assert_allclose(own.reshape(wanted.shape), wanted, rtol=1e-4, atol=1e-5)
