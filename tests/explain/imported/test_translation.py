"""torch's modules and functions as layers: each kind both ways, and near neighbours told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as fun
from torch import Tensor, fx, nn

import convscope
from convscope.explain.imported import translation
from convscope.explain.imported.steps import steps
from convscope.explain.payload.encoding import decode
from convscope.foreign.step import PICTURE
from convscope.formula import (
    ELU,
    FC,
    GELU,
    AdaptiveAvgPool,
    Add,
    AvgPool,
    Concat,
    Dropout,
    Flatten,
    GELUTanh,
    GlobalAvgPool,
    HardSigmoid,
    HardSwish,
    Layer,
    LeakyReLU,
    MaxPool,
    Mul,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Tanh,
    parse,
    trace,
)
from convscope.formula.kinds import LAYERS
from convscope.nn import build
from convscope.nn.table import TORCH
from convscope.pictures.input_spec import InputSpec

OWN = {"bn", "flatten", "crop", "scale"}  # convscope's modules; torch's own are read by the tests of modules
SAMPLES = {"conv": "conv(2, (3, 1), stride=2, pad=(1, 0), groups=2)", "maxpool": "maxpool(2)", "avgpool": "avgpool(2)"}
SAMPLES |= {"adaptive_avgpool": "adaptive_avgpool((2, 3))", "lrn": "lrn(5)", "channel_shuffle": "channel_shuffle(2)"}
SAMPLES |= {name: f"{name} + relu" for name in ("softmax", "log_softmax")}
SAMPLES["tokens"] = "tokens(2)"
SAMPLES["channel_slice"] = "channel_slice(1, 2)"
SAMPLES["conv_transpose"] = "conv_transpose(4, (3, 2), stride=2, pad=(1, 0), output_padding=(1, 0), groups=2)"
SAMPLES |= {"group_norm": "group_norm(2)", "pad": 'pad(1, mode="reflect")', "upsample": "upsample((2, 3))"}


@pytest.mark.parametrize("name", sorted(set(LAYERS) - OWN))
def test_what_is_built_is_read_as_the_same_layer(name: str) -> None:
    network = trace(parse(SAMPLES.get(name, name)), (2, 6, 4))
    node = next(node for node in network.nodes if node.layer.name == name)
    made = TORCH[type(node.layer)].make(node.layer, node)
    assert translation.of_module(made) == (FC(10) if name == "fc" else node.layer)


def called(call: Callable[[Tensor], Tensor], x: Tensor) -> Any:
    """Return what the translation makes of the one call in `call`."""
    (node,) = [n for n in fx.symbolic_trace(call).graph.nodes if n.op.startswith("call_")]

    args, kwargs = fx.node.map_arg((node.args, node.kwargs), lambda given: x)
    return translation.of_call(node.target, args, kwargs, call(x.clone()))


MAPS = torch.rand(2, 3, 4, 4) - 0.5


@pytest.mark.parametrize(
    ("call", "layer"),
    [
        (lambda x: fun.relu(x), ReLU()),
        (lambda x: x.relu(), ReLU()),
        (lambda x: torch.relu(x), ReLU()),
        (lambda x: fun.relu(x, inplace=True), ReLU()),
        (lambda x: fun.relu6(x), ReLU6()),
        (lambda x: fun.leaky_relu(x, 0.2), LeakyReLU(0.2)),
        (lambda x: fun.leaky_relu(x, negative_slope=0.2, inplace=True), LeakyReLU(0.2)),
        (lambda x: fun.elu(x), ELU()),
        (lambda x: fun.elu(x, alpha=0.5), ELU(0.5)),
        (lambda x: fun.gelu(x), GELU()),
        (lambda x: fun.gelu(x, approximate="tanh"), GELUTanh()),
        (lambda x: fun.silu(x), SiLU()),
        (lambda x: fun.hardswish(x), HardSwish()),
        (lambda x: fun.hardsigmoid(x), HardSigmoid()),
        (lambda x: torch.sigmoid(x), Sigmoid()),
        (lambda x: x.tanh(), Tanh()),
        (lambda x: fun.dropout(x, 0.25), Dropout(0.25)),
        (lambda x: fun.max_pool2d(x, 2), MaxPool(2)),
        (lambda x: fun.max_pool2d(x, kernel_size=2, stride=1, dilation=2), MaxPool(2, 1, 0, 2)),
        (lambda x: fun.avg_pool2d(x, 2, padding=1), AvgPool(2, 2, 1)),
        (lambda x: fun.adaptive_avg_pool2d(x, 1), GlobalAvgPool()),
        (lambda x: fun.adaptive_avg_pool2d(x, 2), AdaptiveAvgPool(2)),
        (lambda x: fun.adaptive_avg_pool2d(x, (3, None)), AdaptiveAvgPool((3, 4))),
        (lambda x: torch.cat([x, x], 1), Concat()),
        (lambda x: torch.cat(tensors=(x, x, x), dim=-3), Concat()),
        (lambda x: torch.cat([x, x], 2), None),
        (lambda x: torch.cat([x, x]), None),
        (lambda x: torch.cat([x], 1), translation.SAME),
        (lambda x: x.mean([2, 3]), GlobalAvgPool()),
        (lambda x: x.mean(1), None),
        (lambda x: torch.flatten(x, 1), Flatten()),
        (lambda x: x.reshape(2, 3, 16), None),
        (lambda x: x.reshape(2, 3, 4, 4), translation.SAME),
        (lambda x: x.contiguous(), translation.SAME),
        (lambda x: x.view(6, 16), None),
        (lambda x: x + x, Add()),
        (lambda x: torch.add(x, x), Add()),
        (lambda x: torch.add(x, x, alpha=2), None),
        (lambda x: torch.add(x, 1), None),
        (lambda x: x + 1.5, None),
        (lambda x: x * x, Mul()),
        (lambda x: x * 2, None),
    ],
)
def test_a_call_is_the_layer_that_computes_it(call: Callable[[Tensor], Tensor], layer: Layer | None) -> None:
    assert called(call, MAPS) == layer


def test_what_is_stretched_over_the_other_stands_second() -> None:
    """torch stretches either; the formula's join has its first source's shape."""
    module = nn.Sequential()
    module.forward = lambda x: (x[:, :, :1].mul(1.0) * x).flatten(1)  # type: ignore[method-assign]
    found = steps(module, torch.rand(2, 1, 4, 4))
    (product,) = (step for step in found if isinstance(step.layer, Mul))
    assert product.sources[0] == PICTURE


class Shifted(nn.Module):
    """A sum with one number a channel, a reshape that changes nothing, scores that are 1×1 maps."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last = nn.Conv2d(1, 3, 3), nn.Conv2d(3, 4, 14)
        self.shift = nn.Parameter(torch.rand(1, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        y = torch.add(self.conv(x), self.shift)
        made: Tensor = self.last(y.reshape(-1, 3, 14, 14).relu())
        return made


def test_a_shifted_sum_is_a_scaling_and_scores_may_be_maps_of_one_pixel() -> None:
    torch.manual_seed(0)
    module, x = Shifted(), torch.rand(2, 1, 16, 16)
    payload = convscope.look(module, x).payload
    assert [(n["name"], n["kind"], n["sources"]) for n in payload["nodes"]] == [
        ("conv", "conv", [-1]),
        ("add", "scale", [0]),
        ("relu", "relu", [1]),
        ("last", "conv", [2]),
    ]
    with torch.no_grad():
        wanted = module(x).flatten(1)
    logits = torch.from_numpy(decode(payload["samples"]["logits"]).copy())
    torch.testing.assert_close(logits, wanted, rtol=1e-2, atol=1e-2)  # the page's pictures are bytes


def test_heavy_weights_beside_a_box_are_left_out_and_said() -> None:
    module = nn.Sequential(nn.Mish(), nn.Flatten(), nn.Linear(256, 1500), nn.ReLU(), nn.Linear(1500, 3))
    payload = convscope.look(module, torch.rand(2, 1, 16, 16), megabytes=1.1).payload
    assert "weights" in payload["left_out"]
    kinds = [n["kind"] for n in payload["nodes"]]
    assert kinds == ["opaque", "flatten", "opaque", "relu", "fc"], "384,000 weights are a box, 4,500 stay open"
    assert set(payload["tensors"]) == {"4.weight", "4.bias"}


def test_a_heavy_layer_that_becomes_a_box_says_nothing_of_its_inside() -> None:
    module = nn.Sequential(nn.Conv2d(1, 1500, 16, bias=False), nn.Mish(), nn.Flatten(), nn.Linear(1500, 3))
    box, *_ = convscope.look(module, torch.rand(2, 1, 16, 16), megabytes=0.9).payload["nodes"]
    assert (box["kind"], box["window"], box["options"], box["size_how"]) == ("opaque", None, {}, "")
    assert box["field"] == {"size": [0, 0], "jump": [0, 0], "start": [0, 0]}
    assert (box["output"], box["parameters"]) == ([1500, 1, 1], 384_000)


def test_a_learned_slope_is_taken_over_and_used() -> None:
    """PReLU's own number, not the 0.25 that it starts with."""
    module = nn.Sequential(nn.Conv2d(1, 3, 3), nn.PReLU(), nn.Flatten(), nn.Linear(588, 3))
    with torch.no_grad():
        module[1].weight.fill_(-0.7)
    payload = convscope.look(module, torch.rand(2, 1, 16, 16)).payload
    assert decode(payload["tensors"]["prelu1.weight"]).tolist() == pytest.approx([-0.7])
    net = build(trace(parse("prelu + fc"), (1, 2, 2)), InputSpec((1, 2, 2), std=(1.0,)))
    with torch.no_grad():
        net.get_parameter("prelu1.weight").fill_(-0.7)
        out = net.outputs(torch.tensor([[[[1.0, -1.0], [-2.0, 0.0]]]]))[0]
    assert out.flatten().tolist() == pytest.approx([1.0, 0.7, 1.4, 0.0])


class Constants(nn.Module):
    """Numbers and tensors on either side of what is computed, on maps and on rows."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.5, 0.4, 0.3]).view(1, 3, 1, 1))
        self.gain, self.row = nn.Parameter(torch.rand(8, 1, 1)), nn.Parameter(torch.rand(6))
        self.conv, self.bend, self.head = nn.Conv2d(3, 8, 3), nn.PReLU(8), nn.Linear(8, 6)
        with torch.no_grad():
            self.bend.weight.uniform_(-0.5, 0.5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.bend(self.conv((x - self.mean) / 0.25))
        x = 2 - (self.gain * x + 1)
        return self.head(x.mean((2, 3))) * self.row - self.row


@pytest.mark.parametrize("traced", [True, False])
@pytest.mark.medium
def test_numbers_and_tensors_beside_what_is_computed_are_scalings(
    traced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    module, x = Constants(), torch.rand(2, 3, 9, 9)
    if not traced:
        monkeypatch.setattr("convscope.explain.imported.graphs.traced", lambda *_: 1 / 0)
    payload = convscope.look(module, x).payload
    kinds = [node["kind"] for node in payload["nodes"]]
    scales = ["scale", "scale", "conv", "prelu", "scale", "scale", "scale"]
    assert kinds == [*scales, "gap", "flatten", "fc", "scale", "scale"]
    assert payload["figures"]["parameters"] == sum(p.numel() for p in module.parameters())
    assert payload["proof"]["difference"] < 1e-6
    counted = [node["parameters"] for node in payload["nodes"] if node["kind"] in ("scale", "prelu")]
    assert counted == [0, 0, 8, 8, 0, 0, 6, 0], "the buffer and the numbers are not learned, the row counts once"
