"""Relevance propagation against captum, against sums of whole numbers, and by what must hold in any network."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from convscope.errors import InputError, UsageError
from convscope.explain.relevance import RULES, Relevance, relevance
from convscope.formula.kinds import KINDS, Crop
from convscope.nn import Net, build, load_weights
from tests.explain.nets import net_of, pixels
from tests.reference import random_pictures, random_weights
from tests.strategies import networks, specs

PLANS = (
    "conv(4, 3) + relu + maxpool(2) + conv(5, 3) + relu + fc(6) + relu + fc",
    "conv(4, 3, stride=2, bias=False) + bn + relu + conv(6, 3, groups=2) + tanh + fc",
    "conv(6, 3) + bn + relu + conv(6, 3, groups=6) + relu + avgpool(2) + adaptive_avgpool(1) + fc",
)


class Chain(nn.Module):
    """A net's layers one after another, rows made without a module: captum knows no rule for one that does."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        named = ((node.name, net.get_submodule(node.name)) for node in net.network.nodes)
        self.layers = nn.ModuleList(module for name, module in named if not name.startswith("flatten"))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            if isinstance(layer, nn.Linear) and x.dim() == 4:
                x = x.flatten(1)
            x = layer(x)
        return x


def captums(net: Net, x: Tensor, classes: list[int], epsilon: float, gamma: float) -> np.ndarray[Any, Any]:
    from captum.attr import LRP
    from captum.attr._utils.lrp_rules import EpsilonRule, GammaRule

    chain = Chain(net).double().eval()
    for layer in chain.layers:
        if isinstance(layer, nn.MaxPool2d):
            layer.rule = EpsilonRule(1e-30)  # type: ignore[assignment]
        elif isinstance(layer, (nn.Conv2d, nn.Linear)) and gamma:
            layer.rule = GammaRule(gamma)  # type: ignore[assignment]
            layer.rule.STABILITY_FACTOR = epsilon  # type: ignore[union-attr]
        elif not isinstance(layer, (nn.ReLU, nn.Tanh)):
            layer.rule = EpsilonRule(epsilon)  # type: ignore[assignment]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = LRP(chain).attribute(x.requires_grad_(), target=torch.tensor(classes))
    return np.asarray(made.detach().numpy())


@pytest.mark.parametrize("epsilon", [1e-9, 0.3])
@pytest.mark.parametrize("formula", PLANS)
@pytest.mark.medium
def test_relevance_is_captums(formula: str, epsilon: float) -> None:
    net, pictures, classes = net_of(formula), pixels(4), [0, 1, 2, 1]
    x = (torch.from_numpy(pictures).double() - net.mean.double()) / net.std.double()
    wanted = captums(net, x, classes, epsilon, 0)
    found = relevance(net, pictures, classes, epsilon)
    np.testing.assert_allclose(found.picture, wanted, rtol=1e-5, atol=1e-6 * np.abs(wanted).max())


@pytest.mark.parametrize(("epsilon", "gamma"), [(1e-9, 0.25), (0.1, 1.0)])
def test_where_numbers_and_sums_are_above_0_gamma_is_captums(epsilon: float, gamma: float) -> None:
    """captum raises weights above 0, whatever the signs of what they meet."""
    net, pictures, classes = net_of(PLANS[0]), pixels(4), [0, 1, 2, 1]
    net.mean.zero_()
    net.spec = replace(net.spec, mean=(0.0,))
    for name, tensor in net.named_parameters():
        if name.startswith("fc"):  # the scores are the only sums that no ReLU keeps from being below 0
            tensor.data.abs_()
    x = torch.from_numpy(pictures).double() / net.std.double()
    wanted = captums(net, x, classes, epsilon, gamma)
    found = relevance(net, pictures, classes, epsilon, gamma)
    np.testing.assert_allclose(found.picture, wanted, rtol=1e-5, atol=1e-6 * np.abs(wanted).max())


