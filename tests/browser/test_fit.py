"""A picture that a reader uploads becomes, in Chromium, the very bytes that convscope.pictures.decoding makes of its
file.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from selenium import webdriver

from convscope.pictures.input_spec import InputSpec
from convscope.pictures.legibility import legibility_notes
from convscope.pictures.preprocessing import preprocess
from convscope.pictures.resizing import RESIZE_RULE, RULES
from tests.browser.engine_page import EnginePage
from tests.encoded import chunk, encoded

pytestmark = pytest.mark.browser
Array = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("fit"))


def picture(rng: np.random.Generator, height: int, width: int, alpha: bool) -> Array:
    """Return random (height, width, 4): a smooth ground, dark or light, with a patch of ink in the middle and noise."""
    ground, ink = rng.permutation([rng.integers(0, 90), rng.integers(150, 256)])
    pixels = np.full((height, width, 4), 255, np.int64)
    pixels[..., :3] = ground
    pixels[height // 3 : -height // 3 or None, width // 3 : -width // 3 or None, :3] = ink
    pixels[..., :3] += rng.integers(-40, 41, (height, width, 3))
    if alpha:
        pixels[..., 3] = rng.integers(0, 256, (height, width))
    return np.clip(pixels, 0, 255).astype(np.uint8)


def as_file(pixels: Array) -> bytes:
    return encoded(Image.fromarray(pixels, "RGBA"))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(28, 28), (13, 20), (1, 1)])
def test_random_pictures(page: EnginePage, size: tuple[int, int], channels: int, rule: str) -> None:
    rng = np.random.default_rng(size[0] + channels)
    sides = [(28, 28), (1, 1), (1, 90), (90, 1), (150, 61), (61, 150), (10, 10), (13, 20), (29, 28), (57, 3)]
    turned = []
    for n, (height, width) in enumerate([*sides, *rng.integers(2, 80, (12, 2)).tolist()]):
        pixels = picture(rng, height, width, alpha=n % 3 == 0)
        spec = InputSpec((channels, *size), resize=rule, invert=("auto", "auto", "no", "yes")[n % 4])
        wanted, swapped, _ = preprocess(spec, as_file(pixels))
        got = page.call("fit", pixels.ravel().tolist(), height, width, spec.to_json())
        np.testing.assert_array_equal(np.array(got, np.uint8).reshape(spec.shape), wanted, f"{height}×{width}, {spec}")
        turned.append(swapped and spec.invert == "auto")
    assert size == (1, 1) or 2 <= sum(turned) < 11 or rule != RESIZE_RULE, "both answers of the automatic rule occur"


@pytest.mark.parametrize("row", range(8))
@pytest.mark.parametrize("turned", [False, True])
def test_ink_counts_from_the_middles_first_row_to_its_last(page: EnginePage, row: int, turned: bool) -> None:
    """Of 8×8 pixels rows and columns 2 to 5 are the middle: a black line of four is ink there, and no ink beside it."""
    pixels = np.full((8, 8, 4), 255, np.uint8)
    pixels[row, 2:6, :3] = 0
    if turned:
        pixels = pixels.transpose(1, 0, 2).copy()
    spec = InputSpec((1, 8, 8), invert="auto")
    wanted, swapped, _ = preprocess(spec, as_file(pixels))
    assert swapped == (2 <= row < 6)
    assert page.call("fit", pixels.ravel().tolist(), 8, 8, spec.to_json()) == wanted.ravel().tolist()


@pytest.mark.parametrize(("light", "dark_ground"), [("0111111111", True), ("1111111110", True), ("011111111", False)])
def test_every_opaque_pixel_counts_where_a_transparent_picture_gets_its_ground(
    page: EnginePage, light: str, dark_ground: bool
) -> None:
    """Nine tenths of light ink or more belong on black; the last pixel is transparent, which asks for a ground."""
    pixels = np.zeros((1, len(light) + 1, 4), np.uint8)
    for x, one in enumerate(light):
        pixels[0, x] = [255 * int(one)] * 3 + [255]
    spec = InputSpec((1, 1, len(light) + 1))
    wanted, _, _ = preprocess(spec, as_file(pixels))
    assert wanted.ravel()[-1] == (0 if dark_ground else 255)
    assert page.call("fit", pixels.ravel().tolist(), *pixels.shape[:2], spec.to_json()) == wanted.ravel().tolist()


def files(rng: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Yield pictures as files that a browser decodes without loss, of every mode, orientation and polarity."""
    for n in range(6):
        pixels = picture(rng, int(rng.integers(3, 90)), int(rng.integers(3, 90)), alpha=False)
        colour = Image.fromarray(pixels[..., :3])
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
            yield f"PNG {mode}", encoded(colour.convert(mode))
        pixels[..., 3] = rng.integers(0, 256, pixels.shape[:2])
        yield "PNG, half transparent", encoded(Image.fromarray(pixels, "RGBA"))
        pixels[..., :3] = rng.integers(200 - 20 * n, 256, (*pixels.shape[:2], 3))
        yield "PNG, light and half transparent", encoded(Image.fromarray(pixels, "RGBA"))
        pixels[..., 3] = 255 * (pixels[..., 0] > 220)
        yield "PNG, light strokes", encoded(Image.fromarray(pixels, "RGBA"))
        yield "PNG, a transparent grey", encoded(colour.convert("L"), transparency=int(pixels[0, 0, 0]))
        yield "PNG, another gamma", with_chunk(encoded(colour), b"gAMA", (100_000).to_bytes(4, "big"))
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
        yield "PNG, a colour profile", encoded(colour, icc_profile=profile)
        yield "WEBP", encoded(Image.fromarray(pixels, "RGBA"), "WEBP", lossless=True, exact=True)
        yield "BMP", encoded(colour, "BMP")
        frames = [colour.convert("L"), Image.new("L", colour.size, 9)]
        yield "GIF", encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        yield f"PNG, turned {turn}", encoded(colour, exif=exif)


