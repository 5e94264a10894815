"""Every mode that Pillow has, palettes and transparency: which grey or colour a pixel becomes."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from convscope.pictures import decoding
from tests.encoded import encoded

# One pixel of every mode Pillow has, and what it must become.
MODES: list[tuple[str, Any, list[int]]] = [
    ("1", 1, [255]),
    ("1", 0, [0]),
    ("L", 77, [77]),
    ("LA", (0, 51), [204]),  # a fifth of black on white
    ("LA", (100, 255), [100]),
    ("La", (51, 51), [51]),  # premultiplied: white that is a fifth opaque, on black
    ("RGB", (1, 2, 3), [1, 2, 3]),
    ("RGBX", (1, 2, 3, 0), [1, 2, 3]),
    ("RGBA", (255, 0, 0, 0), [255]),
    ("RGBA", (255, 0, 0, 255), [255, 0, 0]),
    ("RGBA", (255, 0, 0, 51), [255, 204, 204]),
    ("RGBa", (51, 0, 0, 51), [255, 204, 204]),
    ("CMYK", (255, 0, 0, 0), [0, 255, 255]),
    ("CMYK", (0, 0, 0, 255), [0]),
    ("YCbCr", (90, 128, 128), [90]),
    ("HSV", (0, 255, 255), [255, 0, 0]),
    ("HSV", (7, 0, 90), [90]),
    ("I", 65535, [255]),
    ("I", 9, [9]),  # no more than 8 bits
    ("I", 2047, [255]),  # 11 bits
    ("I;16", 4080, [254]),  # 12 bits: 4080 / 4095 · 255 = 254.07
    ("I;16", 65535, [255]),
    ("I;16B", 257 * 200, [200]),
    ("F", 0.5, [128]),
    ("F", 1.0, [255]),
    ("F", 127.4, [127]),
]


@pytest.mark.parametrize(("mode", "value", "expected"), MODES)
def test_every_mode(mode: str, value: Any, expected: list[int]) -> None:
    if mode == "I;16B":
        picture = Image.frombytes(mode, (1, 1), struct.pack(">H", value))
    else:
        picture = Image.new(mode, (1, 1), value)
    assert decoding.from_image(picture).pixels[:, 0, 0].tolist() == expected


RAMP = np.arange(256, dtype=np.uint16).reshape(16, 16)


def near(data: bytes, expected: Any = RAMP, white: int = 0) -> bool:
    """Tell whether a file is read to the levels expected, to one of 255."""
    return bool(np.abs(decoding.decode(data, white=white)[0].astype(int) - expected).max() <= 1)


@pytest.mark.parametrize(("bits", "factor"), [(8, 1), (10, 4), (12, 16), (14, 64), (16, 257)])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_few_bits_in_sixteen_look_like_eight(bits: int, factor: int, kind: str) -> None:
    data = encoded(Image.fromarray(RAMP * factor), kind)
    made = decoding.decode_with_facts(data)
    assert near(data)
    assert made.guessed == 2**bits - 1
    assert [note.key for note in made.notes] == ([] if bits == 16 else ["note.depth.guessed"])


def test_32_bits_that_hold_8_look_like_eight() -> None:
    assert near(encoded(Image.fromarray(RAMP.astype(np.int32)), "TIFF"))


def test_a_folders_white_level_keeps_what_is_dim_dimmer() -> None:
    dim, bright = (np.linspace(0, 30000, 256).reshape(16, 16) + k * 30000 for k in (0, 1))
    files = [encoded(Image.fromarray(a.astype(np.uint16)), "PNG") for a in (dim, bright)]
    guesses = [decoding.decode_with_facts(file).guessed for file in files]
    assert guesses == [32767, 65535]
    white = max(guesses)
    assert near(files[0], dim / 257, white)
    assert near(files[1], bright / 257, white)
    assert decoding.decode_with_facts(files[0], decoding.DecodeOptions(white=white)).guessed == 0
    beyond = decoding.decode_with_facts(files[1], decoding.DecodeOptions(white=4095))
    assert [note.key for note in beyond.notes] == ["note.depth.beyond"]
    assert beyond.pixels.min() == 255


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


@pytest.mark.parametrize(("bits", "factor"), [(12, 1), (12, 16), (12, 257), (16, 16)])
def test_the_bits_that_a_png_states(bits: int, factor: int) -> None:
    plain = encoded(Image.fromarray(RAMP * factor), "PNG")
    header = 8 + 25  # the signature and IHDR, behind which sBIT stands
    data = plain[:header] + chunk(b"tEXt", b"a\0b") + chunk(b"sBIT", bytes([bits])) + plain[header:]
    white = 65535 if factor == 257 else 2**bits - 1  # beyond its bits: scaled to 16, as the standard asks
    assert decoding.decode_with_facts(data).guessed == 0
    assert near(data, RAMP * 255.0 * factor / white)
    assert near(data, RAMP * 255.0 * factor / white, white=1023)
    opened = Image.open(io.BytesIO(data))
    assert np.array_equal(decoding.from_image(opened).pixels, decoding.decode(data))


@pytest.mark.parametrize("tag", [281, 341])
def test_the_maximum_that_a_tiff_states(tag: int) -> None:
    data = encoded(Image.fromarray(RAMP), "TIFF", tiffinfo={tag: 4000})  # of 12 bits
    assert decoding.decode_with_facts(data).guessed == 0
    assert near(data, RAMP * 255 / 4095)


def test_a_maximum_that_a_pnm_states() -> None:
    data = b"P5 16 16 4095\n" + (RAMP * 16).astype(">u2").tobytes()
    made = decoding.decode_with_facts(data)
    assert (made.guessed, made.notes) == (0, ())
    assert near(data)


def test_lab_against_littlecms() -> None:
    assert decoding.from_image(Image.new("LAB", (1, 1), (255, 128, 128))).pixels.min() >= 254
    lab = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), (200, 30, 60)),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    assert lab is not None
    there_and_back = decoding.decode(encoded(lab, "TIFF"))[:, 0, 0].astype(int)
    assert np.abs(there_and_back - (200, 30, 60)).max() <= 3  # 8-bit LAB is coarse


def test_palette_with_transparency() -> None:
    picture = Image.new("P", (3, 1))
    picture.putpalette([10, 10, 10, 0, 0, 0, 40, 50, 60])
    picture.putdata([0, 1, 2])
    assert decoding.decode(encoded(picture), channels=1)[0, 0].tolist() == [
        10,
        0,
        round(0.299 * 40 + 0.587 * 50 + 0.114 * 60),
    ]
    assert decoding.decode(encoded(picture, transparency=bytes([255, 51, 0]))).tolist() == [[[10, 204, 255]]]
    assert decoding.decode(encoded(picture, transparency=1))[:, 0, 1].tolist() == [255] * 3
    assert decoding.decode(encoded(picture, "GIF", transparency=1), channels=1)[0, 0, 1] == 255
    alpha = Image.new("PA", (1, 1))
    assert decoding.from_image(alpha).pixels.tolist() == [[[255]]]


@pytest.mark.parametrize(("mode", "value"), [("1", 0), ("L", 7), ("RGB", (1, 2, 3)), ("I;16", 3000)])
def test_a_colour_named_transparent_becomes_the_ground(mode: str, value: Any) -> None:
    data = encoded(Image.new(mode, (2, 1), value), transparency=value)
    assert decoding.decode(data).tolist() == [[[255, 255]]]
    light = np.array([[3000, 60000, 65535]], np.uint16)
    assert decoding.decode(encoded(Image.fromarray(light), transparency=3000)).tolist() == [[[0, 233, 255]]]
