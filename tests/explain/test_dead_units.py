"""Dead, saturated and always-on channels: counted against the maps themselves, described in words."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convscope.errors import InputError
from convscope.evaluation.health import activation_after, places
from convscope.explain import dead_units
from convscope.explain.features import feature_maps
from tests.explain.nets import net_of, pixels


def test_shares_are_those_of_the_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    net = net_of("conv(4, 3) + bn + relu + maxpool(2) + conv(3, 3) + sigmoid + fc(6) + dropout(0.5) + tanh + fc")
    x, labels = pixels(10), np.array([0, 0, 0, 1, 1, 0, 1, 1, 1, 0])
    found = feature_maps(net, x)
    monkeypatch.setattr("convscope.explain.batching.BATCH_NUMBERS", 4000)
    counted = dead_units.count_activity(net, x, labels)
    assert {name: figures.after for name, figures in counted.items()} == {
        "conv1": "relu1",
        "conv2": "sigmoid1",
        "fc1": "tanh1",
        "fc2": "fc2",
    }
    for figures in counted.values():
        threshold = 0.5 if figures.after == "sigmoid1" else 0.0
        above = (found[figures.after] > threshold).reshape(10, len(figures.active), -1)
        np.testing.assert_allclose(figures.active, above.mean((0, 2)))
        for k in (0, 1):
            np.testing.assert_allclose(figures.by_class[:, k], above[labels == k].mean((0, 2)))
        assert np.isnan(figures.by_class[:, 2]).all(), "there is no picture of class 2"


def test_states_of_channels_that_were_made_so() -> None:
    net, x = net_of("conv(3, 3) + relu + conv(2, 3) + tanh + fc"), pixels(20)
    with torch.no_grad():
        net.get_submodule("conv1").bias.copy_(torch.tensor([-1e4, 1e4, 0.0]))
        net.get_submodule("conv2").weight[0] = 0
        net.get_submodule("conv2").bias[0] = 9.0  # tanh(9) is within 1e-7 of 1
        net.get_submodule("conv2").weight[1] *= 1e-7
        net.get_submodule("conv2").bias[1] = 0.5
    counted = dead_units.count_activity(net, x)
    assert counted["conv1"].state[:2] == ("dead", "always-on")
    assert counted["conv2"].state == ("saturated", "ok")
    first, second = dead_units.find_units(counted)
    assert (first.layer, first.channel, first.state, first.active, first.pictures) == ("conv1", 0, "dead", 0.0, 20)
    assert first.words == (
        "conv1, channel 0: always 0 after its ReLU, so no gradient reaches it and it cannot learn any more "
        "(counted over 20 pictures)"
    )
    assert "leaky_relu" in first.remedy
    assert (second.layer, second.channel, second.state) == ("conv2", 0, "saturated")
    assert [u.channel for u in dead_units.find_units(counted, ["always-on"])] == [1]


def test_which_node_answers() -> None:
    network = net_of("conv(2, 3) + bn + maxpool(2) + relu + skip(conv(2, 3, pad=1)) + relu + gap + fc").network
    names = [node.name for node in network.nodes]
    assert names[activation_after(places(network), names.index("conv1"))] == "relu1"
    assert names[activation_after(places(network), names.index("conv2"))] == "conv2", (
        "a sum with another is not its own answer"
    )
    assert names[activation_after(places(network), names.index("fc1"))] == "fc1"


def test_labels_that_do_not_fit() -> None:
    net = net_of("conv(2, 3) + relu + fc")
    for labels in (np.zeros(3, int), np.full(4, 3), np.full(4, -1)):
        with pytest.raises(InputError, match="labels and pictures do not fit"):
            dead_units.count_activity(net, pixels(4), labels)
