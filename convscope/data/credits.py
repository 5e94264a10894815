"""The authors, source and licence of a known data set's pictures, which a page with such pictures in it must name."""

from __future__ import annotations

from typing import NamedTuple

MNIST_FINGERPRINT = "e20d3429fc7d12600c27b4c9c6723927dca2bb7392540b85bf099854d6e79621"  # of its bytes as published


class Credit(NamedTuple):
    """The data set by its own name, its authors and where they published it, the licence of its pictures and where
    that is to be read.
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


def credit_of(fingerprint: object) -> Credit | None:
    """Return the credit for the pictures of the data set of that fingerprint; None where none is known."""
    return MNIST if fingerprint == MNIST_FINGERPRINT else None
