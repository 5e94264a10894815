"""How a network's input is scaled: measured on the training pictures, and stored with the model."""

from __future__ import annotations

import numpy as np

from ..data.dataset_facts import measure_facts
from ..pictures.input_spec import InputSpec
from ..pictures.inversion import inversion_rule
from ..pictures.resizing import RESIZE_RULE
from ..pictures.stack import Stack

CACHED = 256 << 10  # bytes that a CPU's cache holds


def input_spec(images: Stack, scaling: str) -> InputSpec:
    """Return what a network for uint8 pictures (N, C, H, W) is given.

    `scaling` is "unit", x/255, or "data": by the mean and standard deviation of each channel, in 0…255, rounded to two
    digits; a standard deviation below 1 counts as 1.
    """
    centred = measure_facts(images).centred
    shape, count = images.shape[1:], images.shape[0] * images.shape[2] * images.shape[3]
    invert = inversion_rule(images)
    if scaling == "unit":
        return InputSpec(shape, resize=RESIZE_RULE, invert=invert, centred=centred)
    total = square = np.zeros(shape[0], dtype=np.uint64)
    size = max(1, CACHED // int(np.prod(shape)))
    for part in (images[i : i + size] for i in range(0, len(images), size)):
        total = total + part.sum((0, 2, 3), dtype=np.uint64)
        square = square + np.multiply(part, part, dtype=np.uint16).sum((0, 2, 3), dtype=np.uint64)
    mean = total / count
    std = np.sqrt(np.maximum(square / count - mean**2, 1.0))
    means, stds = (tuple(round(float(v), 2) for v in values) for values in (mean, std))
    return InputSpec(shape, means, stds, resize=RESIZE_RULE, invert=invert, centred=centred)
