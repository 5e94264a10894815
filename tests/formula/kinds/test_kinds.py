"""Every kind is whole: what one of them leaves out is named here, or Python refuses to make it."""

from __future__ import annotations

import itertools
import json
import math
import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import convscope.page
from convscope.errors import PlanError
from convscope.formula import Layer, Network, kinds, parse, trace
from convscope.formula.geometry import Shape
from convscope.formula.kinds import KINDS, LAYERS
from convscope.formula.kinds.table import TRAITS, table
from convscope.formula.network import Node
from convscope.nn.table import TORCH
from tests.corners import FEATURES

PAGE = Path(convscope.page.__file__).parent
SHAPE = (4, 9, 8)

# A formula that holds the kind, and how often; options away from their defaults.
SAMPLES = {
    "conv": ["conv(6, (3, 2), stride=(2, 1), pad=(1, 0), dilation=(1, 2), groups=2, bias=False)", "conv(2, 3)"],
    "conv_transpose": [
        "conv_transpose(6, (3, 2), stride=(2, 1), pad=(1, 0, 0, 1), output_padding=(1, 0), dilation=(1, 2), groups=2)",
        "conv_transpose(2, 2, stride=2, bias=False)",
    ],
    "channel_slice": ["channel_slice(1, 3)"],
    "softmax": ["softmax + fc"],
    "log_softmax": ["log_softmax + relu"],
    "leaky_relu": ["leaky_relu(0.2)"],
    "elu": ["elu", "elu(0.3)"],
    "prelu": ["prelu", "prelu(True)"],
    "maxpool": [
        "maxpool((3, 2), stride=(1, 2), pad=(1, 0))",
        "maxpool(2)",
        "maxpool(3, 2, 1, dilation=2, ceil_mode=True)",
    ],
    "avgpool": [
        "avgpool((3, 2), stride=(1, 2), pad=(1, 1))",
        "avgpool(3, 2, 1, ceil_mode=True, count_include_pad=False)",
    ],
    "dropout": ["dropout(0.2)"],
    "clip": ["clip(-0.5, 2)", "clip(0, 1)"],
    "pad": [
        "pad((1, 2, 0, 1))",
        "pad(1, value=0.25)",
        'pad((1, 2, 3, 0), mode="circular")',
        'pad((1, 2, 2, 3), mode="reflect")',
        'pad(1, mode="replicate")',
        "pad((-1, 0, -2, 1))",
    ],
    "upsample": ["upsample((2, 3))", 'upsample((3, 2), mode="bilinear")'],
    "group_norm": ["group_norm(2)", "group_norm(4, 0.01)"],
    "layer_norm": ["layer_norm(0.01)", "flatten + layer_norm"],
    "lrn": ["lrn(3, alpha=0.5, beta=0.5, k=2)", "lrn(5)"],
    "scale": ["scale", "scale(False)"],
    "channel_shuffle": ["channel_shuffle(2)"],
    "tokens": ["tokens", "tokens(2)", "flatten + tokens(1)"],
    "fc": ["fc(7)", "fc"],
    "crop": ["crop((4, 5))"],
    "add": ["skip(relu)", "skip(conv(6, 1), conv(6, 3, pad=1))"],
    "mul": ["gate(relu)", "gate(gap + sigmoid)", "gate(conv(1, 3, pad=1))", "se(2)"],
    "adaptive_avgpool": ["adaptive_avgpool((4, 3))", "adaptive_avgpool((11, 2))"],
    "concat": ["concat(relu, conv(2, 1))", "concat(flatten, gap + flatten, fc(3))"],
}


def nodes(kind: type[Layer]) -> list[tuple[Network, Node]]:
    networks = [trace(parse(text), SHAPE) for text in SAMPLES.get(kind.name, [kind.name])]
    found = [(network, node) for network in networks for node in network.nodes if type(node.layer) is kind]
    assert found, f"{kind.name}: add a formula to SAMPLES"
    return found


