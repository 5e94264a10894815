"""Files that are no pictures, damaged, or made to harm: one clear error, and nothing else gets out."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from convscope.errors import InputError
from convscope.pictures import decoding
from tests.encoded import encoded, png

NOISE = Image.fromarray(np.random.default_rng(21).integers(0, 256, (40, 40, 3), dtype=np.uint8))
KINDS = "PNG JPEG GIF BMP TIFF PPM WEBP AVIF ICO JPEG2000 QOI DDS PCX SGI"
SOURCES = {kind: encoded(NOISE, kind) for kind in KINDS.split()}
SOURCES |= {"TGA": encoded(NOISE, "TGA", compression="tga_rle"), "BLP": encoded(NOISE.convert("P"), "BLP")}


@pytest.mark.parametrize("kind", list(SOURCES))
def test_truncated_files_are_refused_by_name(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"half.{kind.lower()}"
    for keep in (0.02, 0.5, 0.9):
        path.write_bytes(SOURCES[kind][: int(len(SOURCES[kind]) * keep)])
        with pytest.raises(InputError) as caught:
            decoding.decode(path)
        assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(SOURCES)),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6),
    st.integers(0, 6000),
)
@pytest.mark.medium
def test_damage_never_gets_out_as_anything_but_an_input_error(
    kind: str, edits: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(SOURCES[kind])
    for place, value in edits:
        data[place % len(data)] = value
    try:
        result = decoding.decode(bytes(data[: max(1, cut)]), (4, 4), 3)
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
    for read in (decoding.decode, decoding.probe):
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
            decoding.decode(path)
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
            for read in (decoding.decode, decoding.probe):
                with pytest.raises(InputError, match=r"too large a picture, got .*, expected at most 67108864 pixels"):
                    read(data)
    assert not heard
    with pytest.raises(InputError, match="16 x 16 pixels, expected at most 255 pixels"):
        decoding.decode(png(16, 16, b""), max_pixels=255)


def test_decoding_leaves_the_warning_filters_as_they_were() -> None:
    before = list(warnings.filters)
    decoding.decode(SOURCES["PNG"])
    assert warnings.filters == before


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(decoding.MAX_FILE_BYTES + 1)  # sparse: takes no space
    with pytest.raises(InputError, match="too large a file for a picture"):
        decoding.decode(path)
