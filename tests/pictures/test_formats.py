"""Formats: what each is known by, that it is decoded, and what is said where a reader is missing."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convscope.errors import InputError
from convscope.pictures import decoding, formats
from convscope.pictures.formats import FORMATS, HEAD, SUFFIXES, format_of
from tests.encoded import encoded

PIXELS = np.random.default_rng(17).integers(0, 256, (32, 32, 3), dtype=np.uint8)
COLOUR = Image.fromarray(PIXELS)
GREY = COLOUR.convert("L")


def planes(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("RGB")).transpose(2, 0, 1)


WRITTEN: list[tuple[str, Image.Image, dict[str, Any]]] = [
    ("PNG", COLOUR, {}),
    ("GIF", GREY, {}),
    ("BMP", COLOUR, {}),
    ("WEBP", COLOUR, {"lossless": True}),
    ("TIFF", COLOUR, {}),
    ("TIFF", COLOUR, {"compression": "tiff_lzw"}),
    ("PPM", COLOUR, {}),
    ("ICO", COLOUR.convert("RGBA"), {"sizes": [(32, 32)]}),
    ("JPEG2000", COLOUR, {"irreversible": False}),
    ("QOI", COLOUR, {}),
    ("DDS", COLOUR, {}),
    ("PCX", COLOUR, {}),
    ("PCX", GREY, {}),
    ("SGI", COLOUR, {}),
    ("TGA", COLOUR, {}),
    ("TGA", GREY, {}),
    ("TGA", GREY.convert("P"), {}),
    ("TGA", COLOUR, {"compression": "tga_rle"}),
    ("BLP", GREY.convert("P"), {}),
    ("MSP", GREY.convert("1"), {}),
    ("XBM", GREY.convert("1"), {}),
]


@pytest.mark.parametrize(("kind", "picture", "options"), WRITTEN)
def test_what_pillow_writes_is_known_and_read(kind: str, picture: Image.Image, options: dict[str, Any]) -> None:
    data = encoded(picture, kind, **options)
    found = format_of(data[:HEAD])
    assert found is not None
    assert found.name == kind
    assert np.array_equal(decoding.decode(data, channels=3), planes(picture))


def test_avif_is_read_and_turned() -> None:
    smooth = Image.linear_gradient("L").resize((64, 48)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    plain = decoding.decode(encoded(smooth, "AVIF", quality=95), channels=3)
    assert np.abs(plain - planes(smooth).astype(int)).max() < 9
    turned = encoded(smooth, "AVIF", quality=95, exif=exif)
    upright = np.rot90(planes(smooth), -1, (1, 2)).astype(int)
    assert np.abs(decoding.decode(turned, channels=3) - upright).max() < 9


def by_hand() -> dict[str, bytes]:
    """Return one picture each, 2×2, of formats that Pillow does not write: rows 10 20, 30 40, or black and white."""
    grey = bytes((10, 20, 30, 40))
    psd = struct.pack(">4sH6xHIIHHIIIH", b"8BPS", 1, 1, 2, 2, 8, 1, 0, 0, 0, 0) + grey
    sun = struct.pack(">8I", 0x59A66A95, 2, 2, 8, 4, 1, 0, 0) + grey
    pcx = encoded(Image.frombytes("L", (2, 2), grey), "PCX")
    dcx = struct.pack("<III", 0x3ADE68B1, 12, 0) + pcx
    xpm = b'/* XPM */\nstatic char *a[] = {\n"2 2 2 1",\n"a c #000000",\n"b c #ffffff",\n"ab",\n"ba"\n};\n'
    pixels = struct.pack("<IHH", 6 + 4, 16, 0)  # FLI: a chunk of uncompressed pixels
    frame = struct.pack("<IHH8x", 16 + 6 + 4, 0xF1FA, 1) + pixels[:4] + pixels[4:6] + grey
    fli = struct.pack("<IHHHHHHI", 128 + len(frame), 0xAF12, 1, 2, 2, 8, 3, 70).ljust(128, b"\0") + frame
    return {"PSD": psd, "SUN": sun, "DCX": dcx, "XPM": xpm, "FLI": fli}


@pytest.mark.parametrize("kind", ["PSD", "SUN", "DCX", "XPM", "FLI"])
def test_what_is_written_by_hand_is_known_and_read(kind: str) -> None:
    data = by_hand()[kind]
    found = format_of(data[:HEAD])
    assert found is not None
    assert found.name == kind
    wanted = [[0, 255], [255, 0]] if kind == "XPM" else [[10, 20], [30, 40]]
    assert decoding.decode(data, channels=1).tolist() == [wanted]


def test_the_table_names_what_is_there() -> None:
    assert len({format.name for format in FORMATS}) == len(FORMATS)
    assert sum(len(format.suffixes) for format in FORMATS) == len(SUFFIXES), "no ending has two formats"
    for text in (b"hello, world, this is no picture at all", b"%!PS-Adobe-3.0 EPSF-3.0", b"\0" * 64, b"<svg>"):
        assert format_of(text) is None


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1"])
def test_a_picture_of_an_iphone_names_the_package_that_reads_it(
    brand: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    (tmp_path / "IMG_1.HEIC").write_bytes(struct.pack(">I4s4sI4s", 24, b"ftyp", brand, 0, b"miaf") + bytes(200))
    with pytest.raises(InputError, match=r"IMG_1.HEIC: .heic files need .* pip install convscope\[heic\]"):
        decoding.decode(tmp_path / "IMG_1.HEIC")


def test_heic_is_read_where_its_package_is() -> None:
    heif = pytest.importorskip("pillow_heif")
    smooth, file = Image.linear_gradient("L").resize((64, 48)).convert("RGB"), io.BytesIO()
    heif.from_pillow(smooth).save(file, quality=95)
    made = decoding.decode(file.getvalue(), channels=3)
    assert np.abs(made.astype(int) - planes(smooth)).max() < 9


def test_an_avif_in_a_container_of_the_general_brand_is_an_avif() -> None:
    head = struct.pack(">I4s4sI4s4s", 28, b"ftyp", b"mif1", 0, b"mif1", b"avif")
    found = format_of(head)
    assert found is not None
    assert found.name == "AVIF"
    assert formats.MAX_PIXELS == 1 << 26
