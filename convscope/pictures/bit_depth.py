"""Any kind of pixel as 8 bits: what is white in deeper ones, by the file, by the folder or by the picture itself.

A camera of 12 bits writes 0…4095 into 16; taken as 0…65535 the picture would be black. So the *white level*, the number
that becomes 255, is what the file says; else what a model was trained with, one for all its pictures; else 2ⁿ − 1, the
smallest from 8 bits to 16 that holds the picture's own maximum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InputError, phrase
from .transparency import place_on_ground

if TYPE_CHECKING:  # numpy and Pillow are imported when a picture is read: asking for help must not wait for them
    from collections.abc import Callable
    from io import BytesIO

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

    from ..errors import Phrase

    Pixels = NDArray[np.uint8]

AT_ONCE = 1 << 18  # numbers that are computed at a time
FULL = 65535  # white where all 16 bits are used
_SCALED_BY_PILLOW = ("PPM", "JPEG2000")  # to 16 bits, by the maximum that the file states
_TIFF_MAXIMA = (341, 281)  # SMaxSampleValue, MaxSampleValue (TIFF 6.0)


class EightBits(NamedTuple):
    """A picture of mode L or RGB, and how it came to that: `guessed` is the white level that was taken from its own
    maximum, 0 where none had to be; `notes` are sentences.
    """

    picture: Picture
    guessed: int = 0
    notes: tuple[Phrase, ...] = ()


def picture_to_8_bits(picture: Picture, where: str, *, stated: int = 0, white: int = 0) -> EightBits:
    """Return a picture of any Pillow mode as mode L or RGB, without transparency.

    Modes I;16… and I are up to 16 bits deep: their white level is `stated`, else `white`, else by their own maximum.
    F is 0…1 if nothing is larger, else 0…255. CMYK, YCbCr and HSV are turned by Pillow's own formulas, LAB through
    sRGB; colour profiles in files are not applied. Raises InputError for pixels out of range.
    """
    mode = picture.mode
    if mode in ("L", "RGB") and "transparency" not in picture.info:  # nearly all
        return EightBits(picture)
    if is_deep(picture):
        return _deep_to_8_bits(picture, where, stated, white)
    if mode == "F":
        import numpy as np
        from PIL import Image

        return EightBits(Image.fromarray(array_to_8_bits(np.asarray(picture), where)))
    grey = mode in ("1", "L", "LA", "La")
    if picture.has_transparency_data:
        if mode in ("La", "RGBa"):  # premultiplied
            picture = picture.convert("LA" if mode == "La" else "RGBA")
        solid, notes = place_on_ground(picture, "L" if grey else "RGB")
        return EightBits(solid, 0, notes)
    if mode == "LAB":
        from PIL import ImageCms

        lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(picture, lab, rgb, outputMode="RGB")
        assert turned is not None  # only when it works in place
        return EightBits(turned)
    return EightBits(picture.convert("L" if grey else "RGB"))


def is_deep(picture: Picture) -> bool:
    """Tell whether a picture's pixels are whole numbers of more than 8 bits."""
    return picture.mode == "I" or picture.mode.startswith("I;16")


def stated_white(picture: Picture) -> int:
    """Return the white level that a picture's file states, 0 where it states none. Asked before the pixels are loaded.

    PNG: the significant bits (sBIT). TIFF: the largest sample that its tags name, rounded up to 2ⁿ − 1, or the bits a
    sample where they are fewer than 16. PNM and JPEG 2000 are scaled to all 16 bits by Pillow.
    """
    if not is_deep(picture):
        return 0
    if picture.format in _SCALED_BY_PILLOW:
        return FULL
    if picture.format == "TIFF":
        tags: Any = getattr(picture, "tag_v2", {})
        bits = tags.get(258, (16,))[0]
        if 8 < bits < 16:
            return int(2**bits - 1)
        largest = next((tags[tag] for tag in _TIFF_MAXIMA if tag in tags), 0)
        number = largest[0] if isinstance(largest, tuple) else largest
        return white_level(int(number)) if 0 < number <= FULL else 0
    return 2 ** _significant_bits(picture) - 1 if picture.format == "PNG" else 0


def white_level(highest: int) -> int:
    """Return the smallest 2ⁿ − 1 of 8 bits to 16 that is `highest` or more.

    >>> white_level(200), white_level(3000), white_level(4096)
    (255, 4095, 8191)
    """
    return (1 << max(8, min(16, highest.bit_length()))) - 1


