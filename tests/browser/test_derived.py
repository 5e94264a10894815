"""What the page derives from a network's numbers, on random plans: terms, receptive boxes, gradients, saliency."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from selenium import webdriver
from torch.nn import functional

from convscope.errors import InputError
from convscope.explain import saliency
from convscope.explain.relevance import relevance
from convscope.formula import ConvTranspose, Network, Position, Tokens
from convscope.formula.geometry import Patch, Source
from convscope.formula.kinds import KINDS, Clip
from convscope.formula.network import PICTURE
from convscope.formula.receptive_pixels import seen
from convscope.nn import Net, build, load_weights
from convscope.pictures.input_spec import InputSpec
from tests.browser.engine_page import EnginePage, numbers
from tests.corners import corners, features
from tests.reference import Weights, in_float64, random_pictures, random_weights
from tests.strategies import networks, specs

pytestmark = pytest.mark.browser
NAMES = {kind.name for kind in KINDS}
Array = np.ndarray[Any, Any]
Calls = list[tuple[object, ...]]
Check = Generator[Calls, list[Any], None]  # says what it wants of the page, and is sent it


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("engine"))


@pytest.mark.parametrize("examples", [50, pytest.param(1000, marks=(pytest.mark.slow, pytest.mark.long))])
def test_what_is_derived_from_the_numbers(page: EnginePage, examples: int) -> None:
    occurred: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(networks(max_channels=3, max_size=9), st.data(), st.integers(0, 2**32 - 1))
    def agree(network: Network, data: st.DataObject, seed: int) -> None:
        check(network, data.draw(specs(network.input)), seed)

    def check(network: Network, spec: InputSpec, seed: int) -> None:
        weights, picture = random_weights(network, seed), random_pictures(network, seed, 1)
        net = in_float64(network, spec, weights)
        rng = np.random.default_rng(seed)
        checks = [
            check_terms(network, net, picture, rng),
            check_seen(network, rng),
            check_reading(network, rng),
            check_gradients(network, net, picture, int(rng.integers(network.classes))),
            check_learned(network, net, picture, rng),
            check_relevance(network, spec, weights, picture, rng),
        ]
        if rng.integers(5) == 0:  # hundreds of forward passes in torch
            checks.append(check_occlusion(network, spec, weights, picture, rng))
        page.load(network, spec, weights)
        answer(page, [("forward", picture[0].ravel().tolist())], checks)
        occurred.update(set(features(network)))

    for seed, (network, spec) in enumerate(corners()):
        check(network, spec, seed)
    agree()
    assert occurred.keys() >= NAMES, f"never occurred: {sorted(NAMES - occurred.keys())}"


def answer(page: EnginePage, first: Calls, checks: Sequence[Check]) -> None:
    """Ask the page once for what all the checks want to know, and give each its answers."""
    wishes = [next(check) for check in checks]
    found = iter(page.ask([*first, *(call for wish in wishes for call in wish)])[len(first) :])
    for check, wish in zip(checks, wishes, strict=True):
        with contextlib.suppress(StopIteration):
            check.send([next(found) for _ in wish])


def made_by_torch(net: Net, picture: Array) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Return the scaled picture and every node's output in float64, joined by a graph."""
    scaled = ((torch.from_numpy(picture).double() - net.mean) / net.std).requires_grad_()
    return scaled, net.outputs(scaled * net.std + net.mean)


def check_terms(network: Network, net: Net, picture: Array, rng: np.random.Generator) -> Check:
    """Every term is the number its origin names, the products are values × weights, and together they are the
    output."""
    scaled, made = made_by_torch(net, picture)
    outputs = [y.detach().numpy().reshape(node.output) for y, node in zip(made, network.nodes, strict=True)]
    outputs.append(scaled.detach().numpy()[0])  # at −1
    places = [
        [i, *(int(rng.integers(n)) for n in node.output)] for i, node in enumerate(network.nodes) for _ in range(2)
    ]
    (found,) = yield [("terms", places)]
    for place, terms in zip(places, found, strict=True):
        where = f"{network.nodes[place[0]].name} at {place[1:]} of {network.plan}"
        wanted = float(outputs[place[0]][tuple(place[1:])])
        near = {"rtol": 1e-9, "atol": 1e-9, "err_msg": where}
        np.testing.assert_allclose(terms["total"], wanted, **near)
        for part in terms["parts"]:
            values, products = numbers(part["values"]), numbers(part["products"])
            for value, inside, origin in zip(values, part["inside"], part["origins"], strict=True):
                assert (origin is not None) == bool(inside), where
                at = origin and outputs[origin["node"]][origin["channel"], origin["y"], origin["x"]]
                np.testing.assert_allclose(value, at or 0.0, **near)
            weights = numbers(part["weights"]) if part["weights"] else np.ones(len(values))
            np.testing.assert_allclose(products, values * weights, **near)
        np.testing.assert_allclose(total_of(terms, net), wanted, **near)