def test_gamma_counts_what_has_the_sign_of_its_sum() -> None:
    """Unit by unit, product by product, with pictures, weights and sums of either sign."""
    net = net_of("fc(7) + tanh + fc", (1, 2, 3), 3)
    x, gamma, epsilon = pixels(5)[:, :, :2, :3], 0.5, 0.01
    found = relevance(net, x, 1, epsilon, gamma)
    scaled = ((torch.from_numpy(x) - net.mean) / net.std).double().flatten(1).numpy()
    weight, bias = (net.get_parameter(f"fc1.{name}").detach().double().numpy() for name in ("weight", "bias"))
    signs = set()
    for n, values in enumerate(scaled):
        wanted = np.zeros(6)
        for j, has in enumerate(found.nodes["fc1"][n]):
            products = weight[j] * values
            total = products.sum() + bias[j]
            counted = np.array([p * (1 + gamma) if p * total > 0 else p for p in products])
            raised = counted.sum() + bias[j]
            assert abs(raised) >= abs(total)
            wanted += counted / (raised + np.copysign(epsilon, total)) * has
            signs |= {(v > 0, total > 0) for v in values}
        np.testing.assert_allclose(found.picture[n].ravel(), wanted, rtol=1e-6, atol=1e-9)
    assert len(signs) == 4


def net_by_hand() -> Net:
    """Two pixels, 3 and 2, into two units and a score, all weights whole numbers."""
    net = net_of("fc(2) + relu + fc", (1, 1, 2), 2)
    with torch.no_grad():
        for name, weight in {
            "fc1.weight": [[2.0, -1.0], [1.0, 4.0]],
            "fc1.bias": [1.0, -1.0],
            "fc2.weight": [[3.0, 1.0], [-1.0, 2.0]],
            "fc2.bias": [-5.0, 0.0],
        }.items():
            net.get_parameter(name).copy_(torch.tensor(weight))
    net.mean, net.std = torch.zeros(1, 1, 1), torch.ones(1, 1, 1)
    net.spec = type(net.spec)((1, 1, 2), (0.0,), (1.0,))
    return net


def test_the_epsilon_rule_by_hand() -> None:
    """Units: 3·2 − 2·1 + 1 = 5 and 3·1 + 2·4 − 1 = 10; score 0: 5·3 + 10·1 − 5 = 20.

    So of 20 unit 1 has 15, unit 2 has 10, the bias keeps −5. Of the 15 pixel 1 has 6/5, pixel 2 −2/5, the bias 1/5:
    18, −6 and 3. Of the 10 they have 3/10, 8/10 and −1/10: 3, 8 and −1.
    """
    found = relevance(net_by_hand(), np.array([[[[3, 2]]]], np.uint8), 0, epsilon=0)
    assert found.score.tolist() == [20]
    np.testing.assert_allclose(found.nodes["fc1"], [[15, 10]])
    np.testing.assert_allclose(found.picture, [[[[21, 2]]]])
    np.testing.assert_allclose([s.bias[0] for s in found.steps if s.node.startswith("fc")], [-5, 2])
    np.testing.assert_allclose([s.carried[0] for s in found.steps if s.node.startswith("fc")], [25, 23])


def test_it_shows_scores_and_pixels_in_a_notebook() -> None:
    net, x = net_of(PLANS[0]), pixels(3)
    found = relevance(net, x, 1)
    text = found._repr_html_()
    assert "score " + ", ".join(f"{score:.4g}" for score in found.score) in text
    assert text.endswith(found.heat._repr_html_())
    np.testing.assert_array_equal(found.heat, found.picture.sum(1))


def test_what_epsilon_keeps_by_hand() -> None:
    """With ε = 5 the score's sum is 25: of 20 unit 1 has 15/25, unit 2 10/25, the bias −5/25, and ε keeps 5/25."""
    found = relevance(net_by_hand(), np.array([[[[3, 2]]]], np.uint8), 0, epsilon=5)
    np.testing.assert_allclose(found.nodes["relu1"], [[12, 8]])
    assert (found.steps[0].bias[0], found.steps[0].epsilon[0]) == pytest.approx((-4, 4))
    # unit 1: 5 + 5, of 12 pixel 1 has 6/10, pixel 2 −2/10; unit 2: 10 + 5, of 8 they have 3/15 and 8/15
    np.testing.assert_allclose(found.picture.ravel(), [7.2 + 1.6, -2.4 + 64 / 15])


