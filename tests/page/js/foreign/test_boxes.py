"""Parts of a dropped file that are no layer of the formula: boxes, computed where their operators are plain ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch import nn

from convscope.foreign.preprocessing import Asked
from convscope.foreign.table import table
from tests.foreign.graphs import model, weights
from tests.page.js.foreign.node import Reader
from tests.page.js.foreign.test_reading import compared
from tests.transformer import ViT, exported

pytestmark = pytest.mark.medium

MASK = np.where(np.arange(36).reshape(6, 6) % 5, 0, -30).astype(np.float32)
SIZES: dict[str, Any] = {"starts": [1, 0], "ends": [2**62, 2**62], "axes": [2, 3], "steps": [2, 3]}

# nodes from the maps "m" (1, 4, 6, 6) to "n", the numbers that they read, and the text of each box
PARTS: dict[str, tuple[list[onnx.NodeProto], dict[str, Any]]] = {
    "every other row": ([helper.make_node("Slice", ["m", "starts", "ends", "axes", "steps"], ["n"])], SIZES),
    "backwards": (
        [helper.make_node("Slice", ["m", "s", "e", "a", "t"], ["n"])],
        {"s": [-1], "e": [-(2**62)], "a": [3], "t": [-2]},
    ),
    "matrix by matrix": ([helper.make_node("MatMul", ["m", "m"], ["n"])], {}),
    "one matrix for all": (
        [helper.make_node("MatMul", ["w", "m"], ["n"])],
        {"w": np.float32(np.arange(30).reshape(5, 6))},
    ),
    "shares along rows": ([helper.make_node("Softmax", ["m"], ["n"], axis=2)], {}),
    "masked shares": (
        [helper.make_node("Add", ["m", "w"], ["a"]), helper.make_node("Softmax", ["a"], ["n"], axis=3)],
        {"w": MASK},
    ),
    "logarithms of shares": ([helper.make_node("LogSoftmax", ["m"], ["n"], axis=-2)], {}),
    "maps side by side": ([helper.make_node("Tile", ["m", "t"], ["n"])], {"t": [1, 1, 3, 2]}),
    "channels picked": ([helper.make_node("Gather", ["m", "i"], ["n"], axis=1)], {"i": [3, -4, 0, 0, 2]}),
    "turned": ([helper.make_node("Transpose", ["m"], ["n"], perm=[0, 2, 1, 3])], {}),
    "parts": (
        [
            helper.make_node("Split", ["m", "p"], ["u", "v"], axis=3),
            helper.make_node("Erf", ["u"], ["eu"]),
            helper.make_node("Mul", ["eu", "v"], ["n"]),
        ],
        {"p": [3, 3]},
    ),
    "normalised by columns": (
        [helper.make_node("LayerNormalization", ["m", "times", "plus"], ["n"], axis=3)],
        {"times": np.float32([1, 2, 3, 4, 5, 6]), "plus": np.float32([0, 1, 0, 1, 0, 1])},
    ),
    "powers of means": (
        [
            helper.make_node("ReduceMean", ["m"], ["a"], axes=[3]),
            helper.make_node("Sub", ["m", "a"], ["d"]),
            helper.make_node("ReduceL2", ["d"], ["r"], axes=[2]),
            helper.make_node("Div", ["d", "r"], ["n"]),
        ],
        {},
    ),
    "in six axes": (
        [
            helper.make_node("Reshape", ["m", "six"], ["r"]),
            helper.make_node("Transpose", ["r"], ["t"], perm=[0, 2, 4, 3, 5, 1]),
            helper.make_node("Reshape", ["t", "four"], ["n"]),
        ],
        {"six": [1, 4, 3, 2, 3, 2], "four": [1, 9, 4, 4]},
    ),
    "where above": (
        [
            helper.make_node("Greater", ["m", "k"], ["b"]),
            helper.make_node("Where", ["b", "m", "w"], ["n"]),
        ],
        {"k": np.float32(0.1), "w": np.float32(np.arange(6))},
    ),
}


def parted(nodes: Sequence[onnx.NodeProto], tensors: dict[str, Any], opset: int = 17) -> bytes:
    """Return a file of a convolution, some nodes from "m" to "n", and a mean over each map."""
    whole = [
        helper.make_node("Conv", ["x", "c"], ["m"], name="stem"),
        *nodes,
        helper.make_node("GlobalAveragePool", ["n"], ["g"], name="mean"),
        helper.make_node("Flatten", ["g"], ["y"], name="flat"),
    ]
    held = {
        name: np.asarray(value, None if isinstance(value, np.ndarray | np.generic) else np.int64)
        for name, value in tensors.items()
    }
    return model(whole, {**weights(c=(4, 3, 3, 3)), **held}, shape=(1, 3, 8, 8), opset=opset)


def computed(page: Reader, data: bytes, tmp_path: Path, asked: Asked | None = None, **given: Any) -> list[str]:
    """Return the boxes' texts of a file, every one of which is computed; all numbers are held to ONNX Runtime's."""
    said = compared(page, data, tmp_path / "net.onnx", asked, **given)
    boxes = [node for node in said["nodes"] if node["kind"] == "opaque"]
    assert all(node.get("program") for node in boxes)
    return [node["text"] for node in boxes]


@pytest.mark.parametrize("name", PARTS)
def test_plain_operators_are_computed_as_onnx_runtime_does(page: Reader, name: str, tmp_path: Path) -> None:
    assert computed(page, parted(*PARTS[name]), tmp_path)


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_a_softmax_of_old_is_over_all_from_its_axis_on(page: Reader, axis: int, tmp_path: Path) -> None:
    nodes = [helper.make_node("Softmax", ["m"], ["n"], axis=axis)]
    assert len(computed(page, parted(nodes, {}, opset=11), tmp_path)) == 1


@pytest.mark.parametrize("bgr", [False, True])
def test_every_second_pixel_of_the_picture_is_a_channel(page: Reader, bgr: bool, tmp_path: Path) -> None:
    """As YOLOX begins: space to depth by slices, which read the channels in the order that the file has."""
    slices = [
        helper.make_node("Slice", ["x", f"from{i}", "ends", "axes", "steps"], [f"s{i}"], name=f"part{i}")
        for i in range(4)
    ]
    nodes = [
        *slices,
        helper.make_node("Concat", [f"s{i}" for i in range(4)], ["f"], axis=1),
        helper.make_node("Conv", ["f", "w"], ["c"], name="stem"),
        helper.make_node("GlobalAveragePool", ["c"], ["g"]),
        helper.make_node("Flatten", ["g"], ["y"]),
    ]
    starts = {f"from{i}": np.int64([i % 2, i // 2]) for i in range(4)}
    held = {"ends": np.int64([2**40, 2**40]), "axes": np.int64([2, 3]), "steps": np.int64([2, 2])}
    data = model(nodes, {**weights(w=(4, 12, 3, 3)), **starts, **held}, shape=(1, 3, 10, 12))
    asked = (Asked(bgr=True), {"bgr": True}) if bgr else (None, {})
    assert len(computed(page, data, tmp_path, asked[0], **asked[1])) == 4


def test_running_statistics_of_single_pictures(page: Reader, tmp_path: Path) -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.InstanceNorm2d(4, affine=True, track_running_stats=True),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )
    torch.manual_seed(0)
    net(torch.randn(4, 3, 16, 12) * 3)
    assert computed(page, exported(net), tmp_path) == []


@pytest.mark.parametrize("how", ["module", "product"])
def test_a_transformer_answers(page: Reader, how: Any, tmp_path: Path) -> None:
    data = exported(ViT(how))
    assert computed(page, data, tmp_path) == ["attention(heads=2)"] * 2
    numbers = page.run(data, np.full((3, 16, 12), 7, np.uint8))
    assert all(len(one) for one in numbers.values())


def test_boxes_are_bounded(page: Reader) -> None:
    given = table().to_json()
    data = parted(*PARTS["matrix by matrix"])
    work = page.read(data)["nodes"][1]["program"]["work"]
    assert work == 2 * 4 * 36 + 4 * 36 * 6, "the numbers read, and a product of six for each that is made"
    try:
        for bound, most, known in (("boxes", work, True), ("boxes", work - 1, False), ("nodes", 4, True)):
            page.fill({**given, "bounds": {**given["bounds"], bound: most}})
            assert ("program" in page.read(data)["nodes"][1]) == known
    finally:
        page.fill(given)


@pytest.mark.parametrize("kind", ["Sin", "CumSum", "Hardmax"])
def test_one_unknown_operator_ends_the_computing(page: Reader, kind: str, tmp_path: Path) -> None:
    nodes = [
        helper.make_node(kind, ["m", *(["axis"] if kind == "CumSum" else [])], ["u"], name="it"),
        helper.make_node("Softmax", ["u"], ["n"], name="shares", axis=3),
    ]
    data = parted(nodes, {"axis": np.int64(2)} if kind == "CumSum" else {})
    said = compared(page, data, tmp_path / "net.onnx")
    assert ["program" in node for node in said["nodes"]] == [False, kind == "Sin", True, False, False]
    numbers = page.run(data, np.zeros((3, 8, 8), np.uint8))
    assert [len(one) > 0 for one in numbers.values()] == [True] + [kind == "Sin"] * 4


def test_a_place_that_is_not_there_ends_the_computing(page: Reader) -> None:
    """Which place is picked depends on the picture, so nothing tells before."""
    nodes = [
        helper.make_node("Cast", ["m"], ["i"], to=TensorProto.INT64),
        helper.make_node("Slice", ["i", "from", "to", "along"], ["j"]),
        helper.make_node("Squeeze", ["j", "z"], ["k"]),
        helper.make_node("Gather", ["m", "k"], ["n"], axis=2, name="picked"),
    ]
    held = {"from": [0, 0, 0], "to": [1, 1, 1], "along": [1, 2, 3], "z": [0, 1, 2]}
    data = parted(nodes, held)
    dark, light = (page.run(data, np.full((3, 8, 8), value, np.uint8)) for value in (0, 255))
    assert {name: len(one) for name, one in dark.items()} == {"stem": 144, "picked": 24, "mean": 4, "flat": 4}
    large = parted(
        [helper.make_node("Mul", ["m", "k9"], ["m9"]), *[changed(node) for node in nodes]],
        {**held, "k9": np.float32(1e9)},
    )
    ended = page.run(large, np.full((3, 8, 8), 255, np.uint8))
    assert len(light["stem"]) == 144
    assert [len(one) > 0 for one in ended.values()][-3:] == [False, False, False]


def changed(node: onnx.NodeProto) -> onnx.NodeProto:
    """Return a node that reads "m9" for its places."""
    made = onnx.NodeProto()
    made.CopyFrom(node)
    if made.op_type == "Cast":
        made.input[0] = "m9"
    return made


ODD = (
    helper.make_node("Slice", ["m"], ["n"], starts=1, ends=2),
    helper.make_node("Softmax", ["m"], ["n"], axis=9),
    helper.make_node("Softmax", ["m"], ["n"], axis="a"),
    helper.make_node("InstanceNormalization", ["m", "two", "two"], ["n"], epsilon="a"),
    helper.make_node("LayerNormalization", ["m", "two"], ["n"], axis=2),
    helper.make_node("Transpose", ["m"], ["n"], perm="abcd"),
    helper.make_node("Elu", ["m"], ["n"], alpha=[1.0]),
)


@pytest.mark.parametrize("node", ODD, ids=lambda node: str(node.op_type))
@pytest.mark.parametrize("opset", [9, 17])
def test_what_no_exporter_writes_is_refused_or_ends_the_computing(
    page: Reader, node: onnx.NodeProto, opset: int
) -> None:
    data = parted([node], {"two": np.float32([1, 2])}, opset=opset)
    said = page.read(data)
    if "refused" not in said:
        numbers = page.run(data, np.zeros((3, 8, 8), np.uint8))
        assert len(numbers["stem"]) == 144
