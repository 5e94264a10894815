"""What the closer look of `convscope check` finds on a tree of pictures in topic folders:

    python -m benchmarks.closer_look /usr/share/tuxpaint/stamps [TOPIC ...] [--size 64] [--wrong 0.02 0.05]

Copies found of every picture, changed in six ways one at a time; pairs of different pictures that are called copies;
of so many labels that are made wrong on purpose, how many are asked about, and how many of the questions are right;
and how many pictures are said to be alone. The stamps are Debian's tuxpaint-stamps-default (GPL-2): read where they
are, never copied. docs/log.md has the figures.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from convscope.checking.closer import Closer, look_closer
from convscope.checking.copies import find_copies
from convscope.data.dataset import Dataset, Split
from convscope.pictures import decoding

TOPICS = ("animals/mammals", "animals/birds", "animals/insects", "animals/fish", "food/fruit", "food/vegetables")
TOPICS += ("plants/flowers", "town/houses", "symbols/money", "clothes/hats", "household/dishes", "household/tools")
FEWEST = 10  # pictures of a topic


def jpeg(picture: Image.Image) -> Image.Image:
    """Return the picture as it comes back from a JPEG file of quality 20."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=20)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def cropped(picture: Image.Image) -> Image.Image:
    """Return the middle 85 % of a picture's sides."""
    w, h = picture.size
    return picture.crop((round(0.075 * w), round(0.075 * h), round(0.925 * w), round(0.925 * h)))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "half the size": lambda p: p.resize((max(1, p.width // 2), max(1, p.height // 2)), Image.Resampling.BICUBIC),
    "JPEG 20": jpeg,
    "cropped to 85 %": cropped,
    "mirrored": ImageOps.mirror,
    "30 % brighter": lambda p: ImageEnhance.Brightness(p).enhance(1.3),
    "turned 8°": lambda p: p.rotate(8, Image.Resampling.BICUBIC, fillcolor="white"),
}


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("topics", nargs="*", default=TOPICS, help="folders in it, each with all that lies below")
    parser.add_argument("--size", type=int, default=64, help="pixels at which the check reads the pictures")
    parser.add_argument("--wrong", type=float, nargs="*", default=[0.0, 0.02, 0.05], help="shares of wrong labels")
    args = parser.parse_args()
    found = [sorted((args.folder / topic).rglob("*.png")) for topic in args.topics]
    found = [paths for paths in found if len(paths) >= FEWEST]
    pictures = [on_white(path) for paths in found for path in paths]
    labels = np.repeat(np.arange(len(found)), [len(paths) for paths in found])
    n, own = len(pictures), read(pictures, args.size)
    began = time.process_time()
    alone, pairs = looked(own, labels), n * (n - 1) // 2
    print(f"{n} pictures, {len(found)} classes, {time.process_time() - began:.0f} CPU s")
    together = np.bincount(alone.copies.alike)
    false = int((together * (together - 1) // 2).sum())
    print(f"pairs called copies: {false} of {pairs:,}, 1 in {pairs / max(1, false):,.0f}")
    print(f"alone: {sum(f.count for f in alone.findings if f.key == 'check.alone')}")
    for name, change in CHANGES.items():
        both = np.concatenate([own, read([change(picture) for picture in pictures], args.size)])
        alike = looked(both, np.tile(labels, 2)).copies.alike
        print(f"{name:<16} found {(alike[:n] == alike[n:]).mean():.3f}")
    for share in args.wrong:
        rng = np.random.default_rng(0)
        wrong = rng.permutation(n)[: round(share * n)]
        given = labels.copy()
        given[wrong] = (labels[wrong] + rng.integers(1, len(found), len(wrong))) % len(found)
        asked = {question.row for question in looked(own, given).questions}
        right = len(asked & set(wrong.tolist()))
        print(f"{100 * share:.0f} % wrong labels: {len(asked)} questions, {right} of them right, of {len(wrong)} wrong")


def on_white(path: Path) -> Image.Image:
    """Return a picture in colour, what is transparent in white."""
    picture = Image.open(path).convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture)
    return ground.convert("RGB")


def read(pictures: list[Image.Image], size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return pictures as a network of that size reads them, uint8 (n, 3, size, size)."""
    return np.stack(
        [decoding.from_image(picture, decoding.DecodeOptions((size, size), 3)).pixels for picture in pictures]
    )


def looked(
    images: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], labels: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> Closer:
    """Return what the closer look finds."""
    classes = tuple(f"topic {k}" for k in range(int(labels.max()) + 1))
    dataset = Dataset("stamps", classes, Split(images, labels.astype(np.int64)), None)
    return look_closer(dataset, find_copies(dataset))


if __name__ == "__main__":
    main()
