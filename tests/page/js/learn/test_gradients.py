"""Random networks of every kind of layer: a pass in training and the gradient of every weight are torch's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from convscope.formula import Network, parse, trace
from convscope.formula.kinds import KINDS
from convscope.nn import Net, build, load_weights
from convscope.pictures.input_spec import InputSpec
from tests.corners import FEATURES, corners, features
from tests.formula.kinds.test_kinds import nodes
from tests.page.js.learn.node import Learner, page_nodes
from tests.reference import Weights, random_weights
from tests.strategies import networks

Array = np.ndarray[Any, Any]
TOLERANCE = 1e-4  # of a tensor's largest number
CONDITION = 30  # times torch's own error in float32, where that is more: bn of nearly alike numbers magnifies rounding
SMOOTHING = 0.1
# A kernel's row read as channels (rows.js), with rows apart, strides, and padding that differs on all sides.
ROWS = (
    ("conv(6, (3, 5), stride=(2, 1), pad=(1, 2, 0, 1), dilation=(2, 1)) + relu + fc", (1, 9, 8)),
    ("conv(5, (2, 3), stride=(1, 2), pad=(0, 1, 2, 0), dilation=(3, 1), bias=False) + tanh + fc", (3, 8, 9)),
    ("skip(conv(2, 3, pad=1)) + conv(3, (3, 2), dilation=(2, 1)) + fc", (2, 7, 6)),
)
# By tiles of 3×3 sums (tiles.js): whole and cut ones, padding of every kind, groups, several passes over the pictures.
TILES = (
    ('conv(16, 3, pad="same", bias=False) + bn + relu + fc', (8, 6, 6)),
    ("conv(24, 3, groups=2) + relu + conv(8, 3, pad=(0, 2, 3, 1)) + fc", (16, 8, 11)),
    ("conv(8, 1) + concat(conv(16, 3, pad=1), relu) + bn + conv(9, 3) + fc", (3, 7, 5)),
    ("conv(8, 1) + relu + conv(24, 3, pad=1) + relu + fc", (3, 28, 28)),  # a pass a group; cut tiles, more out than in
)


def without_dropout(network: Network) -> Any:
    """Return the nodes with every dropout's p as 0: what it draws is looked at alone."""
    made: Any = page_nodes(network)
    for node in made:
        if node["kind"] == "dropout":
            node["options"] = {"p": 0.0}
    return made


def torch_net(network: Network, weights: Weights, dtype: torch.dtype = torch.float64) -> Net:
    """Return the network in training."""
    net = load_weights(build(network, InputSpec(network.input)), weights).to(dtype).train()
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return net


def batch_of(network: Network, seed: int, count: int) -> tuple[Array, Array]:
    """Return what the first layer after a crop reads, float32 (N, C, H, W), and labels (N,)."""
    rng = np.random.default_rng(seed)
    first = network.nodes[0]
    shape = first.output if first.layer.name == "crop" else network.input
    return rng.standard_normal((count, *shape)).astype(np.float32), rng.integers(0, network.classes, count)


def assert_close(found: Array, wanted: Array, least: float, where: str, rough: Array | None = None) -> float:
    """Compare by the largest magnitude, at least `least`; return the difference. `rough` is torch's in float32."""
    size = max(float(np.abs(wanted).max()), least, 1e-30)  # a softmax of one channel lets no gradient through
    allowed = TOLERANCE
    if rough is not None:
        allowed = max(allowed, CONDITION * float(np.abs(rough.ravel() - wanted.ravel()).max() / size))
    difference = float(np.abs(found - wanted.ravel()).max() / size)
    assert difference <= allowed, f"{where}: differs by {difference:.1e} of its largest magnitude"
    return difference


@dataclass(frozen=True)
class TorchPass:
    """What torch makes of a batch in training: the loss, every output, every gradient and every buffer."""

    loss: float
    outputs: list[Array]
    gradients: dict[str, Array]
    buffers: dict[str, Array]

    @classmethod
    def of(cls, network: Network, weights: Weights, x: Array, labels: Array, dtype: torch.dtype) -> TorchPass:
        net = torch_net(network, weights, dtype)
        given = torch.from_numpy(x).to(dtype)
        crops = network.nodes[0].layer.name == "crop"
        outputs = [given] * crops + list(net._walk(given))
        loss = functional.cross_entropy(outputs[-1].flatten(1), torch.from_numpy(labels), label_smoothing=SMOOTHING)
        loss.backward()
        gradients = {name: p.grad.double().numpy() for name, p in net.named_parameters() if p.grad is not None}
        assert len(gradients) == len(list(net.parameters()))
        made = [one.detach().double().numpy() for one in outputs]
        return cls(loss.item(), made, gradients, {name: b.double().numpy() for name, b in net.named_buffers()})


