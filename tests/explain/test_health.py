"""Faults that were planted are found, and nothing else; the page finds the same (browser/test_engine_figures.py)."""

from __future__ import annotations

import numpy as np
import torch

from convscope.evaluation.health import REMEDIES, STATES, BadWeights
from convscope.explain.health import health
from convscope.nn import Net
from tests.explain.nets import net_of, pixels

FORMULA = "conv(6, 3) + bn + relu + maxpool(2) + conv(4, 3) + tanh + fc(5) + relu + fc"


def faulty() -> Net:
    """A network whose conv1 has a dead map, a constant one and one that repeats the first, whose conv2 has a saturated
    map, and whose fc1 has a unit that is dead and one that is no number."""
    net = net_of(FORMULA)
    conv1, bn1, conv2, fc1 = (net.get_submodule(name) for name in ("conv1", "bn1", "conv2", "fc1"))
    with torch.no_grad():
        for part in (conv1.weight, conv1.bias, bn1.weight, bn1.bias, bn1.running_mean, bn1.running_var):  # type: ignore[union-attr]
            part[3] = part[0]  # type: ignore[index]
        bn1.bias[1] = -1000.0  # type: ignore[index]
        conv1.weight[2] = 0  # type: ignore[index]
        bn1.bias[2] = 5.0  # type: ignore[index]
        conv2.weight *= 0.02  # type: ignore[operator]
        conv2.bias *= 0.1  # type: ignore[operator]
        conv2.bias[1] = 100.0  # type: ignore[index]
        fc1.bias[0] = -1000.0  # type: ignore[index]
        fc1.weight[4, 0] = float("nan")  # type: ignore[index]
        fc1.weight[4, 1] = float("-inf")  # type: ignore[index]
    return net


def test_planted_faults_are_found_layer_by_layer() -> None:
    found = health(faulty(), pixels(12))
    layers = {layer.name: layer for layer in found.layers}
    assert [layer.after for layer in found.layers] == ["relu1", "tanh1", "relu2", "fc2"]
    assert layers["conv1"].units == ("linear", "dead", "constant", "duplicate", None, None)
    assert layers["conv1"].like == (-1, -1, -1, 0, -1, -1)
    assert layers["conv2"].units == (None, "saturated", None, None)
    assert layers["fc1"].units[0] == "dead"
    assert layers["fc1"].units[4] == "notfinite"
    assert set(layers["fc2"].units) == {"notfinite"}
    assert found.weights == (BadWeights("fc1.weight", 1, 1),)
    assert found.count("dead") == 1 + layers["fc1"].count("dead")
    assert set(REMEDIES) == set(STATES)


def test_a_sound_network_has_none() -> None:
    net, pictures = net_of("conv(5, 3) + tanh + fc(4) + leaky_relu + fc"), pixels(9)
    found = health(net, pictures)
    assert [found.count(state) for state in STATES] == [0] * 6
    assert found.weights == ()
    assert found.tells
    assert not health(net, pictures[:1]).tells


def test_equal_in_some_pictures_is_no_duplicate() -> None:
    """Two kernels that see different columns are alike only where the picture is."""
    net = net_of("conv(2, (1, 2), bias=False) + fc", (1, 4, 6))
    with torch.no_grad():
        net.get_parameter("conv1.weight").copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0]]).view(2, 1, 1, 2))
    even = np.full((3, 1, 4, 6), 7, np.uint8)
    assert health(net, even * np.arange(1, 4, dtype=np.uint8)[:, None, None, None]).layers[0].units == (
        None,
        "duplicate",
    )
    even[2, 0, 0, 3] = 9
    assert health(net, even * np.arange(1, 4, dtype=np.uint8)[:, None, None, None]).layers[0].units == (None, None)


def test_a_clip_from_zero_is_dead_below_it_and_saturated_above() -> None:
    net = net_of("conv(3, 3) + clip(0, 4) + fc")
    with torch.no_grad():
        net.get_parameter("conv1.bias").copy_(torch.tensor([0.0, -500.0, 500.0]))
    assert health(net, pixels(4)).layers[0].units[1:] == ("dead", "saturated")


def test_a_unit_whose_relu_never_closes_is_linear_and_no_fault() -> None:
    net, pictures = net_of("conv(4, 3) + bn + relu + conv(3, 3) + relu6 + conv(2, 1) + leaky_relu + fc"), pixels(6)
    with torch.no_grad():
        net.get_parameter("bn1.bias")[1] = 1000.0  # far above 0 everywhere
        net.get_parameter("conv1.weight")[3] = 0.0
        net.get_parameter("bn1.bias")[3] = 2000.0  # above 0 too, but the same everywhere
        net.get_parameter("conv2.weight").mul_(1e-6)
        net.get_parameter("conv2.weight")[1].mul_(20000)
        net.get_parameter("conv2.bias").copy_(torch.tensor([3.0, 6.0, -1.0]))
        sums = net.outputs(torch.from_numpy(pictures))[3][:, 1]
        net.get_parameter("conv2.bias")[1] += 6 - sums.median()
    found = health(net, pictures)
    outputs = net.outputs(torch.from_numpy(pictures))
    assert float(outputs[4].detach()[:, 1].max()) == 6  # up to its upper end, where it bends
    for layer, after, high in zip(found.layers[:2], (2, 4), (np.inf, 6), strict=True):
        flat = outputs[after].detach().movedim(1, 0).flatten(1)
        wanted = [bool(one.min() > 0 and one.max() < high and one.max() - one.min() > 1e-6 * one.max()) for one in flat]
        assert [unit == "linear" for unit in layer.units] == wanted
    assert found.layers[0].units[1] == "linear"
    assert found.layers[0].units[3] == "constant"
    assert found.layers[1].units == ("linear", None, "dead")
    assert "linear" not in found.layers[2].units
    assert 1 in found.layers[0].to_json()["linear"]  # type: ignore[operator]
