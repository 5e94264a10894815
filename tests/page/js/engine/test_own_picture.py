"""A picture of one's own on a page with boxes: what no box feeds is computed, whatever follows one is empty."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import convscope
from convscope.page.large import forward_modules
from convscope.page.modules import join

HERE = Path(__file__).parent
DRIVER = """
import { readFileSync } from "node:fs";
process.stdout.write(JSON.stringify(ownPicture(JSON.parse(readFileSync(0, "utf8")))));
"""

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="needs node")


class Forked(nn.Module):
    """Two branches, one of them through a box; the head reads both, the box first."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.box, self.after = nn.Conv2d(1, 4, 3), nn.Softsign(), nn.Conv2d(4, 4, 3, padding=1)
        self.beside, self.act, self.head = nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(), nn.Linear(4 * 6 * 6, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        closed = self.after(self.box(x))
        return self.head((closed + self.act(self.beside(x))).flatten(1))


@pytest.mark.medium
def test_what_no_box_feeds_is_computed_and_the_rest_is_empty(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = Forked().eval()
    drawn = np.random.default_rng(2)
    samples = torch.from_numpy(drawn.random((2, 1, 8, 8), np.float32))
    payload = convscope.look(module, samples).payload
    own = drawn.integers(0, 256, (1, 8, 8))
    script = tmp_path / "own.mjs"
    script.write_text(join(HERE / "own_bench.js", HERE.parents[3]) + DRIVER, encoding="utf-8")
    asked = {"payload": payload, "picture": own.flatten().tolist(), "modules": forward_modules()}
    done = subprocess.run(["node", str(script)], input=json.dumps(asked), capture_output=True, text=True, check=True)
    got = json.loads(done.stdout)
    wanted: dict[str, Tensor] = {}
    for name, part in module.named_children():
        part.register_forward_hook(lambda _, __, y, name=name: wanted.__setitem__(name, y.flatten()))
    with torch.no_grad():
        module(torch.from_numpy(own[None].astype(np.float32) / 255))
    names = [node["name"] for node in payload["nodes"]]
    known = [name for name, made in zip(names, got["outputs"], strict=True) if made]
    assert known == [name for name in names if name in ("stem", "beside", "act")]
    for made in (got["outputs"], got["quick"]):
        assert [name for name, values in zip(names, made, strict=True) if values] == known
        for name in known:
            np.testing.assert_allclose(made[names.index(name)], wanted[name], atol=1e-5)
    assert got["scores"] == [0, 0]
