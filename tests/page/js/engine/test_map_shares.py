"""What each feature map adds to a score, and what goes from map to map, against torch's automatic differentiation."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import convscope
from convscope.page.modules import join

HERE = Path(__file__).parent
DRIVER = """
import { readFileSync } from "node:fs";
process.stdout.write(JSON.stringify(sharesAsked(JSON.parse(readFileSync(0, "utf8")))));
"""
LABEL = 2

pytestmark = [pytest.mark.medium, pytest.mark.skipif(not shutil.which("node"), reason="needs node")]


class Skipping(nn.Module):
    """A stem, a block that is skipped, a pooling and a head; `kept` is what each of them made."""

    def __init__(self, box: nn.Module | None = None) -> None:
        super().__init__()
        self.stem, self.act = nn.Conv2d(2, 5, 3, stride=2), nn.ReLU()
        self.one, self.bend, self.two = nn.Conv2d(5, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 5, 1)
        self.box, self.pool, self.head = box or nn.Identity(), nn.MaxPool2d(2), nn.Linear(5 * 2 * 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        self.kept: list[Tensor] = []
        keep = self.kept.append
        for layer in (self.stem, self.act, self.one, self.bend, self.two):
            x = layer(x)
            keep(x)
        x = x + self.kept[1]
        keep(x)
        x = self.pool(self.box(x))
        keep(x)
        return self.head(x.flatten(1))  # type: ignore[no-any-return]


def asked(tmp_path: Path, module: nn.Module, through: list[dict[str, object]]) -> tuple[dict[str, Any], Tensor, Any]:
    """Return what the page says of the first sample, that sample as the module reads it, and the page's nodes."""
    pixels = np.random.default_rng(3).integers(0, 256, (2, 2, 10, 10))
    samples = torch.from_numpy(pixels.astype(np.float32) / 255)
    payload = convscope.look(module, samples).payload
    script = tmp_path / "shares.mjs"
    script.write_text(join(HERE / "map_shares_bench.js", HERE.parents[3]) + DRIVER, encoding="utf-8")
    text = json.dumps({"payload": payload, "sample": 0, "label": LABEL, "through": through})
    done = subprocess.run(["node", str(script)], input=text, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found, samples[:1], payload["nodes"]


def sums(values: Tensor, gradient: Tensor) -> list[float]:
    """Return Σ value · gradient of each channel."""
    return (values * gradient)[0].sum((1, 2)).tolist()  # type: ignore[no-any-return]


def test_maps_add_their_numbers_times_the_gradient(tmp_path: Path) -> None:
    torch.manual_seed(1)
    module = Skipping().eval()
    block = {"within": [2, 3, 4, 5], "channel": 3}
    found, picture, nodes = asked(
        tmp_path, module, [{"within": [2], "channel": 1}, block, {"within": [6], "channel": 0}]
    )
    assert [node["kind"] for node in nodes[:7]] == ["conv", "relu", "conv", "relu", "conv", "add", "maxpool"]
    score = module(picture.requires_grad_(True))[0, LABEL]
    gradients = torch.autograd.grad(score, [picture, *module.kept], retain_graph=True)
    for got, values, gradient in zip(
        [found["picture"], *found["maps"][:7]], [picture, *module.kept], gradients, strict=True
    ):
        assert got == pytest.approx(sums(values, gradient), rel=1e-4, abs=1e-6)

    act, one, added = module.kept[1], module.kept[2], module.kept[5]
    alone = torch.zeros_like(one)
    alone[:, 1] = gradients[3][:, 1]
    (into,) = torch.autograd.grad(one, act, alone, retain_graph=True)
    assert found["passed"][0] == [[1, pytest.approx(sums(act, into), rel=1e-4, abs=1e-6)]]
    assert found["ways"]["1 2"] + found["ways"]["1 5"] == pytest.approx(sum(found["maps"][1]), rel=1e-6)
    assert sum(found["passed"][0][0][1]) != pytest.approx(found["ways"]["1 2"]), "one channel of six, not all"

    alone = torch.zeros_like(added)
    alone[:, 3] = gradients[6][:, 3]
    (into,) = torch.autograd.grad(added, act, alone, retain_graph=True)
    assert found["passed"][1] == [[1, pytest.approx(sums(act, into), rel=1e-4, abs=1e-6)]], "both ways of the block"
    assert found["passed"][2] == [[5, [pytest.approx(found["maps"][5][0], rel=1e-5, abs=1e-7), 0, 0, 0, 0]]]


def test_shares_of_sums_and_relus_add_up_to_the_score_without_biases(tmp_path: Path) -> None:
    torch.manual_seed(4)
    module = Skipping().eval()
    for layer in (module.stem, module.one, module.two, module.head):
        nn.init.zeros_(layer.bias)
    found, picture, _ = asked(tmp_path, module, [])
    score = module(picture)[0, LABEL].item()
    for layer in (found["picture"], found["maps"][0], found["maps"][1], found["maps"][5], found["maps"][6]):
        assert sum(layer) == pytest.approx(score, rel=1e-4)


def test_before_a_box_nobody_knows_behind_it_they_are_known(tmp_path: Path) -> None:
    torch.manual_seed(1)
    found, _, nodes = asked(tmp_path, Skipping(nn.Softsign()).eval(), [{"within": [2], "channel": 1}])
    box = [node["kind"] for node in nodes].index("opaque")
    assert found["maps"][:box] == [None] * box
    assert found["picture"] is None
    assert all(found["maps"][box:]), "of the box's own maps, and of all behind it"
    assert found["passed"] == [None]
