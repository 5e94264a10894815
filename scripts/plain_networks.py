"""Train and measure the networks of the lab's first chapter, plain ones beside convolutional ones: `make plain`.

Writes convscope/page/plain: a model file for each (the first seed's), and measured.json, the accuracy of all seeds
while the test pictures are moved, turned, scaled and thickened. Seven minutes of one core.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import convscope
from convscope.arithmetic.pictures import draw_letter
from convscope.data.dataset import Dataset, Split
from convscope.training.recipes import Recipe

HOME = Path(__file__).parent.parent
OUT = HOME / "convscope" / "page" / "plain"
WORK = HOME / "build" / "plain"  # OUT is replaced at the very end
SEEDS = range(5)
NETWORKS = {
    "xo": {
        "dense": ("fc(32) + relu + fc", 30),
        "cnn": ("conv(8, 3, pad=1) + relu + conv(16, 3, pad=1) + relu + gap + fc", 30),
    },
    "mnist": {
        "dense": ("fc(24) + relu + fc", 6),
        "cnn": ("conv(8, 5) + relu + maxpool(2) + conv(24, 5) + relu + maxpool(2) + conv(32, 3) + relu + gap + fc", 4),
    },
}
# How X and O are drawn: within these ranges, in the middle give or take half a pixel.
DRAWN = {"dx": (-0.5, 0.5), "dy": (-0.5, 0.5), "scale": (0.55, 1.0), "turn": (-8.0, 8.0), "thickness": (0.6, 1.4)}
NOISE = 25.0  # standard deviation, of 255
SWEEPS = {
    "xo": {
        "dx": [i / 2 for i in range(-8, 9)],
        "dy": [i / 2 for i in range(-8, 9)],
        "turn": list(range(-90, 91, 5)),
        "scale": [i / 10 for i in range(3, 15)],
        "thickness": [i / 5 for i in range(2, 16)],
    },
    "mnist": {
        "dx": list(range(-8, 9)),
        "dy": list(range(-8, 9)),
        "turn": list(range(-90, 91, 10)),
        "scale": [i / 10 for i in range(4, 16)],
    },
}
Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def shapes(n: int, seed: int, **fixed: float) -> Split:
    """Return `n` noisy pictures of X (class 0) and O (class 1) in turn; `fixed` says what is not left to chance."""
    rng = np.random.default_rng(seed)
    pictures = np.empty((n, 1, 9, 9), np.uint8)
    for i in range(n):
        how = {name: float(rng.uniform(*ends)) for name, ends in DRAWN.items()} | fixed
        ink = 127.5 * (np.array(draw_letter("xo"[i % 2], **how)) + 1) + rng.normal(0, NOISE, (9, 9))
        pictures[i, 0] = np.round(np.clip(ink, 0, 255))
    return Split(pictures, np.arange(n, dtype=np.int64) % 2)


def moved(pictures: Pixels, *, dx: float = 0, dy: float = 0, turn: float = 0, scale: float = 1) -> Pixels:
    """Return pictures (N, 1, H, W) as the page's `edited` gives them: bilinear, 0 outside."""
    height, width = pictures.shape[2:]
    cy, cx, angle = (height - 1) / 2, (width - 1) / 2, np.deg2rad(-turn)
    v, u = np.meshgrid(np.arange(height) - cy - dy, np.arange(width) - cx - dx, indexing="ij")
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    sy, sx = cy + sin * u + cos * v, cx + cos * u - sin * v
    top, left = np.floor(sy).astype(int), np.floor(sx).astype(int)
    out = np.zeros(pictures.shape, np.float64)
    for y, wy in ((top, 1 - sy + top), (top + 1, sy - top)):
        for x, wx in ((left, 1 - sx + left), (left + 1, sx - left)):
            inside = (y >= 0) & (x >= 0) & (y < height) & (x < width)
            out += wy * wx * inside * pictures[..., np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    return np.round(np.clip(out, 0, 255)).astype(np.uint8)


def trained(data: Dataset, name: str, formula: str, epochs: int, seed: int, keep: Path | None) -> convscope.Model:
    """Return a network trained on `data`; its model file goes to `keep`."""
    recipe = Recipe(
        *("plain", formula, formula, epochs, 50, 0.2 if name == "xo" else 0.05),
        momentum=0.9,
        nesterov=True,
        warmup=0.1,
        final=0.01,
        scaling="unit",
    )
    with tempfile.TemporaryDirectory() as folder:
        result = convscope.train(data, arch=formula, recipe=recipe, seed=seed, threads=1, out=Path(folder) / "run")
        if keep:
            shutil.copy(result.model, keep)
        return result.load()


def accuracy(model: convscope.Model, split: Split) -> float:
    """Return the share of `split` that the model names rightly."""
    return float((model.predictor.run(split.images)[0].argmax(1) == split.labels).mean())


def measured(name: str, data: Dataset, test: Callable[..., Split]) -> dict[str, Any]:
    """Train the networks called `name` with every seed and return what they came to; `test(**change)` gives changed
    pictures.
    """
    found: dict[str, Any] = {"n": len(test()), "networks": {}, "sweeps": {}}
    models: dict[str, list[convscope.Model]] = {}
    for kind, (formula, epochs) in NETWORKS[name].items():
        keep = WORK / f"{name}-{kind}.onnx"
        models[kind] = [trained(data, name, formula, epochs, s, None if s else keep) for s in SEEDS]
        plain = [accuracy(model, test()) for model in models[kind]]
        found["networks"][kind] = {"parameters": models[kind][0].network.parameters, "accuracy": spread(plain)}
        print(name, kind, found["networks"][kind], file=sys.stderr, flush=True)
    for change, places in SWEEPS[name].items():
        found["sweeps"][change] = {"at": places, **{kind: [] for kind in models}}
        for place in places:
            split = test(**{change: place})
            for kind, several in models.items():
                found["sweeps"][change][kind].append(spread([accuracy(model, split) for model in several]))
    return found


def spread(values: list[float]) -> list[float]:
    """Return mean, least and most."""
    return [round(v, 4) for v in (sum(values) / len(values), min(values), max(values))]


def main() -> None:
    """Train, measure, write."""
    WORK.mkdir(parents=True, exist_ok=True)
    letters = Dataset("x-and-o", ("X", "O"), shapes(2000, 0), shapes(600, 1))
    digits = convscope.data.load("mnist")
    assert digits.test is not None
    images, labels = digits.test.images, digits.test.labels
    result = {
        "seeds": len(SEEDS),
        "xo": measured("xo", letters, lambda **change: shapes(600, 1, **change)),
        "mnist": measured("mnist", digits, lambda **change: Split(moved(images, **change), labels)),
    }
    (WORK / "measured.json").write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")
    shutil.rmtree(OUT, ignore_errors=True)
    shutil.copytree(WORK, OUT)


if __name__ == "__main__":
    main()
