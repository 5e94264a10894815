"""A ground behind transparent pictures, so that the drawing stays visible: white, or black behind a light one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import phrase

if TYPE_CHECKING:  # numpy and Pillow are imported when a picture is read: asking for help must not wait for them
    from collections.abc import Iterator

    from PIL.Image import Image as Picture

    from ..errors import Phrase


AT_ONCE = 1 << 18  # pixels: what is computed of them takes 20 times as many bytes


def place_on_ground(picture: Picture, mode: str = "RGB") -> tuple[Picture, tuple[Phrase, ...]]:
    """Return a picture with transparency on its ground, in `mode` L or RGB, and a note where the ground is black.

    The ground is white unless at least nine tenths of what is opaque, by its alpha, has a luma of three quarters of
    white or more: white strokes would vanish on white. It depends on the picture alone, so it is the same in training
    and later. The page does the same with the same whole numbers (page/js/engine/fit.js).
    """
    import numpy as np
    from PIL import Image

    clear, light, total = False, 0, 0
    for _, part in _parts(picture):
        alpha = part.getchannel("A")
        opaque, alone = np.asarray(alpha), part.size == picture.size
        solid = opaque.min() == 255
        if solid and alone:
            return _in_mode(part.convert("RGB"), mode), ()
        on_black = _on(part, alpha, 0)
        luma = np.asarray(on_black.convert("L"))  # that of each pixel times its alpha / 255
        clear = clear or not solid
        light += int(opaque[4 * luma.astype(np.uint16) >= 3 * opaque.astype(np.uint16)].sum(dtype=np.int64))
        total += int(opaque.sum(dtype=np.int64))
    black = clear and total > 0 and 10 * light >= 9 * total
    notes = (phrase("note.ground.black"),) if black else ()
    if alone:
        return _in_mode(on_black if black else _on(part, alpha, 255), mode), notes
    whole = Image.new(mode, picture.size)
    for top, part in _parts(picture):
        whole.paste(_in_mode(_on(part, part.getchannel("A"), 0 if black else 255), mode), (0, top))
    return whole, notes


def _in_mode(picture: Picture, mode: str) -> Picture:
    return picture if picture.mode == mode else picture.convert(mode)


def _parts(picture: Picture) -> Iterator[tuple[int, Picture]]:
    """Yield stripes of a picture as RGBA, each with the row that it begins with: together they are the picture."""
    rows = max(1, AT_ONCE // picture.width)
    for top in range(0, picture.height, rows):
        bottom = min(picture.height, top + rows)
        part = picture if bottom - top == picture.height else picture.crop((0, top, picture.width, bottom))
        yield top, part if part.mode == "RGBA" else part.convert("RGBA")


def _on(picture: Picture, alpha: Picture, grey: int) -> Picture:
    """Return an RGBA picture on a ground of one grey, as RGB, each number rounded."""
    from PIL import Image

    ground = Image.new("RGB", picture.size, (grey, grey, grey))
    ground.paste(picture, mask=alpha)
    return ground
