"""Folders of small pictures, made for a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def put(path: Path, level: int | tuple[int, int, int] = 9, size: tuple[int, int] = (4, 3)) -> Path:
    """Save a picture of one colour; `size` is (width, height)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L" if isinstance(level, int) else "RGB", size, level).save(path)
    return path


def noise(path: Path, seed: int, size: tuple[int, int] = (12, 9), mode: str = "L") -> Path:
    """Save a picture that is like no other; `size` is (width, height)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (size[1], size[0], 3)[: 3 if mode == "RGB" else 2]
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)).save(path)
    return path
