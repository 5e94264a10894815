"""Capture: what flows through every layer, and that looking leaves no trace, after exceptions too."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from convscope.errors import InputError
from convscope.explain.capture import capture, untouched
from convscope.explain.features import feature_maps, scores
from tests.explain.nets import net_of, pixels
from tests.explain.zoo import Block, with_random_state


class Unruly(nn.Module):
    """A module whose forward draws, counts in a buffer, changes its mode and fails if asked."""

    count: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.norm = nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)
        self.register_buffer("count", torch.zeros(1))

    def forward(self, x: Tensor, fail: bool = False) -> Tensor:
        self.count += torch.rand(1) + random.random() + np.random.rand()
        self.train()
        x = self.norm(self.layer(x))
        if fail:
            raise RuntimeError("unruly")
        return x


@pytest.mark.parametrize("fail", [False, True])
def test_everything_is_as_before(fail: bool) -> None:
    module = Unruly()
    module.layer.eval()
    module.norm.weight.requires_grad_(False)
    module.layer.weight.grad = torch.ones_like(module.layer.weight)
    kept = module.layer.weight.grad
    handle = module.layer.register_forward_hook(lambda *_: None)
    before = {name: t.clone() for name, t in module.state_dict().items()}
    modes = [m.training for m in module.modules()]
    chance = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    try:
        with capture(module) as calls:
            module.requires_grad_(True)
            module(torch.rand(2, 1, 5, 5), fail).sum().backward()
    except RuntimeError as error:
        assert str(error) == "unruly"
    assert [call.name for call in calls] == ["layer", "norm"]
    assert all(torch.equal(t, before[name]) for name, t in module.state_dict().items())
    assert [m.training for m in module.modules()] == modes
    assert torch.equal(torch.get_rng_state(), chance[0])
    assert random.getstate() == chance[1]
    assert np.random.get_state()[1].tolist() == chance[2]
    assert module.layer.weight.grad is kept
    assert torch.equal(kept, torch.ones_like(kept))
    assert module.norm.weight.grad is None
    assert not module.norm.weight.requires_grad
    assert list(module.layer._forward_hooks) == [handle.id]
    assert not module.norm._forward_hooks


def test_a_layer_in_place_does_not_reach_what_was_captured() -> None:
    block = with_random_state(Block(1, 1)).eval()
    x = torch.rand(1, 1, 6, 6)
    with capture(block) as calls, torch.no_grad():
        made = block(x)
    assert [call.name for call in calls] == ["one", "relu", "two", "norm", "relu#2"]
    with torch.no_grad():
        torch.testing.assert_close(calls[0].output, block.one(x))
        torch.testing.assert_close(calls[1].output, block.one(x).relu())
        torch.testing.assert_close(calls[-1].output, made)
    assert float(calls[3].output.sub(calls[-1].output).abs().max()) > 0


def test_captured_tensors_carry_their_graph() -> None:
    module = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    with capture(module, ["0"]) as calls:
        out = module(torch.rand(4, 2))
    (gradient,) = torch.autograd.grad(out.sum(), calls[0].output)
    wanted = module[2].weight.expand(4, 3) * (calls[0].output > 0)
    torch.testing.assert_close(gradient, wanted)


def test_unknown_and_lazy_layers() -> None:
    with pytest.raises(InputError, match="no layer of this name, got nine"), capture(nn.Flatten(), ["nine"]):
        pass
    with pytest.raises(InputError, match="a lazy layer has no weights yet"), untouched(nn.LazyLinear(3)):
        pass


def test_maps_of_a_net_are_its_nodes_outputs() -> None:
    net, x = net_of("crop(9) + conv(4, 3) + skip(conv(4, 3, pad=1) + bn) + relu + fc(5) + dropout(0.5) + fc"), pixels(5)
    found = feature_maps(net, x)
    assert list(found) == [node.name for node in net.network.nodes]
    with torch.no_grad():
        for (name, got), wanted in zip(found.items(), net.outputs(torch.from_numpy(x)), strict=True):
            np.testing.assert_allclose(got, wanted.numpy(), rtol=1e-5, atol=1e-5, err_msg=name)
    assert list(feature_maps(net, x, ["relu1", "conv1"])) == ["conv1", "relu1"]
    np.testing.assert_allclose(scores(net, x), found["fc2"], rtol=1e-5, atol=1e-5)
    with pytest.raises(InputError, match=r"no layer of this name, got conv9, expected did you mean conv"):
        feature_maps(net, x, ["conv9"])


def test_maps_of_a_module_by_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    module, x = with_random_state(Block(1, 2)), torch.rand(7, 1, 6, 6)
    whole = feature_maps(module, x)
    monkeypatch.setattr("convscope.explain.batching.BATCH_NUMBERS", 36 * 256 * 2)  # two pictures at a time
    parts = feature_maps(module, x)
    assert list(parts) == list(whole)
    for name in whole:
        assert len(parts[name]) == 7
        np.testing.assert_allclose(parts[name], whole[name], rtol=1e-5, atol=1e-6)
