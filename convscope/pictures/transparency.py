"""A ground behind transparent pictures, so that the drawing stays visible: white, or black behind a light one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import phrase

if TYPE_CHECKING:  # numpy and Pillow are imported when a picture is read: asking for help must not wait for them
    from PIL.Image import Image

    from ..errors import Phrase


def place_on_ground(picture: Image) -> tuple[Image, tuple[Phrase, ...]]:
    """Return an RGBA picture as RGB on its ground, and a note where that is black.

    The ground is white unless at least nine tenths of what is opaque, by its alpha, has a luma of three quarters of
    white or more: white strokes would vanish on white. It depends on the picture alone, so it is the same in training
    and later. The page does the same with the same whole numbers (page/js/engine/fit.js).
    """
    import numpy as np

    alpha = picture.getchannel("A")
    opaque = np.asarray(alpha)
    if opaque.min() == 255:
        return picture.convert("RGB"), ()
    on_black, on_white = (_on(picture, alpha, colour) for colour in ((0, 0, 0), (255, 255, 255)))
    luma = np.asarray(on_black.convert("L"))  # that of each pixel times its alpha / 255
    light = opaque[4 * luma.astype(np.uint16) >= 3 * opaque.astype(np.uint16)].sum(dtype=np.int64)
    total = opaque.sum(dtype=np.int64)
    if total and 10 * light >= 9 * total:
        return on_black, (phrase("note.ground.black"),)
    return on_white, ()


def _on(picture: Image, alpha: Image, colour: tuple[int, int, int]) -> Image:
    """Return an RGBA picture on a ground of one colour, as RGB, each number rounded."""
    from PIL import Image

    ground = Image.new("RGB", picture.size, colour)
    ground.paste(picture, mask=alpha)
    return ground
