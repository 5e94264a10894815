"""One tensor, one answer: whatever reads a picture, and in whatever form it comes, the network gets the same bytes.

Data loading (and with it training and evaluate), predict's preprocessing of a path, of bytes, of a Pillow image and of
an array, and what look is given, over files of mixed polarity, mode, size, orientation and format.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convscope import data
from convscope.explain.options import LookOptions
from convscope.explain.subject.inputs import sort_inputs
from convscope.pictures.input_spec import InputSpec
from convscope.pictures.preprocessing import preprocess, preprocess_stack
from convscope.pictures.resizing import RESIZE_RULE
from tests.encoded import encoded

SIZES = ((28, 28), (12, 11), (40, 25), (200, 61), (1, 30), (300, 340))  # (H, W)
MODES = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "HSV", "LAB", "I;16", "I", "F")
FORMATS: dict[str, tuple[str, ...]] = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"),
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
    "GIF": ("L", "P", "RGB"),
    "BMP": ("1", "L", "P", "RGB", "RGBA"),
    "PPM": ("1", "L", "RGB", "I"),
    "TGA": ("L", "LA", "P", "RGB", "RGBA"),
    "QOI": ("RGB", "RGBA"),
    "AVIF": ("L", "RGB", "RGBA"),
    "JPEG2000": ("L", "RGB", "RGBA"),
}
TURNED = ("PNG", "TIFF", "JPEG", "WEBP", "AVIF")


def drawing(rng: np.random.Generator, size: tuple[int, int], dark: bool) -> Image.Image:
    """Return a patch of ink on a noisy ground in colour, light on dark or dark on light."""
    pixels = rng.integers(0, 60, (*size, 3))
    height, width = size
    pixels[height // 3 : height - height // 3, width // 3 : width - width // 3] = rng.integers(190, 256, 3)
    return Image.fromarray((255 - pixels if dark else pixels).astype(np.uint8))


def of_mode(colour: Image.Image, mode: str, rng: np.random.Generator) -> Image.Image:
    """Return a picture in a mode, its alpha random, its numbers of more than 8 bits 12 bits deep."""
    if mode in ("I;16", "I"):
        levels = np.asarray(colour.convert("L")).astype(np.uint16 if mode == "I;16" else np.int32) * 16
        return Image.fromarray(levels)
    if mode == "F":
        return Image.fromarray(np.asarray(colour.convert("L")).astype(np.float32) / 255)
    if mode == "LAB":
        return Image.merge("LAB", [colour.convert("L")] * 3)
    made = colour.convert({"La": "LA", "RGBa": "RGBA"}.get(mode, mode))
    if mode in ("LA", "La", "RGBA", "RGBa"):
        made.putalpha(Image.fromarray(rng.integers(0, 256, colour.size[::-1], dtype=np.uint8)))
    return made.convert(mode) if mode in ("La", "RGBa") else made


def corpus() -> Iterator[tuple[str, bytes]]:
    """Yield (name, file): every mode in every format that keeps it, turned where the format says so."""
    rng = np.random.default_rng(31)
    n = 0
    for kind, modes in FORMATS.items():
        for mode in modes:
            for dark in (False, True):
                n += 1
                picture = of_mode(drawing(rng, SIZES[n % len(SIZES)], dark), mode, rng)
                options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
                if kind in TURNED and mode not in ("I;16", "I", "F", "LAB", "YCbCr", "CMYK"):
                    options["exif"] = Image.Exif()
                    options["exif"][0x0112] = n % 8 + 1
                yield (
                    f"{n:03} {kind} {mode.replace(';', '')}.{kind.lower().replace('jpeg2000', 'jp2')}",
                    encoded(picture, kind, **options),
                )
    yield "moving.gif", encoded(drawing(rng, (30, 30), True).convert("L"), "GIF", save_all=True, append_images=[])
    yield "large.jpg", encoded(drawing(rng, (900, 1200), True), "JPEG")


CORPUS = dict(corpus())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "invert"), [((1, 28, 28), "auto"), ((3, 24, 30), "auto"), ((1, 40, 25), "no"), ((3, 1, 1), "yes")]
)
def test_every_way_to_a_network_gives_the_same_bytes(shape: tuple[int, int, int], invert: str, tmp_path: Path) -> None:
    spec = InputSpec(shape, resize=RESIZE_RULE, invert=invert, white=4095)
    for i, (name, file) in enumerate(CORPUS.items()):
        folder = tmp_path / "ab"[i % 2]
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(file)
    dataset = data.load(tmp_path, size=shape[1:], channels=shape[0], white=spec.white, cache=False)
    assert dataset.left_out == ()
    paths = [tmp_path / path for path in dataset.train.paths or ()]
    assert len(paths) == len(CORPUS)
    measured, inverted = preprocess_stack(spec, np.asarray(dataset.train.images[:]))
    looked_at = sort_inputs(paths, spec, ("x", "y"), LookOptions(samples=len(paths))).samples
    assert looked_at is not None
    assert invert != "auto" or 10 < inverted.sum() < len(paths) - 10, "both answers occur"
    for path, pixels, swapped, seen in zip(paths, measured, inverted.tolist(), looked_at.pictures, strict=True):
        ways = {
            "path": preprocess(spec, path),
            "text": preprocess(spec, str(path)),
            "bytes": preprocess(spec, path.read_bytes()),
            "Pillow": preprocess(spec, Image.open(io.BytesIO(path.read_bytes()))),
            "array of the model's own shape": preprocess(spec, dataset.train.images[paths.index(path)]),
        }
        for way, made in ways.items():
            np.testing.assert_array_equal(made.pixels, pixels, f"{path.name}, {way}")
            assert made.inverted == swapped, (path.name, way)
        np.testing.assert_array_equal(seen, pixels, f"{path.name}, look")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_in_memory_is_what_its_file_and_its_array_are(mode: str, dark: bool) -> None:
    rng = np.random.default_rng(len(mode))
    picture = of_mode(drawing(rng, (40, 25), dark), mode, rng)
    for channels in (1, 3):
        spec = InputSpec((channels, 28, 28), resize=RESIZE_RULE, invert="auto", white=4095)
        made = preprocess(spec, picture)
        if mode in FORMATS["TIFF"] and mode != "YCbCr":
            np.testing.assert_array_equal(preprocess(spec, encoded(picture, "TIFF")).pixels, made.pixels)
        if mode in ("1", "L", "RGB", "RGBA", "I;16", "F"):
            np.testing.assert_array_equal(preprocess(spec, np.asarray(picture)).pixels, made.pixels)
        assert made.inverted == dark or mode in ("LAB", "HSV", "La", "LA", "PA", "RGBa", "RGBA")
