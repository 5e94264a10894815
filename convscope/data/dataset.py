"""Labelled pictures in memory: a Split is pictures and labels; a Dataset is Splits for training and test, and names."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError, Phrase, phrase
from ..notebook.heat_map import heat_map
from ..notebook.table import line_html
from ..runs.label_changes import LabelChanges
from .class_order import check_labels, checked_classes, numbered
from .credits import Credit, credit_of
from .dataset_facts import Facts, measure_facts
from .hold_out import held_out_rows
from .listing import LeftOut

Pictures = NDArray[np.uint8]
Labels = NDArray[np.int64]
Rows = NDArray[np.int64]
Weights = NDArray[np.float32]

SHOWN, NAMED = 16, 20  # pictures and names of classes in a notebook


@dataclass(frozen=True, slots=True)
class PictureFile:
    """The file that a picture was read from: its path within the source, the SHA-256 of its bytes in hexadecimal, its
    group ("" for none) and the picture's own height and width in pixels, upright.
    """

    path: str
    digest: str
    group: str = ""
    height: int = 0
    width: int = 0


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Pictures uint8 (N, C, H, W) in 0…255, their labels int64 (N,), for a folder the file of each, and how much each
    counts while it is trained on, float32 (N,) above 0; None: all the same.
    """

    images: Pictures
    labels: Labels
    files: tuple[PictureFile, ...] | None = None
    weights: Weights | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Split({len(self):,} pictures of {'×'.join(map(str, self.shape))})"

    def _repr_html_(self) -> str:
        """Return for a notebook: how many pictures, and the first of them where they are grey."""
        return line_html(repr(self)[len("Split(") : -1]) + self._sample()

    def _sample(self) -> str:
        """Return the first pictures as HTML, nothing of those in colour."""
        return heat_map(self.images[:SHOWN, 0])._repr_html_() if self.shape[0] == 1 and len(self) else ""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return (C, H, W) of every picture."""
        channels, height, width = self.images.shape[1:]
        return channels, height, width

    @property
    def paths(self) -> tuple[str, ...] | None:
        """Return the path of each picture within its source; None where pictures have no files."""
        return None if self.files is None else tuple(file.path for file in self.files)

    def head(self, n: int) -> Split:
        """Return the first `n` pictures (all of them if there are fewer) as views: nothing is copied."""
        return self._between(0, max(0, n))

    def tail(self, n: int) -> Split:
        """Return the last `n` pictures (all of them if there are fewer) as views: nothing is copied."""
        return self._between(max(0, len(self) - max(0, n)), len(self))

    def take(self, rows: NDArray[np.int64]) -> Split:
        """Return the pictures at `rows`, int64 (n,), in that order, as copies."""
        files = None if self.files is None else tuple(self.files[i] for i in rows.tolist())
        return Split(self.images[rows], self.labels[rows], files, None if self.weights is None else self.weights[rows])

    def _between(self, start: int, stop: int) -> Split:
        files = None if self.files is None else self.files[start:stop]
        weights = None if self.weights is None else self.weights[start:stop]
        return Split(self.images[start:stop], self.labels[start:stop], files, weights)


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A named set of labelled pictures. Labels count into `classes`.

    `validation` and `test` are there where the source has them apart. `left_out` lists the files that take no part,
    `notes` say what was understood of the source. `white` is the white level that pictures of more than 8 bits were
    read with, 0 where none was needed (pictures/bit_depth.py). `made_of` are the known pictures that these are made of,
    by resizing or choosing, where that is known. `changes` are the label changes that were applied. The arrays are
    writable so that torch takes them without a copy; nothing in convscope writes to them.
    """

    name: str
    classes: tuple[str, ...]
    train: Split
    test: Split | None = None
    validation: Split | None = None
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Phrase, ...] = ()
    white: int = 0
    made_of: Credit | None = None
    changes: LabelChanges | None = None

    def __repr__(self) -> str:
        return f"Dataset({self._line()})"

    def _repr_html_(self) -> str:
        """Return for a notebook: what there is, the classes, and the first pictures where they are grey."""
        names = ", ".join(self.classes[:NAMED]) + ", …" * (len(self.classes) > NAMED)
        return line_html(self._line()) + line_html(f"classes: {names}") + self.train._sample()

    def _line(self) -> str:
        counts = ", ".join(f"{len(split):,} {name}" for name, split in self.splits.items())
        return f"{self.name}: {len(self.classes)} classes, {counts}, pictures of {'×'.join(map(str, self.shape))}"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return (C, H, W) of every picture."""
        return self.train.shape

    @property
    def splits(self) -> dict[str, Split]:
        """Return the splits that are there, by name: "train", "validation", "test"."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}

    @cached_property
    def facts(self) -> Facts:
        """Return what holds for nearly all training pictures, measured on a sample of them, once."""
        return measure_facts(self.train.images)

    @cached_property
    def fingerprint(self) -> str:
        """Return 64 hex digits: the SHA-256 of class names, shapes, pixels, labels and weights (not names of files,
        notes).

        55 MB of MNIST take about 0.05 s, once.
        """
        digest = hashlib.sha256(b"convscope dataset 1\n")
        for name in self.classes:
            text = name.encode("utf-8", "surrogatepass")
            digest.update(b"%d:%s" % (len(text), text))
        parts = [self.train, self.test, *([self.validation] if self.validation is not None else [])]
        for split in parts:
            if split is None:
                digest.update(b"none\n")
                continue
            digest.update(f"{split.images.shape}\n".encode())
            digest.update(np.ascontiguousarray(split.images).reshape(-1).data)
            digest.update(np.ascontiguousarray(split.labels, dtype="<i8").data)
            if split.weights is not None:
                digest.update(b"weights\n")
                digest.update(np.ascontiguousarray(split.weights, dtype="<f4").data)
        return digest.hexdigest()

    @property
    def credit(self) -> Credit | None:
        """Return whom the pictures are from, where their licence asks that it is said: the bytes tell, not the name."""
        return self.made_of or credit_of(self.fingerprint)

    def hold_out(self, n: int, seed: int = 0, groups: NDArray[np.int64] | None = None) -> tuple[Rows, Rows]:
        """Return the row numbers, int64, of the training pictures that stay, and of `n` that are held out; in order.

        See held_out_rows. Raises InputError where the classes cannot give so many.
        """
        held = held_out_rows(self.train.labels, n, seed=seed, groups=groups, where=self.name)
        return np.flatnonzero(~held), np.flatnonzero(held)


