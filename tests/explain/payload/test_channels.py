"""How many patches the cards of a network keep: priced by shapes, before any picture is cut."""

from __future__ import annotations

from convscope.explain.payload.channels import ALL_PATCHES, CARD, PATCH, SHARE, patches_kept
from convscope.formula import parse, trace


def test_small_networks_keep_all() -> None:
    network = trace(parse("conv(4, 3) + relu + conv(8, 3) + fc"), (1, 28, 28))
    assert patches_kept(network, 9, 0) == {"conv1": 9, "conv2": 9, "fc1": 9}


def test_a_wide_network_of_large_pictures_keeps_those_of_its_first_layers() -> None:
    """Its last layers see whole pictures: nine at both ends of 4,000 channels would be two gigabytes."""
    network = trace(parse("conv(8, 3) + conv(16, 3, stride=2) + concat(gap, gap) + conv(4000, 1) + fc"), (3, 96, 96), 5)
    cards = sum(node.output[0] for node in network.nodes if node.layer.filters) * (CARD + 5 * SHARE)
    whole = 4 * (3 * 96 * 96 // 3)
    assert 4000 * 2 * 9 * (PATCH + whole) > 20 * ALL_PATCHES
    first, second = 8 * 2 * 6 * (PATCH + 4 * 9), 16 * 2 * 6 * (PATCH + 4 * 25)
    assert patches_kept(network, 9, cards + first + second) == {"conv1": 6, "conv2": 6, "conv3": 0, "fc1": 0}
    assert patches_kept(network, 9, cards + first + second - 1)["conv2"] == 4
    assert not any(patches_kept(network, 9, 0).values())


def test_no_more_of_a_patch_is_priced_than_the_picture_holds() -> None:
    network = trace(parse("conv(6000, 31, pad=15) + fc"), (1, 20, 30), 2)
    cards = 6002 * (CARD + 2 * SHARE)
    assert patches_kept(network, 90, cards + 6000 * 2 * 2 * (PATCH + 4 * 200))["conv1"] == 2
