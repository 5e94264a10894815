"""A torch module described: the table that a formula and an ONNX file have, with the same sums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import convscope
from convscope.errors import ConvscopeError
from convscope.explain.imported.steps import steps
from tests.foreign.graphs import classifier


class Unit(nn.Module):
    """Half of the channels go round, half through a convolution, and all are shuffled: ShuffleNet's second version."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.branch, self.head = nn.Conv2d(1, 8, 3), nn.Conv2d(4, 4, 1, bias=False), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        one, other = self.first(x).chunk(2, dim=1)
        x = torch.cat((one, self.branch(other)), dim=1)
        n, c, h, w = x.size()
        x = torch.transpose(x.view(n, 2, c // 2, h, w), 1, 2).contiguous().view(n, c, h, w)
        return self.head(x.mean([2, 3]))


def test_a_module_is_described_as_its_formula_is() -> None:
    formula = "conv(4, 3, stride=2) + bn + relu + maxpool(2) + conv_transpose(3, 2, stride=2) + gap + flatten + fc(5)"
    module = nn.Sequential(
        *(nn.Conv2d(1, 4, 3, stride=2), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.ConvTranspose2d(4, 3, 2, stride=2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 5)),
    ).train()
    wanted: Any = convscope.describe(formula, (1, 15, 15)).to_json()
    for given in (torch.rand(4, 1, 15, 15), (1, 15, 15)):
        found: Any = convscope.describe(module, given).to_json()
        for ours, theirs in zip(found["layers"], wanted["layers"], strict=True):
            for key in ("output", "parameters", "macs", "receptive_field", "parameters_how", "size_how"):
                assert ours[key] == theirs[key], (ours["name"], key)
        assert (found["parameters"], found["macs"]) == (wanted["parameters"], wanted["macs"])
    assert module.training
    assert "conv_transpose(3, 2, stride=2)" in str(convscope.describe(module, (1, 15, 15)))


@pytest.mark.medium
def test_every_kind_of_network_goes_through_one_function(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(classifier())
    described: Any = convscope.describe(str(tmp_path / "net.onnx"))
    assert described.rows[0].name == "stem"
    assert convscope.describe("slides").to_json()["parameters"] == 274_570
    for wrong in ((nn.Linear(3, 2), None), (nn.Conv2d(3, 2, 1), (1, 4, 4)), (nn.Conv2d(1, 2, 1), torch.rand(4))):
        with pytest.raises(ConvscopeError):
            convscope.describe(*wrong)


def test_parts_of_a_split_read_what_was_split_and_three_reshapes_are_a_shuffle() -> None:
    module, x = Unit(), torch.rand(2, 1, 9, 9)
    found = steps(module, x)
    labels = [str(step.layer) if step.layer else step.label for step in found]
    assert labels[1:3] == ["channel_slice(0, 4)", "channel_slice(4, 8)"]
    assert [found[1].sources, found[2].sources] == [(0,), (0,)]
    assert labels[4:6] == ["concat", "channel_shuffle(2)"]
    assert sum(step.parameters for step in found) == sum(p.numel() for p in module.parameters())
    page = convscope.look(module, x)
    assert page.payload["proof"]["difference"] < 1e-5
    assert page.payload["figures"]["parameters"] == 80 + 16 + 45


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_a_convolution_that_pads_by_no_zeros_is_a_padding_and_a_convolution(mode: str) -> None:
    first = nn.Conv2d(1, 4, 3, stride=2, padding=(1, 2), padding_mode=mode)
    module = nn.Sequential(first, nn.ReLU(), nn.Flatten(), nn.LazyLinear(3))
    module(torch.rand(1, 1, 9, 8))
    nodes = convscope.look(module, torch.rand(2, 1, 9, 8)).payload["nodes"]
    assert [node["text"] for node in nodes[:2]] == [f'pad((1, 2), mode="{mode}")', "conv(4, 3, stride=2)"]
    assert (nodes[0]["parameters"], nodes[1]["parameters"]) == (0, 40)


def stochastic_depth(x: Tensor, p: float, mode: str, training: bool = True) -> Tensor:
    return x * 0 if training and float(x.sum()) > 1e9 else x


torch.fx.wrap("stochastic_depth")


class Deep(nn.Module):
    """A branch that training leaves out at times, as torchvision's EfficientNet has it."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Conv2d(1, 1, 3, padding=1), nn.Linear(16, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head((x + stochastic_depth(self.body(x), 0.2, "row", self.training)).flatten(1))


def test_a_branch_that_training_leaves_out_at_times_is_there_always_when_it_is_looked_at() -> None:
    described: Any = convscope.describe(Deep(), (1, 4, 4))
    assert [row.text for row in described.rows] == ["conv(1, 3, pad=1)", "add", "flatten", "fc(2)"]


class Attending(nn.Module):
    """Patches, attention over them, and a head: what a vision transformer is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.norm = nn.Conv2d(1, 8, 4, 4), nn.LayerNorm(8)
        self.attention, self.head = nn.MultiheadAttention(8, 2, batch_first=True), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.patches(x).flatten(2).transpose(1, 2))
        return self.head((x + self.attention(x, x, x, need_weights=False)[0])[:, 0])


def test_an_attention_is_one_box_with_its_name_and_parameters() -> None:
    module = Attending()
    described: Any = convscope.describe(module, (1, 12, 12))
    assert described.parameters == sum(p.numel() for p in module.parameters())
    by_name = {row.name: row for row in described.rows}
    box = by_name["attention"]
    assert (box.text, box.parameters, box.macs) == ("MultiheadAttention", 4 * 64 + 4 * 8, None)
    assert by_name["norm"].text == "layer_norm"  # over each token's numbers
    assert described.rows[0].macs == 8 * 9 * 16
    assert described.rows[-1].text == "fc(5)"
    page = convscope.look(module, torch.rand(2, 1, 12, 12))
    kinds = {node["name"]: node["kind"] for node in page.payload["nodes"]}
    assert (kinds["patches"], kinds["attention"], kinds["head"]) == ("conv", "opaque", "fc")