def test_the_gamma_rule_by_hand() -> None:
    """With γ = 1 weights above 0 count twice: the score's sum is 5·6 + 10·2 − 5 = 45, unit 1's 3·4 − 2·1 + 1 = 11."""
    found = relevance(net_by_hand(), np.array([[[[3, 2]]]], np.uint8), 0, epsilon=0, gamma=1)
    np.testing.assert_allclose(found.nodes["fc1"], [[20 * 30 / 45, 20 * 20 / 45]])
    first, second = 20 * 30 / 45, 20 * 20 / 45
    np.testing.assert_allclose(
        found.picture.ravel(), [first * 12 / 11 + second * 6 / 21, -first * 2 / 11 + second * 16 / 21]
    )


@pytest.mark.parametrize("examples", [60, pytest.param(600, marks=(pytest.mark.slow, pytest.mark.long))])
@pytest.mark.medium
def test_nothing_is_lost_in_any_network(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(networks(), st.data(), st.integers(0, 2**32 - 1))
    def holds(network: Any, data: st.DataObject, seed: int) -> None:
        net = load_weights(build(network, data.draw(specs(network.input))), random_weights(network, seed)).eval()
        how = {"epsilon": data.draw(st.sampled_from([1e-6, 0.1])), "gamma": data.draw(st.sampled_from([0.0, 0.5]))}
        conserved(relevance(net, random_pictures(network, seed, 2), seed % network.classes, **how), str(network.plan))

    holds()


def conserved(found: Relevance, where: str) -> None:
    kept = np.zeros_like(found.score)
    size = np.abs(found.score)
    for step in found.steps:
        kept = kept + step.bias + step.epsilon
        size = np.maximum(size, np.abs(step.bias) + np.abs(step.arrives))
        assert (np.abs(step.carried + kept - found.score) <= 1e-7 * size).all(), (step.node, where)
    left = found.picture.sum((1, 2, 3))
    assert (np.abs(left - found.steps[-1].carried) <= 1e-7 * np.maximum(size, np.abs(found.picture).max())).all(), where


def test_a_gate_has_no_relevance_and_equal_signals_share_it() -> None:
    net, x = net_of("conv(4, 3) + se(2) + gap + fc"), pixels(2)
    found = relevance(net, x, 0)
    conserved(found, "se")
    gate = next(node for node in net.network.nodes if node.layer.name in ("sigmoid", "hardsigmoid"))
    assert not found.nodes[gate.name].any()
    signal = net.network.nodes[next(n for n in net.network.nodes if n.layer.name == "mul").sources[0]]
    assert np.abs(found.nodes[signal.name]).max() > 0


def test_batch_norm_is_as_if_it_were_in_the_convolution() -> None:
    net, x = net_of("conv(4, 3) + bn + relu + fc"), pixels(3)
    merged = net_of("conv(4, 3) + relu + fc")
    conv, bn = net.get_submodule("conv1"), net.get_submodule("bn1")
    with torch.no_grad():
        factor = bn.weight / (bn.running_var + bn.eps).sqrt()  # type: ignore[operator]
        merged.get_parameter("conv1.weight").copy_(conv.weight * factor[:, None, None, None])  # type: ignore[operator]
        merged.get_parameter("conv1.bias").copy_((conv.bias - bn.running_mean) * factor + bn.bias)  # type: ignore[operator]
        for name in ("fc1.weight", "fc1.bias"):
            merged.get_parameter(name).copy_(net.get_parameter(name))
    wanted = relevance(merged, x, 1, epsilon=1e-12).picture
    np.testing.assert_allclose(relevance(net, x, 1, epsilon=1e-12).picture, wanted, atol=1e-4 * np.abs(wanted).max())


def test_every_kind_has_a_rule() -> None:
    assert set(RULES) == set(KINDS)
    assert RULES[Crop] == "moved"


def test_the_net_is_left_as_it_was_and_faults_are_said() -> None:
    net, x = net_of("conv(4, 3) + relu + fc").train(), pixels(2)
    before = net.weights()
    relevance(net, x, [0, 1], gamma=0.5)
    assert net.training
    assert all((before[name] == value).all() for name, value in net.weights().items())
    for wrong in ({"epsilon": -1}, {"gamma": float("nan")}, {"gamma": 1e9}):
        with pytest.raises(UsageError, match="must be a number from 0 to 1,000"):
            relevance(net, x, 0, **wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        relevance(net, x, 7)