def compare(learn: Learner, network: Network, seed: int, count: int, kernels: str) -> float:
    """Run one pass forward and backward here and there; return the largest difference."""
    weights = random_weights(network, seed)
    x, labels = batch_of(network, seed, count)
    wanted, rough = (TorchPass.of(network, weights, x, labels, dtype) for dtype in (torch.float64, torch.float32))
    found = learn.call(
        "gradients",
        nodes=without_dropout(network),
        tensors=weights,
        x=x,
        labels=labels,
        kernels=kernels,
        smoothing=SMOOTHING,
        batch=count + seed % 13,  # the memory may be laid out for more pictures
        training=True,
    )
    where = f"{network.plan} on {network.input}"
    spread = max(1e-5 * wanted.loss, CONDITION * abs(rough.loss - wanted.loss))
    assert found["loss"] == pytest.approx(wanted.loss, abs=spread)
    assert found["right"] == int((wanted.outputs[-1].reshape(count, -1).argmax(1) == labels).sum())
    worst = largest = 0.0
    for node, ours, theirs, single in zip(network.nodes, found["outputs"], wanted.outputs, rough.outputs, strict=True):
        largest = max(largest, float(np.abs(theirs).max()))
        worst = max(worst, assert_close(ours, theirs, largest / 1000, f"{node.name} of {where}", single))
    assert {name: tuple(shape) for name, shape in found["shapes"].items()} == {
        name: gradient.shape for name, gradient in wanted.gradients.items()
    }
    # Where bn undoes a bias or a factor before it, sums cancel and rounding is left: judged by the network's gradients.
    sizes = {name: float(np.abs(gradient).max()) for name, gradient in wanted.gradients.items()}
    whole = max(sizes.values(), default=0.0)
    for name, gradient in wanted.gradients.items():
        least, single = whole if sizes[name] < 1e-6 * whole else whole / 20, rough.gradients[name]
        worst = max(worst, assert_close(found["gradients"][name], gradient, least, f"{name} of {where}", single))
    for name, buffer in wanted.buffers.items():
        if name in found["buffers"]:
            worst = max(worst, assert_close(found["buffers"][name], buffer, 1e-3, f"{name} of {where}"))
    return worst


def bends_clearly(network: Network) -> bool:
    """Whether bn has enough numbers of each channel: of two that are nearly alike rounding decides the variance."""
    return all(node.output[1] * node.output[2] > 1 for node in network.nodes if node.layer.name == "bn")


@pytest.mark.medium
def test_every_gradient_is_torchs(learn: Learner, kernels: str) -> None:
    occurred: Counter[str] = Counter()
    worst = 0.0

    @settings(max_examples=120, deadline=None, derandomize=True, database=None)
    @given(networks(), st.integers(0, 2**31 - 1), st.integers(4, 19))
    def agree(network: Network, seed: int, count: int) -> None:
        nonlocal worst
        count = count if bends_clearly(network) else count + 12
        worst = max(worst, compare(learn, network, seed, count, kernels))
        occurred.update(set(features(network)))

    for seed, (network, _) in enumerate(corners()):
        worst = max(worst, compare(learn, network, seed, 11, kernels))
        occurred.update(set(features(network)))
    agree()
    print(f"{kernels}: largest difference {worst:.1e} of a tensor's largest magnitude")
    assert occurred.keys() >= FEATURES, f"never occurred: {sorted(FEATURES - occurred.keys())}"


@pytest.mark.parametrize(("formula", "shape"), ROWS)
@pytest.mark.medium
def test_a_kernels_rows_are_read_as_channels(
    learn: Learner, kernels: str, formula: str, shape: tuple[int, int, int]
) -> None:
    compare(learn, trace(parse(formula), shape, 3), 5, 11, kernels)


