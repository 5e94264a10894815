"""The one decode function against Pillow operations done by hand, and against numbers worked out on paper."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from convscope import images
from convscope.borders import border_of
from convscope.errors import InputError, UsageError

RNG = np.random.default_rng(20)
GREY = RNG.integers(0, 256, (5, 7), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (5, 7, 3), dtype=np.uint8)


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def png(width: int, height: int, rows: bytes) -> bytes:
    """Write an 8-bit grey PNG by hand, whatever its header claims."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF", "PPM", "WEBP"])
def test_grey_pixels_come_out_as_they_went_in(kind: str, tmp_path: Path) -> None:
    data = encoded(Image.fromarray(GREY), kind, **({"lossless": True} if kind == "WEBP" else {}))
    for source in (data, tmp_path / "a.bin", str(tmp_path / "a.bin")):
        (tmp_path / "a.bin").write_bytes(data)
        result = images.decode(source)
        assert result.dtype == np.uint8
        assert result.flags.c_contiguous
        assert result.flags.writeable
        assert np.array_equal(result, GREY[None])


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "WEBP"])
def test_colour_pixels_come_out_as_they_went_in(kind: str) -> None:
    data = encoded(Image.fromarray(COLOUR), kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert np.array_equal(images.decode(data), COLOUR.transpose(2, 0, 1))
    assert np.array_equal(images.decode(data, channels=3), COLOUR.transpose(2, 0, 1))


def test_jpeg_is_what_pillow_decodes() -> None:
    data = encoded(Image.fromarray(COLOUR), "JPEG")
    assert np.array_equal(images.decode(data), np.asarray(Image.open(io.BytesIO(data))).transpose(2, 0, 1))


def test_a_picture_written_by_hand() -> None:
    entries = [(256, 2), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 2)]
    for order in ("<", ">"):  # TIFF's two byte orders; the two pixels are at byte 8, the directory behind them
        fields = [struct.pack(f"{order}HHI", tag, 4, 1) + struct.pack(f"{order}I", value) for tag, value in entries]
        mark = b"II" if order == "<" else b"MM"
        head = mark + struct.pack(f"{order}HI", 42, 10) + bytes([7, 250]) + struct.pack(f"{order}H", len(fields))
        assert images.decode(head + b"".join(fields) + bytes(4)).tolist() == [[[7, 250]]]
    assert images.decode(png(3, 2, b"\0\x01\x02\x03\0\x04\x05\xff")).tolist() == [[[1, 2, 3], [4, 5, 255]]]


def test_channels() -> None:
    red = encoded(Image.new("RGB", (1, 1), (255, 0, 0)))
    assert images.decode(red, channels=1).tolist() == [[[76]]]  # 0.299 * 255 = 76.2
    assert images.decode(red).shape == (3, 1, 1)
    grey_in_rgb = encoded(Image.new("RGB", (2, 1), (9, 9, 9)))
    assert images.decode(grey_in_rgb).tolist() == [[[9, 9]]]
    assert images.decode(grey_in_rgb, channels=3).tolist() == [[[9, 9]], [[9, 9]], [[9, 9]]]
    with pytest.raises(UsageError, match=r"channels of a picture, got 2, expected 1 \(grey\) or 3 \(RGB\)"):
        images.decode(red, channels=2)
    with pytest.raises(UsageError, match="size of a picture, got"):
        images.decode(red, size=(0, 3))


# One pixel of every mode Pillow has, and what it must become.
MODES: list[tuple[str, Any, list[int]]] = [
    ("1", 1, [255]),
    ("1", 0, [0]),
    ("L", 77, [77]),
    ("LA", (0, 51), [204]),  # a fifth of black on white
    ("LA", (100, 255), [100]),
    ("La", (51, 51), [255]),  # premultiplied: white that is a fifth opaque
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
    ("I", 257 * 9, [9]),
    ("I;16", 257 * 8 + 128, [8]),
    ("I;16", 257 * 8 + 129, [9]),
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
    assert images.from_image(picture)[:, 0, 0].tolist() == expected


def test_lab_against_littlecms() -> None:
    assert images.from_image(Image.new("LAB", (1, 1), (255, 128, 128))).min() >= 254
    lab = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), (200, 30, 60)),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    assert lab is not None
    there_and_back = images.decode(encoded(lab, "TIFF"))[:, 0, 0].astype(int)
    assert np.abs(there_and_back - (200, 30, 60)).max() <= 3  # 8-bit LAB is coarse


