"""Which picture formats are read: how each file begins, the endings it goes by, and the reader that opens it."""

from __future__ import annotations

import importlib
import io
import threading
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError, phrase
from .jpeg_scaling import reduce_jpeg

if TYPE_CHECKING:  # Pillow is imported when a picture is read: asking for help must not wait for it
    from PIL.Image import Image

MAX_PIXELS = 1 << 26
ANIMATED = frozenset({"GIF", "PNG", "WEBP", "TIFF", "AVIF"})

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


def open_image(
    data: bytes, where: str, max_pixels: int = MAX_PIXELS, size: tuple[int, int] | None = None
) -> tuple[Image, tuple[int, int]]:
    """Open a picture by its first bytes and check what decoding it costs, before a single pixel is decoded.

    Returns it, and the (width, height) that its header says; a JPEG is prepared to be decoded smaller where it is
    larger than `max_pixels` or than the wanted `size` (H, W) needs. Raises InputError for an empty file, an unknown
    format and more than `max_pixels`; a damaged header raises what Pillow raises.
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
    stored, limit = picture.size, min(max_pixels, Image.MAX_IMAGE_PIXELS or max_pixels)
    if picture.format in ("JPEG", "MPO"):
        reduce_jpeg(picture, size, limit)
    if not affordable(picture, stored, limit):
        raise InputError(
            "picture.large",
            where=where,
            got=phrase("picture.large.got", rows=stored[0], columns=stored[1]),
            expected=phrase("value.most.pixels", n=limit),
            hint=phrase("picture.large.try"),
        )
    return picture, stored


def affordable(picture: Image, stored: tuple[int, int], max_pixels: int) -> bool:
    """Tell whether an opened picture may be decoded: its pixels are bounded, and so is what decoding them takes.

    A reduced JPEG is still read whole, 4 times `max_pixels` at most; a progressive one is kept whole in memory, as 2
    bytes a number, until its last scan: twice `max_pixels`.
    """
    times = 2 if picture.info.get("progressive") else 4
    return picture.width * picture.height <= max_pixels and stored[0] * stored[1] <= times * max_pixels


def frames_of(picture: Image) -> int:
    """Return how many frames an opened picture has, as far as they can be counted; 1 for the formats without any.

    A JPEG of several pictures (MPO) counts as one: the others are previews, or the other eye's view.
    """
    if picture.format not in ANIMATED:
        return 1
    try:
        return int(getattr(picture, "n_frames", 1))
    except Exception:  # damage behind the first frame, which is all that is read
        return 1
