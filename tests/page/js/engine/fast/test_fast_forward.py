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
from convscope.page.large import forward_modules
from convscope.pictures.input_spec import InputSpec
from tests.page.js.node import Node, node
from tests.reference import random_pictures, random_weights
from tests.strategies import networks, specs

BENCH = "const bench = (name, asked) => ({ compare, closing, taken })[name](asked);"
FAST = {
    *("conv", "fc", "bn", "scale", "add", "mul", "maxpool", "avgpool", "gap", "lrn", "concat", "dropout", "flatten"),
    *("channel_shuffle", "channel_slice", "relu", "relu6", "clip", "sigmoid", "silu", "tanh", "hardsigmoid"),
    *("hardswish", "gelu", "gelu_tanh", "elu", "leaky_relu", "prelu"),
}
MODULES = ("forward-simd", "forward-relaxed")

pytestmark = [pytest.mark.medium, pytest.mark.skipif(not shutil.which("node"), reason="needs node")]


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
    # one filter a map: every second column and every third, the padding odd, even and on one side, and rows too narrow
    "conv(3, (3, 5), groups=3, stride=(1, 2), pad=(0, 1)) + conv(3, 3, groups=3, stride=2, pad=(1, 0, 0, 2)) + fc",
    "conv(3, 4, groups=3, stride=(2, 3), pad=1, dilation=(1, 2)) + conv(3, 3, groups=3, stride=(3, 3), pad=1) + fc",
    "conv(3, 3, groups=3, stride=2, pad=2, dilation=3) + conv(3, 9, groups=3, stride=4, pad=1) + fc",
    # gates, each curve, a factor a channel
    "conv(8, 3) + silu + se(4) + hardswish + gate(gap + conv(8, 1) + hardsigmoid) + gate(tanh) + gap + fc",
    "scale + elu(alpha=0.5) + gelu + scale(bias=False) + gelu_tanh + leaky_relu(slope=0.3) + prelu + fc",
    "conv(5, 3) + prelu(per_channel=True) + clip(low=-0.2, high=0.3) + lrn(3, k=2.0) + dropout + flatten + fc",
    "conv(6, 3) + lrn(5, alpha=2.0, k=0.5) + sigmoid + tanh + elu + fc",
    # poolings of every stride, cut and counted at the borders
    "maxpool((2, 3), stride=1, dilation=(2, 1)) + maxpool(2, stride=3, dilation=(2, 2), pad=1) + tanh + fc",
    "maxpool(3, stride=2, pad=1, ceil_mode=True) + avgpool(3, stride=1, pad=1) + avgpool(2, ceil_mode=True) + fc",
    "avgpool((5, 2), stride=(4, 3), pad=(2, 1), count_include_pad=False, ceil_mode=True) + maxpool(4) + fc",
    "avgpool(3, stride=2, pad=1, count_include_pad=False) + avgpool(4, stride=(1, 2)) + avgpool(5) + fc",
    # channels moved
    "conv(6, 3) + channel_shuffle(3) + concat(channel_slice(1, 3), conv(2, 1), channel_slice(0, 6) + relu) + fc",
)
TAKEN = (
    *CORNERS,
    "conv(4, 3, bias=False) + relu6 + bn(eps=0.01) + maxpool(3, stride=2, pad=1, ceil_mode=True) + fc(9) + fc",
)
LEFT = (
    "conv(4, 3) + softplus + adaptive_avgpool(3) + fc",
    "conv(4, 3) + gate(conv(1, 1) + softplus) + lrn(3, beta=0.5) + adaptive_avgpool(2) + upsample(2) + fc",
)


@pytest.mark.parametrize("text", TAKEN)
def test_the_kernels_take_every_layer_whose_options_they_know(kernels: Kernels, text: str) -> None:
    """Which is what makes a page quick: without them its numbers are the same."""
    network = trace(parse(text), (3, 29, 30), 5)
    wanted = [one.layer.name in FAST for one in network.nodes]
    assert kernels.ask("taken", network, InputSpec(network.input), 3) == wanted
    assert not any(kernels.ask("taken", network, InputSpec(network.input), 3, besides={"unheard_of": 2}))


@pytest.mark.parametrize("text", LEFT)
def test_what_the_kernels_do_not_know_is_left_to_the_float64_engine(kernels: Kernels, text: str) -> None:
    """A gate of one map for all, another exponent of a response, and kinds that have no kernel."""
    network = trace(parse(text), (3, 29, 30), 5)
    taken = kernels.ask("taken", network, InputSpec(network.input), 3)
    names = [one.layer.name for one, is_taken in zip(network.nodes, taken, strict=True) if not is_taken]
    assert names
    assert set(names) <= {"softplus", "adaptive_avgpool", "mul", "lrn", "upsample"}
    found = kernels.ask("compare", network, InputSpec(network.input), 3, names=[MODULES[0]])
    assert found["worst"]["share"] < 2e-5, found


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