def test_palette_with_transparency() -> None:
    picture = Image.new("P", (3, 1))
    picture.putpalette([10, 10, 10, 0, 0, 0, 40, 50, 60])
    picture.putdata([0, 1, 2])
    assert images.decode(encoded(picture), channels=1)[0, 0].tolist() == [
        10,
        0,
        round(0.299 * 40 + 0.587 * 50 + 0.114 * 60),
    ]
    assert images.decode(encoded(picture, transparency=bytes([255, 51, 0]))).tolist() == [[[10, 204, 255]]]
    assert images.decode(encoded(picture, transparency=1))[:, 0, 1].tolist() == [255] * 3
    assert images.decode(encoded(picture, "GIF", transparency=1), channels=1)[0, 0, 1] == 255
    alpha = Image.new("PA", (1, 1))
    assert images.from_image(alpha).tolist() == [[[255]]]


@pytest.mark.parametrize(("mode", "value"), [("1", 0), ("L", 7), ("RGB", (1, 2, 3)), ("I;16", 3000)])
def test_a_colour_named_transparent_becomes_white(mode: str, value: Any) -> None:
    data = encoded(Image.new(mode, (2, 1), value), transparency=value)
    assert images.decode(data).tolist() == [[[255, 255]]]


def test_first_frame_of_an_animation() -> None:
    frames = [Image.new("L", (2, 2), level) for level in (40, 200)]
    for kind in ("GIF", "TIFF", "WEBP", "PNG"):
        data = encoded(
            frames[0], kind, save_all=True, append_images=frames[1:], **({"lossless": True} if kind == "WEBP" else {})
        )
        assert images.decode(data, channels=1).max() == 40, kind


def test_a_jpeg_of_several_pictures() -> None:
    frames = [Image.new("L", (8, 8), level) for level in (40, 200)]
    assert images.decode(encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])).max() == 40


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_orientation(kind: str, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    data = encoded(Image.fromarray(COLOUR), kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))
    with Image.open(
        io.BytesIO(encoded(Image.fromarray(COLOUR), kind, **({"lossless": True} if kind == "WEBP" else {})))
    ) as plain:
        stored = np.asarray(plain)
    # What the standard says: where row 0 and column 0 of the stored pixels are on the upright picture.
    upright = {
        1: stored,  # top, left
        2: stored[:, ::-1],  # top, right
        3: stored[::-1, ::-1],  # bottom, right
        4: stored[::-1],  # bottom, left
        5: stored.transpose(1, 0, 2),  # left, top
        6: stored.transpose(1, 0, 2)[:, ::-1],  # right, top
        7: stored[::-1, ::-1].transpose(1, 0, 2),  # right, bottom
        8: stored.transpose(1, 0, 2)[::-1],  # left, bottom
    }[turn]
    assert np.array_equal(images.decode(data), upright.transpose(2, 0, 1))
    assert images.probe(data) == upright.shape[:2]


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0garbage",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0",
    ],
)
def test_broken_orientation_is_no_orientation(exif: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = images.decode(encoded(Image.fromarray(COLOUR), "JPEG", exif=exif))
    assert np.array_equal(result, images.decode(encoded(Image.fromarray(COLOUR), "JPEG")))


def test_resize_rule_is_written_down() -> None:
    assert images.RESIZE_RULE == "pad-bilinear-antialias"


@pytest.mark.parametrize("shape", [(5, 7), (7, 5), (5, 5), (1, 9), (30, 20), (64, 64)])
def test_resize_of_the_same_aspect_is_pillows_bilinear(shape: tuple[int, int]) -> None:
    source = RNG.integers(0, 256, (shape[0] * 3, shape[1] * 3, 3), dtype=np.uint8)
    expected = np.asarray(Image.fromarray(source).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))
    assert np.array_equal(images.from_image(Image.fromarray(source), shape), expected.transpose(2, 0, 1))


def test_shrinking_averages_over_all_pixels() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (64, 32))  # without antialiasing: all black, or all white
    assert np.abs(images.from_array(stripes, (8, 8)).astype(int) - 128).max() <= 5  # the ends see half a stripe more


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
    assert images.from_array(source, size).tolist() == [expected.tolist()]


def test_bars_take_the_colour_of_the_border_by_channel() -> None:
    paper = np.full((8, 4, 3), (250, 240, 200), np.uint8)
    paper[3:5, 1:3] = 0
    padded = images.from_array(paper, (8, 8))
    assert padded[:, :, 0].T.tolist() == [[250, 240, 200]] * 8
    reference = ImageOps.pad(Image.fromarray(paper), (8, 8), Image.Resampling.BILINEAR, color=(250, 240, 200))
    assert np.array_equal(padded, np.asarray(reference).transpose(2, 0, 1))


