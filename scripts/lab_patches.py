"""Find what excites each channel of the slides network most, for the lab's second chapter; part of `make demo`.

Writes convscope/page/patches.json: for each convolution and each of its channels the three places in MNIST's test
pictures where it answers most, as [picture, top, left, bottom, right, value], box inclusive.
"""

from __future__ import annotations

import json
from pathlib import Path

from convscope.data import load as load_data
from convscope.explain.patches import extremes
from convscope.prediction import load

PAGE = Path(__file__).parent.parent / "convscope" / "page"
KEEP = 3


def main() -> None:
    """Look at all test pictures and write the file."""
    test = load_data("mnist").test
    assert test is not None
    net = load(PAGE / "slides" / "model.onnx").module()
    found = {}
    for node in net.network.nodes:
        if node.name.startswith("conv"):
            top, _ = extremes(net, test.images, node.name, KEEP)
            found[node.name] = [[[p.index, *p.box, round(p.value, 4)] for p in channel] for channel in top]
    (PAGE / "patches.json").write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
