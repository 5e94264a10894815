"""Pictures brought to a size: Pillow's bilinear, the aspect kept, bars in the border's colour."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from convscope.errors import UsageError
from convscope.pictures import decoding, resizing
from tests.encoded import encoded

RNG = np.random.default_rng(22)


def test_resize_rule_is_written_down() -> None:
    assert resizing.RULES == ("pad-bilinear-antialias", "crop-bilinear-antialias")


@pytest.mark.parametrize("shape", [(5, 7), (7, 5), (5, 5), (1, 9), (30, 20), (64, 64)])
def test_resize_of_the_same_aspect_is_pillows_bilinear(shape: tuple[int, int]) -> None:
    source = RNG.integers(0, 256, (shape[0] * 3, shape[1] * 3, 3), dtype=np.uint8)
    expected = np.asarray(Image.fromarray(source).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))
    assert np.array_equal(
        decoding.from_image(Image.fromarray(source), decoding.DecodeOptions(shape)).pixels, expected.transpose(2, 0, 1)
    )


def test_shrinking_averages_over_all_pixels() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (64, 32))  # without antialiasing: all black, or all white
    assert (
        np.abs(decoding.from_array(stripes, decoding.DecodeOptions((8, 8))).pixels.astype(int) - 128).max() <= 5
    )  # the ends see half a stripe more


@pytest.mark.parametrize(
    ("shape", "size", "inner"),
    [
        ((10, 20), (8, 8), (4, 8)),
        ((20, 10), (8, 8), (8, 4)),
        ((10, 16), (8, 8), (5, 8)),
        ((3, 16), (8, 8), (2, 8)),  # 1.5 rounds up
        ((1, 100), (8, 8), (1, 8)),  # never to nothing
        ((100, 1), (8, 8), (8, 1)),
        ((5, 5), (4, 9), (4, 4)),
        ((2, 3), (20, 20), (13, 20)),  # made larger too: 13.33
    ],
)
def test_padding_keeps_the_aspect(shape: tuple[int, int], size: tuple[int, int], inner: tuple[int, int]) -> None:
    source = RNG.integers(0, 256, shape, dtype=np.uint8)
    scaled = np.asarray(Image.fromarray(source).resize(inner[::-1], Image.Resampling.BILINEAR))
    ring = sorted(scaled[r, c] for r, c in np.ndindex(*inner) if r in (0, inner[0] - 1) or c in (0, inner[1] - 1))
    expected = np.full(size, ring[(len(ring) - 1) // 2])
    top, left = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    expected[top : top + inner[0], left : left + inner[1]] = scaled
    assert decoding.from_array(source, decoding.DecodeOptions(size)).pixels.tolist() == [expected.tolist()]


def test_bars_take_the_colour_of_the_border_by_channel() -> None:
    paper = np.full((8, 4, 3), (250, 240, 200), np.uint8)
    paper[3:5, 1:3] = 0
    padded = decoding.from_array(paper, decoding.DecodeOptions((8, 8))).pixels
    assert padded[:, :, 0].T.tolist() == [[250, 240, 200]] * 8
    reference = ImageOps.pad(Image.fromarray(paper), (8, 8), Image.Resampling.BILINEAR, color=(250, 240, 200))
    assert np.array_equal(padded, np.asarray(reference).transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("shape", "size", "box"),
    [
        ((16, 24), (8, 8), (14, 14)),  # 7/8 of 16
        ((24, 16), (8, 8), (14, 14)),
        ((16, 40), (4, 8), (14, 28)),  # a box of 16×32 fits
        ((40, 16), (8, 4), (28, 14)),
        ((20, 9), (6, 6), (8, 8)),  # 7.875
        ((12, 12), (5, 5), (11, 11)),  # 10.5 rounds up
        ((1, 100), (8, 8), (1, 1)),  # never to nothing
        ((3, 2), (20, 20), (2, 2)),  # made larger too: 1.75
    ],
)
def test_cropping_cuts_the_middle_out(shape: tuple[int, int], size: tuple[int, int], box: tuple[int, int]) -> None:
    source = RNG.integers(0, 256, (*shape, 3), dtype=np.uint8)
    top, left = (shape[0] - box[0]) // 2, (shape[1] - box[1]) // 2
    middle = source[top : top + box[0], left : left + box[1]]
    expected = np.asarray(Image.fromarray(middle).resize(size[::-1], Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    assert np.array_equal(
        decoding.from_image(Image.fromarray(source), decoding.DecodeOptions(size, rule=resizing.CROP_RULE)).pixels,
        expected,
    )


def test_a_picture_of_the_size_is_left_whole() -> None:
    source = RNG.integers(0, 256, (8, 9), dtype=np.uint8)
    for rule in resizing.RULES:
        assert np.array_equal(decoding.from_array(source, decoding.DecodeOptions((8, 9), rule=rule)).pixels[0], source)


def test_another_rule_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        decoding.from_array(np.zeros((4, 4), np.uint8), decoding.DecodeOptions((2, 2), rule="squash"))
    assert refused.value.key == "picture.rule"


def test_a_large_jpeg_is_decoded_small_with_nearly_the_same_result() -> None:
    smooth = np.asarray(Image.fromarray(RNG.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize((800, 600)))
    data = encoded(Image.fromarray(smooth), "JPEG", quality=95)
    whole = Image.open(io.BytesIO(data))
    whole.load()
    full = decoding.from_image(whole, decoding.DecodeOptions((24, 32))).pixels
    short = decoding.decode(data, (24, 32))
    assert np.abs(short.astype(int) - full.astype(int)).max() <= 2
