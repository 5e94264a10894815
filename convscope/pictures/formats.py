"""Which picture formats are read: how each file begins, the endings it goes by, and the reader that opens it.

One list for data, predict, look and the lab. All are decoded by Pillow itself, HEIC by its companion pillow-heif
(`pip install convscope[heic]`); docs/why.md says which of Pillow's formats are left out, and why.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import threading
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ..errors import InputError, phrase
from .decoding_cost import MAX_PIXELS, check_cost, is_small
from .header_bounds import (
    COUNTED,
    MOST_DIRECTORY_READS,
    MOST_FRAME_READS,
    MOST_READS,
    MOST_READS_A_PIXEL,
    CountedFile,
    allow_reads,
    check_before_opening,
    spent,
)
from .jpeg_scaling import reduce_jpeg

if TYPE_CHECKING:  # Pillow is imported when a picture is read: asking for help must not wait for it
    from PIL.Image import Image

ANIMATION = b"acTL"  # the chunk of a PNG that has frames
ANIMATED = frozenset({"GIF", "PNG", "WEBP", "TIFF", "AVIF", "DCX", "FLI"})
HEAD = 32  # bytes by which a format is known

_OPENING = threading.Lock()  # warnings' filters belong to the whole process


@dataclass(frozen=True)
class Format:
    """A file format: its name in Pillow, what its files begin with, its reader's module, its files' endings.

    `elsewhere` are alternatives of bytes at an offset, for formats that begin with something else.
    """

    name: str
    begins: tuple[bytes, ...]
    module: str
    suffixes: tuple[str, ...]
    elsewhere: tuple[tuple[int, bytes], ...] = ()

    def matches(self, data: bytes) -> bool:
        """Tell whether a file that begins with `data`, HEAD bytes or more of it, is of this format."""
        return data.startswith(self.begins) or any(data.startswith(magic, place) for place, magic in self.elsewhere)


def _branded(*brands: bytes) -> tuple[tuple[int, bytes], ...]:
    """Return where an ISO media file (AVIF, HEIC) has its brand: the major one, or the first of its compatible ones."""
    return (*((4, b"ftyp" + brand) for brand in brands), *((place, brand) for brand in brands for place in _COMPATIBLE))


_COMPATIBLE = (16, 20, 24, 28)
_TGA = (*(bytes((0, kind, 0, 0, 0, 0, 0)) for kind in (2, 3, 10, 11)), *(bytes((1, kind, 0, 0)) for kind in (1, 9)))
_PCX = tuple(bytes((10, version, 1, bits)) for version in (0, 2, 3, 5) for bits in (1, 2, 4, 8))

FORMATS = (  # in the order of how often they are met
    Format("PNG", (b"\x89PNG\r\n\x1a\n",), "PIL.PngImagePlugin", (".png", ".apng")),
    Format("JPEG", (b"\xff\xd8\xff",), "PIL.JpegImagePlugin", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")),
    Format("GIF", (b"GIF8",), "PIL.GifImagePlugin", (".gif",)),
    Format("BMP", (b"BM",), "PIL.BmpImagePlugin", (".bmp", ".dib")),
    Format("WEBP", (), "PIL.WebPImagePlugin", (".webp",), ((8, b"WEBP"),)),
    Format("TIFF", (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "PIL.TiffImagePlugin", (".tif", ".tiff")),
    Format(
        "PPM",
        (b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"Pf"),
        "PIL.PpmImagePlugin",
        (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    ),
    Format("AVIF", (), "PIL.AvifImagePlugin", (".avif", ".avifs"), _branded(b"avif", b"avis")),
    Format(
        "HEIF",
        (),
        "pillow_heif",
        (".heic", ".heif", ".hif"),
        _branded(b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"),
    ),
    Format("ICO", (b"\0\0\1\0",), "PIL.IcoImagePlugin", (".ico",)),
    Format(
        "JPEG2000",
        (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
        "PIL.Jpeg2KImagePlugin",
        (".jp2", ".j2k", ".jpc", ".jpf", ".jpx", ".j2c"),
    ),
    Format("QOI", (b"qoif",), "PIL.QoiImagePlugin", (".qoi",)),
    Format("DDS", (b"DDS ",), "PIL.DdsImagePlugin", (".dds",)),
    Format("PSD", (b"8BPS",), "PIL.PsdImagePlugin", (".psd",)),
    Format("PCX", _PCX, "PIL.PcxImagePlugin", (".pcx",)),
    Format("DCX", (b"\xb1\x68\xde\x3a",), "PIL.DcxImagePlugin", (".dcx",)),
    Format("SGI", (b"\x01\xda",), "PIL.SgiImagePlugin", (".sgi", ".rgb", ".rgba", ".bw")),
    Format("SUN", (b"\x59\xa6\x6a\x95",), "PIL.SunImagePlugin", (".ras",)),
    Format("BLP", (b"BLP1", b"BLP2"), "PIL.BlpImagePlugin", (".blp",)),
    Format("FLI", (), "PIL.FliImagePlugin", (".fli", ".flc"), ((4, b"\x11\xaf"), (4, b"\x12\xaf"))),
    Format("MSP", (b"DanM", b"LinS"), "PIL.MspImagePlugin", (".msp",)),
    Format("XBM", (b"#define ",), "PIL.XbmImagePlugin", (".xbm",)),
    Format("XPM", (b"/* XPM */",), "PIL.XpmImagePlugin", (".xpm",)),
    Format(
        "TGA",  # its first byte, the length of a text, may be anything: the weakest of all comes last
        (),
        "PIL.TgaImagePlugin",
        (".tga", ".icb", ".vda", ".vst"),
        tuple((1, kind) for kind in _TGA),
    ),
)
SUFFIXES = frozenset(suffix for format in FORMATS for suffix in format.suffixes)
"""Endings of the files that are read: a folder's other files are no pictures, unless they have no ending at all."""


