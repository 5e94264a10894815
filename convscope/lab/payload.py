"""What the lab's chapters need besides their own words: trained networks, digits, and what was measured. `lab_html`
takes it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..data import load as load_data
from ..data.dataset import Split
from ..explain.payload import nodes
from ..explain.payload.encoding import encode
from ..explain.subject import samples
from ..prediction import load

HERE = Path(__file__).parent.parent / "page"
FORMAT, VERSION = "convscope-lab", 1
DIGITS = 20

Json = dict[str, Any]


def lab_payload(language: str = "auto") -> Json:
    """Return the lab's payload: `plain` (chapter 1), `slides` (the shipped network) and its `patches` (chapter 2),
    `digits` (test pictures).

    `language` is "en", "ko" or "auto", the reader's own.
    """
    data = load_data("mnist")
    digits = data.test
    assert digits is not None
    measured: Json = json.loads((HERE / "plain" / "measured.json").read_text(encoding="utf-8"))
    kinds = ("dense", "cnn")
    return {
        "format": FORMAT,
        "version": VERSION,
        "language": language,
        "plain": {
            "measured": measured,
            **{name: {k: network_json(HERE / "plain" / f"{name}-{k}.onnx") for k in kinds} for name in ("xo", "mnist")},
        },
        "slides": network_json(HERE / "slides" / "model.onnx"),
        "patches": patches_json(digits.images),
        "digits": digits_json(digits, data.classes, DIGITS),
    }


def network_json(path: Path) -> Json:
    """Return the part of docs/payload.md that computes, for a model file: formula, classes, input, nodes, tensors."""
    model = load(path)
    return {
        "formula": model.formula,
        "classes": list(model.classes),
        "input": {**model.spec.to_json(), "dark_borders": model.spec.invert == "auto"},
        "nodes": nodes.to_json(model.network),
        "tensors": {name: encode(tensor) for name, tensor in model.file.weights.items()},
        "parameters": model.network.parameters,
        "test": model.facts.get("test"),
    }


def digits_json(test: Split, classes: Sequence[str], n: int) -> Json:
    """Return `n` test pictures, the classes in turn: pictures, labels, names."""
    chosen = samples.choose(test, test.labels, classes, n)
    return {"pictures": encode(chosen.pictures), "labels": list(chosen.labels), "names": list(chosen.names)}


def patches_json(images: np.ndarray[Any, np.dtype[np.uint8]]) -> Json:
    """Return for each convolution of slides what excites its channels most: pictures (C, n, h, w) and values, cut out
    of `images`.
    """
    found: dict[str, list[list[list[float]]]] = json.loads((HERE / "patches.json").read_text(encoding="utf-8"))
    made = {}
    for name, channels in found.items():
        cut = [
            [
                images[int(i), 0, int(top) : int(bottom) + 1, int(left) : int(right) + 1]
                for i, top, left, bottom, right, _ in places
            ]
            for places in channels
        ]
        made[name] = {
            "pictures": encode(np.array(cut)),
            "values": [[place[-1] for place in places] for places in channels],
        }
    return made
