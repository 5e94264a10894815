"""Hostile and damaged files dropped on the page: one line each, and no exception of another class."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper

from convscope.foreign.table import table
from tests.faults.attacks.foreign_models import forged
from tests.foreign.graphs import classifier, model, weights
from tests.foreign.refused import PRICED, REFUSED, changed, priced
from tests.page.js.foreign.node import Reader


@pytest.mark.parametrize(("edit", "said"), REFUSED)
def test_what_python_refuses_is_refused_with_the_same_words(page: Reader, edit: Any, said: str) -> None:
    line = page.read(changed(edit), size=[12, 12])["refused"]
    assert said in line
    assert "\n" not in line


ODD = (
    helper.make_node("Tile", ["x", "e"], ["n"]),
    helper.make_node("MaxPool", ["x"], ["n"], kernel_shape=[0, 0]),
    helper.make_node("Transpose", ["x"], ["n"], perm=[0, 0, 1, 2]),
    helper.make_node("Gemm", ["x", "w"], ["n"]),
    helper.make_node("Clip", ["x"], ["n"], min="a"),
)


@pytest.mark.parametrize("node", [*PRICED, *ODD], ids=lambda node: str(node.op_type))
def test_sizes_are_priced_before_anything_is_allocated(page: Reader, node: onnx.NodeProto) -> None:
    found = page.read(priced(node), size=[12, 12])
    assert "refused" in found or [one["kind"] for one in found["nodes"]] == ["opaque", "gap"]


def test_what_is_no_protobuf_is_refused(page: Reader) -> None:
    for data in (classifier()[:-3], b"", b"\x00" * 64, b"\xff" * 64, b"PK\x03\x04" + bytes(100)):
        assert "ONNX model" in page.read(data)["refused"]
    many = b"\x3a\x84\xe2\x09" + b"\x0a\x00" * 80_002
    assert "too many operators" in page.read(many)["refused"]


def test_a_files_own_weights_are_bounded(page: Reader) -> None:
    nodes = [helper.make_node("Flatten", ["x"], ["f"]), helper.make_node("Gemm", ["f", "w"], ["y"])]
    data = model(nodes, weights(0, w=(432, 4)), shape=(1, 3, 12, 12))
    given = table().to_json()
    try:
        for most, refused in ((4 * 432, False), (4 * 432 - 1, True)):
            page.fill({**given, "bounds": {**given["bounds"], "constants": most}})
            found = page.read(data)
            assert ("refused" in found) == refused
        assert "got 1,728, expected at most 1,727" in found["refused"]
    finally:
        page.fill(given)


def test_a_box_ends_the_computing_and_its_size_may_be_what_the_file_says(page: Reader) -> None:
    said = page.read(priced(helper.make_node("ConvTranspose", ["x", "v"], ["n"])), size=[12, 12])
    assert "does not fit" in said["refused"]
    nodes = [
        helper.make_node("Relu", ["x"], ["r"]),
        helper.make_node("Einsum", ["r"], ["n"], equation="nchw->nchw"),
        helper.make_node("GlobalAveragePool", ["n"], ["g"]),
        helper.make_node("Flatten", ["g"], ["y"]),
    ]
    data = model(nodes, {}, shape=(1, 3, 12, 12))
    assert "cannot be known" in page.read(data)["refused"]
    made = onnx.load_model_from_string(data)
    made.graph.value_info.append(helper.make_tensor_value_info("n", 1, [1, 3, 12, 12]))
    said = page.read(made.SerializeToString())
    assert [node["kind"] for node in said["nodes"]] == ["relu", "opaque", "gap", "flatten"]
    numbers = page.run(made.SerializeToString(), np.zeros((3, 12, 12), np.uint8))
    assert [len(one) for one in numbers.values()] == [3 * 144, 0, 0, 0]


def test_from_a_size_that_nothing_says_to_one_that_the_file_does_is_one_box(page: Reader) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], name="stem"),
        helper.make_node("Einsum", ["c"], ["e"], equation="nchw->nwch", name="mixed"),
        helper.make_node("Conv", ["e", "v"], ["d"], name="inner"),
        helper.make_node("Relu", ["d"], ["r"]),
        helper.make_node("Conv", ["r", "u"], ["m"], name="last"),
        helper.make_node("Add", ["m", "c"], ["s"], name="sum"),
        helper.make_node("GlobalAveragePool", ["s"], ["g"]),
        helper.make_node("Flatten", ["g"], ["y"]),
    ]
    tensors = weights(w=(4, 3, 3, 3), v=(4, 10, 1, 1), u=(4, 4, 1, 1))
    made = onnx.load_model_from_string(model(nodes, tensors, shape=(1, 3, 12, 12)))
    assert "Einsum mixed: a size that cannot be known" in page.read(made.SerializeToString())["refused"]
    made.graph.value_info.append(helper.make_tensor_value_info("m", 1, [1, 4, 10, 10]))
    said = page.read(made.SerializeToString())
    shown = [(node["name"], node["kind"], node["sources"], node["output"]) for node in said["nodes"]]
    assert shown[:3] == [
        ("stem", "conv", [-1], [4, 10, 10]),
        ("last", "opaque", [0], [4, 10, 10]),
        ("sum", "add", [1, 0], [4, 10, 10]),
    ]
    assert said["nodes"][1]["text"] == "Einsum … Conv"
    assert said["parameters"] == 4 * 27 + 40 + 16, "those within the box count"
    numbers = page.run(made.SerializeToString(), np.zeros((3, 12, 12), np.uint8))
    assert [len(one) for one in numbers.values()] == [400, 0, 0, 0, 0]


SOUND = classifier()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(1, 255)), min_size=1, max_size=4))
@pytest.mark.medium
def test_a_file_with_flipped_bytes_is_read_or_refused(page: Reader, flips: list[tuple[int, int]]) -> None:
    """Anything else that the reader throws comes back as an error here."""
    data = bytearray(SOUND)
    for at, bits in flips:
        data[at] ^= bits
    found = page.read(bytes(data), size=[12, 12])
    line = found.get("refused", "one line")
    assert line
    assert "\n" not in line
    assert "NaN" not in line


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SOUND) - 1))
@pytest.mark.medium
def test_a_file_that_is_cut_short_is_read_or_refused(page: Reader, length: int) -> None:
    page.read(SOUND[:length], size=[12, 12])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.medium
def test_files_forged_by_structure_are_read_or_refused_by_one_line(page: Reader, seed: int) -> None:
    """Those that Python's reader is attacked with: operators, sizes, shapes, types, fields and bytes are others."""
    random = Random(seed)
    ends = {"refused": 0, "read": 0}
    for _ in range(100):
        data = forged(random)
        found = page.read(data, size=[12, 12])
        ends["refused" if "refused" in found else "read"] += 1
        if "refused" in found:
            line = found["refused"]
            assert line.isprintable()
            assert "\n" not in line
            assert not set(line.replace("×", " ").replace(",", " ").split()) & {"NaN", "undefined", "Infinity"}, line
        else:
            nodes = [{key: node[key] for key in node.keys() - {"name", "text"}} for node in found["nodes"]]
            said = json.dumps([nodes, found["input"], found["parameters"]])  # names are the file's own
            assert not [word for word in ("NaN", "undefined", "Infinity") if word in said]
            assert all(isinstance(n, int) and n >= 0 for node in found["nodes"] for n in node["output"])
            shape = found["input"]["shape"]
            if any("program" in node for node in found["nodes"]) and np.prod(shape) < 1e5:
                page.run(data, np.zeros(shape, np.uint8), size=[12, 12])
    assert min(ends.values()) > 10, "both are tried"