def total_of(terms: dict[str, Any], net: Net) -> float:
    """Put the terms of one output value together again, as its kind says; an activation's with torch's own function."""
    n, kind = terms["numbers"], terms["kind"]
    inside = [v for p in terms["parts"] for v, there in zip(numbers(p["products"]), p["inside"], strict=True) if there]
    match kind:
        case "conv" | "fc" | "conv_transpose":
            assert np.isclose(n["sum"], sum(p["subtotal"] for p in terms["parts"]), rtol=1e-9, atol=1e-12)
            return float(sum(inside) + n["bias"])
        case "avgpool" | "adaptive_avgpool" | "gap":
            return float(sum(inside) / n["divisor"])
        case "maxpool":
            assert numbers(terms["parts"][0]["values"])[n["winner"]] == max(inside)
            return float(max(inside))
        case "bn" | "group_norm" | "layer_norm":
            assert np.isclose(n["normalised"], (n["x"] - n["mean"]) / np.sqrt(n["variance"] + n["eps"]))
            return float(n["normalised"] * n["weight"] + n["bias"])
        case "softmax" | "log_softmax":
            share = np.exp(n["x"]) / np.exp(inside).sum()
            return float(share if kind == "softmax" else np.log(share))
        case "add":
            assert len(inside) == 2
        case "lrn":
            np.testing.assert_allclose(n["squares"], sum(inside))
            return float(n["x"] * (n["k"] + n["alpha"] / n["around"] * sum(inside)) ** -n["beta"])
        case "scale":
            return float(n["x"] * n["weight"] + n["bias"])
        case "position":
            return float(n["x"] + n["bias"])
        case "pad" | "upsample" | "tokens":
            assert len(inside) in (0, 1, 2, 4)
            return float(sum(inside)) if inside else float(n["x"])
        case "channel_shuffle" | "channel_slice":
            assert len(inside) == 1
        case "mul":
            assert len(inside) == 2
            return float(np.prod(inside))
        case "prelu":
            slopes = net.get_submodule(net.network.nodes[terms["index"]].name).weight.detach().flatten()
            slope = float(slopes[terms["at"][0] if len(slopes) > 1 else 0])
            return float(inside[0] if inside[0] > 0 else slope * inside[0])
        case "dropout" | "flatten" | "crop" | "concat":
            assert len(inside) == 1
        case _:
            activation = net.get_submodule(net.network.nodes[terms["index"]].name)
            return float(activation(torch.tensor(inside, dtype=torch.float64)).detach())
    return float(sum(inside))


def check_seen(network: Network, rng: np.random.Generator) -> Check:
    """The box of pixels that a unit sees is convscope.formula's."""
    places = []
    for i, node in enumerate(network.nodes):
        channels, height, width = node.output
        unit = (int(rng.integers(channels)), 0) if node.flat else (int(rng.integers(height)), int(rng.integers(width)))
        places += [[i, *unit, None], [i, *unit, int(rng.integers(channels))]]
    (boxes,) = yield [("seen", places)]
    for (i, y, x, channel), box in zip(places, boxes, strict=True):
        wanted = seen(network, i, (y, x), channel)
        assert box == (wanted and list(wanted)), (
            f"{network.nodes[i].name} unit {y}, {x} of {network.plan} on {network.input}"
        )


