"""The authors of a known data set's pictures, and the licence that a page with such pictures in it must name."""

from __future__ import annotations

from typing import NamedTuple

from .named_datasets import MNIST_FINGERPRINT


class Credit(NamedTuple):
    """The data set by its own name, its authors, and the licence of its pictures."""

    data: str
    authors: str
    licence: str


MNIST = Credit("MNIST", "Y. LeCun, C. Cortes, C. Burges", "CC BY-SA 3.0")


def credit_of(fingerprint: object) -> Credit | None:
    """Return the credit for the pictures of the data set of that fingerprint; None where none is known."""
    return MNIST if fingerprint == MNIST_FINGERPRINT else None
