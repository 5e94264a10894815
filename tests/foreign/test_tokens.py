"""A vision transformer as an ONNX file: what its axes are is followed, and all but its attention are layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

import convscope
from convscope.foreign import axes
from convscope.foreign.reading import open_foreign
from tests.explain.imported.test_tokens import BLOCK, END
from tests.foreign.graphs import model, weights
from tests.transformer import SHAPE, Attends, ViT, exported

FILE = [kind for kind in BLOCK if kind != "dropout"]  # an exporter leaves it out
MODULE = [FILE[0], "conv", *FILE[1:]]  # what makes queries, keys and values is seen by itself


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("how", ["module", "softmax", "product"])
@pytest.mark.medium
def test_only_attention_is_a_box(how: Attends, batch: bool, tmp_path: Path) -> None:
    file = tmp_path / "vit.onnx"
    file.write_bytes(exported(module := ViT(how), batch=batch))
    payload: Any = convscope.look(file, np.random.default_rng(0).integers(0, 256, (2, *SHAPE), np.uint8)).payload
    block = MODULE if how == "module" else ["layer_norm", "conv", "opaque", "conv", *FILE[2:]]
    kinds = [node["kind"] for node in payload["nodes"]]
    assert kinds == ["conv", "tokens", "tokens", "position", *block * 2, *END]
    assert {node["text"] for node in payload["nodes"] if node["kind"] == "opaque"} == {"attention(heads=2)"}
    assert payload["proof"]["difference"] < 1e-5
    assert payload["figures"]["parameters"] == sum(p.numel() for p in module.parameters())


@pytest.mark.medium
def test_a_layer_normalisation_in_pieces_over_tokens_is_one(tmp_path: Path) -> None:
    """Older operators have none for it."""
    file = tmp_path / "vit.onnx"
    file.write_bytes(exported(ViT("softmax"), opset=14))
    assert "LayerNormalization" not in {node.op_type for node in onnx.load(file).graph.node}
    layers = [part.layer for part in open_foreign(file).outline()]
    assert sum(layer is not None and layer.name == "layer_norm" for layer in layers) == 5
    assert sum(layer is None for layer in layers) == 2


def test_axes_that_were_guessed_turn_out_where_values_are_added(tmp_path: Path) -> None:
    """What an unknown operator makes has its channels last, which nothing says before it is added to what does."""
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=[0, 2, 3, 1]),
        helper.make_node("MatMul", ["t", "m"], ["p"]),
        helper.make_node("CumSum", ["p", "axis"], ["u"], name="unknown"),
        helper.make_node("Relu", ["p"], ["r"]),
        helper.make_node("Add", ["u", "r"], ["a"], name="sum"),
        helper.make_node("Transpose", ["a"], ["n"], perm=[0, 3, 1, 2]),
        helper.make_node("GlobalAveragePool", ["n"], ["g"]),
        helper.make_node("Flatten", ["g"], ["y"]),
    ]
    file = tmp_path / "net.onnx"
    file.write_bytes(model(nodes, {**weights(m=(3, 4)), "axis": np.array(1)}, shape=("N", 3, 5, 6)))
    payload: Any = convscope.look(file, np.random.default_rng(0).random((2, 3, 5, 6), np.float32)).payload
    by_name = {node["name"]: node for node in payload["nodes"]}
    assert [node["kind"] for node in payload["nodes"]] == ["conv", "opaque", "relu", "add", "gap", "flatten"]
    assert by_name["unknown"]["output"] == by_name["sum"]["output"] == [4, 5, 6]


@pytest.mark.parametrize(
    ("letters", "shape", "made"),
    [("nchw", (1, 2, 3, 4), (1, 2, 3, 4)), ("nhwc", (1, 3, 4, 2), (1, 2, 3, 4)), ("lnc", (3, 1, 2), (1, 2, 3, 1))],
)
def test_values_are_laid_as_maps(letters: str, shape: tuple[int, ...], made: tuple[int, ...]) -> None:
    value = np.arange(np.prod(shape)).reshape(shape)
    laid = axes.as_maps(value, letters)
    assert laid.shape == axes.maps_shape(shape, letters) == made
    at = dict.fromkeys("nhwlc", 0) | {letters.replace("n", "").replace("c", "")[0]: 2, "c": 1}
    assert laid[0, 1, 2, 0] == value[tuple(at[letter] for letter in letters)]


def test_which_axes_of_maps_an_axis_is() -> None:
    assert [axes.axis_of("nhwc", axis) for axis in (0, 1, 2, -1)] == [(0,), (2,), (3,), (1,)]
    assert [axes.axis_of("nlc", axis) for axis in range(3)] == [(0,), (2, 3), (1,)]
    assert axes.turned("nhwc", (0, 3, 1, 2)) == "nchw"
    assert axes.same_maps("nhwc", "nchw")
    assert not axes.same_maps("nhwc", "ncwh")


def test_rows_and_columns_become_places_in_one_row_where_channels_stay_what_they_are() -> None:
    assert axes.column((1, 8, 3, 4), "nchw", (1, 8, 12)) == "ncl"
    assert axes.column((1, 3, 4, 8), "nhwc", (1, 12, 8)) == "nlc"
    assert axes.column((1, 3, 4, 8), "nhwc", (1, 3, 32)) == axes.column((1, 8, 12), "ncl", (1, 8, 12)) == ""
    assert axes.row((1, 2, 3, 4), "nchw", (1, 24))
    assert axes.row((1, 1, 1, 8), "nhwc", (1, 8))
    assert not axes.row((1, 3, 4, 2), "nhwc", (1, 24))  # place by place
