"""Class order: which number each class has. Folders count in text order, labels without names as they are numbered."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, phrase


def in_text_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return class names in the order of their numbers: that of their code points, "10" before "2".

    >>> in_text_order(["dog", "10", "2"])
    ('10', '2', 'dog')
    """
    return tuple(sorted(names))


def composed(name: str) -> str:
    """Return a folder's name in Unicode's composed form (NFC), so that it is one class whichever system wrote it."""
    return unicodedata.normalize("NFC", name)


def numbered(labels: NDArray[np.integer]) -> tuple[str, ...]:
    """Return the names of classes that have none: "0" … to the highest label.

    >>> numbered(np.array([2, 0, 2]))
    ('0', '1', '2')
    """
    return tuple(str(k) for k in range(int(labels.max(initial=0)) + 1))


def checked_classes(classes: tuple[str, ...], where: str) -> tuple[str, ...]:
    """Return the class names if there are at least two, all different and all text; raise InputError otherwise."""
    if len(classes) < 2:
        raise InputError("dataset.few", where=where, got=len(classes), expected=phrase("value.least", n=2))
    counts = Counter(classes)
    for name in classes:
        if counts[name] > 1 or not name:
            raise InputError("dataset.differ", where=where, got=name or phrase("dataset.differ.empty"))
        try:
            name.encode()
        except UnicodeEncodeError:
            raise InputError("dataset.utf8", where=where, got=name, hint=phrase("dataset.utf8.try")) from None
    return classes


def check_labels(labels: NDArray[np.int64], classes: int, where: str) -> None:
    """Raise InputError unless every label is in 0 … classes - 1."""
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if len(wrong):
        raise InputError(
            "dataset.labels.range",
            n=wrong[0],
            where=where,
            got=labels[wrong[0]],
            expected=phrase("value.from.to", low=0, high=classes - 1),
        )