def test_a_large_jpeg_is_decoded_small_with_nearly_the_same_result() -> None:
    smooth = np.asarray(Image.fromarray(RNG.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize((800, 600)))
    data = encoded(Image.fromarray(smooth), "JPEG", quality=95)
    short, full = images.decode(data, (24, 32)), images.from_image(Image.open(io.BytesIO(data)), (24, 32))
    assert np.abs(short.astype(int) - full.astype(int)).max() <= 2


ARRAYS: list[tuple[Any, list[int]]] = [
    (np.array([[True, False]]), [255, 0]),
    (np.array([[0, 65535, 257 * 7]], np.uint16), [0, 255, 7]),
    (np.array([[0, 255]], np.int64), [0, 255]),
    (np.array([[0.0, 0.5, 1.0]]), [0, 128, 255]),
    (np.array([[0.0, 0.5, 200.0]], np.float32), [0, 1, 200]),
    (np.array([[0.0, 1.0, 1.5]]), [0, 1, 2]),
    (np.array([[0.0, 253.45 / 255]]), [0, 253]),
    (np.array([[0, 200]], np.uint32), [0, 200]),
    ([[3, 4]], [3, 4]),
]


@pytest.mark.parametrize(("array", "expected"), ARRAYS)
def test_arrays_of_every_type(array: Any, expected: list[int]) -> None:
    assert images.from_array(array).tolist() == [[expected]]


def test_arrays_of_every_shape() -> None:
    planes = COLOUR.transpose(2, 0, 1)
    assert np.array_equal(images.from_array(COLOUR), planes)
    assert np.array_equal(images.from_array(planes), planes)
    assert np.array_equal(images.from_array(GREY[:, :, None]), GREY[None])
    assert np.array_equal(images.from_array(GREY[None]), GREY[None])
    with_alpha = np.dstack([COLOUR, np.full((5, 7), 255, np.uint8)])
    assert np.array_equal(images.from_array(with_alpha), planes)
    untouched = GREY.copy()
    images.from_array(GREY)[:] = 0
    assert np.array_equal(GREY, untouched)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (
            np.zeros((2, 3, 4, 5), np.uint8),
            "not a picture, got shape (2, 3, 4, 5), expected (H, W), (H, W, C) or (C, H, W)",
        ),
        (np.zeros((0, 3), np.uint8), "not a picture"),
        (np.zeros((3, 9, 3), np.uint8), "either side could be the channels"),
        (np.zeros((2, 9, 5), np.uint8), "no side of 1, 3 or 4 channels"),
        (np.array([[300]]), "pixels out of range, got 300 to 300, expected 0 to 255, or 0 to 1"),
        (np.array([[-1, 3]]), "pixels out of range"),
        (np.array([[np.nan]]), "pixels out of range"),
        (np.array([[np.inf]]), "pixels out of range"),
        (np.array([["a"]]), "pixels of the wrong type"),
        (np.array([[1j]]), "pixels of the wrong type"),
    ],
)
def test_arrays_that_are_no_pictures(array: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        images.from_array(array)
    assert message in str(caught.value)


def test_pixels_out_of_range() -> None:
    mixed = [Image.fromarray(np.array([[low, high]], np.int32)) for low, high in ((-1, 5), (5, 65536))]
    for picture in (*mixed, Image.new("I", (1, 1), 65536), Image.new("I", (1, 1), -1), Image.new("F", (1, 1), 256.0)):
        with pytest.raises(InputError, match=r"(?s)cat\.tif: pixels out of range"):
            images.from_image(picture, where="cat.tif")


SOURCES = {
    kind: encoded(Image.fromarray(RNG.integers(0, 256, (40, 40, 3), dtype=np.uint8)), kind)
    for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "PPM", "WEBP")
}


