"""THE decode function: one way from a picture file to uint8 (C, H, W), for training and for prediction alike.

What happens to a picture, in this order: the first frame is read; more than 8 bits become 8; transparent parts become
white; EXIF orientation is applied; colours become grey or RGB; the size becomes what was asked for (RESIZE_RULE).
"""

from __future__ import annotations

import importlib
import io
import os
import stat
import threading
import warnings
from typing import TYPE_CHECKING

from ..errors import InputError, UsageError, printable
from .bit_depth import array_to_8_bits, picture_to_8_bits
from .inversion import border_of, dark_borders, invert_needed

if TYPE_CHECKING:  # numpy and Pillow are imported when a picture is read: asking for help must not wait for them
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

    Pixels = NDArray[np.uint8]

__all__ = [
    "MAX_PIXELS",
    "RESIZE_RULE",
    "SUFFIXES",
    "contents",
    "dark_borders",
    "decode",
    "from_array",
    "from_image",
    "invert_needed",
    "probe",
]

RESIZE_RULE = "pad-bilinear-antialias"
"""Kept in model files. The picture is scaled by one factor so that it just fits, the other side rounded half up,
with Pillow's BILINEAR, which averages over all pixels that fall together; then it is centred (an odd row or column
goes below or to the right) and the bars are filled with the median of its outermost pixels, channel by channel (of
the scaled picture, the lower of two middle values). Nothing is cut off and nothing is distorted."""

MAX_PIXELS = 1 << 26
MAX_FILE_BYTES = 1 << 29

