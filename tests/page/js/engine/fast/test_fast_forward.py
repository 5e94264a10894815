"""A large network's forward pass by WebAssembly is the float64 engine's, which is torch's (tests/browser)."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.explain.payload import nodes, records
from convscope.explain.payload.encoding import as_json
from convscope.formula import Network, parse, trace
from convscope.formula.kinds import MaxPool
from convscope.page.large import forward_modules
from convscope.pictures.input_spec import InputSpec
from tests.page.js.node import Node, node
from tests.reference import random_pictures, random_weights
from tests.strategies import networks, specs

BENCH = "const bench = (name, asked) => ({ compare, closing, taken })[name](asked);"
FAST = {"conv", "fc", "bn", "relu", "relu6", "add", "maxpool"}
MODULES = ("forward-simd", "forward-relaxed")

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="needs node")


class Kernels:
    """Calls the functions of fast_bench.js."""

    def __init__(self, started: Node) -> None:
        self.node = started

    def ask(self, name: str, network: Network, spec: InputSpec, seed: int, **asked: Any) -> Any:
        """Return what `name` of fast_bench.js says of a network with random weights and a random picture."""
        given = records.Input(spec.shape, spec.mean, spec.std, spec.invert, spec.centred, spec.rule)
        sent = {
            "input": as_json(given),
            "nodes": as_json(nodes.page_nodes(network)),
            "tensors": as_json(random_weights(network, seed)),
        }
        picture = random_pictures(network, seed, 1)[0].ravel().tolist()
        return self.node.call(name, {"network": sent, "picture": picture, "modules": forward_modules(), **asked})


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernels]:
    script, folder = Path(__file__).parent / "fast_bench.js", tmp_path_factory.mktemp("fast")
    with node(script, folder, "--experimental-wasm-relaxed-simd", before=BENCH) as started:
        yield Kernels(started)


CORNERS = (
    "conv(9, 3, stride=2, pad=1, bias=False) + bn + relu6 + maxpool(3, stride=2, pad=1) + fc",
    "conv(8, 1) + conv(8, 3, groups=8, stride=2, pad=1) + conv(8, 5, groups=8, pad=2) + skip(conv(8, 3, pad=1)) + fc",
    "conv(6, 3) + conv(12, 3, groups=3) + conv(6, 3, groups=6, stride=3) + relu + fc(17) + relu + fc",
    "conv(8, 3, dilation=2) + conv(8, 3, groups=8, dilation=2) + gap + fc",
    # more taps than are taken at a time; one filter a map in two rows, eight and four places wide, an odd row left
    "conv(60, 3, stride=2) + conv(7, 3) + conv(7, 5, groups=7, pad=2) + conv(7, 2, groups=7, stride=2) + fc",
    "conv(3, 3) + conv(3, 4, groups=3, stride=2) + conv(3, 3, groups=3, pad=1) + conv(3, 3, groups=3) + fc",
)
TAKEN = (
    *CORNERS,
    "conv(4, 3, bias=False) + relu6 + bn(eps=0.01) + maxpool(3, stride=2, pad=1, ceil_mode=True) + fc(9) + fc",
    "maxpool((2, 3), dilation=(2, 1)) + maxpool(2, dilation=(1, 2)) + maxpool(2) + tanh + fc",
)


@pytest.mark.parametrize("text", TAKEN)
def test_the_kernels_take_every_layer_whose_options_they_know(kernels: Kernels, text: str) -> None:
    """Which is what makes a page quick: without them its numbers are the same. Windows with holes are not theirs."""
    network = trace(parse(text), (3, 29, 30), 5)
    layers = [one.layer for one in network.nodes]
    wanted = [one.name in FAST and not (isinstance(one, MaxPool) and one.dilation not in (1, (1, 1))) for one in layers]
    assert kernels.ask("taken", network, InputSpec(network.input), 3) == wanted
    assert not any(kernels.ask("taken", network, InputSpec(network.input), 3, besides={"unheard_of": 2}))


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("text", CORNERS)
def test_every_path_of_the_kernels_makes_what_float64_makes(kernels: Kernels, text: str, name: str) -> None:
    network = trace(parse(text), (3, 29, 30), 5)
    found = kernels.ask("compare", network, InputSpec(network.input), 3, names=[name])
    assert found["worst"]["share"] < 2e-5, found


def test_random_networks_are_the_same_layer_by_layer(kernels: Kernels) -> None:
    """Every kernel takes part, in a network that is drawn or in one of the corners."""
    occurred: Counter[str] = Counter()
    for text in CORNERS:
        network = trace(parse(text), (3, 29, 30), 5)
        occurred.update(kernels.ask("compare", network, InputSpec(network.input), 4, names=[MODULES[0]])["kernels"])

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(networks(), st.data(), st.integers(0, 2**32 - 1), st.sampled_from(MODULES))
    def agree(network: Network, data: st.DataObject, seed: int, name: str) -> None:
        found = kernels.ask("compare", network, data.draw(specs(network.input)), seed, names=[name])
        occurred.update(found["kernels"])
        assert found["worst"]["share"] < 1e-4, (found, str(network.plan), network.input)

    agree()
    assert occurred.keys() >= FAST


def test_what_follows_an_opaque_node_is_computed_from_what_it_made(kernels: Kernels) -> None:
    network = trace(parse("conv(4, 3) + relu + conv(6, 3) + bn + relu + gap + fc"), (3, 12, 12), 5)
    found = kernels.ask("closing", network, InputSpec(network.input), 3, names=[MODULES[0]], closed=2)
    assert found["apart"] < 1e-5
    assert found["lengths"] == [400, 400] + [0] * (len(network.nodes) - 2), "without it what follows is not known"