def with_chunk(data: bytes, kind: bytes, body: bytes) -> bytes:
    """Return a PNG with one more chunk behind its header."""
    return data[:33] + chunk(kind, body) + data[33:]


@pytest.mark.parametrize("channels", [1, 3])
def test_files_are_read_to_the_same_bytes(page: EnginePage, channels: int) -> None:
    rng = np.random.default_rng(40 + channels)
    wrong = {}
    for n, (name, data) in enumerate(files(rng)):
        spec = InputSpec((channels, 28, 28), resize=RESIZE_RULE, invert=("auto", "no")[n % 2])
        wanted = preprocess(spec, data).pixels
        got = np.array(page.call("read", base64.b64encode(data).decode(), spec.to_json()), np.uint8).reshape(spec.shape)
        if not np.array_equal(got, wanted):
            wrong[f"{n}: {name}"] = int(np.abs(got.astype(int) - wanted).max())
    assert not wrong


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_jpeg_differs_by_a_level_or_two(page: EnginePage, turn: int) -> None:
    smooth = Image.linear_gradient("L").resize((60, 80)).convert("RGB")
    spec, exif = InputSpec((3, 28, 28), resize=RESIZE_RULE), Image.Exif()
    exif[0x0112] = turn
    data = encoded(smooth, "JPEG", quality=92, exif=exif)
    got = np.array(page.call("read", base64.b64encode(data).decode(), spec.to_json()), np.uint8).reshape(spec.shape)
    assert np.abs(got.astype(int) - preprocess(spec, data).pixels).max() <= 2


def test_what_is_hard_to_read_is_told_alike(page: EnginePage) -> None:
    rng = np.random.default_rng(9)
    keys = {"contrast": "note.contrast", "light": "note.ground.light", "uneven": "note.ground.uneven"}
    keys |= {"tiny": "note.drawing.tiny", "away": "note.drawing.away"}
    told = set()
    for n in range(120):
        spec = InputSpec((1 + 2 * (n % 2), 28, 24), resize=RESIZE_RULE, centred=n % 5 > 0)
        drawn = np.full(spec.shape, rng.choice([0, 10, 90, 200]), np.uint8)
        top, left = rng.integers(0, 14, 2)
        drawn[:, top : top + rng.integers(2, 26), left : left + rng.integers(2, 12)] = rng.integers(0, 256)
        drawn += rng.integers(0, 4, drawn.shape, dtype=np.uint8)
        (wanted,) = legibility_notes(spec, drawn[None])
        got = page.call("hardToRead", drawn.ravel().tolist(), {"shape": spec.shape, "centred": spec.centred})
        assert ([keys[got]] if got else []) == [note.key for note in wanted], n
        told.add(got)
    assert told == {"", *keys}, "every answer occurs"
