"""Who moves what: by the parameter's role, and by what BatchNorm undoes."""

from __future__ import annotations

import pytest
import torch

from convscope.formula import parse, trace
from convscope.nn import build
from convscope.pictures.input_spec import InputSpec
from convscope.training.muon import Muon
from convscope.training.param_groups import initialised, normalised
from convscope.training.sgd import SGD
from convscope.training.state import State
from tests.toys import recipe, same, small, toy


def test_parameters_go_to_the_optimiser_of_their_role() -> None:
    net = small("conv(4, 3, bias=False) + bn + relu + conv(5, 3) + prelu + fc(6) + bn + relu + fc")
    state = State(net, recipe(optimiser="muon", filter_lr=0.2, lr=0.1, plain_lr=0.01, momentum=0.9, weight_decay=0.1))
    muon, decayed, rest = state.optimisers
    assert isinstance(muon, Muon)
    assert isinstance(decayed, SGD)
    assert isinstance(rest, SGD)
    assert list(muon.momentum_buffers) == ["conv1.weight"]
    assert list(decayed.momentum_buffers) == ["conv2.weight", "fc1.weight", "fc2.weight"]
    names = ["bn1.weight", "bn1.bias", "conv2.bias", "prelu1.weight", "fc1.bias", "bn2.weight", "bn2.bias", "fc2.bias"]
    assert list(rest.momentum_buffers) == names
    assert (muon.lr, decayed.lr, rest.lr, decayed.weight_decay, rest.weight_decay) == (0.2, 0.1, 0.1, 0.1, 0.0)
    plain = State(small(), recipe(optimiser="muon", filter_lr=0.2, lr=0.1, plain_lr=0.01))
    assert [type(o) for o in plain.optimisers] == [SGD, SGD]
    assert plain.peak_lr == 0.01


@pytest.mark.parametrize(
    ("formula", "free"),
    [
        ("conv(4, 3) + bn + relu + fc", "conv1"),
        (
            "conv(4, 3) + maxpool(2) + bn + relu + conv(3, 2) + relu + dropout(0.5) + avgpool(2) + bn + fc",
            "conv1 conv2",
        ),
        ("bn + conv(4, 3) + relu + conv(4, 3) + sigmoid + bn + fc", ""),
        ("conv(4, 3) + gap + flatten + bn + fc(3) + bn + fc", "conv1"),
        ("conv(4, 3) + skip(bn + conv(4, 1) + prelu + bn) + fc", "conv2"),  # the skip reads conv1 itself as well
        ("skip(conv(1, 3, pad=1)) + bn + fc", ""),
        ("conv(4, 3) + leaky_relu + skip(leaky_relu) + bn + fc", ""),
    ],
)
def test_filters_whose_length_batchnorm_undoes(formula: str, free: str) -> None:
    net = build(
        trace(parse(formula), (1, 8, 8), 3), InputSpec((1, 8, 8), (128.0,), (1.0,))
    ).train()  # large, so that BatchNorm's eps is nothing
    found = normalised(net.network)
    assert found == {f"{name}.weight" for name in free.split()}
    images, _ = toy()
    for node in net.network.nodes:
        if node.name.startswith("conv"):
            torch.manual_seed(0)
            before = net(images)
            with torch.no_grad():
                parameters = [net.get_parameter(f"{node.name}.{name}") for name, _ in node.weights]
                for p in parameters:
                    p.mul_(8)
                torch.manual_seed(0)
                after = net(images)
                for p in parameters:
                    p.div_(8)
            unchanged = bool((before - after).abs().max() < 0.02 * before.abs().max())
            assert unchanged or f"{node.name}.weight" not in found, node.name


def test_orthogonal_filters_are_orthogonal_and_others_torchs_own() -> None:
    formula = "conv(4, 3) + bn + conv(90, 3) + bn + relu + conv(3, 2) + fc"
    net, plain = small(formula), small(formula)
    assert initialised(net, recipe(), 3) is net
    assert same(net, plain)
    initialised(net, recipe(initial="orthogonal"), 3)
    for name in ("conv1", "conv2"):
        bank = net.get_parameter(f"{name}.weight").detach().flatten(1)
        short = bank @ bank.T if bank.shape[0] < bank.shape[1] else bank.T @ bank
        torch.testing.assert_close(short, torch.eye(len(short)), atol=1e-5, rtol=0)
    assert torch.equal(net.get_parameter("conv3.weight"), plain.get_parameter("conv3.weight"))
    assert torch.equal(net.get_parameter("conv1.bias"), plain.get_parameter("conv1.bias"))
    assert same(initialised(small(formula), recipe(initial="orthogonal"), 3), net)
    assert not same(initialised(small(formula), recipe(initial="orthogonal"), 4), net)
