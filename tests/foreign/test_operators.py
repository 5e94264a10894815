"""Operators of other tools' files, alone and several together, are the kinds of layers that compute the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import helper

import convscope
from convscope.explain.payload.encoding import decode
from convscope.foreign.reading import open_foreign
from tests.foreign.graphs import Array, model, weights

pytestmark = pytest.mark.medium

PICTURES = np.random.default_rng(3).integers(0, 256, (3, 3, 12, 12), dtype=np.uint8)
# By kind: the operator, its attributes, and its constants.
NODES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "maxpool": ("MaxPool", {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}, {}),
    "avgpool": ("AveragePool", {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}, {}),
    "pad": ("Pad", {"mode": "reflect"}, {"pads": np.array([0, 0, 1, 2, 0, 0, 2, 1])}),
    "group_norm": ("InstanceNormalization", {}, {"s": np.float32([1, 2, 3]), "b": np.float32([0, 1, -1])}),
    "conv_transpose": (
        "ConvTranspose",
        {"strides": [2, 1], "pads": [1, 0, 0, 2], "output_padding": [1, 0], "dilations": [1, 2]},
        {"w": np.random.default_rng(0).normal(size=(3, 4, 3, 2)).astype(np.float32)},
    ),
    "softmax": ("Softmax", {"axis": 1}, {}),
    "log_softmax": ("LogSoftmax", {"axis": -3}, {}),
    "lrn": ("LRN", {"size": 3, "alpha": 0.1}, {}),
    "clip": ("Clip", {}, {"low": np.float32(0.25), "high": np.float32(0.75)}),
    "softplus": ("Softplus", {}, {}),
    "prelu": ("PRelu", {}, {"slope": np.float32([[[-0.5]], [[0.25]], [[2.0]]])}),
}


def same(tmp_path: Path, data: bytes, kinds: list[str]) -> dict[str, Any]:
    """Check which kinds a file's nodes begin with, and that the scores are ONNX Runtime's; return the payload."""
    file = tmp_path / "net.onnx"
    file.write_bytes(data)
    payload: dict[str, Any] = convscope.look(file, PICTURES).payload
    assert [node["kind"] for node in payload["nodes"]][: len(kinds)] == kinds
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    wanted: Array = session.run(None, {"x": PICTURES.astype(np.float32) / 255})[0]
    np.testing.assert_allclose(decode(payload["samples"]["logits"]), wanted, rtol=1e-4, atol=1e-5)
    return payload


def ended(nodes: list[Any]) -> list[Any]:
    """Return nodes that make "n", and a classifier's end."""
    return [*nodes, helper.make_node("GlobalAveragePool", ["n"], ["g"]), helper.make_node("Flatten", ["g"], ["y"])]


@pytest.mark.parametrize("kind", NODES)
def test_an_operator_with_its_options_is_the_kind_that_computes_the_same(tmp_path: Path, kind: str) -> None:
    name, attributes, tensors = NODES[kind]
    nodes = ended([helper.make_node(name, ["x", *tensors], ["n"], name="it", **attributes)])
    same(tmp_path, model(nodes, {name: np.asarray(tensor) for name, tensor in tensors.items()}), [kind, "gap"])


def on_rows() -> bytes:
    """Return a classifier whose rows of numbers meet constants: on either side, a number a unit or one for all."""
    tensors = weights(w=(4, 3, 3, 3), head=(5, 4), v=(5,), u=(1, 5), slope=(5,)) | {"two": np.array(2, np.float32)}
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("GlobalAveragePool", ["c"], ["g"]),
        helper.make_node("Flatten", ["g"], ["f"]),
        helper.make_node("Gemm", ["f", "head"], ["z"], name="head", transB=1),
        helper.make_node("PRelu", ["z", "slope"], ["p"], name="slopes"),
        helper.make_node("Mul", ["v", "p"], ["m"]),
        helper.make_node("Add", ["m", "u"], ["a"], name="affine"),
        helper.make_node("Sub", ["two", "a"], ["s"], name="turned"),
        helper.make_node("Div", ["s", "two"], ["y"], name="halved"),
    ]
    return model(nodes, tensors)


def test_constants_on_rows_of_numbers_are_scalings(tmp_path: Path) -> None:
    payload = same(tmp_path, on_rows(), ["conv", "gap", "flatten", "fc", "prelu", "scale", "scale", "scale"])
    assert [node["parameters"] for node in payload["nodes"][3:]] == [20, 5, 10, 0, 0], "2 is no learned number"
    assert payload["proof"]["difference"] > 0, "compared on more than zeros"