def arrays(
    images: ArrayLike,
    labels: ArrayLike,
    classes: Sequence[str] | None = None,
    *,
    test: tuple[ArrayLike, ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    name: str = "arrays",
) -> Dataset:
    """Return a Dataset of pictures in memory: uint8 (N, H, W) or (N, C, H, W) with C 1 or 3; whole-number labels (N,).

    Labels count into `classes`; without class names these are "0" … to the highest label of the training pictures.
    `test` is (images, labels) of the same form; `weights` (N,) say how much each training picture counts, above 0.
    uint8 pictures and int64 labels are taken without a copy.

    Raises InputError for another dtype or shape, labels or weights out of range, or fewer than 2 classes.
    """
    images, labels = (_pictures(images, f"{name}, images"), _labels(labels, f"{name}, labels"))
    if classes is not None and (isinstance(classes, str) or not all(isinstance(c, str) for c in classes)):
        raise InputError("dataset.names", where=name, got=classes, hint='classes=["cat", "dog"]')
    names = tuple(classes) if classes is not None else numbered(labels)
    train = _split(images, labels, names, f"{name}, training pictures")
    if weights is not None:
        train = replace(train, weights=_weights(weights, len(train), f"{name}, weights"))
    if test is None:
        return Dataset(name, checked_classes(names, name), train)
    other = _split(
        _pictures(test[0], f"{name}, test images"),
        _labels(test[1], f"{name}, test labels"),
        names,
        f"{name}, test pictures",
    )
    if other.shape != train.shape:
        raise InputError("dataset.test.shape", where=name, got=other.shape, expected=str(train.shape))
    return Dataset(name, checked_classes(names, name), train, other)


def _pictures(images: ArrayLike, where: str) -> Pictures:
    given = np.asarray(images)
    if given.dtype != np.uint8:
        raise InputError("dataset.type", where=where, got=given.dtype, expected=phrase("dataset.type.expected"))
    if given.ndim == 3:
        given = given[:, None]
    if given.ndim != 4 or given.shape[1] not in (1, 3) or 0 in given.shape:
        raise InputError("dataset.shape", where=where, got=given.shape, expected=phrase("dataset.shape.expected"))
    return given


def _labels(labels: ArrayLike, where: str) -> Labels:
    given = np.asarray(labels)
    if given.dtype.kind not in "iu" or given.ndim != 1:
        got = f"{given.dtype} {given.shape}"
        raise InputError("dataset.labels.type", where=where, got=got, expected=phrase("dataset.labels.type.expected"))
    return given.astype(np.int64, copy=False)


def _weights(weights: ArrayLike, n: int, where: str) -> Weights:
    given = np.asarray(weights)
    if given.dtype.kind not in "iuf" or given.shape != (n,):
        raise InputError("dataset.weights", where=where, got=f"{given.dtype} {given.shape}", expected=f"({n},)")
    made = given.astype(np.float32)
    if not (np.isfinite(made) & (made > 0)).all():
        row = int(np.flatnonzero(~(np.isfinite(made) & (made > 0)))[0])
        raise InputError("dataset.weights.range", n=row, where=where, got=given[row])
    return made


def _split(images: Pictures, labels: Labels, classes: tuple[str, ...], where: str) -> Split:
    if len(images) != len(labels):
        raise InputError(
            "dataset.labels.count",
            where=where,
            got=phrase("dataset.labels.count.got", labels=len(labels), pictures=len(images)),
        )
    check_labels(labels, len(classes), where)
    return Split(images, labels)
