"""The torch module: what torch itself would build, with names that hold."""

import copy
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import nn

from convscope.errors import InputError, PlanError
from convscope.formula import Network, parse, trace
from convscope.nn import Net, build, load_weights, with_weights
from convscope.pictures.input_spec import InputSpec
from tests.strategies import networks

SLIDES = "[(conv(16, 5) + relu)*2 + maxpool(2)] + fc"


def net_of(formula: str, shape: tuple[int, int, int] = (1, 28, 28), seed: int = 0, classes: int = 10) -> Net:
    return build(trace(parse(formula), shape, classes), InputSpec(shape), seed)


def pictures(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))


def test_the_weights_are_those_of_torchs_own_sequence() -> None:
    torch.manual_seed(7)
    rows = 16 * 10 * 10
    own = nn.Sequential(
        nn.Conv2d(1, 16, 5),
        nn.ReLU(),
        nn.Conv2d(16, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.BatchNorm2d(16),
        nn.PReLU(),
        nn.Flatten(),
        nn.Linear(rows, 10),
    )
    net = net_of("(conv(16, 5) + relu)*2 + maxpool(2) + bn + prelu + fc", seed=7)
    ours, theirs = list(net.parameters()), list(own.parameters())
    assert len(ours) == len(theirs)
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
    x = pictures(5, 1, 28, 28)
    assert torch.equal(net(x), own(x / 255))


def test_building_leaves_the_random_state_alone() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    net_of("fc", seed=5)
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.equal(net_of("fc", seed=5).fc1.weight, net_of("fc", seed=6).fc1.weight)


@given(networks())
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@pytest.mark.medium
def test_names_and_shapes_are_the_networks(network: Network) -> None:
    net = build(network, InputSpec(network.input))
    wanted = {f"{node.name}.{name}": shape for node in network.nodes for name, shape in node.weights + node.buffers}
    assert {name: tuple(t.shape) for name, t in net.state_dict().items()} == wanted
    assert sum(p.numel() for p in net.parameters()) == network.parameters


@given(networks())
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@pytest.mark.medium
def test_forward_is_the_last_of_the_outputs(network: Network) -> None:
    net = build(network, InputSpec(network.input)).eval()
    x = pictures(2, *network.input)
    outputs = net.outputs(x)
    assert [tuple(y.shape[1:]) for y in outputs] == [n.output[:1] if n.flat else n.output for n in network.nodes]
    assert torch.equal(net(x), outputs[-1].flatten(1))
    assert net(x).shape == (2, network.classes)


def test_an_end_that_is_no_score_is_refused() -> None:
    with pytest.raises(PlanError, match=r"got 16 maps of 24×24, expected 10 scores"):
        net_of("conv(16, 5)")


@pytest.mark.parametrize("shape", [(1, 28, 28), (2, 3, 28, 28), (2, 1, 28, 27), (2, 1, 20, 20)])
def test_pictures_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"expected \(N, 1, 28, 28\)"):
        net_of("crop(24) + fc")(torch.zeros(shape))


# Scaling and cropping


def test_pictures_are_scaled_in_float32_whatever_they_are() -> None:
    spec = InputSpec((2, 3, 4), (10.0, 20.0), (2.0, 4.0))
    net = build(trace(parse("fc"), (2, 3, 4), 2), spec)
    x = pictures(3, 2, 3, 4)
    wanted = np.stack([(x[:, 0].numpy() - 10.0) / 2, (x[:, 1].numpy() - 20.0) / 4], axis=1).astype(np.float32)
    for given_as in (x, x.float(), x.to(torch.int64)):
        assert net.prepare(given_as).dtype == torch.float32
        np.testing.assert_array_equal(net.prepare(given_as).numpy(), wanted)


def test_evaluation_crops_the_middle_the_odd_pixel_left_below_and_right() -> None:
    net = net_of("crop((3, 2)) + fc", (1, 6, 5)).eval()
    x = pictures(2, 1, 6, 5)
    assert torch.equal(net.prepare(x), x[:, :, 1:4, 1:3] / 255)
    assert torch.equal(net.outputs(x)[0], x[:, :, 1:4, 1:3] / 255)


def test_training_crops_every_place_equally_often_and_each_picture_on_its_own() -> None:
    net = net_of("crop((3, 2)) + fc", (1, 5, 4)).train()
    torch.manual_seed(0)
    one = torch.arange(20, dtype=torch.uint8).view(1, 1, 5, 4).expand(9000, 2, 5, 4)
    cropped = net.crop1(one)
    places = Counter(cropped[:, 0, 0, 0].tolist())
    assert sorted(places) == [r * 4 + c for r in range(3) for c in range(3)]
    assert all(abs(n - 1000) < 150 for n in places.values())
    first = cropped[:, :1, :1, :1]
    window = torch.tensor([[0, 1], [4, 5], [8, 9]], dtype=torch.uint8)
    assert torch.equal(cropped, (first + window).expand(-1, 2, -1, -1))


def test_the_same_seed_crops_the_same() -> None:
    net = net_of("crop(20) + fc").train()
    x = pictures(8, 1, 28, 28)
    torch.manual_seed(3)
    one = net(x)
    torch.manual_seed(3)
    assert torch.equal(net(x), one)
    assert not torch.equal(net(x), one)


@pytest.mark.parametrize("training", [True, False])
def test_cropped_pictures_pass_through(training: bool) -> None:
    net = net_of("crop(20) + fc").train(training)
    x = pictures(2, 1, 20, 20)
    assert torch.equal(net.prepare(x), x / 255)


# Weights out and in