def check_reading(network: Network, rng: np.random.Generator) -> Check:
    """The unit that is said to read another one does by convscope.formula; where none is named none does."""
    places, wanted = [], []
    for i, node in enumerate(network.nodes):
        first = 0
        for source, shape in zip(node.sources, node.inputs, strict=True):
            if source != PICTURE and node.sources.count(source) == 1:
                unit = [int(rng.integers(n)) for n in shape]
                places.append([i, source, *unit])
                wanted.append((node, unit, Source(shape, network.nodes[source].flat, first)))
            first += shape[0]
    (found,) = yield [("reading", places)]
    for (node, (channel, row, column), source), reader in zip(wanted, found, strict=True):
        everything = Patch(range(node.output[0]), frozenset(range(node.output[1])), frozenset(range(node.output[2])))
        units = everything if reader is None else unit_patch(reader)
        read = node.layer.read_by(units, source)
        reads = channel in read.channels and row in read.rows and column in read.columns
        assert reads == (reader is not None), f"{node.name}, {reader} of {network.plan} on {network.input}"


def unit_patch(unit: dict[str, int]) -> Patch:
    channel = unit["channel"]
    return Patch(range(channel, channel + 1), frozenset([unit["y"]]), frozenset([unit["x"]]))


def nearly_tied(network: Network, made: Sequence[torch.Tensor]) -> bool:
    """Whether the two largest numbers of a max pooling's window are the same but for rounding, as where equal numbers
    were averaged in another order: which of them is the maximum is then nobody's. Likewise where a number lies on an
    end of a clip but for rounding: its slope there is 0, and beside it 1.
    """
    for node in network.nodes:
        if isinstance(node.layer, Clip):
            x = made[node.sources[0] + 1]
            if any(bool(((x - end).abs() <= 1e-12 * max(1.0, abs(end))).any()) for end in node.layer.ends):
                return True
        if node.layer.name != "maxpool":
            continue
        assert node.window is not None
        (top, left), (bottom, right) = node.window.pad, node.window.pad_end
        more = node.window.stride if node.window.ceil else (0, 0)
        sides = (left, right + more[1], top, bottom + more[0])
        maps = functional.pad(made[node.sources[0] + 1], sides, value=-np.inf)[0, :, None]
        how = {"dilation": node.window.dilation, "stride": node.window.stride}
        windows = functional.unfold(maps, node.window.kernel, **how)
        if windows.shape[1] > 1:
            first, second = windows.topk(2, dim=1).values.unbind(1)
            apart = first - second
            if bool(((apart > 0) & (apart <= 1e-12 * first.abs())).any()):
                return True
    return False


