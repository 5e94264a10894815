"""The one decode function against Pillow operations done by hand, and against numbers worked out on paper."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.errors import UsageError
from convscope.pictures import decoding
from tests.encoded import COLOUR, GREY, encoded, png


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF", "PPM", "WEBP"])
def test_grey_pixels_come_out_as_they_went_in(kind: str, tmp_path: Path) -> None:
    data = encoded(Image.fromarray(GREY), kind, **({"lossless": True} if kind == "WEBP" else {}))
    for source in (data, tmp_path / "a.bin", str(tmp_path / "a.bin")):
        (tmp_path / "a.bin").write_bytes(data)
        result = decoding.decode(source)
        assert result.dtype == np.uint8
        assert result.flags.c_contiguous
        assert result.flags.writeable
        assert np.array_equal(result, GREY[None])


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "WEBP"])
def test_colour_pixels_come_out_as_they_went_in(kind: str) -> None:
    data = encoded(Image.fromarray(COLOUR), kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert np.array_equal(decoding.decode(data), COLOUR.transpose(2, 0, 1))
    assert np.array_equal(decoding.decode(data, channels=3), COLOUR.transpose(2, 0, 1))


def test_jpeg_is_what_pillow_decodes() -> None:
    data = encoded(Image.fromarray(COLOUR), "JPEG")
    assert np.array_equal(decoding.decode(data), np.asarray(Image.open(io.BytesIO(data))).transpose(2, 0, 1))


def test_a_picture_written_by_hand() -> None:
    entries = [(256, 2), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 2)]
    for order in ("<", ">"):  # TIFF's two byte orders; the two pixels are at byte 8, the directory behind them
        fields = [struct.pack(f"{order}HHI", tag, 4, 1) + struct.pack(f"{order}I", value) for tag, value in entries]
        mark = b"II" if order == "<" else b"MM"
        head = mark + struct.pack(f"{order}HI", 42, 10) + bytes([7, 250]) + struct.pack(f"{order}H", len(fields))
        assert decoding.decode(head + b"".join(fields) + bytes(4)).tolist() == [[[7, 250]]]
    assert decoding.decode(png(3, 2, b"\0\x01\x02\x03\0\x04\x05\xff")).tolist() == [[[1, 2, 3], [4, 5, 255]]]


def test_channels() -> None:
    red = encoded(Image.new("RGB", (1, 1), (255, 0, 0)))
    assert decoding.decode(red, channels=1).tolist() == [[[76]]]  # 0.299 * 255 = 76.2
    assert decoding.decode(red).shape == (3, 1, 1)
    grey_in_rgb = encoded(Image.new("RGB", (2, 1), (9, 9, 9)))
    assert decoding.decode(grey_in_rgb).tolist() == [[[9, 9]]]
    assert decoding.decode(grey_in_rgb, channels=3).tolist() == [[[9, 9]], [[9, 9]], [[9, 9]]]
    with pytest.raises(UsageError, match=r"channels of a picture, got 2, expected 1 \(grey\) or 3 \(RGB\)"):
        decoding.decode(red, channels=2)
    with pytest.raises(UsageError, match="size of a picture, got"):
        decoding.decode(red, size=(0, 3))


def test_first_frame_of_an_animation() -> None:
    frames = [Image.new("L", (2, 2), level) for level in (40, 200)]
    for kind in ("GIF", "TIFF", "WEBP", "PNG"):
        data = encoded(
            frames[0], kind, save_all=True, append_images=frames[1:], **({"lossless": True} if kind == "WEBP" else {})
        )
        made = decoding.decode_with_facts(data, decoding.DecodeOptions(channels=1))
        assert made.pixels.max() == 40, kind
        assert [str(note) for note in made.notes] == ["the first of 2 frames"]
        still = decoding.decode_with_facts(encoded(frames[0], kind))
        assert (still.height, still.width, still.notes) == (2, 2, ())


def test_a_jpeg_of_several_pictures() -> None:
    frames = [Image.new("L", (8, 8), level) for level in (40, 200)]
    assert decoding.decode(encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])).max() == 40


@pytest.mark.medium
def test_importing_it_imports_neither_numpy_nor_pillow() -> None:
    check = "import sys, convscope.pictures.decoding; assert not {'numpy', 'PIL', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_a_picture_is_grey_where_every_pixel_is_not_where_their_means_are() -> None:
    """So that a grey one has the same bytes whichever channels are asked for."""
    red, cyan = (255, 0, 0), (0, 255, 255)
    colours = np.array([[red, cyan], [cyan, red]], np.uint8)
    for values, channels in ((colours, 3), (colours[..., :1].repeat(3, 2), 1)):
        data = io.BytesIO()
        Image.fromarray(values).save(data, "PNG")
        own, grey, rgb = (decoding.decode(data.getvalue(), (1, 1), wanted) for wanted in (None, 1, 3))
        assert len(own) == channels
        assert np.array_equal(own, rgb[:channels])
        assert channels == 3 or np.array_equal(own, grey)
