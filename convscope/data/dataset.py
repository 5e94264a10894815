"""Labelled pictures in memory: a Split is pictures and labels; a Dataset is a training and a test Split, and names."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError, phrase
from .class_order import check_labels, checked_classes, numbered
from .dataset_facts import Facts, measure_facts

Pictures = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Pictures uint8 (N, C, H, W) in 0…255, their labels int64 (N,), and for a folder their paths, relative to it."""

    images: Pictures
    labels: Labels
    paths: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return (C, H, W) of every picture."""
        channels, height, width = self.images.shape[1:]
        return channels, height, width

    def head(self, n: int) -> Split:
        """Return the first `n` pictures (all of them if there are fewer) as views: nothing is copied."""
        return self._between(0, max(0, n))

    def tail(self, n: int) -> Split:
        """Return the last `n` pictures (all of them if there are fewer) as views: nothing is copied."""
        return self._between(max(0, len(self) - max(0, n)), len(self))

    def take(self, indices: NDArray[np.int64]) -> Split:
        """Return the pictures at `indices`, int64 (n,), in that order, as copies."""
        paths = None if self.paths is None else tuple(self.paths[i] for i in indices.tolist())
        return Split(self.images[indices], self.labels[indices], paths)

    def _between(self, start: int, stop: int) -> Split:
        paths = None if self.paths is None else self.paths[start:stop]
        return Split(self.images[start:stop], self.labels[start:stop], paths)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A named set of labelled pictures. Labels count into `classes`; `skipped` lists (path, reason) of files left out.

    The arrays are writable so that torch takes them without a copy; nothing in convscope writes to them.
    """

    name: str
    classes: tuple[str, ...]
    train: Split
    test: Split | None = None
    skipped: tuple[tuple[str, str], ...] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return (C, H, W) of every picture."""
        return self.train.shape

    @cached_property
    def facts(self) -> Facts:
        """Return what holds for nearly all training pictures, measured on a sample of them, once."""
        return measure_facts(self.train.images)

    @cached_property
    def fingerprint(self) -> str:
        """Return 64 hex digits: the SHA-256 of class names, shapes, pixels and labels (not name, paths, `skipped`).

        55 MB of MNIST take about 0.05 s, once.
        """
        digest = hashlib.sha256(b"convscope dataset 1\n")
        for name in self.classes:
            text = name.encode("utf-8", "surrogatepass")
            digest.update(b"%d:%s" % (len(text), text))
        for split in (self.train, self.test):
            if split is None:
                digest.update(b"none\n")
                continue
            digest.update(f"{split.images.shape}\n".encode())
            digest.update(np.ascontiguousarray(split.images).reshape(-1).data)
            digest.update(np.ascontiguousarray(split.labels, dtype="<i8").data)
        return digest.hexdigest()

    def hold_out(self, n: int, seed: int | None = None) -> tuple[Split, Split]:
        """Split the training pictures into (those that stay, `n` held out for validation), the same ones every time.

        Without a seed the last `n` are held out, as views. Where labels come class by class, as in a folder of
        pictures, that would be one class only: there each class gives its share, of its last pictures, never its only
        one. With a seed each class gives its share of pictures chosen by that seed. Order is kept.

        Raises InputError unless 1 <= n < number of training pictures, less one a class where classes give shares.
        """
        labels = self.train.labels
        by_class = seed is not None or bool(np.all(labels[1:] >= labels[:-1]))
        counts = np.bincount(labels, minlength=len(self.classes))
        most = int(np.maximum(counts - 1, 0).sum()) if by_class else len(labels) - 1
        if not 1 <= n <= most:
            raise InputError(
                "validation.held",
                where=self.name,
                got=n,
                expected=phrase("value.from.to", low=1, high=most) if most else phrase("validation.held.larger"),
                hint=phrase("validation.held.try", n=max(1, most // 6), all=len(labels)) if most else "",
            )
        if not by_class:
            return self.train.head(len(labels) - n), self.train.tail(n)
        held = np.zeros(len(labels), dtype=bool)
        for label, share in enumerate(shares(counts.tolist(), n)):
            mine = np.flatnonzero(labels == label)
            if seed is not None:
                mine = np.array(sorted(mine.tolist(), key=lambda i: _draw(seed, i)), dtype=np.int64)
            held[mine[len(mine) - share :]] = True
        return self.train.take(np.flatnonzero(~held)), self.train.take(np.flatnonzero(held))


def shares(counts: Sequence[int], n: int) -> list[int]:
    """Share `n` among classes of these sizes, in proportion (largest remainders), leaving each at least one picture.

    >>> shares([50, 30, 20], 10)
    [5, 3, 2]
    """
    spare = [max(0, count - 1) for count in counts]
    total = sum(counts)
    given = [min(n * count // total, most) for count, most in zip(counts, spare, strict=True)]
    remainders = [n * count % total for count in counts]
    order = sorted(range(len(counts)), key=lambda k: (-remainders[k], k))
    while sum(given) < n:  # at most a few rounds: each gives one to every class that has some to spare
        before = sum(given)
        for k in order:
            if sum(given) < n and given[k] < spare[k]:
                given[k] += 1
        if sum(given) == before:
            raise ValueError(f"cannot share {n} among {list(counts)}")
    return given


def _draw(seed: int, index: int) -> bytes:
    """Return a number for this picture that depends on nothing but the seed: the same on every machine and version."""
    return hashlib.sha256(f"{seed} {index}".encode()).digest()


def arrays(
    images: ArrayLike,
    labels: ArrayLike,
    classes: Sequence[str] | None = None,
    *,
    test: tuple[ArrayLike, ArrayLike] | None = None,
    name: str = "arrays",
) -> Dataset:
    """Return a Dataset of pictures in memory: uint8 (N, H, W) or (N, C, H, W) with C 1 or 3; whole-number labels (N,).

    Labels count into `classes`; without class names these are "0" … to the highest label of the training pictures.
    `test` is (images, labels) of the same form. uint8 pictures and int64 labels are taken without a copy.

    Raises InputError for another dtype or shape, labels out of range, or fewer than 2 classes.
    """
    images, labels = (_pictures(images, f"{name}, images"), _labels(labels, f"{name}, labels"))
    if classes is not None and (isinstance(classes, str) or not all(isinstance(c, str) for c in classes)):
        raise InputError("dataset.names", where=name, got=classes, hint='classes=["cat", "dog"]')
    names = tuple(classes) if classes is not None else numbered(labels)
    train = _split(images, labels, names, f"{name}, training pictures")
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


def _split(images: Pictures, labels: Labels, classes: tuple[str, ...], where: str) -> Split:
    if len(images) != len(labels):
        raise InputError(
            "dataset.labels.count",
            where=where,
            got=phrase("dataset.labels.count.got", labels=len(labels), pictures=len(images)),
        )
    check_labels(labels, len(classes), where)
    return Split(images, labels)
