"""JPEGs decoded at a fraction of their size: how far, and that the bound is on what is decoded."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from convscope.errors import InputError
from convscope.pictures import decoding
from convscope.pictures.jpeg_scaling import reduce_jpeg
from tests.encoded import encoded

WIDE = encoded(Image.new("RGB", (640, 480), (90, 10, 200)), "JPEG")


@pytest.mark.parametrize(
    ("size", "max_pixels", "expected"),
    [
        (None, 640 * 480, (640, 480)),
        ((120, 120), 640 * 480, (640, 480)),  # 480 is no more than 4 times 120
        ((80, 80), 640 * 480, (640, 480)),  # half of 480 is 3 times 80
        ((60, 60), 640 * 480, (320, 240)),
        ((30, 20), 640 * 480, (160, 120)),
        ((10, 10), 640 * 480, (80, 60)),
        (None, 640 * 480 - 1, (320, 240)),
        (None, 160 * 120, (160, 120)),
        ((120, 120), 160 * 120, (160, 120)),
        (None, 10, (80, 60)),
    ],
)
def test_how_far_it_is_reduced(size: tuple[int, int] | None, max_pixels: int, expected: tuple[int, int]) -> None:
    picture = Image.open(io.BytesIO(WIDE))
    reduce_jpeg(picture, size, max_pixels)
    assert picture.size == expected
    assert np.asarray(picture).shape == (*expected[::-1], 3)


def test_a_jpeg_too_large_is_decoded_smaller_and_its_own_size_is_known() -> None:
    made = decoding.decode_with_facts(WIDE, max_pixels=640 * 480 // 4)
    assert (made.pixels.shape, made.height, made.width) == ((3, 240, 320), 480, 640)
    assert decoding.decode(WIDE, (28, 28), 1, max_pixels=100_000).shape == (1, 28, 28)
    assert decoding.probe(WIDE, max_pixels=100_000) == (480, 640)
    with pytest.raises(InputError, match=r"too large a picture, got 640 x 480 pixels, expected at most 60000 pixels"):
        decoding.decode(WIDE, (28, 28), 1, max_pixels=60_000)  # read whole, it is more than 4 times that


def test_a_progressive_jpeg_is_kept_whole_while_it_is_decoded() -> None:
    size, large = struct.pack(">HH", 16, 16), struct.pack(">HH", 16000, 16000)
    baseline = encoded(Image.new("RGB", (16, 16)), "JPEG").replace(size, large, 1)
    progressive = encoded(Image.new("RGB", (16, 16)), "JPEG", progressive=True).replace(size, large, 1)
    assert decoding.probe(baseline) == (16000, 16000)
    with pytest.raises(
        InputError, match=r"too much memory, got 2,304,000,000 bytes for 16000 x 16000 pixels, expected at most"
    ):
        decoding.probe(progressive)


def test_scans_without_end_are_refused_by_their_number() -> None:
    data = encoded(Image.new("RGB", (16, 16)), "JPEG", progressive=True)
    scan = data.index(b"\xff\xda")
    bomb = data[:scan] + data[scan : data.index(b"\xff", scan + 2)] * 900 + data[scan:]
    assert decoding.decode(bomb, (4, 4), 1).shape == (1, 4, 4)  # of a tiny picture nobody notices
    larger = bomb.replace(struct.pack(">HH", 16, 16), struct.pack(">HH", 4000, 4000), 1)
    with pytest.raises(InputError, match=r"too many scans .*, got 9\d\d over 4000 x 4000 pixels, expected at most 268"):
        decoding.decode(larger, (4, 4), 1)


def test_several_pictures_in_one_are_reduced_too() -> None:
    frames = [Image.new("L", (640, 480), level) for level in (40, 200)]
    data = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])
    made = decoding.decode_with_facts(data, max_pixels=640 * 480 // 4)
    assert made.pixels.shape == (1, 240, 320)
    assert made.pixels.max() == 40
    assert made.notes == (), "previews are no frames"


def test_turned_pictures_know_their_upright_size() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(Image.new("L", (64, 48)), "JPEG", exif=exif)
    made = decoding.decode_with_facts(data, decoding.DecodeOptions((10, 10)))
    assert (made.height, made.width) == decoding.probe(data) == (64, 48)


def test_a_jpeg_that_is_only_opened_is_read_as_its_file_is() -> None:
    data = encoded(Image.effect_noise((640, 480), 90), "JPEG")
    picture = Image.open(io.BytesIO(data))
    assert np.array_equal(
        decoding.from_image(picture, decoding.DecodeOptions((20, 20))).pixels, decoding.decode(data, (20, 20))
    )
    assert picture.size == (640, 480)
    picture.load()
    assert np.array_equal(np.asarray(picture), np.asarray(Image.open(io.BytesIO(data)))), "it is left as it was"
    loaded = decoding.from_image(picture, decoding.DecodeOptions((20, 20))).pixels.astype(int)
    assert np.abs(loaded - decoding.decode(data, (20, 20))).max() <= 2
    drafted = Image.open(io.BytesIO(data))
    drafted.draft("L", (320, 240))
    assert decoding.from_image(drafted, decoding.DecodeOptions((240, 320))).pixels.shape == (1, 240, 320)
