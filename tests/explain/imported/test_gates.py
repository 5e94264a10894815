"""Gates, norms and powers written by hand are layers where they are any, else a box after which the page goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as fun
from torch import Tensor, nn

import convscope
from tests.gates import SHAPE, WRITTEN, Net, exported


def kinds(payload: dict[str, Any]) -> list[str]:
    return [node["kind"] for node in payload["nodes"]]


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.medium
def test_what_is_written_by_hand(name: str, tmp_path: Path) -> None:
    x = torch.rand(2, *SHAPE)
    file = tmp_path / "net.onnx"
    file.write_bytes(exported(name))
    for network, pictures in ((Net(name).eval(), x), (file, x.numpy())):
        payload: Any = convscope.look(network, pictures).payload
        assert kinds(payload) == ["conv", "relu", *WRITTEN[name][1], "gap", "flatten", "fc"]
        assert payload["proof"]["difference"] < 1e-5


class Grouped(nn.Module):
    """Normalised in groups, by a function and by modules that learn nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.group, self.each = nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4, affine=False), nn.InstanceNorm2d(4)
        self.rows, self.head = nn.LayerNorm(4, elementwise_affine=False), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = fun.group_norm(self.each(self.group(self.conv(x))), 4, eps=0.1)
        return self.head(self.rows(x.amax((2, 3))))


def test_norms_without_weights_are_the_layers_with_ones_and_zeros() -> None:
    payload: Any = convscope.look(Grouped(), torch.rand(2, *SHAPE)).payload
    normed = ["group_norm", "group_norm", "group_norm"]
    assert kinds(payload) == ["conv", *normed, "maxpool", "flatten", "layer_norm", "fc"]
    assert payload["figures"]["parameters"] == 4 * 28 + 3 * 5
    assert payload["proof"]["difference"] < 1e-5


class Tracked(nn.Module):
    """Each map normalised by statistics that were gathered while training, by a module and by a function."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4, 3)
        self.each = nn.InstanceNorm2d(4, eps=0.1, affine=True, track_running_stats=True)
        self.register_buffer("mean", torch.rand(4))
        self.register_buffer("variance", torch.rand(4))

    def forward(self, x: Tensor) -> Tensor:
        x = fun.instance_norm(self.each(self.conv(x)), self.mean, self.variance, use_input_stats=False, eps=0.2)
        return self.head(x.amax((2, 3)))


def test_maps_normalised_by_gathered_statistics_are_normalised_as_a_batch() -> None:
    module = Tracked()
    module(torch.rand(9, *SHAPE))  # gathers
    with torch.no_grad():
        assert module.each.weight.uniform_(0.5, 2).std() > 0
    payload: Any = convscope.look(module.eval(), torch.rand(2, *SHAPE)).payload
    assert kinds(payload) == ["conv", "bn", "bn", "maxpool", "flatten", "fc"]
    assert [node["options"]["eps"] for node in payload["nodes"][1:3]] == [0.1, 0.2]
    assert payload["proof"]["difference"] < 1e-5


def test_a_gate_written_by_hand_can_be_followed_down_to_the_pixels() -> None:
    """It is a network that a formula says."""
    found = convscope.relevance(Net("view"), torch.rand(2, *SHAPE).numpy())
    kept = sum(step.bias + step.epsilon for step in found.steps)
    assert abs(found.score - found.picture.sum((1, 2, 3)) - kept).max() < 1e-6