# What a file must start with (bytes, offset), which Pillow plugin reads it, and the suffixes its files go by.
_FORMATS: dict[str, tuple[tuple[tuple[int, bytes], ...], str, str]] = {
    "PNG": (((0, b"\x89PNG\r\n\x1a\n"),), "PngImagePlugin", ".png .apng"),
    "JPEG": (((0, b"\xff\xd8\xff"),), "JpegImagePlugin", ".jpg .jpeg .jpe .jfif .mpo"),
    "GIF": (((0, b"GIF8"),), "GifImagePlugin", ".gif"),
    "BMP": (((0, b"BM"),), "BmpImagePlugin", ".bmp .dib"),
    "WEBP": (((8, b"WEBP"),), "WebPImagePlugin", ".webp"),
    "TIFF": (((0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+")), "TiffImagePlugin", ".tif .tiff"),
    "PPM": (
        tuple((0, b"P" + kind) for kind in (b"1", b"2", b"3", b"4", b"5", b"6", b"f")),
        "PpmImagePlugin",
        ".ppm .pgm .pbm .pnm .pfm",
    ),
}
SUFFIXES = frozenset(suffix for _, _, suffixes in _FORMATS.values() for suffix in suffixes.split())
"""Endings of the files that are read: a folder's other files are no pictures."""

_TURNS = ("FLIP_LEFT_RIGHT", "ROTATE_180", "FLIP_TOP_BOTTOM", "TRANSPOSE", "ROTATE_270", "TRANSVERSE", "ROTATE_90")
_ORIENTATION = 0x0112  # EXIF 2.32, table 4: 1 is upright, 2 … 8 are undone by _TURNS
_READ_ONLY = os.O_RDONLY | getattr(os, "O_BINARY", 0)  # Windows would turn line ends otherwise
_OPENING = threading.Lock()  # warnings' filters belong to the whole process


def decode(
    source: str | os.PathLike[str] | bytes,
    size: tuple[int, int] | None = None,
    channels: int | None = None,
    *,
    max_pixels: int = MAX_PIXELS,
) -> Pixels:
    """Read a picture file, by path or as bytes, into uint8 (C, H, W) in 0…255.

    `size` is (H, W); without it the picture keeps its own. `channels` 1 is grey (ITU-R 601 luma), 3 is RGB; without it
    a picture is grey if every pixel is. PNG, JPEG, GIF, BMP, WebP, TIFF and PNM are read, told by their first bytes,
    not by their names.

    Raises InputError, naming the file, if it is missing, no such picture, damaged, truncated or beyond `max_pixels`.
    """
    where = "picture" if isinstance(source, bytes) else printable(os.fspath(source), 400)
    data = source if isinstance(source, bytes) else contents(source, where)
    try:
        picture = _open(data, where, max_pixels)
        if size is not None and picture.format == "JPEG":
            # A large JPEG is decoded at 1/2, 1/4 or 1/8 of its size where that leaves at least 4 times what is needed.
            picture.draft(None, (4 * max(size), 4 * max(size)))
    except InputError:
        raise
    except Exception as error:
        raise _damaged(error, where) from None
    return from_image(picture, size, channels, where=where)


def probe(source: str | os.PathLike[str] | bytes, *, max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Return (H, W) of a picture after its EXIF orientation, from its header alone: its pixels may still be damaged.

    Raises InputError as `decode` does.
    """
    where = "picture" if isinstance(source, bytes) else printable(os.fspath(source), 400)
    data = source if isinstance(source, bytes) else contents(source, where)
    try:
        picture = _open(data, where, max_pixels)
        width, height = picture.size
        late = picture.format == "TIFF" or (picture.format == "PNG" and "exif" not in picture.info)
        return (width, height) if not late and _orientation(picture) >= 5 else (height, width)
    except InputError:
        raise
    except Exception as error:
        raise _damaged(error, where) from None


def from_image(
    picture: Picture, size: tuple[int, int] | None = None, channels: int | None = None, *, where: str = "picture"
) -> Pixels:
    """Turn a Pillow image of any mode into uint8 (C, H, W) just as `decode` does with a file."""
    if channels not in (1, 3, None):
        raise UsageError("channels of a picture", got=channels, expected="1 (grey) or 3 (RGB)")
    if size is not None and not (len(size) == 2 and min(size) >= 1):
        raise UsageError("size of a picture", got=size, expected="(height, width), 1 or more")
    try:
        picture.load()
        turn = _orientation(picture)
        picture = picture_to_8_bits(picture, where)
    except InputError:
        raise
    except Exception as error:
        raise _damaged(error, where) from None
    return _finish(picture, turn, size, channels)


def _finish(picture: Picture, turn: int, size: tuple[int, int] | None, channels: int | None) -> Pixels:
    """Turn a picture of mode L or RGB upright, into the channels and the size."""
    import numpy as np

    if turn != 1:
        from PIL.Image import Transpose

        picture = picture.transpose(Transpose[_TURNS[turn - 2]])
    if channels is not None and picture.mode != (mode := "L" if channels == 1 else "RGB"):
        picture = picture.convert(mode)
    if size is not None and picture.size != (size[1], size[0]):
        pixels = _pad(picture, size)
    else:
        pixels = _planes(np.asarray(picture))
    if channels is None and len(pixels) == 3 and bool((pixels[:1] == pixels[1:]).all()):
        pixels = pixels[:1]
    return np.array(pixels, order="C")


def from_array(
    array: object, size: tuple[int, int] | None = None, channels: int | None = None, *, where: str = "array"
) -> Pixels:
    """Turn an array into uint8 (C, H, W) just as `decode` does with a file.

    Shapes: (H, W), (H, W, C) with C 1, 3 or 4 (alpha), or (C, H, W) with C 1 or 3. Values: see depth.array_to_8_bits.
    Raises InputError for another shape or type, for values out of range and for NaN.
    """
    import numpy as np
    from PIL import Image

    given = np.asarray(array)
    shape = given.shape
    if given.ndim not in (2, 3) or 0 in shape:
        raise InputError("not a picture", where=where, got=f"shape {shape}", expected="(H, W), (H, W, C) or (C, H, W)")
    if given.ndim == 3:
        first, last = shape[0] in (1, 3), shape[2] in (1, 3, 4)
        if first == last:
            what = "either side could be the channels" if first else "no side of 1, 3 or 4 channels"
            raise InputError(what, where=where, got=f"shape {shape}", expected="(H, W), (H, W, C) or (C, H, W)")
        given = given.transpose(1, 2, 0) if first else given
        given = given[:, :, 0] if given.shape[2] == 1 else given
    values = np.ascontiguousarray(array_to_8_bits(given, where))
    return from_image(Image.fromarray(values), size, channels, where=where)


def contents(path: str | os.PathLike[str], where: str = "picture") -> bytes:
    """Return a file's bytes. Raises InputError, naming `where`, if it is missing, no file or too large for a
    picture."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):  # a pipe would make us wait for ever
            raise InputError(
                "a folder" if stat.S_ISDIR(status.st_mode) else "not a file", where=where, expected="a picture"
            )
        size = status.st_size
        if size > MAX_FILE_BYTES:
            raise InputError(
                "too large a file for a picture", where=where, got=f"{size} bytes", expected=f"at most {MAX_FILE_BYTES}"
            )
        file = os.open(path, _READ_ONLY)  # not open(), which makes three objects and asks the system three times more
        try:
            data = os.read(file, max(size, 1 << 12))
            while len(data) < size and (more := os.read(file, size - len(data))):
                data += more
            return data
        finally:
            os.close(file)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot be read: {reason}", where=where) from None


def _open(data: bytes, where: str, max_pixels: int) -> Picture:
    """Open a picture by its first bytes and check how large its header says it is, before a single pixel is decoded."""
    if not data:
        raise InputError("an empty file", where=where)
    name = next((n for n, (magics, _, _) in _FORMATS.items() if any(data.startswith(m, at) for at, m in magics)), None)
    if name is None:
        known = ", ".join(_FORMATS)
        raise InputError(
            "not a picture that can be read", where=where, got=f"first bytes {data[:4]!r}", expected=f"one of {known}"
        )
    from PIL import Image

    # Not Image.open, which first loads the readers of four more formats.
    if name not in Image.OPEN:
        importlib.import_module(f"PIL.{_FORMATS[name][1]}")
    factory, accept = Image.OPEN[name]
    with _OPENING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if accept and accept(data[:16]) is not True:
            raise SyntaxError(f"not a {name}")
        picture = factory(io.BytesIO(data), "")
    limit = min(max_pixels, Image.MAX_IMAGE_PIXELS or max_pixels)
    if picture.width * picture.height > limit:
        raise _too_large(f"{picture.width} x {picture.height} pixels", where, limit)
    return picture


def _too_large(got: str, where: str, limit: int) -> InputError:
    return InputError(
        "too large a picture", where=where, got=got, expected=f"at most {limit} pixels", hint="make it smaller first"
    )


def _damaged(error: Exception, where: str) -> InputError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return InputError(f"a damaged or truncated picture ({printable(reason)})", where=where)


def _orientation(picture: Picture) -> int:
    try:
        turn = picture.getexif().get(_ORIENTATION, 1)
    except Exception:
        return 1
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def _pad(picture: Picture, size: tuple[int, int]) -> Pixels:
    """Fit a picture of mode L or RGB into (H, W) by RESIZE_RULE."""
    import numpy as np
    from PIL.Image import Resampling

    (height, width), (own_width, own_height) = size, picture.size
    if own_width * height >= own_height * width:  # the width decides
        inner = (width, min(height, max(1, (2 * own_height * width + own_width) // (2 * own_width))))
    else:
        inner = (min(width, max(1, (2 * own_width * height + own_height) // (2 * own_height))), height)
    pixels = _planes(np.asarray(picture.resize(inner, Resampling.BILINEAR)))
    if inner == (width, height):
        return pixels
    ring = np.sort(np.stack([border_of(plane, 1) for plane in pixels]), axis=1)
    full = np.empty((len(pixels), height, width), np.uint8)
    full[:] = ring[:, (ring.shape[1] - 1) // 2, None, None]
    top, left = (height - inner[1]) // 2, (width - inner[0]) // 2
    full[:, top : top + inner[1], left : left + inner[0]] = pixels
    return full


def _planes(pixels: Pixels) -> Pixels:
    """Return (H, W) or (H, W, C) as (C, H, W)."""
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
