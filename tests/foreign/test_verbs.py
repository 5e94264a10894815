"""The verbs on foreign ONNX files: describe, info, predict, look. And what is refused, in one line each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from convscope.cli.main import main
from convscope.errors import InputError, UsageError
from convscope.foreign import bounds
from convscope.foreign.predicting import load_foreign
from convscope.foreign.preprocessing import Asked
from convscope.foreign.reading import open_foreign
from tests.foreign.graphs import classifier, model, weights
from tests.foreign.test_look import head, pictures, run, softmax, written


def test_describe_counts_what_can_be_counted_by_hand(tmp_path: Path, capsys: Any) -> None:
    path = written(tmp_path, classifier())
    assert main(["describe", path, "--input", "3x12x12", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    layers = {layer["name"]: layer for layer in said["layers"]}
    assert layers["stem"]["macs"] == 6 * 6 * 6 * 27
    assert layers["stem"]["parameters_how"] == "6 × (3×3×3 + 1) = 168"
    assert layers["act"]["layer"] == "hardswish"
    assert layers["excite"]["layer"] == "mul"
    assert layers["act"]["receptive_field"] == {"size": [3, 3], "jump": [2, 2], "start": [-1, -1]}
    assert (said["parameters"], said["macs"]) == (6 * 28 + 36 + 35, 6 * 36 * 27 + 36 + 30)
    assert all(layer["known"] for layer in said["layers"])
    assert main(["describe", path]) == 0
    assert "input 3×12×12, output 5" in capsys.readouterr().out


def test_info_says_what_a_foreign_file_holds(tmp_path: Path, capsys: Any) -> None:
    path = written(tmp_path, classifier(author="somebody"))
    assert main(["info", path]) == 0
    said = capsys.readouterr().out
    assert dict(line.split("  ", 1) for line in said.splitlines())["opset"].strip() == "17"
    assert "author somebody" in said
    assert "whether the file is whole is not known" in said
    assert main(["info", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["not in the formula"] == []


def test_predict_names_classes_by_the_files_own_numbers(tmp_path: Path, capsys: Any) -> None:
    data = classifier()
    path, x = written(tmp_path, data), pictures(1)
    Image.fromarray(x[0].transpose(1, 2, 0)).save(tmp_path / "one.png")
    (tmp_path / "names").write_text("ant\nbee\ncat\ndog\nelk\n")
    words = ["--shape", "3x12x12", "--mean", "0.5", "--std", "0.25", "--classes", str(tmp_path / "names"), "--json"]
    assert main(["predict", path, str(tmp_path / "one.png"), *words]) == 0
    said = capsys.readouterr()
    wanted = run(data, ((x / 255 - 0.5) / 0.25).astype(np.float32))[0]
    row = json.loads(said.out)
    assert row["label"] == ["ant", "bee", "cat", "dog", "elk"][wanted.argmax()]
    assert row["probability"] == pytest.approx(wanted.max(), rel=1e-4)
    assert "as asked" in said.err


def test_one_sigmoid_is_a_question(tmp_path: Path) -> None:
    data = head("Sigmoid")
    found = load_foreign(written(tmp_path, data), classes=["wing"], shape=(3, 12, 12))
    assert found.classes == ("no", "wing")
    share = run(data, pictures(1).astype(np.float32) / 255)[0, 0]
    (answer,) = found.stream(list(pictures(1)))
    assert not isinstance(answer, InputError)
    assert dict(answer.top)["wing"] == pytest.approx(share, rel=1e-4)


def test_bare_scores_and_logarithms_become_probabilities(tmp_path: Path) -> None:
    x = pictures(1).astype(np.float32) / 255
    for kind in ("LogSoftmax", "Neg"):
        data = head(kind, 4)
        made = load_foreign(written(tmp_path, data), shape=(3, 12, 12)).probabilities(pictures(1))
        np.testing.assert_allclose(made, softmax(run(data, x)), rtol=1e-4)
    with pytest.raises(UsageError, match="as many class names"):
        load_foreign(written(tmp_path, data), classes=["a"], shape=(3, 12, 12))
    with pytest.raises(UsageError, match="range"):
        Asked(range="0-7")


def refused(data: bytes, tmp_path: Path) -> str:
    with pytest.raises(InputError) as caught:
        open_foreign(written(tmp_path, data), (3, 12, 12))
    line = caught.value.line()
    assert "\n" not in line
    return line


def changed(edit: Any) -> bytes:
    made = onnx.load_model_from_string(classifier())
    edit(made)
    return made.SerializeToString()


def with_node(node: onnx.NodeProto) -> bytes:
    nodes = [node, helper.make_node("GlobalAveragePool", ["n"], ["y"])]
    return model(nodes, weights(w=(2, 3, 3, 3)))


def outside(made: onnx.ModelProto) -> None:
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def branch(made: onnx.ModelProto) -> None:
    node = helper.make_node("Identity", ["c"], ["i"])
    graph = helper.make_graph([node], "then", [], [helper.make_tensor_value_info("i", TensorProto.FLOAT, None)])
    made.graph.node.append(helper.make_node("If", ["first"], ["o"], then_branch=graph, else_branch=graph))


def of_function(made: onnx.ModelProto) -> None:
    node = helper.make_node("Identity", ["a"], ["b"])
    made.functions.append(helper.make_function("own", "F", ["a"], ["b"], [node], made.opset_import))


def endless(made: onnx.ModelProto) -> None:
    made.graph.node[0].input[0] = made.graph.node[3].output[0]


def short(made: onnx.ModelProto) -> None:
    made.graph.initializer[0].dims[0] = 7


def deep(made: onnx.ModelProto) -> None:
    made.graph.initializer.append(numpy_helper.from_array(np.zeros((1,) * 9, np.float32), "deep"))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (outside, "weights lie in another file"),
        (branch, "control flow"),
        (of_function, "functions of its own"),
        (endless, "does not fit what it reads"),
        (short, "does not hold what its shape says"),
        (deep, "does not hold what its shape says"),
        (lambda made: made.opset_import[0].__setattr__("version", 99), "a version of ONNX"),
        (lambda made: made.graph.node[0].__setattr__("domain", "com.else"), "not ONNX's own, or draws lots: com.else"),
        (lambda made: made.graph.node[0].__setattr__("op_type", "RandomNormalLike"), "draws lots: RandomNormalLike"),
        (lambda made: made.graph.node[0].attribute[0].ints.append(10**12), "cannot be known"),
        (lambda made: made.graph.node[0].attribute[0].__setattr__("ref_attr_name", "a"), "functions of its own"),
        (lambda made: made.graph.ClearField("node"), "without operators"),
        (lambda made: made.graph.input.add(name="second"), "more or fewer inputs"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_one_line(edit: Any, said: str, tmp_path: Path) -> None:
    assert said in refused(changed(edit), tmp_path)


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("Conv", ["x", "w"], ["n"], pads=[10**6] * 4),
        helper.make_node("MaxPool", ["x"], ["n"], kernel_shape=[1, 1], pads=[0] * 4, strides=[1, 1], dilations=[0, 0]),
        helper.make_node("Pad", ["x", "p"], ["n"]),
        helper.make_node("Expand", ["x", "e"], ["n"]),
        helper.make_node("ConstantOfShape", ["huge"], ["n"]),
    ],
    ids=lambda node: str(node.op_type),
)
def test_sizes_are_priced_before_anything_is_allocated(node: onnx.NodeProto, tmp_path: Path) -> None:
    tensors = weights(w=(2, 3, 3, 3)) | {"p": np.array([0, 0, 0, 0, 0, 0, 10**9, 10**9])}
    tensors |= {"e": np.array([10**4, 3, 10**4, 10**4]), "huge": np.array([10**5, 10**5, 10**5])}
    nodes = [node, helper.make_node("GlobalAveragePool", ["n"], ["y"])]
    if node.op_type == "ConstantOfShape":
        nodes.insert(1, helper.make_node("Add", ["x", "n"], ["m"]))
    assert refused(model(nodes, tensors), tmp_path)


def test_the_price_is_of_the_bytes() -> None:
    found = bounds.price(classifier())
    assert (found.nodes, found.tensors) == (18, 11)
    with pytest.raises(InputError, match="not a whole ONNX model"):
        bounds.price(classifier()[:-3])
    with pytest.raises(InputError, match="too many operators"):
        bounds.price(b"\x3a\x84\xe2\x09" + b"\x0a\x00" * 80_002)