def format_of(head: bytes) -> Format | None:
    """Return the format of a file by its first HEAD bytes, or more; None for none that is read."""
    return next((format for format in FORMATS if format.matches(head)), None)


def open_image(
    data: bytes,
    where: str,
    max_pixels: int = MAX_PIXELS,
    size: tuple[int, int] | None = None,
    *,
    whole: bool = False,
) -> tuple[Image, tuple[int, int], int]:
    """Open a picture by its first bytes and check what decoding it costs, before a single pixel is decoded.

    Returns it, the (width, height) that its header says, and the bytes that decoding it takes, 0 for few. A JPEG is
    prepared to be decoded smaller where it is larger than `max_pixels` or than the wanted `size` (H, W)
    needs; `whole`: the pixels are wanted as they are. Raises InputError for an empty file, an unknown format, more than
    `max_pixels` and what decoding_cost.py and header_bounds.py bound; a damaged header raises what Pillow raises.
    """
    if not data:
        raise InputError("file.empty", where=where)
    format = format_of(data)
    if format is None:
        raise unknown_format(data, where)
    from PIL import Image

    # Not Image.open, which first loads the readers of four more formats.
    if format.name not in Image.OPEN:
        _register(format, where)
    factory, accept = Image.OPEN[format.name]
    if accept and accept(data[:16]) is not True:
        raise SyntaxError(f"not a {format.name}")
    limit = min(max_pixels, Image.MAX_IMAGE_PIXELS or max_pixels)
    file = io.BytesIO(data) if len(data) <= COUNTED else CountedFile(data)
    if format.name == "PNG" and ANIMATION not in data:
        picture = factory(file, "")  # nothing to warn of, and to silence that takes half as long as this
    else:
        if format.name == "TIFF":
            _keep_quiet()
        check_before_opening(format.name, data, where, limit)
        with _OPENING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = factory(file, "")
    stored = picture.size
    allow_reads(file, MOST_READS + MOST_READS_A_PIXEL * stored[0] * stored[1])
    if picture.format in ("JPEG", "MPO"):
        reduce_jpeg(picture, size, limit)
    if is_small(stored, data, limit):
        return picture, stored, 0
    return picture, stored, check_cost(picture, stored, data, where, limit, whole=whole)


def unknown_format(data: bytes, where: str) -> InputError:
    """Return the error of a file that begins with `data`, as no format does that is read."""
    known = ", ".join(format.name for format in FORMATS)
    got = phrase("picture.kind.got", bytes=f"{data[:4]!r}")
    return InputError("picture.kind", where=where, got=got, expected=phrase("guess.any", words=known))


def _register(format: Format, where: str) -> None:
    """Load a format's reader. Raises InputError that says what to install where it is not there."""
    try:
        reader = importlib.import_module(format.module)
    except ImportError:
        raise InputError("picture.reader", where=where, suffix=format.suffixes[0], extra="convscope[heic]") from None
    if format.module == "pillow_heif":
        reader.register_heif_opener()


@cache
def _keep_quiet() -> None:
    """Keep libtiff and Pillow's TIFF reader from writing to stderr on their own what they think of a file: it is raised
    too, or it does not matter.

    Pillow has no way to ask libtiff for that. Where that does not show these functions (Windows), they stay as they
    are.
    """
    import ctypes
    import logging

    from PIL import _imaging

    logging.getLogger("PIL").addHandler(logging.NullHandler())  # without any, errors would go to stderr
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(_imaging.__file__)  # what Pillow is linked with is found through it
        for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
            setter = getattr(library, name)
            setter.argtypes, setter.restype = [ctypes.c_void_p], ctypes.c_void_p
            setter(None)


def frames_of(picture: Image) -> int | None:
    """Return how many frames an opened picture has, as far as they can be counted; 1 for the formats without any, None
    for more than can be counted in a moment.

    A JPEG of several pictures (MPO) counts as one: the others are previews, or the other eye's view.
    """
    if picture.format not in ANIMATED:
        return 1
    file = getattr(picture, "fp", None)
    allow_reads(file, MOST_DIRECTORY_READS if picture.format == "TIFF" else MOST_FRAME_READS)
    try:
        return int(getattr(picture, "n_frames", 1))
    except Exception:  # damage behind the first frame, which is all that is read
        many = spent(file)
        allow_reads(file, None)
        with contextlib.suppress(Exception):
            picture.seek(0)
        return None if many else 1
    finally:
        allow_reads(file, None)
