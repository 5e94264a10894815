"""Count anew how often each feature map of the shipped network answers: `python scripts/lab_activity.py`.

Writes convscope/page/activity.json: for each convolution the share of its values that are above 0 after ReLU, channel
by channel, over MNIST's 10,000 test pictures. Chapter 6 of the lab says with it how many maps are dead.
"""

from __future__ import annotations

import json
from pathlib import Path

import convscope.page
from convscope.data import load as load_data
from convscope.explain.dead_units import count_activity
from convscope.prediction import load

PAGE = Path(convscope.page.__file__).parent


def main() -> None:
    """Count, and write what was counted."""
    test = load_data("mnist").test
    assert test is not None
    net = load(PAGE / "slides" / "model.onnx").module()
    counted = count_activity(net, test.images[:])
    convolutions = {name: one for name, one in counted.items() if name.startswith("conv")}
    shares = {name: [round(float(v), 6) for v in one.active] for name, one in convolutions.items()}
    found = {"n": len(test.labels), "nodes": shares}
    (PAGE / "activity.json").write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")
    lowest = min((v, name, i) for name, values in shares.items() for i, v in enumerate(values))
    print(sum(map(len, shares.values())), "maps, the least active", lowest)


if __name__ == "__main__":
    main()