def test_a_number_divided_by_maps_is_a_box_of_its_own(tmp_path: Path) -> None:
    nodes = ended([helper.make_node("Div", ["two", "x"], ["n"])])
    (tmp_path / "net.onnx").write_bytes(model(nodes, {"two": np.array(2, np.float32)}))
    pictures = PICTURES // 2 + 9
    assert convscope.look(tmp_path / "net.onnx", pictures).payload["nodes"][0]["kind"] == "opaque"


def test_without_pictures_layers_are_compared_on_noise(tmp_path: Path) -> None:
    """A picture of zeros, which such a page shows, goes through most layers as zeros: that would prove nothing."""
    tensors = weights(w=(64, 3, 3, 3), v=(64, 64, 3, 3))
    nodes = ended([helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Conv", ["c", "v"], ["n"])])
    (tmp_path / "net.onnx").write_bytes(model(nodes, tensors, shape=(1, 3, 12, 12)))
    payload = convscope.look(tmp_path / "net.onnx").payload
    assert not decode(payload["samples"]["pictures"]).any()
    assert 0 < payload["proof"]["difference"] < 1e-5


@pytest.mark.parametrize("said", ["SAME_UPPER", "SAME_LOWER", "output_shape"])
def test_a_transposed_convolution_may_say_what_it_makes(tmp_path: Path, said: str) -> None:
    given: dict[str, Any] = {"output_shape": [22, 23]} if said == "output_shape" else {"auto_pad": said}
    nodes = [helper.make_node("ConvTranspose", ["x", "w", "b"], ["n"], strides=[2, 2], **given)]
    payload = same(tmp_path, model(ended(nodes), weights(w=(3, 2, 3, 3), b=(2,))), ["conv_transpose", "gap"])
    assert payload["nodes"][0]["output"] == ([2, 22, 23] if said == "output_shape" else [2, 24, 24])


def of_one(kind: str) -> bytes:
    """A join of one value alone, as a densely connected block begins with, and one of two."""
    options = {"axis": 1} if kind == "Concat" else {}
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node(kind, ["c"], ["one"], **options),
        helper.make_node("Relu", ["one"], ["r"]),
        helper.make_node("Concat", ["one", "r"], ["n"], axis=1),
    ]
    return model(ended(nodes), weights(w=(4, 3, 3, 3)))


@pytest.mark.parametrize("kind", ["Concat", "Sum", "Mean", "Max", "Min"])
def test_a_join_of_one_value_is_that_value(tmp_path: Path, kind: str) -> None:
    same(tmp_path, of_one(kind), ["conv", "relu", "concat", "gap", "flatten"])


@pytest.mark.parametrize("square", ["Pow", "Mul"])
def test_a_layer_normalisation_written_out_in_pieces_is_one_layer(tmp_path: Path, square: str) -> None:
    tensors = weights(f=(3, 1, 1), b=(1, 3, 1, 1)) | {"two": np.array(2, np.float32), "eps": np.array(1e-3, np.float32)}
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["u"], axes=[1]),
        helper.make_node("Sub", ["x", "u"], ["d"]),
        helper.make_node(square, ["d", "two" if square == "Pow" else "d"], ["q"]),
        helper.make_node("ReduceMean", ["q"], ["v"], axes=[1]),
        helper.make_node("Add", ["v", "eps"], ["e"]),
        helper.make_node("Sqrt", ["e"], ["r"]),
        helper.make_node("Div", ["d", "r"], ["z"]),
        helper.make_node("Mul", ["z", "f"], ["m"]),
        helper.make_node("Add", ["b", "m"], ["n"], name="norm"),
    ]
    payload = same(tmp_path, model(ended(nodes), tensors), ["layer_norm", "gap", "flatten"])
    assert payload["nodes"][0]["options"] == {"eps": 0.001}
    assert payload["figures"]["parameters"] == 6
    within = [*ended(nodes), helper.make_node("Add", ["y", "s"], ["again"])]  # what is within is read from outside
    within.insert(0, helper.make_node("GlobalAveragePool", ["v"], ["sum"]))
    within.insert(1, helper.make_node("Flatten", ["sum"], ["s"]))
    order = [*nodes, *within[:2], *within[2 + len(nodes) :]]
    found = same(tmp_path, model(order, tensors, outputs=("again",)), ["gap" if square == "?" else "opaque"])
    assert "layer_norm" not in {node["kind"] for node in found["nodes"]}


