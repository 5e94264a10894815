"""Pictures for the tests of the check: textures that resemble nothing else, and what people do to copies."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from convscope.data.dataset import Dataset, PictureFile, Split
from convscope.pictures import decoding

Pixels = NDArray[np.uint8]


def texture(seed: int, height: int = 96, width: int = 96) -> Image.Image:
    """Return a picture with detail of several sizes, unlike that of any other seed."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for cells in (3, 6, 12, 24):
        coarse = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        total += np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=float) / np.sqrt(cells)
    total -= total.min()
    return Image.fromarray((235 * total / total.max()).astype(np.uint8))


def jpeg(picture: Image.Image, quality: int = 20) -> Image.Image:
    """Return the picture as it comes back from a JPEG file."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def halved(picture: Image.Image) -> Image.Image:
    """Return the picture at half its size."""
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BICUBIC)


def brighter(picture: Image.Image) -> Image.Image:
    """Return the picture 30 % brighter, cut off at white."""
    return ImageEnhance.Brightness(picture).enhance(1.3)


def read(pictures: list[Image.Image], size: int = 48) -> Pixels:
    """Return pictures as a network of that size reads them, uint8 (N, 3, H, W)."""
    return np.stack(
        [decoding.from_image(picture, decoding.DecodeOptions((size, size), 3)).pixels for picture in pictures]
    )


def clean(n: int = 24, first: int = 0, size: int = 48) -> Pixels:
    """Return n pictures with nothing to say about, uint8 (n, 3, size, size)."""
    return read([texture(seed) for seed in range(first, first + n)], size)


def split(images: Pixels, labels: list[int] | None = None, files: list[PictureFile] | None = None) -> Split:
    """Return a split; without labels they alternate between 0 and 1."""
    given = np.arange(len(images)) % 2 if labels is None else np.array(labels)
    return Split(images, given.astype(np.int64), None if files is None else tuple(files))


def dataset(train: Split, test: Split | None = None, classes: tuple[str, ...] = ("cat", "dog")) -> Dataset:
    """Return a data set of these splits."""
    return Dataset("made", classes, train, test)
