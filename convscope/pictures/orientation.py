"""EXIF orientation: how a camera was held, and the turn that makes its picture upright."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

UPRIGHT = 1
_TAG = 0x0112  # EXIF 2.32, table 4
# What undoes the orientations 2 to 8, by the names of Pillow's Transpose.
_UNDONE_BY = (
    "FLIP_LEFT_RIGHT",
    "ROTATE_180",
    "FLIP_TOP_BOTTOM",
    "TRANSPOSE",
    "ROTATE_270",
    "TRANSVERSE",
    "ROTATE_90",
)


def read_orientation(picture: Image) -> int:
    """Return the EXIF orientation, 1 (upright) to 8; 1 where there is none, or none that makes sense."""
    if picture.format == "PNG" and not picture.info:  # most small ones: nothing but pixels
        return UPRIGHT
    try:
        value = picture.getexif().get(_TAG, UPRIGHT)
    except Exception:  # damaged EXIF data of any kind: the picture itself can still be read
        return UPRIGHT
    return value if isinstance(value, int) and 1 <= value <= 8 else UPRIGHT


def swaps_sides(orientation: int) -> bool:
    """Tell whether the upright picture has the stored one's width as its height."""
    return orientation >= 5


def make_upright(picture: Image, orientation: int) -> Image:
    """Return the picture turned and mirrored as its EXIF orientation asks."""
    if orientation == UPRIGHT:
        return picture
    from PIL.Image import Transpose

    return picture.transpose(Transpose[_UNDONE_BY[orientation - 2]])