def deep_to_8_bits(
    values: NDArray[Any], where: str, *, stated: int = 0, white: int = 0
) -> tuple[Pixels, int, tuple[Phrase, ...]]:
    """Return whole numbers up to 65535 as uint8 with their white level at 255, the level if it was guessed, and notes.

    A file whose pixels go beyond what it states has scaled them to 16 bits, as PNG's standard has it. Raises
    InputError for numbers out of range.
    """
    import numpy as np

    low, high = int(values.min()), int(values.max())
    if low < 0 or high > FULL:
        raise InputError(
            "pixels.range",
            where=where,
            got=phrase("value.from.to", low=low, high=high),
            expected=phrase("value.from.to", low=0, high=FULL),
        )
    known = FULL if stated and high > stated else stated or white
    level = known or white_level(high)
    notes: tuple[Phrase, ...] = ()
    if not known and level < FULL:
        notes = (phrase("note.depth.guessed", white=level, high=high),)
    elif high > level:
        notes = (phrase("note.depth.beyond", white=level, high=high),)

    def scaled(some: NDArray[Any]) -> NDArray[Any]:
        half_up: NDArray[Any] = (np.minimum(some, level).astype(np.int64) * 510 + level) // (2 * level)
        return half_up

    return _in_blocks(values, scaled), 0 if known else level, notes


def array_to_8_bits(values: NDArray[Any], where: str) -> Pixels:
    """Return values of any type but uint16 as uint8: uint8 as it is, bool as black and white, other whole numbers as
    0…255, floats as 0…1 if none is larger, else as 0…255.

    Raises InputError for another type, for values out of range and for NaN.
    """
    import numpy as np

    if values.dtype == np.uint8:
        return values.astype(np.uint8, copy=False)
    kind = values.dtype.kind
    if kind == "b":
        return values.astype(np.uint8) * np.uint8(255)
    if kind not in "iuf":
        raise InputError("pixels.type", where=where, got=values.dtype, expected=phrase("pixels.type.expected"))
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= 255):  # NaN is neither
        raise InputError(
            "pixels.range",
            where=where,
            got=phrase("value.from.to", low=low, high=high),
            expected=phrase("pixels.range.expected"),
        )
    if kind == "f":
        scale = 255.0 if high <= 1 else 1.0
        return _in_blocks(values, lambda some: np.floor(some.astype(np.float64) * scale + 0.5))
    return values.astype(np.uint8)


def _in_blocks(values: NDArray[Any], change: Callable[[NDArray[Any]], NDArray[Any]]) -> Pixels:
    """Return change(values) as uint8, computed of a few rows at a time: whatever it makes of them takes little room."""
    import numpy as np

    if values.size <= AT_ONCE:
        small: Pixels = change(values).astype(np.uint8)
        return small
    made = np.empty(values.shape, np.uint8)
    rows = max(1, AT_ONCE * len(values) // values.size)
    for top in range(0, len(values), rows):
        made[top : top + rows] = change(values[top : top + rows])
    return made


def _deep_to_8_bits(picture: Picture, where: str, stated: int, white: int) -> EightBits:
    """Return a picture of whole numbers up to 65535 as mode L, with its white level at 255."""
    import numpy as np
    from PIL import Image

    values = np.asarray(picture)
    scaled, guessed, notes = deep_to_8_bits(values, where, stated=stated, white=white)
    solid, clear = Image.fromarray(scaled), picture.info.get("transparency")
    if isinstance(clear, int):
        alpha = Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))
        placed, more = place_on_ground(Image.merge("LA", (solid, alpha)).convert("RGBA"))
        solid, notes = placed.convert("L"), (*notes, *more)
    return EightBits(solid, guessed, notes)


def _significant_bits(picture: Picture) -> int:
    """Return the bits a sample by a PNG's sBIT chunk where they are 9 to 16, else 0. The file is left where it was.

    By the standard it says so of a picture that was then scaled to 16 bits; many writers state it and do not scale.
    """
    file: BytesIO | None = getattr(picture, "fp", None)
    if file is None:  # loaded already
        return 0
    place = file.tell()
    try:
        file.seek(8)
        while len(head := file.read(8)) == 8 and head[4:] not in (b"IDAT", b"IEND"):
            length = int.from_bytes(head[:4], "big")
            if head[4:] == b"sBIT":
                bits = (file.read(1) or b"\0")[0]
                return bits if 8 < bits <= 16 else 0
            file.seek(length + 4, 1)
    finally:
        file.seek(place)
    return 0
