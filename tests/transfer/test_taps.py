"""Taps: where a network is cut, the plan that comes of it, and the numbers that it gives, beside torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import adaptive_avg_pool2d

from convscope import pretrained
from convscope.formula import ZOO, parse, trace
from convscope.formula.zoo import usual
from convscope.modelfile import read
from convscope.nn import build, load_weights
from convscope.pictures.input_spec import InputSpec
from convscope.transfer.rows import TapRows
from convscope.transfer.start import Body
from convscope.transfer.taps import Tap, columns_of, endings, parts_of, taps_of, with_head

PLAN = "conv(4, 3, pad=1) + relu + maxpool(2) + skip(conv(4, 3, pad=1)) + conv(7, 3) + relu + conv(5, 1) + gap + fc"


def body(plan: str = PLAN, shape: tuple[int, int, int] = (1, 13, 11), seed: int = 0) -> Body:
    network = trace(parse(plan), shape, 3)
    spec = InputSpec(shape, (100.0,) * shape[0], (50.0,) * shape[0])
    return Body(network, spec, build(network, spec, seed).weights(), ("a", "b", "c"))


def test_a_network_is_tapped_where_it_is_narrow_and_at_its_end() -> None:
    network = body().network
    assert [one.node.name for one in endings(network)] == [
        "conv1",
        "relu1",
        "maxpool1",
        "add1",
        "conv3",
        "relu2",
        "conv4",
    ]
    assert taps_of(network) == (Tap(4, 4, 4), Tap(7, 1, 1))  # maps of 6×5 before conv(7, 3); its last of 4×3


def test_the_plan_has_a_branch_for_every_tap() -> None:
    taps = (Tap(7, 1, 1), Tap(4, 4, 4), Tap(4, 1, 1))
    assert str(with_head(parse(PLAN), taps)) == (
        "conv(4, 3, pad=1) + relu + maxpool(2) + skip(conv(4, 3, pad=1)) + concat(gap + flatten, "
        "adaptive_avgpool(4) + flatten, conv(7, 3) + relu + conv(5, 1) + gap + flatten) + fc"
    )
    assert str(with_head(parse(PLAN), (Tap(2, 2, 3),))) == (
        "conv(4, 3, pad=1) + relu + adaptive_avgpool((2, 3)) + flatten + fc"
    )


def test_the_numbers_are_torchs() -> None:
    whole, taps = body(), (Tap(4, 4, 4), Tap(2, 2, 3), Tap(7, 1, 1))
    pictures = np.random.default_rng(0).integers(0, 256, (5, 1, 13, 11), np.uint8)
    tapped = TapRows(whole, taps)
    rows = tapped.of(pictures)
    net = load_weights(build(whole.network, whole.spec), whole.weights).eval()
    with torch.inference_mode():
        made = dict(
            zip([node.name for node in whole.network.nodes], net.outputs(torch.from_numpy(pictures)), strict=True)
        )
    for tap, name in ((taps[0], "add1"), (taps[1], "relu1"), (taps[2], "conv4")):
        wanted = adaptive_avg_pool2d(made[name], (tap.rows, tap.columns)).flatten(1).numpy()
        np.testing.assert_allclose(rows[:, tapped.columns[tap]], wanted, atol=1e-5)
    assert sum(part.stop - part.start for part in tapped.columns.values()) == rows.shape[1]
    some = (taps[2], taps[1])  # in whatever order: that of the network with these alone
    np.testing.assert_array_equal(tapped.part(rows, some), TapRows(whole, some).of(pictures))


def test_repeated_chains_are_written_out_and_skips_stay_whole() -> None:
    plan = parse("(conv(4, 3) + relu)*2 + skip(conv(4, 3, pad=1))*3 + fc")
    assert list(map(str, parts_of(plan))) == ["conv(4, 3)", "relu"] * 2 + ["skip(conv(4, 3, pad=1))*3", "fc"]
    last = endings(trace(plan, (1, 13, 11), 3))[-1]
    assert (last.part, last.node.name) == (5, "add3")


@pytest.mark.parametrize("plan", ["fc(9) + relu + fc", "gap + fc"])
def test_a_network_without_maps_has_no_taps(plan: str) -> None:
    assert taps_of(trace(parse(plan), (1, 8, 8), 3)) == ()


@pytest.mark.parametrize("name", sorted(set(ZOO) - {"dense"}))
def test_every_named_plan_can_be_cut(name: str) -> None:
    input, classes = usual(name)
    network = trace(parse(ZOO[name][0]), input, classes)
    taps = taps_of(network)
    new = trace(with_head(network.plan, taps), input, 4)
    assert new.nodes[-1].inputs[0][0] == max(part.stop for part in columns_of(network, taps).values())
    names = {node.name for node in network.nodes if node.weights and node.layer.name != "fc"}
    assert {node.name for node in new.nodes if node.weights} - {"fc1"} <= names


def test_lite0_is_tapped_at_its_bottlenecks() -> None:
    network = trace(read(pretrained.path("lite0")).plan, (3, 96, 96), 1000)
    places = {one.part: one.node.output for one in endings(network)}
    assert [places[tap.part] for tap in taps_of(network)] == [
        (40, 12, 12),
        (80, 6, 6),
        (112, 6, 6),
        (192, 3, 3),
        (320, 3, 3),
        (1280, 3, 3),
    ]
