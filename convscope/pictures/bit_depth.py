"""Any kind of pixel as 8 bits: deeper ones scaled, transparency on white."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InputError, phrase

if TYPE_CHECKING:  # numpy and Pillow are imported when a picture is read: asking for help must not wait for them
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

    Pixels = NDArray[np.uint8]


def picture_to_8_bits(picture: Picture, where: str) -> Picture:
    """Return a picture of any Pillow mode as mode L or RGB; transparent parts become white.

    Modes I;16… and I are 16 bits deep (65535 is white), F is 0…1 if nothing is larger, else 0…255. CMYK, YCbCr and HSV
    are turned by Pillow's own formulas, LAB through sRGB; colour profiles in files are not applied.
    Raises InputError for pixels out of range.
    """
    import numpy as np
    from PIL import Image

    mode = picture.mode
    if mode == "F" or mode == "I" or mode.startswith("I;16"):
        values = np.asarray(picture)
        values = values if mode == "F" else _sixteen(values, where)
        clear = picture.info.get("transparency")
        if isinstance(clear, int):
            values = np.where(values == clear, values.dtype.type(65535), values)
        return Image.fromarray(array_to_8_bits(values, where))
    grey = mode in ("1", "L", "LA", "La")
    if picture.has_transparency_data:
        if mode in ("La", "RGBa"):  # premultiplied
            picture = picture.convert("LA" if mode == "La" else "RGBA")
        above = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, (255, 255, 255))
        white.paste(above, mask=above.getchannel("A"))
        return white.convert("L") if grey else white
    if mode == "LAB":
        from PIL import ImageCms

        lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(picture, lab, rgb, outputMode="RGB")
        assert turned is not None  # only when it works in place
        return turned
    return picture if mode in ("L", "RGB") else picture.convert("L" if grey else "RGB")


def array_to_8_bits(values: NDArray[Any], where: str) -> Pixels:
    """Return values of any type as uint8: uint8 as it is, bool as black and white, uint16 as 16 bits (65535 is white),
    other whole numbers as 0…255, floats as 0…1 if none is larger, else as 0…255.

    Raises InputError for another type, for values out of range and for NaN.
    """
    import numpy as np

    if values.dtype == np.uint8:
        return values.astype(np.uint8, copy=False)
    kind = values.dtype.kind
    if kind == "b":
        return values.astype(np.uint8) * np.uint8(255)
    if kind == "u" and values.dtype.itemsize == 2:
        return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)  # 65535 = 255 · 257
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
        return np.floor(values.astype(np.float64) * scale + 0.5).astype(np.uint8)
    return values.astype(np.uint8)


def _sixteen(values: NDArray[Any], where: str) -> NDArray[np.uint16]:
    """Return whole numbers as 16-bit ones; a mode I picture is a 16-bit one that Pillow keeps in 32."""
    import numpy as np

    if values.min() < 0 or values.max() > 65535:
        raise InputError(
            "pixels.range",
            where=where,
            got=phrase("value.from.to", low=values.min(), high=values.max()),
            expected=phrase("value.from.to", low=0, high=65535),
        )
    return values.astype(np.uint16)