def test_the_list_holds_every_class() -> None:
    modules = [import_module(f"convscope.formula.kinds.{module.name}") for module in iter_modules(kinds.__path__)]
    classes = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    assert {kind for kind in classes if issubclass(kind, Layer) and "name" in vars(kind)} == set(KINDS)
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_whole(kind: type[Layer]) -> None:
    assert kind.__doc__, "says what it does"
    assert set(kind.arguments) == {field.name for field in fields(kind)}, "every field has its check"
    assert kind.takes in ("any", "maps", "rows")
    assert kind in TORCH, "convscope/nn/table.py: what makes it in torch"
    assert kind.name in {feature.split(":")[0] for feature in FEATURES}, (
        "draw it in tests/strategies.py, list it in tests/corners.py"
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_has_its_file_on_the_page_and_a_sentence_in_each_language(kind: type[Layer]) -> None:
    file = PAGE / "js" / "engine" / "kinds" / f"{kind.name}.js"
    assert file.is_file()
    keys = set(re.findall(r'phrase\("(explain\.\w+)"', file.read_text(encoding="utf-8")))
    assert keys, "what the page says of it"
    for language in ("en", "ko"):
        sentences = json.loads((PAGE / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
        assert keys <= sentences.keys()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_its_operators_make_and_hold_is_named_after_it(kind: type[Layer]) -> None:
    for _, node in nodes(kind):
        piece = node.layer.onnx(node.name, tuple(f"in{i}" for i in range(len(node.sources))), node.input)
        assert piece.operators[-1].output == node.name
        made = [value.output for value in piece.operators[:-1]] + list(piece.tensors)
        assert all(name.startswith(f"{node.name}.") for name in made)
        weights = {f"{node.name}.{name}" for name, _ in node.weights + node.buffers}
        read = {name for operator in piece.operators for name in operator.inputs}
        assert {*weights, *piece.tensors} <= read, "what it learns and holds is read"


@pytest.mark.medium
def test_cells_are_averaged_along_the_axis_that_leaves_fewer_numbers_in_between() -> None:
    """One row of 30,000 as 30,000 rows of one: rows first would make 900 million numbers of 30,000."""
    for size, shape, first in (((30_000, 1), (1, 1, 30_000), "columns"), ((1, 30_000), (1, 30_000, 1), "rows")):
        made = LAYERS["adaptive_avgpool"](size).onnx("a", ("x",), shape)  # type: ignore[call-arg]
        assert f"a.{first}" in made.operators[0].inputs
        assert "a.between" in made.operators[1].inputs


def test_the_table_is_the_classes() -> None:
    made: dict[str, Any] = {kind.name: kind.to_json() for kind in table().kinds}
    assert list(made) == [kind.name for kind in KINDS]
    assert [name for name, kind in made.items() if kind["written"]] == list(LAYERS)
    assert made["relu6"]["traits"]["ends"] == [6.0]
    assert set(made["relu"]["traits"]) == {*TRAITS, "ends"}
    by = {argument["name"]: argument for argument in made["maxpool"]["arguments"]}
    assert (by["kernel"]["required"], by["stride"]["follows"], by["pad"]["default"]) == (True, "kernel", 0)
    assert "default" not in by["stride"]


@pytest.mark.parametrize("kind", LAYERS.values(), ids=list(LAYERS))
def test_the_traits_say_how_many_numbers_are_learned(kind: type[Layer]) -> None:
    """The page counts by these traits: filters of the output's channels, numbers a channel, numbers a layer."""
    name = kind.name if not kind.example else {"conv": "conv(4, 3)"}.get(kind.name, str(kind.example))
    name += " + fc" if name.endswith("softmax") else ""
    node = next(node for node in trace(parse(name), (2, 28, 28)).nodes if node.layer.name == kind.name)
    if kind.filters:
        assert node.parameters > node.output[0]
        assert (kind.learned_per_channel, kind.learned_per_layer) == (0, 0)
    else:
        assert node.parameters == (
            kind.learned_per_channel * node.input[0]
            + kind.learned_per_layer
            + kind.learned_per_unit * math.prod(node.output)
        )


def test_a_kind_that_leaves_a_part_out_cannot_be_made() -> None:
    class Half(Layer):
        name = "half"

    with pytest.raises(TypeError, match=r"abstract method.*onnx.*read_by.*receptive_field.*sizes"):
        Half()  # type: ignore[abstract]


@pytest.mark.parametrize(
    ("text", "shape", "place"),
    [
        ("maxpool(2, stride=1, pad=1, dilation=2)", (1, 1, 5), "row 1"),
        ("maxpool(2, stride=1, pad=(0, 1), dilation=6)", (1, 9, 5), "column 1"),
        ("maxpool(2, stride=1, pad=1, dilation=2)", (1, 2, 2), ""),
        ("maxpool(3, stride=1, pad=1, dilation=5)", (1, 12, 9), ""),
        ("maxpool(2, stride=1, pad=(0, 0, 1, 1))", (1, 2, 2), ""),
    ],
)
def test_a_largest_value_of_padding_alone_is_refused_where_torch_gives_minus_infinity(
    text: str, shape: Shape, place: str
) -> None:
    layer: Any = parse(text)
    w = layer.window
    padded = nn.functional.pad(
        torch.zeros(1, *shape), (w.pad[1], w.pad_end[1], w.pad[0], w.pad_end[0]), value=-math.inf
    )
    made = nn.functional.max_pool2d(padded, w.kernel, w.stride, 0, w.dilation)
    assert bool(torch.isinf(made).any()) == bool(place)
    if place:
        with pytest.raises(PlanError, match=f"padding alone has no largest value, got the window of {place}"):
            trace(layer, shape)
    else:
        trace(layer, shape)


@pytest.mark.medium
def test_a_window_added_by_rounding_up_is_refused_exactly_where_onnx_runtime_opens_no_such_pooling() -> None:
    import onnxruntime
    from onnx import TensorProto, helper

    refused = 0
    for length, kernel, stride, dilation in itertools.product(range(2, 11), (2, 3), (1, 2, 3, 4), (1, 2, 3, 4)):
        layer: Any = parse(f"maxpool({kernel}, stride={stride}, dilation={dilation}, ceil_mode=True)")
        shape = (1, length, length)
        try:
            (node,) = trace(layer, shape).nodes
            reach = False
        except PlanError as error:
            if error.key != "pool.reach":
                continue  # no place at all
            reach = True
        pads = layer.window.pads_over(shape[1:])
        sizes = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "dilations": [dilation] * 2, "pads": pads}
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "xy"]
        ends[0] = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, *shape])
        graph = helper.make_graph([helper.make_node("MaxPool", ["x"], ["y"], **sizes)], "pool", ends[:1], ends[1:])
        data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        if reach:
            refused += 1
            with pytest.raises(Exception, match="Pad should be smaller than kernel"):
                onnxruntime.InferenceSession(data, options)
            continue
        (made,) = onnxruntime.InferenceSession(data, options).run(None, {"x": np.zeros((1, *shape), np.float32)})
        assert made.shape[1:] == node.output
    assert refused > 5


def test_a_slice_has_the_channels_that_it_names() -> None:
    for text, channels in (("channel_slice(1, 3)", 2), ("channel_slice(0, 4)", 4), ("channel_slice(3, 4)", 1)):
        assert trace(parse(text), SHAPE).nodes[0].output == (channels, *SHAPE[1:])
    with pytest.raises(PlanError, match="a slice ends at the last channel, got 5, expected at most 4"):
        trace(parse("channel_slice(1, 5)"), SHAPE)
