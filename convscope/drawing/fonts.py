"""The TrueType fonts that PDF and PNG files are written with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import InputError, phrase
from .shapes import Sheet, Text

KOREAN = (  # where Linux, macOS and Windows keep TrueType fonts with Hangul
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    "/usr/share/fonts/nanum/NanumGothic.ttf",
    "/usr/share/fonts/naver-nanum/NanumGothic.ttf",
    "/System/Library/Fonts/Supplemental/AppleGothic.ttf",
    "C:/Windows/Fonts/malgun.ttf",
)


def chosen(sheet: Sheet, font: str | os.PathLike[str] | None) -> Path | None:
    """Return the font file to write with: the one that was given, else one with Hangul where the picture has some; None
    where the usual one will do.

    Raises InputError where the given one is not there, or none with Hangul is found.
    """
    if font is not None:
        if not Path(font).is_file():
            raise InputError("draw.font", where=str(font), hint=phrase("draw.font.try"))
        return Path(font)
    if not any("\u1100" <= letter <= "\u11ff" or "\u3130" <= letter <= "\ud7a3" for letter in _letters(sheet)):
        return None
    found = next((Path(path) for path in KOREAN if Path(path).is_file()), None)
    if found is None:
        raise InputError("draw.font.korean", hint=phrase("draw.font.try"))
    return found


def latin() -> Path | str | None:
    """Return a font with the signs that sizes are written with, × and ·, for a PNG: reportlab's, or one that the system
    is likely to have; None where there is none.
    """
    from PIL import ImageFont

    try:
        import reportlab

        usual: tuple[str, ...] = (str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"),)
    except ImportError:
        usual = ()
    for name in (*usual, "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "arial.ttf"):
        try:
            ImageFont.truetype(name, 10)
        except OSError:
            continue
        return name
    return None


def _letters(sheet: Sheet) -> Iterator[str]:
    for shape in sheet.shapes:
        if isinstance(shape, Text):
            yield from shape.text
