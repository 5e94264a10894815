"""Many small PNG files decoded as one: the same pixels as one by one, and nothing taken that is not plain."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from convscope.pictures import decoding, pngs
from tests.encoded import chunk

RNG = np.random.default_rng(7)
SHAPES = [(1, 5, 7), (3, 4, 3), (1, 1, 1)]


def png(shape: tuple[int, int, int], rows: bytes, end: int | None = None, **other: Any) -> bytes:
    """Write a PNG by hand, filters and all; of the packed rows only those up to `end`."""
    channels, height, width = shape
    fields = {"bits": 8, "colours": 0 if channels == 1 else 2, "packing": 0, "filtering": 0, "interlaced": 0} | other
    head = struct.pack(">IIBBBBB", width, height, *fields.values())
    packed = zlib.compress(rows)[:end]
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def rows(shape: tuple[int, int, int], kinds: bytes) -> bytes:
    """Return random rows behind the filters named."""
    channels, height, width = shape
    return b"".join(bytes([kinds[y % len(kinds)]]) + RNG.bytes(channels * width) for y in range(height))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kinds", [b"\0", b"\1", b"\2", b"\3", b"\4", b"\4\3\2\1\0"])
def test_every_filter_gives_what_it_gives_alone(shape: tuple[int, int, int], kinds: bytes) -> None:
    files = [png(shape, rows(shape, kinds)) for _ in range(5)]
    numbers, pixels = pngs.together(files, shape)
    assert numbers == list(range(5))
    assert (pixels.shape, pixels.dtype) == ((5, *shape), np.uint8)
    assert pixels.flags.c_contiguous
    for file, one in zip(files, pixels, strict=True):
        assert one.tolist() == decoding.decode(file, shape[1:], shape[0]).tolist()


def test_numbers_worked_out_by_hand() -> None:
    first = png((1, 2, 3), b"\2\x05\x06\x07" + b"\2\x01\x01\x01")  # above the first row are zeros, not another picture
    second = png((1, 2, 3), b"\4\x01\x01\x01" + b"\1\xff\x02\x03")
    _, pixels = pngs.together([first, second, first], (1, 2, 3))
    assert pixels[:, 0].tolist() == [
        [[5, 6, 7], [6, 7, 8]],
        [[1, 2, 3], [255, 1, 4]],
        [[5, 6, 7], [6, 7, 8]],
    ]


def test_what_pillow_writes_by_path_and_as_bytes(tmp_path: Path) -> None:
    arrays = RNG.integers(0, 256, (3, 5, 7), dtype=np.uint8)
    for i, array in enumerate(arrays):
        Image.fromarray(array).save(tmp_path / f"{i}.png")
    paths = sorted(tmp_path.iterdir())
    numbers, pixels = pngs.together([str(paths[0]), paths[1], paths[2].read_bytes()], (1, 5, 7))
    assert numbers == [0, 1, 2]
    assert pixels[:, 0].tolist() == arrays.tolist()


@pytest.mark.parametrize("channels", [1, 3])
def test_grey_and_coloured_files_among_one_another(channels: int) -> None:
    files = [png((stored, 5, 7), rows((stored, 5, 7), b"\4\3\2\1\0")) for stored in (1, 3, 3, 1, 3)]
    numbers, pixels = pngs.together(["none.png", *files, b""], (channels, 5, 7))
    assert numbers == [1, 2, 3, 4, 5]
    assert [one.tolist() for one in pixels] == [decoding.decode(file, (5, 7), channels).tolist() for file in files]


def saved(mode: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (7, 5), 1 if mode in ("1", "P") else None).save(buffer, "PNG", **options)
    return buffer.getvalue()


GOOD = png((1, 5, 7), rows((1, 5, 7), b"\0"))
TEXT = PngImagePlugin.PngInfo()
TEXT.add_text("a", "b")
EXIF = Image.Exif()
EXIF[0x0112] = 3
NOT_PLAIN = {
    "another size": png((1, 7, 5), rows((1, 7, 5), b"\0")),
    "transparent colours": saved("RGBA"),
    "damaged colours": png((3, 5, 7), rows((3, 4, 7), b"\0")),
    "a palette": saved("P"),
    "one bit": saved("1"),
    "transparent": saved("L", transparency=7),
    "turned": saved("L", exif=EXIF),
    "turned, said at the end": GOOD[:-12] + chunk(b"eXIf", EXIF.tobytes()[6:]) + GOOD[-12:],
    "with text": saved("L", pnginfo=TEXT),
    "interlaced": png((1, 5, 7), rows((1, 5, 7), b"\0"), interlaced=1),
    "too few rows": png((1, 5, 7), rows((1, 4, 7), b"\0")),
    "too many rows": png((1, 5, 7), rows((1, 6, 7), b"\0")),
    "a bomb": png((1, 5, 7), bytes(1 << 24)),
    "another block": GOOD[:-12] + chunk(b"IDAT", b"") + GOOD[-12:],
    "its end missing": GOOD[:-4],
    "half": GOOD[: len(GOOD) // 2],
    "damaged": GOOD[:50] + bytes([GOOD[50] ^ 255]) + GOOD[51:],
    "a wrong sum of the pixels": GOOD[:-17] + bytes([GOOD[-17] ^ 255]) + GOOD[-16:],
    "no sum of the pixels": png((1, 5, 7), rows((1, 5, 7), b"\0"), end=-4),
    "nothing": b"",
    "no picture": b"broken",
    "a missing file": "none.png",
    "an array": np.zeros((5, 7), np.uint8),
    "null in its name": "a\0.png",
}


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_the_decode_function(name: str) -> None:
    numbers, pixels = pngs.together([GOOD, NOT_PLAIN[name], GOOD], (1, 5, 7))
    assert numbers == [0, 2]
    assert pixels.tolist() == [decoding.decode(GOOD).tolist()] * 2


def test_an_unknown_filter_leaves_them_all() -> None:
    numbers, pixels = pngs.together([GOOD, png((1, 5, 7), rows((1, 5, 7), b"\0\5")), GOOD], (1, 5, 7))
    assert (numbers, pixels.shape) == ([], (0, 1, 5, 7))
    numbers, pixels = pngs.together([], (1, 5, 7))
    assert (numbers, pixels.shape) == ([], (0, 1, 5, 7))


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), value=st.integers(0, 255), cut=st.integers(0, 20))
def test_whatever_is_taken_of_damaged_files_is_what_the_decode_function_gives(at: int, value: int, cut: int) -> None:
    data = GOOD[:at] + bytes([value]) + GOOD[at + 1 : len(GOOD) - cut]
    numbers, pixels = pngs.together([data], (1, 5, 7))
    if numbers:
        assert pixels[0].tolist() == decoding.decode(data, (5, 7), 1).tolist()


def test_files_from_a_slow_disk_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pngs, "_PATIENCE", 0.001)
    with pngs._TURN:  # somebody else's turn, and it does not end
        assert pngs.together([GOOD], (1, 5, 7))[0] == [0]
        assert pngs._TURN.locked()
    assert pngs.together([GOOD], (1, 5, 7))[0] == [0]
    assert not pngs._TURN.locked()
