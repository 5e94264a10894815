"""A large network's forward pass by WebAssembly is the float64 engine's, which is torch's (tests/browser)."""

from __future__ import annotations

import json
import shutil
import subprocess
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
from convscope.page.modules import join
from convscope.pictures.input_spec import InputSpec
from tests.reference import random_pictures, random_weights
from tests.strategies import networks, specs

HERE = Path(__file__).parent
DRIVER = """
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const [name, asked] = JSON.parse(line);
    answer = { result: { compare, closing, taken }[name](asked) };
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\\n`);
}
"""
FAST = {"conv", "fc", "bn", "relu", "relu6", "add", "maxpool"}
MODULES = ("forward-simd", "forward-relaxed")

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="needs node")


class Node:
    """A Node.js with fast_bench.js in it: a line of JSON each way."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, name: str, network: Network, spec: InputSpec, seed: int, **asked: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        given = records.Input(spec.shape, spec.mean, spec.std, spec.invert, spec.centred, spec.rule)
        sent = {
            "input": as_json(given),
            "nodes": as_json(nodes.page_nodes(network)),
            "tensors": as_json(random_weights(network, seed)),
        }
        picture = random_pictures(network, seed, 1)[0].ravel().tolist()
        line = {"network": sent, "picture": picture, "modules": forward_modules(), **asked}
        self.process.stdin.write(json.dumps([name, line]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    script = tmp_path_factory.mktemp("fast") / "bench.mjs"
    script.write_text(join(HERE / "fast_bench.js", HERE.parents[4]) + DRIVER, encoding="utf-8")
    command = ["node", "--experimental-wasm-relaxed-simd", str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Node(process)
        finally:
            process.kill()


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
def test_the_kernels_take_every_layer_whose_options_they_know(node: Node, text: str) -> None:
    """Which is what makes a page quick: without them its numbers are the same. Windows with holes are not theirs."""
    network = trace(parse(text), (3, 29, 30), 5)
    layers = [one.layer for one in network.nodes]
    wanted = [one.name in FAST and not (isinstance(one, MaxPool) and one.dilation not in (1, (1, 1))) for one in layers]
    assert node.ask("taken", network, InputSpec(network.input), 3) == wanted
    assert not any(node.ask("taken", network, InputSpec(network.input), 3, besides={"unheard_of": 2}))


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("text", CORNERS)
def test_every_path_of_the_kernels_makes_what_float64_makes(node: Node, text: str, name: str) -> None:
    network = trace(parse(text), (3, 29, 30), 5)
    found = node.ask("compare", network, InputSpec(network.input), 3, names=[name])
    assert found["worst"]["share"] < 2e-5, found


def test_random_networks_are_the_same_layer_by_layer(node: Node) -> None:
    """Every kernel takes part, in a network that is drawn or in one of the corners."""
    occurred: Counter[str] = Counter()
    for text in CORNERS:
        network = trace(parse(text), (3, 29, 30), 5)
        occurred.update(node.ask("compare", network, InputSpec(network.input), 4, names=[MODULES[0]])["kernels"])

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(networks(), st.data(), st.integers(0, 2**32 - 1), st.sampled_from(MODULES))
    def agree(network: Network, data: st.DataObject, seed: int, name: str) -> None:
        found = node.ask("compare", network, data.draw(specs(network.input)), seed, names=[name])
        occurred.update(found["kernels"])
        assert found["worst"]["share"] < 1e-4, (found, str(network.plan), network.input)

    agree()
    assert occurred.keys() >= FAST


def test_what_follows_an_opaque_node_is_computed_from_what_it_made(node: Node) -> None:
    network = trace(parse("conv(4, 3) + relu + conv(6, 3) + bn + relu + gap + fc"), (3, 12, 12), 5)
    found = node.ask("closing", network, InputSpec(network.input), 3, names=[MODULES[0]], closed=2)
    assert found["apart"] < 1e-5
    assert found["lengths"] == [400, 400] + [0] * (len(network.nodes) - 2), "without it what follows is not known"
