"""The verbs on foreign ONNX files: describe, info, predict, look. And what is refused, in one line each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from PIL import Image

import convscope
from convscope.cli.main import main
from convscope.errors import InputError, UsageError
from convscope.foreign import bounds
from convscope.foreign.opening import open_model
from convscope.foreign.predicting import load_foreign
from convscope.foreign.preprocessing import Asked
from convscope.foreign.reading import open_foreign
from tests.foreign.graphs import classifier, model, weights
from tests.foreign.refused import PRICED, REFUSED, changed, microsoft, priced
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


def test_sizes_that_a_file_leaves_open_are_called_a_guess(tmp_path: Path, capsys: Any) -> None:
    """Both verbs count by 224×224 then, and each names its own option."""
    nodes = [
        onnx.helper.make_node("Conv", ["x", "w"], ["c"]),
        onnx.helper.make_node("GlobalAveragePool", ["c"], ["g"]),
        onnx.helper.make_node("Flatten", ["g"], ["y"]),
    ]
    path = written(tmp_path, model(nodes, weights(w=(4, 3, 3, 3)), shape=("N", 3, "H", "W")))
    for verb, option in (("info", "--shape"), ("describe", "--input")):
        said = f"the file leaves its rows and columns open: 224×224 is a guess, {option} says otherwise"
        assert main([verb, path]) == 0
        assert said in capsys.readouterr().out
        assert main([verb, path, option, "3x16x16"]) == 0
        assert "guess" not in capsys.readouterr().out
    assert main(["describe", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["guessed"] is True
    drawn = str(tmp_path / "drawn.svg")
    assert main(["draw", path, "-o", drawn]) == 0
    assert "224×224 is a guess, --input says otherwise" in capsys.readouterr().err
    assert main(["draw", path, "-o", drawn, "--input", "3x16x16"]) == 0
    assert "guess" not in capsys.readouterr().err


def test_a_file_that_computes_in_whole_numbers_is_quantised_and_says_what_is_not_counted(
    tmp_path: Path, capsys: Any
) -> None:
    nodes = [
        onnx.helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        onnx.helper.make_node("ConvInteger", ["q", "w", "z"], ["i"]),
        onnx.helper.make_node("Cast", ["i"], ["c"], to=onnx.TensorProto.FLOAT),
        onnx.helper.make_node("Mul", ["c", "s"], ["m"]),
        onnx.helper.make_node("GlobalAveragePool", ["m"], ["g"]),
        onnx.helper.make_node("Flatten", ["g"], ["y"]),
    ]
    path = written(tmp_path, model(nodes, {"w": np.ones((4, 3, 3, 3), np.int8)}))
    assert main(["info", path, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["quantised"] is True
    assert said["not counted"] == ["MACs of what is not in the formula", "whole-number weights of ConvInteger"]


def test_look_says_where_a_file_begins_to_make_no_numbers(tmp_path: Path, capsys: Any) -> None:
    nodes = [
        onnx.helper.make_node("Conv", ["x", "w"], ["c"], name="conv"),
        onnx.helper.make_node("Sqrt", ["c"], ["r"], name="root"),
        onnx.helper.make_node("GlobalAveragePool", ["r"], ["g"], name="mean"),
        onnx.helper.make_node("Flatten", ["g"], ["y"], name="rows"),
    ]
    for sign, said in ((-1, "of 2 of 2 pictures is no number, or infinite: from root on"), (1, "")):
        path = written(tmp_path, model(nodes, {"w": np.full((4, 3, 3, 3), sign, np.float32)}))
        page = convscope.look(path, pictures()[:2])
        assert any(said in note for note in page.notes)
        assert bool(said) == any("no number" in note for note in page.notes)


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


@pytest.mark.parametrize(("edit", "said"), REFUSED)
def test_what_cannot_be_opened_is_refused_in_one_line(edit: Any, said: str, tmp_path: Path) -> None:
    assert said in refused(changed(edit), tmp_path)


@pytest.mark.parametrize("node", PRICED, ids=lambda node: str(node.op_type))
def test_sizes_are_priced_before_anything_is_allocated(node: onnx.NodeProto, tmp_path: Path) -> None:
    assert refused(priced(node), tmp_path)


def test_the_price_is_of_the_bytes() -> None:
    found = bounds.price(classifier())
    assert (found.nodes, found.tensors) == (18, 11)
    with pytest.raises(InputError, match="not a whole ONNX model"):
        bounds.price(classifier()[:-3])
    with pytest.raises(InputError, match="too many operators"):
        bounds.price(b"\x3a\x84\xe2\x09" + b"\x0a\x00" * 80_002)


@pytest.mark.parametrize(
    ("edit", "hint"),
    [
        (lambda made: made.graph.input.add(name="second"), "one input that computes or holds the others"),
        (microsoft, "quant_format=QuantFormat.QDQ"),
    ],
)
def test_what_is_refused_for_its_form_says_what_to_try(edit: Any, hint: str) -> None:
    with pytest.raises(InputError, match=f"try: .*{hint}"):
        open_model(changed(edit))
