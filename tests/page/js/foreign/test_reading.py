"""A file dropped on the page: the same layers as Python's importer finds, and the numbers that ONNX Runtime gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from convscope.errors import UsageError
from convscope.explain.imported import opaque
from convscope.foreign import layers
from convscope.foreign.endings import scored
from convscope.foreign.preprocessing import Asked, reading_spec, within
from convscope.foreign.reading import Foreign, open_foreign
from convscope.page.opening import empty_html, opening_dictionary, opening_words
from tests.foreign.graphs import classifier, model, weights
from tests.foreign.test_look import head
from tests.foreign.test_operators import IN_GROUPS, NODES, ended, group_norm, in_groups, of_one, on_rows
from tests.foreign.test_sidecar import BASE, CASES
from tests.page.js.foreign.node import Reader

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"
EXPORTS = sorted((DATA / "pytorch-converted").glob("test_*2d*"))
REFUSED = "test_PReLU_2d_multiparam"  # ONNX Runtime refuses it too
LIGHT = ("squeezenet", "shufflenet", "inception_v1")
CLOSE = 1e-4


def compared(page: Reader, data: bytes, path: Path, asked: Asked | None = None, **given: Any) -> dict[str, Any]:
    """Read a file on both sides, hold the page's nodes to Python's and its numbers to ONNX Runtime's, and return what
    the page says of it.
    """
    path.write_bytes(data)
    asked = asked or Asked()
    shape = (3, *given["size"]) if "size" in given else None
    file = open_foreign(path, shape, bgr=asked.bgr)
    said = page.read(data, **given)
    spec, _ = reading_spec(file, asked)
    own = within(spec, file)
    np.testing.assert_allclose(said["input"]["mean"], own.mean, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(said["input"]["std"], own.std, rtol=1e-6)
    assert said["input"]["resize"] == own.rule
    picture = np.random.default_rng(0).integers(0, 256, file.shape, dtype=np.uint8)
    shown = _shown(file, spec, own, picture)
    keys = ("name", "kind", "sources", "output", "flat", "parameters", "parameters_how", "size_how", "macs", "options")
    for ours, theirs in zip(said["nodes"], shown.nodes, strict=True):
        wanted = json.loads(json.dumps({key: getattr(theirs, key) for key in keys}))
        assert {key: ours[key] for key in keys} == wanted
        assert tuple(ours["field"]["size"]) == theirs.field.size
    made = page.run(data, picture, **given)
    ended = set[int]()
    for i, node in enumerate(shown.nodes):
        wanted, got = shown.outputs[node.name].reshape(-1), made[node.name]
        if (node.kind == "opaque" and not said["nodes"][i].get("program")) or ended & set(node.sources):
            ended.add(i)
            assert not len(got), "what follows a box that is not computed is not computed either"
            continue
        assert np.abs(got - wanted).max() <= CLOSE * max(np.abs(wanted).max(), 1e-30), node.name
    return said


def _shown(file: Foreign, spec: Any, own: Any, picture: Any) -> opaque.Shown:
    mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (spec.mean, spec.std))
    steps, x = file.steps(((picture - mean) / std)[None])
    return opaque.look(list(scored(steps)), own, x)


def test_both_readers_take_the_same_operators(page: Reader) -> None:
    assert page.call("readers") == sorted(layers.READ.keys() - layers.PLAIN.keys())


@pytest.mark.parametrize("folder", EXPORTS, ids=lambda folder: folder.name)
@pytest.mark.medium
def test_pytorchs_exports_are_the_layers_that_python_finds(page: Reader, folder: Path, tmp_path: Path) -> None:
    data = (folder / "model.onnx").read_bytes()
    if folder.name == REFUSED:
        assert "a size that cannot be known" in page.read(data)["refused"]
    else:
        compared(page, data, tmp_path / "net.onnx")


@pytest.mark.slow
@pytest.mark.parametrize("name", LIGHT)
def test_classic_networks_are_computed_node_by_node(page: Reader, name: str, tmp_path: Path) -> None:
    said = compared(page, (DATA / "light" / f"light_{name}.onnx").read_bytes(), tmp_path / "net.onnx")
    assert all(node["kind"] != "opaque" for node in said["nodes"])


def test_shape_arithmetic_patterns_and_a_softmax(page: Reader, tmp_path: Path) -> None:
    said = compared(page, classifier(), tmp_path / "net.onnx", size=[12, 12])
    kinds = {node["name"]: node["kind"] for node in said["nodes"]}
    assert (kinds["stem"], kinds["act"], kinds["flat"], kinds["head"]) == ("conv", "hardswish", "flatten", "fc")
    assert (said["ending"], said["parameters"], said["by"]) == ("softmax", 6 * 28 + 36 + 5 * 7, "guess")


@pytest.mark.parametrize("kind", NODES)
@pytest.mark.medium
def test_an_operator_with_its_options(page: Reader, kind: str, tmp_path: Path) -> None:
    name, attributes, tensors = NODES[kind]
    nodes = ended([helper.make_node(name, ["x", *tensors], ["n"], name="it", **attributes)])
    data = model(nodes, {name: np.asarray(tensor) for name, tensor in tensors.items()})
    said = compared(page, data, tmp_path / "net.onnx", size=[12, 12])
    assert said["nodes"][0]["kind"] == kind


def test_constants_on_rows_of_numbers_are_scalings(page: Reader, tmp_path: Path) -> None:
    said = compared(page, on_rows(), tmp_path / "net.onnx", size=[12, 12])
    assert [node["kind"] for node in said["nodes"][3:]] == ["fc", "prelu", "scale", "scale", "scale"]


@pytest.mark.parametrize("kind", ["Concat", "Sum", "Mean", "Max", "Min"])
def test_a_join_of_one_value_is_that_value(page: Reader, kind: str, tmp_path: Path) -> None:
    said = compared(page, of_one(kind), tmp_path / "net.onnx", size=[12, 12])
    assert [node["kind"] for node in said["nodes"][:4]] == ["conv", "relu", "concat", "gap"]


@pytest.mark.parametrize("how", ["align_corners", "asymmetric", "half_pixel", "pytorch_half_pixel"])
@pytest.mark.parametrize("mode", ["nearest", "linear"])
@pytest.mark.parametrize("rounding", ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"])
@pytest.mark.medium
def test_of_the_ways_to_place_rows_those_are_layers_that_compute_the_same(
    page: Reader, how: str, mode: str, rounding: str, tmp_path: Path
) -> None:
    options = {"mode": mode, "coordinate_transformation_mode": how, "nearest_mode": rounding}
    nodes = ended([helper.make_node("Resize", ["x", "", "scales"], ["n"], **options)])
    compared(page, model(nodes, {"scales": np.float32([1, 1, 3, 2])}), tmp_path / "net.onnx", size=[12, 12])


@pytest.mark.parametrize("said", ["SAME_UPPER", "SAME_LOWER", "output_shape"])
def test_a_transposed_convolution_may_say_what_it_makes(page: Reader, said: str, tmp_path: Path) -> None:
    given: dict[str, Any] = {"output_shape": [22, 23]} if said == "output_shape" else {"auto_pad": said}
    nodes = ended([helper.make_node("ConvTranspose", ["x", "w", "b"], ["n"], strides=[2, 2], **given)])
    compared(page, model(nodes, weights(w=(3, 2, 3, 3), b=(2,))), tmp_path / "net.onnx", size=[12, 12])


def test_paddings_by_axes(page: Reader, tmp_path: Path) -> None:
    nodes = ended([helper.make_node("Pad", ["x", "sides", "value", "axes"], ["n"])])
    tensors = {"sides": np.array([1, 2, 2, 1]), "value": np.array(0.25, np.float32), "axes": np.array([2, 3])}
    said = compared(page, model(nodes, tensors, opset=18), tmp_path / "net.onnx", size=[12, 12])
    assert said["nodes"][0]["kind"] == "pad"


@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize("opset", [18, 21])
def test_a_group_normalisation_as_one_operator(page: Reader, opset: int, groups: int, tmp_path: Path) -> None:
    said = compared(page, group_norm(opset, groups), tmp_path / "net.onnx", size=[12, 12])
    assert said["nodes"][1]["kind"] == "group_norm"


@pytest.mark.parametrize("how", IN_GROUPS)
def test_channels_laid_behind_one_another_and_normalised_are_groups(page: Reader, how: str, tmp_path: Path) -> None:
    said = compared(page, in_groups(how), tmp_path / "net.onnx", size=[12, 12])
    assert ("group_norm" in {node["kind"] for node in said["nodes"]}) is IN_GROUPS[how]


@pytest.mark.parametrize("asked", [Asked(range="-1-1"), Asked((0.1, 0.2, 0.3), 0.5), Asked(range="0-255", bgr=True)])
@pytest.mark.medium
def test_what_is_asked_of_the_preprocessing_is_done(page: Reader, asked: Asked, tmp_path: Path) -> None:
    given = {"mean": asked.mean and list(np.atleast_1d(asked.mean)), "std": asked.std and [asked.std]}
    given |= {"range": asked.range, "bgr": asked.bgr, "size": [12, 12]}
    assert compared(page, classifier(), tmp_path / "net.onnx", asked, **given)["by"] == "asked"


def test_the_graphs_own_scaling_is_part_of_the_preprocessing(page: Reader, tmp_path: Path) -> None:
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
    said = compared(page, model(nodes, tensors, kind=TensorProto.UINT8), tmp_path / "net.onnx", size=[12, 12])
    assert (said["by"], said["input"]["mean"]) == ("bytes", [10, 20, 30])


def test_half_precision_and_quantised_weights(page: Reader, tmp_path: Path) -> None:
    made = onnx.load_model_from_string(classifier())
    for tensor in made.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            half = numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(half, tensor.name))
    made.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT16
    said = compared(page, made.SerializeToString(), tmp_path / "net.onnx", size=[12, 12])
    assert any("half or double precision" in note for note in said["notes"])
    tensors = weights(head=(4, 3), bias=(3,)) | {"scale": np.array(0.02, np.float32), "zero": np.array(3, np.int8)}
    tensors |= {"w": np.random.default_rng(0).integers(-90, 90, (4, 3, 3, 3)).astype(np.int8)}
    nodes = [
        helper.make_node("DequantizeLinear", ["w", "scale", "zero"], ["weight"]),
        helper.make_node("Conv", ["x", "weight"], ["c"], name="conv"),
        helper.make_node("GlobalAveragePool", ["c"], ["g"]),
        helper.make_node("Flatten", ["g"], ["l"]),
        helper.make_node("Gemm", ["l", "head", "bias"], ["y"]),
    ]
    said = compared(page, model(nodes, tensors), tmp_path / "net.onnx", size=[12, 12])
    assert any("shown dequantised" in note for note in said["notes"])


def test_hard_sigmoids_of_another_slope_and_biases_apart(page: Reader, tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("Add", ["c", "b"], ["a"], name="biased"),
        helper.make_node("HardSigmoid", ["a"], ["h"], alpha=0.2, beta=0.5),
        helper.make_node("Flatten", ["h"], ["l"]),
        helper.make_node("MatMul", ["l", "head"], ["y"]),
    ]
    tensors = weights(w=(4, 3, 3, 3), b=(1, 4, 1, 1), head=(100 * 4, 3))
    compared(page, model(nodes, tensors), tmp_path / "net.onnx", size=[12, 12])


@pytest.mark.parametrize(("after", "classes"), [("Sigmoid", 1), ("Sigmoid", 4), ("LogSoftmax", 4), ("Neg", 3)])
def test_what_the_scores_become(page: Reader, after: str, classes: int, tmp_path: Path) -> None:
    said = compared(page, head(after, classes), tmp_path / "net.onnx", size=[12, 12])
    named = {"Sigmoid": "sigmoid", "LogSoftmax": "log_softmax", "Neg": "logits"}
    assert said["ending"] == named[after]


@pytest.mark.parametrize("square", ["Pow", "Mul"])
@pytest.mark.parametrize("outside", [False, True])
def test_a_layer_normalisation_in_pieces(page: Reader, square: str, outside: bool, tmp_path: Path) -> None:
    """One layer, but where a value within it is read from outside."""
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
        helper.make_node("Add", ["b", "m"], ["p" if outside else "n"], name="norm"),
        *([helper.make_node("Mul", ["p", "v"], ["n"])] if outside else []),
    ]
    said = compared(page, model(ended(nodes), tensors), tmp_path / "net.onnx", size=[12, 12])
    assert (said["nodes"][0]["kind"] == "layer_norm") is not outside
    assert said["parameters"] == 6


@pytest.mark.parametrize("perm", [[0, 3, 1, 2], [0, 3, 2, 1]])
def test_a_layer_normalisation_between_two_turns_of_the_axes(page: Reader, perm: list[int], tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=[0, 2, 3, 1]),
        helper.make_node("LayerNormalization", ["t", "f", "b"], ["m"], epsilon=0.01),
        helper.make_node("Transpose", ["m"], ["n"], perm=perm),
    ]
    said = compared(page, model(ended(nodes), weights(f=(3,), b=(3,))), tmp_path / "net.onnx", size=[12, 12])
    kinds = [node["kind"] for node in said["nodes"]]
    assert kinds[:2] == ["layer_norm", "gap" if perm == [0, 3, 1, 2] else "opaque"]


@pytest.mark.parametrize("by", ["Split", "Slice", "rows"])
def test_some_of_the_channels(page: Reader, by: str, tmp_path: Path) -> None:
    """Split in unequal parts, sliced from the end; what takes rows is no layer."""
    tensors = {"sizes": np.array([1, 2]), "low": np.array([-2]), "high": np.array([2**40]), "axis": np.array([1])}
    nodes = {
        "Split": [helper.make_node("Split", ["x", "sizes"], ["a", "n"], axis=1)],
        "Slice": [helper.make_node("Slice", ["x", "low", "high", "axis"], ["n"])],
        "rows": [helper.make_node("Slice", ["x", "low", "high"], ["n"])],
    }[by]
    if by == "rows":
        tensors |= {"low": np.array([0, 1, 2]), "high": np.array([1, 3, 9])}
    said = compared(page, model(ended(nodes), tensors), tmp_path / "net.onnx", size=[12, 12])
    assert said["nodes"][0]["kind"] == ("opaque" if by == "rows" else "channel_slice")


def test_names_and_numbers_that_lie_beside_a_file(page: Reader) -> None:
    config = '{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]}'
    said = page.read(
        classifier(), size=[12, 12], beside={"labels.txt": "ant\nbee\ncat\ndog\nelk\n", "config.json": config}
    )
    assert (said["classes"], said["by"]) == (["ant", "bee", "cat", "dog", "elk"], "sidecar")
    assert (said["input"]["mean"], said["input"]["std"]) == ([127.5] * 3, [63.75] * 3)
    for metadata in ({"names": "{0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e'}"}, {"character": "a\nb\nc\nd\ne\n"}):
        assert page.read(classifier(**metadata), size=[12, 12])["classes"] == list("abcde")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("place", ["beside", "within"])
def test_a_configuration_is_read_with_its_own_factor_on_both_sides(
    page: Reader, tmp_path: Path, case: str, place: str
) -> None:
    config = json.dumps({**BASE, **CASES[case][0]})
    within = {"preprocessor_config": config} if place == "within" else {}
    beside = {"beside": {"preprocessor_config.json": config}} if place == "beside" else {}
    for name, text in beside.get("beside", {}).items():
        (tmp_path / name).write_text(text)
    (tmp_path / "net.onnx").write_bytes(data := classifier(**within))
    spec, _ = reading_spec(open_foreign(tmp_path / "net.onnx", (3, 12, 12)), Asked())
    said = page.read(data, size=[12, 12], **beside)
    np.testing.assert_allclose(said["input"]["mean"], spec.mean, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(said["input"]["std"], spec.std, rtol=1e-6)


def test_metadata_is_read_as_python_reads_it(page: Reader) -> None:
    import ast

    texts = ["{0: 'person', 1: \"o'clock\"}", "[640, 640]", "(0.1, -2e-3, None, True)", "{'a': [1, {'b': ()}]}"]
    wanted = [json.loads(json.dumps(ast.literal_eval(text))) for text in texts]
    assert page.call("literal", texts=texts) == wanted
    assert page.call("literal", texts=["open('x')", "[1,", "{1}", "[" * 50]) == ["none"] * 4


def test_another_output_is_chosen(page: Reader) -> None:
    nodes = [
        helper.make_node("GlobalAveragePool", ["x"], ["g"]),
        helper.make_node("Flatten", ["g"], ["l"]),
        helper.make_node("Gemm", ["l", "one"], ["y"]),
        helper.make_node("Gemm", ["l", "two"], ["side"]),
    ]
    data = model(nodes, weights(one=(3, 4), two=(3, 5)), outputs=("y", "side"))
    assert len(page.read(data)["classes"]) == 4
    assert len(page.read(data, output="side")["classes"]) == 5
    assert "no such output" in page.read(data, output="z")["refused"]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_empty_page_says_its_own_words(language: str) -> None:
    """The lab has words of its own under one of these keys."""
    assert opening_dictionary(language).items() <= opening_words(language).items()


def test_the_empty_page_asks_for_nothing() -> None:
    html = empty_html()
    assert "default-src 'none'" in html
    assert "connect-src" not in html
    with pytest.raises(UsageError, match="language"):
        empty_html("fr")
