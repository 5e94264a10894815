"""Pictures as a report holds them: data: addresses that any browser shows and prints."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np

LOSSLESS = 48  # pixels of the longer side up to which every pixel is kept
LONGEST = 112  # pixels of the longer side: what is larger is made smaller
QUALITY = 82  # of JPEG

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def address_of(pixels: Pixels) -> str:
    """Return a picture uint8 (C, H, W) as a data: address: PNG of a small one, JPEG of one that is larger.

    >>> address_of(np.zeros((1, 2, 2), np.uint8))[:22]
    'data:image/png;base64,'
    """
    from PIL import Image

    image = Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0)))
    made = io.BytesIO()
    if max(image.size) <= LOSSLESS:
        image.save(made, "PNG")
        kind = "png"
    else:
        image.thumbnail((LONGEST, LONGEST))
        image.save(made, "JPEG", quality=QUALITY)
        kind = "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(made.getvalue()).decode()}"
