"""A small model file, and pictures with labels to measure it on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from convscope import modelfile
from tests.cli.test_train import write_idx
from tests.samples import sample


def write_model(folder: Path) -> Path:
    """Write a model of three classes for pictures of 12×11."""
    network, spec, weights, _ = sample("conv(4, 3) + relu + maxpool(2) + fc", (1, 12, 11), 3)
    modelfile.write(folder / "model.onnx", network, spec, weights, ("0", "1", "2"))
    return folder / "model.onnx"


def write_pictures(folder: Path, train: int) -> Path:
    """Write so many pictures to train with, and 30 to test with, as IDX files."""
    rng = np.random.default_rng(0)
    for part, n in (("train", train), ("t10k", 30)):
        write_idx(folder / f"{part}-images-idx3-ubyte", rng.integers(0, 256, (n, 12, 11)))
        write_idx(folder / f"{part}-labels-idx1-ubyte", np.arange(n) % 3)
    return folder