def check_learned(network: Network, net: Net, picture: Array, rng: np.random.Generator) -> Check:
    """d loss / d every learned number is autograd's, each is the sum of its terms, and the loss after a step, of all
    layers or of one channel alone, is torch's."""
    label, rate = int(rng.integers(network.classes)), float(rng.choice([0.001, 0.1]))
    scaled, made = made_by_torch(net, picture)
    learned = dict(net.named_parameters())
    if nearly_tied(network, [scaled, *made]) or not learned:
        yield []
        return
    target = torch.tensor([label])
    loss = functional.cross_entropy(made[-1].reshape(1, -1), target)
    found = torch.autograd.grad(loss, list(learned.values()), allow_unused=True, retain_graph=True)
    wanted = {
        name: torch.zeros_like(one) if g is None else g for (name, one), g in zip(learned.items(), found, strict=True)
    }
    places = {node.name: i for i, node in enumerate(network.nodes)}
    owners = {name: name.rpartition(".")[0] for name in learned}
    picks = [(name, int(rng.integers(g.numel()))) for name, g in wanted.items()]
    owner = str(rng.choice(sorted(set(owners.values()))))
    only = {"index": places[owner], "channel": int(rng.integers(network.nodes[places[owner]].output[0]))}
    asked = [[places[owners[name]], name.rpartition(".")[2], at] for name, at in picks]
    [page] = yield [("learned", label, rate, asked, only)]
    ours = {name: numbers(values) for name, values in page["gradients"].items()}
    for name, want in wanted.items():
        theirs = want.numpy().ravel()
        got = ours.pop(name, np.zeros(theirs.shape))
        assert np.abs(got - theirs).max() <= 1e-7 * max(1.0, np.abs(theirs).max()), f"{name} of {network.plan}"
    assert not ours
    for (name, at), total in zip(picks, page["terms"], strict=True):
        assert abs(total - wanted[name].numpy().ravel()[at]) <= 1e-7 * max(1.0, wanted[name].abs().max().item()), name
    for (name, _), uses in zip(picks, page["reads"], strict=True):
        added = isinstance(network.nodes[places[owners[name]]].layer, (Tokens, Position))
        bias = added or name.endswith(".bias")  # which is multiplied by no number of the input, but by 1
        assert all((read == -1) == bias and (factor == 1 or not bias) for read, factor in uses), name
    channels = {name: mask(only["channel"], network.nodes[places[owner]].output[0], g) for name, g in wanted.items()}
    if isinstance(network.nodes[places[owner]].layer, ConvTranspose):  # whose kernels lie by the channels of the input
        channels[f"{owner}.weight"] = torch.ones_like(wanted[f"{owner}.weight"])
    one = {name: g * channels[name] * (owners[name] == owner) for name, g in wanted.items()}
    for key, step, squared in (("after", wanted, "squared"), ("afterOne", one, "squaredOne")):
        assert page[squared] == pytest.approx(sum((g**2).sum().item() for g in step.values()), rel=1e-5, abs=1e-12)
        with torch.no_grad():
            before = {name: p.clone() for name, p in learned.items()}
            for name, p in learned.items():
                p -= rate * step[name]
            _, moved = made_by_torch(net, picture)
            there = functional.cross_entropy(moved[-1].reshape(1, -1), target).item()
            for name, p in learned.items():
                p.copy_(before[name])
        assert page[key] == pytest.approx(there, rel=1e-5, abs=1e-5), f"{key} of {network.plan}"