def test_weights_out_and_in_again() -> None:
    one, other = (net_of("conv(4, 3) + bn + skip(conv(4, 3, pad='same') + prelu) + fc", seed=s) for s in (0, 1))
    one.train()(pictures(4, 1, 28, 28))  # moves the running statistics
    x = pictures(3, 1, 28, 28)
    assert not torch.equal(one.eval()(x), other.eval()(x))
    assert torch.equal(load_weights(other, one.weights())(x), one(x))


def test_weights_are_copies_in_float32_also_of_a_bf16_channels_last_net() -> None:
    net = net_of("conv(4, 3) + conv(4, 3) + bn + fc").to(torch.bfloat16, memory_format=torch.channels_last)
    weights = net.weights()
    assert all(w.dtype == np.float32 and w.flags.c_contiguous and w.flags.owndata for w in weights.values())
    weights["conv1.weight"][:] = 0
    assert net.conv1.weight.abs().sum() > 0


def test_weights_of_another_network_are_refused_and_named() -> None:
    net = net_of("conv(4, 3) + fc")
    good = net.weights()
    with pytest.raises(InputError, match=r"fc1\.bias in one of them only"):
        load_weights(net, {k: v for k, v in good.items() if k != "fc1.bias"})
    with pytest.raises(InputError, match=r"bn1\.weight in one"):
        load_weights(net, good | {"bn1.weight": good["fc1.bias"]})
    with pytest.raises(InputError, match=r"conv1.bias has another shape, got \(10,\), expected \(4,\)"):
        load_weights(net, good | {"conv1.bias": good["fc1.bias"]})


def test_a_state_dict_and_a_deep_copy_load_too() -> None:
    net = net_of("conv(4, 3) + bn + fc", seed=1)
    other = net_of("conv(4, 3) + bn + fc", seed=2)
    other.load_state_dict(net.state_dict())
    x = pictures(2, 1, 28, 28)
    assert torch.equal(copy.deepcopy(net).eval()(x), other.eval()(x))


def test_a_copy_has_the_weights_that_are_given_and_the_others_of_its_own() -> None:
    net = net_of("conv(3, 3) + bn + relu + fc").train()
    own, given = net.weights(), {"fc1.weight": np.full(net.get_submodule("fc1").weight.shape, 0.5), "other": np.ones(1)}
    copied = with_weights(net, given)
    assert not copied.training
    assert net.training
    for name, array in copied.weights().items():
        assert np.array_equal(array, given.get(name, own[name]))
    assert all(np.array_equal(array, own[name]) for name, array in net.weights().items()), "the first is left as it was"
    alone = with_weights(net.get_submodule("fc1"), given, "fc1")
    assert torch.equal(alone.state_dict()["weight"], torch.full_like(alone.state_dict()["weight"], 0.5))
    assert np.array_equal(alone.state_dict()["bias"].numpy(), own["fc1.bias"])


# Training


def test_batchnorm_learns_torchs_statistics_of_maps_and_of_rows() -> None:
    net, own = (
        net_of("bn + fc(6) + bn + fc", (2, 3, 4)).train(),
        nn.Sequential(nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(24, 6), nn.BatchNorm1d(6), nn.Linear(6, 10)),
    )
    with torch.no_grad():
        for ours, theirs in zip(net.parameters(), own.parameters(), strict=True):
            theirs.copy_(ours)
    x = pictures(9, 2, 3, 4)
    assert torch.equal(net(x), own(x / 255))
    assert torch.equal(net.bn1.running_var, own[0].running_var)
    assert torch.equal(net.bn2.running_mean, own[3].running_mean)


@pytest.mark.parametrize(
    "formula", [SLIDES, "crop(24) + conv(8, 3) + bn + skip(conv(8, 3, pad='same') + skip(relu)) + prelu + gap + fc"]
)
def test_bf16_and_channels_last_train(formula: str) -> None:
    net = net_of(formula).to(memory_format=torch.channels_last).train()
    with torch.autocast("cpu", torch.bfloat16):
        loss = nn.functional.cross_entropy(net(pictures(6, 1, 28, 28)), torch.arange(6))
    loss.backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())


def test_a_gradient_reaches_a_float_picture() -> None:
    x = pictures(2, 1, 28, 28).float().requires_grad_()
    net_of(SLIDES).eval()(x).sum().backward()
    assert x.grad is not None
    assert x.grad.abs().sum() > 0


def test_skips_have_the_gradient_of_the_sum_written_out() -> None:
    net = net_of("conv(3, 3) + skip(conv(3, 3, pad='same') + tanh + skip(relu)) + fc", (1, 7, 6))
    x = pictures(2, 1, 7, 6)
    a = net.conv1(net.prepare(x))
    t = torch.tanh(net.conv2(a))
    wanted = torch.autograd.grad(net.fc1((a + (t + torch.relu(t))).flatten(1)).square().sum(), net.conv1.weight)
    assert torch.equal(torch.autograd.grad(net(x).square().sum(), net.conv1.weight)[0], wanted[0])


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_flattened_maps_gradient_is_torchs_in_the_maps_own_layout(layout: torch.memory_format) -> None:
    net = build(trace(parse("conv(3, 2) + relu + flatten + fc"), (2, 6, 8), 4), InputSpec((2, 6, 8)))
    x = torch.randn(5, 3, 5, 7).to(memory_format=layout).requires_grad_()
    factors = torch.randn(5, 3 * 5 * 7)
    flat = net.get_submodule("flatten1")(x)
    assert torch.equal(flat, x.flatten(1))
    (ours,) = torch.autograd.grad((flat * factors).sum(), x)
    (theirs,) = torch.autograd.grad((x.flatten(1) * factors).sum(), x)
    assert torch.equal(ours, theirs)
    assert ours.is_contiguous(memory_format=layout)
