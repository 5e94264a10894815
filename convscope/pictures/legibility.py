"""What makes a picture hard to read for a network: no contrast, or a drawing unlike those that it learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import phrase
from .ink import centres_of_mass, ink_of
from .inversion import LIGHT, border_mask

if TYPE_CHECKING:  # numpy is imported when a picture is read: asking for help must not wait for it
    import numpy as np
    from numpy.typing import NDArray

    from ..errors import Phrase
    from .input_spec import InputSpec

    Pixels = NDArray[np.uint8]

# Of MNIST's 70,000 digits none reaches a bound: they differ by 253 levels or more, their ink's longer side is 14 of 28
# pixels or more, its centre of mass is within 3.6 % of the middle, and at most 8.6 % of it is in the border.
CONTRAST = 16  # grey levels between the darkest pixel and the lightest
TINY = 0.43  # of the shorter side: the ink's longer side
OFF_CENTRE = 0.1  # of a side: from the middle to the centre of mass
IN_BORDER = 0.12  # of the ink
INKED = 0.25  # of the strongest ink


def legibility_notes(spec: InputSpec, images: Pixels) -> list[tuple[Phrase, ...]]:
    """Return for each of the pictures (n, C, H, W), as the model reads them, what it can't read well, in a sentence.

    At most one each, and none for nearly all. What is drawn where is judged only for a model that learned from centred
    drawings, light on dark (`spec.centred`).
    """
    flat = (images.max(axis=(1, 2, 3)) - images.min(axis=(1, 2, 3)) < CONTRAST).tolist()
    found: list[tuple[Phrase, ...]] = [(phrase("note.contrast"),) if is_flat else () for is_flat in flat]
    if spec.centred and len(images):
        for i, key in enumerate(_placements(images)):
            if key and not found[i]:
                found[i] = (phrase(key),)
    return found


def _placements(images: Pixels) -> list[str]:
    """Return for each of the pictures (n, C, H, W) the key of what is wrong with its drawing, "" for nothing."""
    import numpy as np

    outer = border_mask(images.shape[2:])
    ink = ink_of(images)
    ground = np.sort(images.mean(1)[:, outer], axis=1)[:, outer.sum() // 2]
    at_border = ink[:, outer].sum(1) / np.maximum(ink.sum((1, 2)), 1e-9)
    away = np.abs(centres_of_mass(ink)).max(1)
    strong = ink >= np.maximum(1.0, INKED * ink.max((1, 2)))[:, None, None]
    tiny = np.maximum(_extents(strong.any(1)), _extents(strong.any(2))) < TINY * min(images.shape[2:])
    faults = (ground >= LIGHT, at_border > IN_BORDER, tiny, away > OFF_CENTRE)
    keys = ("note.ground.light", "note.ground.uneven", "note.drawing.tiny", "note.drawing.away")
    found: list[str] = np.select(faults, keys, "").tolist()
    return found


def _extents(marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return from the first to the last place that is marked in each row of (n, m), both included; 0 without any."""
    extents: NDArray[np.int64] = marked.shape[1] - marked.argmax(1) - marked[:, ::-1].argmax(1)
    return extents * marked.any(1)