@pytest.mark.parametrize(("formula", "shape"), TILES)
@pytest.mark.medium
def test_3x3_kernels_go_by_tiles(learn: Learner, kernels: str, formula: str, shape: tuple[int, int, int]) -> None:
    whole = trace(parse(formula), shape, 3)
    for count in (5, 41):
        compare(learn, whole, count, 11, kernels)
    times = learn.call("tiled", nodes=page_nodes(whole), kernels=kernels)
    assert (times > 0) == (kernels != "plain")


@pytest.mark.parametrize("channels", [2, 4, 5, 6, 7, 9, 13, 17, 19, 20, 23])
@pytest.mark.medium
def test_any_number_of_channels_and_filters_may_be_left_over(learn: Learner, kernels: str, channels: int) -> None:
    formula = f"conv({channels - 1}, 3, stride=2) + conv({channels}, 2) + fc"
    compare(learn, trace(parse(formula), (channels, 7, 7), 3), channels, 11, kernels)


@pytest.mark.parametrize("formula", ["conv(8, 3, stride=2)", "conv(8, 3, dilation=2)", "conv(8, (3, 1))", "conv(7, 3)"])
def test_other_kernels_do_not_go_by_tiles(learn: Learner, formula: str) -> None:
    assert learn.call("tiled", nodes=page_nodes(trace(parse(formula + "+ fc"), (8, 9, 9), 3)), kernels="simd") == 0


def plainly(network: Network, weights: Weights, x: Array, labels: Array) -> dict[str, Any]:
    """Return what is asked of bench.js for a batch, in plain JavaScript."""
    return {"nodes": page_nodes(network), "tensors": weights, "x": x, "labels": labels, "kernels": "plain"}


def test_dropout_lets_through_what_it_sends_back(learn: Learner) -> None:
    network = trace(parse("dropout(0.3) + fc"), (2, 9, 8), 3)
    weights = random_weights(network, 1)
    x, labels = batch_of(network, 1, 40)
    asked = plainly(network, weights, x, labels)
    found = learn.call("gradients", **asked, smoothing=0, training=True)
    kept = found["outputs"][0].reshape(x.shape) / x
    assert np.isclose(kept, 0).mean() == pytest.approx(0.3, abs=0.03)
    np.testing.assert_allclose(kept[kept > 0.5], 1 / 0.7, rtol=1e-5)
    again = learn.call("gradients", **asked, smoothing=0, training=True)
    np.testing.assert_array_equal(found["outputs"][0], again["outputs"][0])
    measured = learn.call("gradients", **asked, smoothing=0, training=False)
    np.testing.assert_array_equal(measured["outputs"][0], x.ravel())


def test_dropout_sends_back_only_what_it_let_through(learn: Learner) -> None:
    network = trace(parse("conv(4, 3) + dropout(0.4) + fc"), (1, 6, 5), 3)
    weights = random_weights(network, 2)
    x, labels = batch_of(network, 2, 13)
    asked = plainly(network, weights, x, labels)
    found = learn.call("gradients", **asked, smoothing=0, training=True)
    net = torch_net(network, weights)
    maps = net.get_submodule("conv1")(torch.from_numpy(x).double())
    mask = torch.from_numpy(found["outputs"][1].reshape(maps.shape) != 0) / 0.6
    loss = functional.cross_entropy(net.get_submodule("fc1")((maps * mask).flatten(1)), torch.from_numpy(labels))
    loss.backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None
        assert_close(found["gradients"][name], parameter.grad.numpy(), 1e-6, name)


def test_a_network_that_is_measured_takes_running_statistics(learn: Learner) -> None:
    network = trace(parse("conv(4, 3) + bn + relu + fc + bn(eps=0.01)"), (1, 6, 5), 3)
    weights = random_weights(network, 3)
    x, labels = batch_of(network, 3, 9)
    asked = plainly(network, weights, x, labels)
    found = learn.call("gradients", **asked, smoothing=0, training=False)
    outputs = list(torch_net(network, weights).eval()._walk(torch.from_numpy(x).double()))
    for ours, theirs in zip(found["outputs"], outputs, strict=True):
        assert_close(ours, theirs.detach().numpy(), 1e-6, "output")
    for name, values in found["buffers"].items():
        np.testing.assert_array_equal(values, weights[name])


def test_each_kind_says_of_itself_what_python_says(learn: Learner) -> None:
    layers = [node.layer for kind in KINDS for _, node in nodes(kind)]
    kinds = [{"kind": layer.name, "options": layer.options()} for layer in layers]
    assert learn.call("homogeneous", kinds=kinds) == [layer.scales_along for layer in layers]
