"""Which picture formats are read: how each file begins, the endings it goes by, and the reader that opens it."""

from __future__ import annotations

import importlib
import io
import threading
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError, phrase

if TYPE_CHECKING:  # Pillow is imported when a picture is read: asking for help must not wait for it
    from PIL.Image import Image

MAX_PIXELS = 1 << 26

_OPENING = threading.Lock()  # warnings' filters belong to the whole process


@dataclass(frozen=True)
class Format:
    """A file format: its name in Pillow, its magic bytes as (offset, bytes), Pillow's plugin, its files' endings."""

    name: str
    magics: tuple[tuple[int, bytes], ...]
    plugin: str
    suffixes: tuple[str, ...]

    def matches(self, data: bytes) -> bool:
        """Tell whether a file that begins with `data` is of this format."""
        return any(data.startswith(magic, offset) for offset, magic in self.magics)


FORMATS = (
    Format("PNG", ((0, b"\x89PNG\r\n\x1a\n"),), "PngImagePlugin", (".png", ".apng")),
    Format("JPEG", ((0, b"\xff\xd8\xff"),), "JpegImagePlugin", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")),
    Format("GIF", ((0, b"GIF8"),), "GifImagePlugin", (".gif",)),
    Format("BMP", ((0, b"BM"),), "BmpImagePlugin", (".bmp", ".dib")),
    Format("WEBP", ((8, b"WEBP"),), "WebPImagePlugin", (".webp",)),
    Format(
        "TIFF",
        ((0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+")),
        "TiffImagePlugin",
        (".tif", ".tiff"),
    ),
    Format(
        "PPM",
        tuple((0, b"P" + kind) for kind in (b"1", b"2", b"3", b"4", b"5", b"6", b"f")),
        "PpmImagePlugin",
        (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    ),
)
SUFFIXES = frozenset(suffix for format in FORMATS for suffix in format.suffixes)
"""Endings of the files that are read: a folder's other files are no pictures."""


def open_image(data: bytes, where: str, max_pixels: int = MAX_PIXELS) -> Image:
    """Open a picture by its first bytes and check how large its header says it is, before a single pixel is decoded.

    Raises InputError for an empty file, an unknown format and more than `max_pixels`; a damaged header raises what
    Pillow raises.
    """
    if not data:
        raise InputError("file.empty", where=where)
    format = next((format for format in FORMATS if format.matches(data)), None)
    if format is None:
        known = ", ".join(format.name for format in FORMATS)
        raise InputError(
            "picture.kind",
            where=where,
            got=phrase("picture.kind.got", bytes=f"{data[:4]!r}"),
            expected=phrase("guess.any", words=known),
        )
    from PIL import Image

    # Not Image.open, which first loads the readers of four more formats.
    if format.name not in Image.OPEN:
        importlib.import_module(f"PIL.{format.plugin}")
    factory, accept = Image.OPEN[format.name]
    with _OPENING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if accept and accept(data[:16]) is not True:
            raise SyntaxError(f"not a {format.name}")
        picture = factory(io.BytesIO(data), "")
    limit = min(max_pixels, Image.MAX_IMAGE_PIXELS or max_pixels)
    if picture.width * picture.height > limit:
        raise InputError(
            "picture.large",
            where=where,
            got=phrase("picture.large.got", rows=picture.width, columns=picture.height),
            expected=phrase("value.most.pixels", n=limit),
            hint=phrase("picture.large.try"),
        )
    return picture