def mask(channel: int, channels: int, tensor: torch.Tensor) -> torch.Tensor:
    """Return 1 where a tensor's numbers belong to a channel, all of a tensor that belongs to the whole layer."""
    if tensor.numel() % channels:
        return torch.ones_like(tensor)
    rows = torch.zeros(channels, tensor.numel() // channels, dtype=tensor.dtype)
    rows[channel] = 1
    return rows.reshape(tensor.shape)


def check_gradients(network: Network, net: Net, picture: Array, chosen: int) -> Check:
    """d score / d output of every node is autograd's; Grad-CAM and the contributions follow from it."""
    scaled, made = made_by_torch(net, picture)
    if nearly_tied(network, [scaled, *made]):
        yield []
        return
    score = made[-1].flatten()[chosen]
    wanted = torch.autograd.grad(score, [scaled, *made], allow_unused=True, retain_graph=True)
    names = ["the picture", *(node.name for node in network.nodes)]
    near = 1e-7 if any("hardsigmoid" in name for name in names) else 1e-9  # torch has its slope, 1/6, in float32
    last = grad_cam_layer(network)
    rival = (chosen + 1) % network.classes
    gradients, lasts, why, whole, *cams = yield [
        *(("gradients", chosen), ("lastMaps",), ("contributions", chosen, rival), ("contributions", chosen, None)),
        *([("gradCam", chosen, last)] if last >= 0 else []),
    ]
    for name, got, want in zip(names, gradients, wanted, strict=True):
        where = f"{name} of {network.plan} on {network.input}"
        ours = np.zeros(0) if got is None else numbers(got)
        theirs = np.zeros(ours.shape) if want is None else want.numpy().ravel()
        assert np.abs(ours - theirs).max(initial=0) <= near * max(1.0, np.abs(theirs).max(initial=0)), where
    assert lasts == last
    for map_ in cams:
        maps, gradient = made[last][0].detach(), wanted[last + 1]
        alpha = torch.zeros(len(maps)) if gradient is None else gradient[0].mean((1, 2))
        cam = (alpha[:, None, None] * maps).sum(0).clamp(min=0).numpy().ravel()
        np.testing.assert_allclose(numbers(map_), cam, rtol=1e-7, atol=1e-9)
    for other, found in ((rival, why), (None, whole)):
        want_total = float(score.detach()) - (float(made[-1].flatten()[rival].detach()) if other is not None else 0.0)
        products = [item["product"] for item in found["items"]]
        assert products == sorted(products, reverse=True)
        np.testing.assert_allclose(found["total"], want_total, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(sum(products) + found["rest"], want_total, rtol=1e-7, atol=1e-9)


def check_relevance(
    network: Network, spec: InputSpec, weights: Weights, picture: Array, rng: np.random.Generator
) -> Check:
    """The relevance of every number, and what biases and ε keep, are convscope.explain's; a unit's is the sum of what
    it was given, unit by unit, and those products are the ones that the page shows of the unit that gives."""
    net = load_weights(build(network, spec), weights).eval()
    scaled, made = made_by_torch(in_float64(network, spec, weights), picture)
    if nearly_tied(network, [scaled, *made]):
        yield []
        return
    chosen, rule = int(rng.integers(network.classes)), {"epsilon": 0.01, "gamma": float(rng.choice([0.0, 0.25]))}
    wanted = relevance(net, picture, chosen, **rule)
    shared = {
        -1: wanted.picture,
        **{i: wanted.nodes[n.name] for i, n in enumerate(network.nodes) if n.name in wanted.nodes},
    }
    units = [[i, int(rng.integers(values[0].size))] for i, values in shared.items() if i < len(network.nodes) - 1]
    (found,) = yield [("relevance", chosen, rule, units)]
    where = f"{rule} of {network.plan} on {network.input}"
    assert found["of"].keys() == {str(i) for i in shared}, where
    for i, values in shared.items():
        near = 1e-6 * max(1.0, np.abs(values).max())
        np.testing.assert_allclose(numbers(found["of"][str(i)]), values.ravel(), atol=near, err_msg=f"{i}, {where}")
    for row, step in zip(found["rows"], wanted.steps, strict=True):
        ours = [row[name] for name in ("arrives", "bias", "epsilon", "carried")]
        theirs = [float(v[0]) for v in (step.arrives, step.bias, step.epsilon, step.carried)]
        np.testing.assert_allclose(ours, theirs, atol=1e-6 * max(1.0, np.abs(theirs).max()), err_msg=where)
    for (i, at), terms, handed in zip(units, found["terms"], found["handed"], strict=True):
        given = [term["given"] for term in terms]
        near = 1e-9 * max(1.0, *map(abs, given)) if given else 0
        np.testing.assert_allclose(sum(given), numbers(found["of"][str(i)])[at], atol=near, err_msg=f"{i}, {where}")
        if handed is not None:
            parts = [*(item["given"] for item in handed["items"]), handed["bias"], handed["epsilon"]]
            near = 1e-9 * max(1.0, *map(abs, parts))
            np.testing.assert_allclose(sum(parts), numbers(found["of"][str(i)])[at], atol=near, err_msg=f"{i}, {where}")
            if handed["whole"] is not None:
                products = sum(item["product"] for item in handed["items"]) + handed["constant"]
                np.testing.assert_allclose(products, handed["whole"], rtol=1e-6, atol=1e-6, err_msg=f"{i}, {where}")


def grad_cam_layer(network: Network) -> int:
    """Return the number of the node that Grad-CAM takes by default, −1 for none."""
    names = [node.name for node in network.nodes]
    try:
        return names.index(saliency.grad_cam_layer(network))
    except InputError as error:
        assert "needs a convolution" in str(error)
        return -1


def check_occlusion(
    network: Network, spec: InputSpec, weights: Weights, picture: Array, rng: np.random.Generator
) -> Check:
    """The occlusion map is convscope.explain's."""
    net = load_weights(build(network, spec), weights).eval()
    size, chosen = int(rng.integers(1, 6)), int(rng.integers(network.classes))
    stride = int(rng.integers(1, size + 1))
    wanted = saliency.occlusion(net, picture, chosen, size, stride)[0].ravel()
    (got,) = yield [("occlusion", picture[0].ravel().tolist(), chosen, size, stride)]
    np.testing.assert_allclose(
        numbers(got), wanted, atol=2e-5, err_msg=f"{network.plan} on {network.input}, size {size}, stride {stride}"
    )
