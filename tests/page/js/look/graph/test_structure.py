"""What a large network is made of is found from its structure, and its cards never lie on one another."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from convscope.explain.payload import nodes
from convscope.explain.payload.encoding import as_json
from convscope.formula import parse, trace
from convscope.page.modules import join

HERE = Path(__file__).parent
UNIT = "conv({n}, 3, pad=1, bias=False) + bn"
RESIDUAL = "skip(conv(8, 3, pad=1) + bn + relu + conv(8, 3, pad=1) + bn) + relu"
WIDENED = "conv(16, 1) + bn + relu6 + conv(16, 3, pad=1, groups=16) + bn + relu6 + conv(8, 1) + bn"
NETWORKS = {
    f"conv(8, 3) + bn + relu + ({RESIDUAL})*3 + gap + fc": ["conv+bn+relu", "residual x3", "gap+flatten", "fc"],
    f"conv(8, 3) + relu + {WIDENED} + skip({WIDENED})*2 + {WIDENED} + gap + fc": [
        "conv+relu",
        "inverted x4",
        "gap+flatten",
        "fc",
    ],
    "conv(4, 3) + skip(conv(4, 1)) + maxpool(2) + skip(conv(4, 1)) + gap + fc": [
        "conv",
        "residual of 2",
        "maxpool",
        "residual of 2",
        "gap+flatten",
        "fc",
    ],
    "conv(4, 3) + concat(conv(2, 1) + relu, conv(3, 1) + relu + conv(3, 3, pad=1)) + gap + fc": [
        "conv",
        "branches of 4",
        "gap+flatten",
        "fc",
    ],
    "conv(4, 3) + relu + maxpool(2) + fc": ["conv+relu", "maxpool+flatten", "fc"],
}

pytestmark = [pytest.mark.medium, pytest.mark.skipif(not shutil.which("node"), reason="needs node")]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what is said of each network."""
    script = tmp_path_factory.mktemp("graph") / "bench.mjs"
    networks = {}
    for text in NETWORKS:
        network = trace(parse(text), (3, 20, 20), 5)
        shape = {"shape": [3, 20, 20], "mean": [0, 0, 0], "std": [1, 1, 1]}
        networks[text] = {"input": shape, "nodes": as_json(nodes.page_nodes(network)), "tensors": {}}
    call = f"""
    const networks = {json.dumps(networks)};
    const made = Object.entries(networks).map(([text, network]) => [text, described(network)]);
    console.log(JSON.stringify(Object.fromEntries(made)));
    """
    script.write_text(join(HERE / "graph_bench.js", HERE.parents[4]) + call, encoding="utf-8")
    done = subprocess.run(["node", str(script)], capture_output=True, text=True, check=True, timeout=60)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("text", NETWORKS)
def test_blocks_and_repetitions_are_found(found: dict[str, Any], text: str) -> None:
    assert found[text]["words"] == NETWORKS[text]


@pytest.mark.parametrize("text", NETWORKS)
def test_every_layer_has_its_place_and_no_card_lies_on_another(found: dict[str, Any], text: str) -> None:
    said = found[text]
    assert sorted(said["all"]) == list(range(len(trace(parse(text), (3, 20, 20), 5).nodes)))
    for layout in (said["folded"], said["open"]):
        assert layout["apart"]
        assert layout["forward"], "from left to right"
    assert said["folded"]["edges"] == [[i, i + 1, False] for i in range(len(NETWORKS[text]))], "folded it is a row"


def test_a_skip_is_an_arc_and_branches_have_lanes_of_their_own(found: dict[str, Any]) -> None:
    residual, branches = (found[text] for text in list(NETWORKS)[2:4])
    assert [edge for edge in residual["open"]["edges"] if edge[2]] == [[1, 3, True], [4, 6, True]]
    assert residual["lanes"][0] == {"depths": [0, 1], "lane": [0, 0]}
    assert branches["lanes"][0]["depths"] == [0, 0, 1, 2]
    assert branches["lanes"][0]["lane"] == [1, 0, 0, 0], "the longest way is the first lane"
    assert not [edge for edge in branches["open"]["edges"] if edge[2]]