def test_a_layer_normalisation_between_two_turns_of_the_axes_is_one_layer(tmp_path: Path) -> None:
    """As ConvNeXt's are exported: the channels last for the operator, and back."""
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=[0, 2, 3, 1]),
        helper.make_node("LayerNormalization", ["t", "f", "b"], ["m"], epsilon=0.01),
        helper.make_node("Transpose", ["m"], ["n"], perm=[0, 3, 1, 2]),
    ]
    same(tmp_path, model(ended(nodes), weights(f=(3,), b=(3,))), ["layer_norm", "gap", "flatten"])


def group_norm(opset: int, groups: int) -> bytes:
    """A group normalisation as one operator, which learns a number a group in opset 18, a channel from 21 on."""
    learned = (6 if opset >= 21 else groups,)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("GroupNormalization", ["c", "f", "b"], ["n"], num_groups=groups, epsilon=0.01),
    ]
    return model(ended(nodes), weights(w=(6, 3, 1, 1), f=learned, b=learned), opset=opset)


@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize("opset", [18, 21])
def test_a_group_normalisation_has_numbers_by_group_or_by_channel(tmp_path: Path, opset: int, groups: int) -> None:
    payload = same(tmp_path, group_norm(opset, groups), ["conv", "group_norm", "gap"])
    assert payload["nodes"][1]["options"] == {"groups": groups, "eps": 0.01}
    assert payload["figures"]["parameters"] == 18 + 2 * (6 if opset == 21 else groups)


# By what is asked: whether channels laid behind one another, each group normalised as one map, are one layer.
IN_GROUPS = {"whole": True, "read from outside": False, "a factor a group": False, "rows": False, "other maps": False}


def in_groups(how: str) -> bytes:
    """A group normalisation as three operators, and its scaling; or what only looks like one. As many channels as rows
    and columns.
    """
    factor = [1, 1 + (how == "a factor a group")]
    tensors = weights(w=(12, 3, 1, 1), f=(12, 1, 1), b=(1, 12, 1, 1)) | {"ones": np.float32(factor)}
    tensors |= {"zeros": np.zeros(2, np.float32), "split": np.array([0, 2, -1]), "turned": np.array([0, 12, 6, -1])}
    rows, twice = how == "rows", how == "read from outside"
    source, back = "t" if rows else "c", "turned" if how == "other maps" else "size"
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], name="conv"),
        *([helper.make_node("Transpose", ["c"], ["t"], perm=[0, 2, 3, 1])] if rows else []),
        helper.make_node("Shape", [source], ["size"]),
        helper.make_node("Reshape", [source, "split"], ["s"]),
        helper.make_node("InstanceNormalization", ["s", "ones", "zeros"], ["i"], epsilon=0.01),
        helper.make_node("Reshape", ["i", back], ["r"]),
        *([helper.make_node("Transpose", ["r"], ["u"], perm=[0, 3, 1, 2])] if rows else []),
        helper.make_node("Mul", ["u" if rows else "r", "f"], ["m"]),
        helper.make_node("Add", ["b", "m"], ["a" if twice else "n"], name="norm"),
        *([helper.make_node("Reshape", ["i", "size"], ["q"])] if twice else []),
        *([helper.make_node("Add", ["a", "q"], ["n"])] if twice else []),
    ]
    return model(ended(nodes), tensors)


@pytest.mark.parametrize("how", IN_GROUPS)
def test_channels_laid_behind_one_another_and_normalised_are_groups(tmp_path: Path, how: str) -> None:
    payload = same(tmp_path, in_groups(how), ["conv", "group_norm", "gap"] if IN_GROUPS[how] else ["conv", "opaque"])
    found = [part.layer for part in open_foreign(tmp_path / "net.onnx").outline()]  # before numbers are compared
    for kinds in ({node["kind"] for node in payload["nodes"]}, {layer.name for layer in found if layer is not None}):
        assert ("group_norm" in kinds) is IN_GROUPS[how]


