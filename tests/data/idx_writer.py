"""Write IDX files from their description alone, so that the reader is tested against something that is not itself."""

from __future__ import annotations

import gzip
import lzma
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

PACK: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".xz": partial(lzma.compress, preset=0)}


def idx_bytes(array: np.ndarray) -> bytes:
    """Return the array as IDX: two zeros, type 8, number of dimensions, sizes, bytes (big-endian)."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def write_folder(
    folder: Path,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray] | None = None,
    ending: str = ".gz",
    dash: str = "-",
    test_name: str = "t10k",
) -> Path:
    """Write (pictures (N, H, W), labels (N,)) pairs as MNIST's files are called."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, pair in (("train", train), (test_name, test)):
        if pair is not None:
            for kind, array in zip(("images", "labels"), pair, strict=True):
                name = f"{part}-{kind}{dash}idx{array.ndim}-ubyte{ending}"
                (folder / name).write_bytes(PACK[ending](idx_bytes(array)))
    return folder


def tiny(n: int = 6, size: tuple[int, int] = (5, 7), classes: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return `n` random pictures of an uneven size, and labels that go round the classes."""
    pixels = np.random.default_rng(seed).integers(0, 256, (n, *size), dtype=np.uint8)
    return pixels, np.arange(n) % classes
