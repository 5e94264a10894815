"""The patches of a channel against a search through every place of every picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convscope.errors import InputError
from convscope.explain.features import feature_maps
from convscope.explain.patches import extremes
from convscope.explain.receptive import crop, node_index, receptive_box
from convscope.formula import seen
from tests.explain.nets import net_of, pixels


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ("conv(3, 3) + relu + maxpool(2) + conv(4, 2, pad=1) + fc", "conv2"),
        ("conv(3, 3, pad=2, dilation=2, stride=2) + relu + fc", "conv1"),
        ("conv(2, 3, pad=3) + fc", "conv1"),
        ("conv(3, 3) + gap + fc(5) + relu + fc", "fc1"),
    ],
)
@pytest.mark.medium
def test_extremes_by_search(formula: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    net, x = net_of(formula), pixels(9)
    x[4] = x[2]  # equal values: the earlier picture comes first
    monkeypatch.setattr("convscope.explain.batching.BATCH_NUMBERS", 4000)  # several batches
    top, bottom = extremes(net, x, name, keep=4)
    index = node_index(net.network, name)
    made = feature_maps(net, x, [name])[name].reshape(9, net.network.nodes[index].output[0], -1)
    columns = 1 if net.network.nodes[index].flat else net.network.nodes[index].output[2]
    for sign, found in ((1, top), (-1, bottom)):
        for channel, got in enumerate(found):
            best = []
            for i in range(9):
                places = [
                    (sign * float(made[i, channel, p]), -p)
                    for p in range(made.shape[2])
                    if seen(
                        net.network, index, (channel, 0) if columns == 1 and made.shape[2] == 1 else divmod(p, columns)
                    )
                ]
                value, p = max(places)
                best.append((-value, i, -p))
            wanted = sorted(best)[:4]
            assert [p.index for p in got] == [i for _, i, _ in wanted]
            np.testing.assert_allclose([p.value for p in got], [-sign * v for v, _, _ in wanted], rtol=1e-5)
            for patch, (_, i, p) in zip(got, wanted, strict=True):
                if made.shape[2] > 1:
                    assert patch.at == divmod(p, columns)
                t, left, b, r = patch.box
                np.testing.assert_array_equal(patch.picture, x[i, :, t : b + 1, left : r + 1])
                assert patch.box == seen(net.network, index, (channel, 0) if made.shape[2] == 1 else patch.at)


def test_places_that_see_padding_alone_do_not_count() -> None:
    """With weights below 0 and bright pictures the largest sum is the empty one, in the corner where nothing is
    read."""
    net = net_of("conv(2, 3, pad=3) + fc")
    with torch.no_grad():
        net.get_submodule("conv1").weight.copy_(-net.get_submodule("conv1").weight.abs() - 0.1)
    x = pixels(3) // 2 + 100
    top, _ = extremes(net, x, "conv1")
    made = feature_maps(net, x, ["conv1"])["conv1"]
    for channel, found in enumerate(top):
        assert len(found) == 3
        for patch in found:
            assert patch.value < made[patch.index, channel].max() == made[patch.index, channel, 0, 0]
            assert patch.picture.size > 0


def test_boxes_by_hand() -> None:
    network = net_of("conv(2, 3) + maxpool(2) + fc", (1, 8, 8)).network
    assert receptive_box(network, "conv1", (2, 3)) == (2, 3, 4, 5)
    assert receptive_box(network, "maxpool1", (1, 2)) == (2, 4, 5, 7)
    assert receptive_box(network, "fc1", (1, 0)) == (0, 0, 7, 7)
    picture = np.arange(64).reshape(1, 8, 8)
    np.testing.assert_array_equal(crop(picture, (2, 4, 3, 5)), [[[20, 21], [28, 29]]])
    with pytest.raises(InputError, match=r"maxpool1: no such unit, got \(3, 0\), expected a row below 3"):
        receptive_box(network, "maxpool1", (3, 0))
    with pytest.raises(InputError, match="no layer of this name, got relu1"):
        receptive_box(network, "relu1")


def test_behind_a_concat_each_channel_shows_what_its_own_branch_sees() -> None:
    branches = "concat(conv(1, (1, 3), pad=(0, 1)), conv(1, (5, 1), pad=(2, 0)))"
    net, x = net_of(f"{branches} + conv(2, 1, groups=2) + gap + fc"), pixels(5)
    index = node_index(net.network, "conv3")
    wide, high = extremes(net, x, "conv3", keep=5)[0]
    assert {patch.picture.shape[1] for patch in wide} == {1}
    assert {patch.picture.shape[2] for patch in high} == {1}
    for channel, found in enumerate((wide, high)):
        assert [patch.box for patch in found] == [seen(net.network, index, patch.at, channel) for patch in found]