@pytest.mark.parametrize("kind", list(SOURCES))
def test_truncated_files_are_refused_by_name(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"half.{kind.lower()}"
    for keep in (0.02, 0.5, 0.9):
        path.write_bytes(SOURCES[kind][: int(len(SOURCES[kind]) * keep)])
        with pytest.raises(InputError) as caught:
            images.decode(path)
        assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(SOURCES)),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6),
    st.integers(0, 6000),
)
def test_damage_never_gets_out_as_anything_but_an_input_error(
    kind: str, edits: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(SOURCES[kind])
    for place, value in edits:
        data[place % len(data)] = value
    try:
        result = images.decode(bytes(data[: max(1, cut)]), (4, 4), 3)
    except InputError:
        return
    assert result.shape == (3, 4, 4)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "picture: an empty file"),
        (
            b"hello",
            "picture: not a picture that can be read, got first bytes b'hell', expected one of PNG, JPEG, ",
        ),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "not a picture that can be read"),
        (b"\x89PNG\r\n\x1a\n", "a damaged or truncated picture"),
    ],
)
def test_files_that_are_no_pictures(data: bytes, message: str) -> None:
    for read in (images.decode, images.probe):
        with pytest.raises(InputError) as caught:
            read(data)
        assert message in str(caught.value)


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    for path, message in (
        (tmp_path / "none.png", "cannot be read: No such file or directory"),
        (tmp_path, "a folder, expected a picture"),
        (tmp_path / "pipe", "not a file, expected a picture"),
        ("a\0b", "cannot be read: "),
    ):
        with pytest.raises(InputError) as caught:
            images.decode(path)
        assert message in str(caught.value)
        assert caught.value.exit_code == 3


def test_bombs_are_refused_by_their_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a pixel was decoded")

    just_too_large, enormous = png(1 << 14, (1 << 12) + 1, b""), png(100_000, 100_000, b"")
    warned = png(10_000, 9_000, b"")  # where Pillow itself would only warn
    monkeypatch.setattr(Image.Image, "load", never)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        for data in (just_too_large, enormous, warned):
            for read in (images.decode, images.probe):
                with pytest.raises(InputError, match=r"too large a picture, got .*, expected at most 67108864 pixels"):
                    read(data)
    assert not heard
    with pytest.raises(InputError, match="16 x 16 pixels, expected at most 255 pixels"):
        images.decode(png(16, 16, b""), max_pixels=255)


def test_decoding_leaves_the_warning_filters_as_they_were() -> None:
    before = list(warnings.filters)
    images.decode(SOURCES["PNG"])
    assert warnings.filters == before


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(images.MAX_FILE_BYTES + 1)  # sparse: takes no space
    with pytest.raises(InputError, match="too large a file for a picture"):
        images.decode(path)


def digit(ink: int, ground: int) -> np.ndarray:
    picture = np.full((1, 28, 28), ground, np.uint8)
    picture[:, 6:22, 13:15] = ink
    return picture


@pytest.mark.parametrize(
    ("ink", "ground", "expected"),
    [
        (0, 255, True),
        (255, 0, False),
        (128, 192, True),
        (129, 192, False),
        (0, 127, False),
        (0, 128, True),
        (255, 255, False),
    ],
)
def test_invert_needed(ink: int, ground: int, expected: bool) -> None:
    picture = digit(ink, ground)
    assert images.invert_needed(picture) is expected
    assert images.invert_needed(picture[0]) is expected
    assert images.invert_needed(np.repeat(picture, 3, axis=0)) is expected


def test_invert_looks_at_border_and_middle_only() -> None:
    for band in (np.s_[2:7], np.s_[21:26], np.s_[:, 2:7], np.s_[:, 21:26]):  # neither border nor middle half
        framed = np.full((28, 28), 255, np.uint8)
        framed[band] = 0
        assert not images.invert_needed(framed)
    assert images.invert_needed(np.array([[255, 255, 255], [255, 0, 255], [255, 255, 255]], np.uint8))
    assert not images.invert_needed(np.array([[200]], np.uint8))


def test_how_thick_a_border_is() -> None:
    plane = np.arange(28 * 140).reshape(28, 140)
    assert sorted(border_of(plane)) == sorted(set(plane.ravel()) - set(plane[2:26, 2:138].ravel()))
    assert sorted(border_of(plane[:27])) == sorted(set(plane[:27].ravel()) - set(plane[1:26, 1:139].ravel()))
    assert border_of(plane[:3, :3]).tolist() == [0, 1, 2, 140, 142, 280, 281, 282]
    assert border_of(plane, 14).size == plane.size
    assert border_of(plane[:1, :5]).tolist() == [0, 1, 2, 3, 4]


def test_dark_borders() -> None:
    dark, light = digit(255, 0), digit(0, 255)
    assert images.dark_borders(np.stack([dark] * 3 + [light]))
    assert not images.dark_borders(np.stack([dark] * 2 + [light] * 2))
    assert images.dark_borders(np.stack([digit(255, 63)]))
    assert not images.dark_borders(np.stack([digit(255, 64)]))
    assert not images.dark_borders(np.zeros((0, 1, 28, 28), np.uint8))


def test_importing_it_imports_neither_numpy_nor_pillow() -> None:
    check = "import sys, convscope.images; assert not {'numpy', 'PIL', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)