@pytest.mark.parametrize(
    ("mode", "value", "formula"),
    [
        ("wrap", 0.0, 'pad((1, 2, 2, 1), mode="circular")'),
        ("edge", 0.0, 'pad((1, 2, 2, 1), mode="replicate")'),
        ("constant", 0.25, "pad((1, 2, 2, 1), value=0.25)"),
    ],
)
def test_what_is_put_around_maps(tmp_path: Path, mode: str, value: float, formula: str) -> None:
    """The axes are named, as they may be from opset 18 on."""
    tensors = {"sides": np.array([1, 2, 2, 1]), "value": np.array(value, np.float32), "axes": np.array([2, 3])}
    nodes = ended([helper.make_node("Pad", ["x", *tensors], ["n"], mode=mode)])
    assert same(tmp_path, model(nodes, tensors, opset=19), ["pad", "gap"])["nodes"][0]["text"] == formula


RESIZED = [
    ("nearest", "half_pixel", "round_prefer_floor", "upsample"),
    ("nearest", "asymmetric", "floor", "upsample"),
    ("nearest", "asymmetric", "ceil", "opaque"),
    ("nearest", "align_corners", "floor", "opaque"),
    ("linear", "half_pixel", "floor", "upsample"),
    ("linear", "pytorch_half_pixel", "floor", "upsample"),
    ("linear", "align_corners", "floor", "opaque"),
    ("linear", "asymmetric", "floor", "opaque"),
    ("cubic", "half_pixel", "floor", "opaque"),
]


@pytest.mark.parametrize(("mode", "placed", "rounded", "kind"), RESIZED)
def test_a_resize_is_an_upsampling_where_it_places_rows_as_that_does(
    tmp_path: Path, mode: str, placed: str, rounded: str, kind: str
) -> None:
    """The rule alone decides, before any number is compared: a file dropped on the page has no judge."""
    tensors = {"scales": np.array([1, 1, 3, 2], np.float32)}
    options = {"coordinate_transformation_mode": placed, "nearest_mode": rounded}
    nodes = ended([helper.make_node("Resize", ["x", "", "scales"], ["n"], mode=mode, **options)])
    same(tmp_path, model(nodes, tensors, opset=13), [kind])
    part, *_ = open_foreign(tmp_path / "net.onnx").outline()
    assert (part.layer is None) == (kind == "opaque")


@pytest.mark.parametrize("keeps", [0, 1])
@pytest.mark.parametrize("opset", [13, 18])
def test_a_mean_over_rows_and_columns_is_global_pooling(tmp_path: Path, keeps: int, opset: int) -> None:
    tensors = {"axes": np.array([-2, -1])} if opset == 18 else {}
    given: dict[str, Any] = {} if opset == 18 else {"axes": [2, 3]}
    nodes = [helper.make_node("ReduceMean", ["x", *tensors], ["g"], keepdims=keeps, **given)]
    nodes.append(helper.make_node("Flatten" if keeps else "Relu", ["g"], ["y"]))
    same(tmp_path, model(nodes, tensors, opset=opset), ["gap", "flatten"])


def test_a_pooling_over_the_whole_map_is_a_window_over_it(tmp_path: Path) -> None:
    nodes = [helper.make_node("GlobalMaxPool", ["x"], ["g"]), helper.make_node("Flatten", ["g"], ["y"])]
    assert same(tmp_path, model(nodes, {}), ["maxpool"])["nodes"][0]["text"] == "maxpool(12)"


@pytest.mark.parametrize("by", ["Split", "Slice"])
def test_some_of_the_channels_are_a_slice(tmp_path: Path, by: str) -> None:
    """Two branches of unlike width, joined the other way round."""
    tensors: dict[str, Any] = {"sizes": np.array([1, 2])}
    nodes = [helper.make_node("Split", ["x", "sizes"], ["a", "b"], axis=1)]
    if by == "Slice":
        tensors = {"zero": np.array([0]), "one": np.array([1]), "end": np.array([2**62]), "axis": np.array([-3])}
        nodes = [
            helper.make_node("Slice", ["x", "zero", "one", "axis"], ["a"]),
            helper.make_node("Slice", ["x", "one", "end", "axis"], ["b"]),
        ]
    nodes.append(helper.make_node("Concat", ["b", "a"], ["n"], axis=1))
    payload = same(tmp_path, model(ended(nodes), tensors), ["channel_slice", "channel_slice", "concat"])
    slices = {node["text"] for node in payload["nodes"][:2]}
    assert slices == {"channel_slice(0, 1)", "channel_slice(1, 3)"}
