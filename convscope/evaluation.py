"""How good a network is on labelled pictures: accuracy with its interval, loss, confusion, per-class figures. Never
torch.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InputError, UsageError, did_you_mean, phrase
from .pictures.preprocessing import preprocess_stack

if TYPE_CHECKING:
    from .data import Dataset, Split
    from .modelfile.provenance import TrainedOn
    from .prediction import Model

SPLITS = ("train", "validation", "test")

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Evaluation:
    """Figures over `n` pictures, `inverted` of them with dark and light swapped first. `confusion` (K, K) counts
    pictures by true class (row) and predicted class (column).

    `loss` is the mean cross-entropy in nats (natural logarithm, S17); `accuracy` a fraction. Both are NaN for n = 0.
    """

    n: int
    accuracy: float
    loss: float
    confusion: Whole
    classes: tuple[str, ...]
    inverted: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the accuracy: Wilson's, which keeps within 0…1 also near the ends."""
        return wilson(round(self.accuracy * self.n) if self.n else 0, self.n)

    @property
    def precision(self) -> Floats:
        """Per class, the share of pictures called so that are so; NaN where none was called so."""
        return _ratio(np.diag(self.confusion), self.confusion.sum(0))

    @property
    def recall(self) -> Floats:
        """Per class, the share of its pictures that were found; NaN where it has none."""
        return _ratio(np.diag(self.confusion), self.confusion.sum(1))

    @property
    def f1(self) -> Floats:
        """Per class, the harmonic mean of precision and recall; NaN where it neither occurs nor is predicted."""
        return _ratio(2 * np.diag(self.confusion), self.confusion.sum(0) + self.confusion.sum(1))

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON takes it; a figure that is NaN as None."""
        per_class = [
            {"name": name, "n": int(n), "precision": _or_none(p), "recall": _or_none(r), "f1": _or_none(f)}
            for name, n, p, r, f in zip(
                self.classes, self.confusion.sum(1), self.precision, self.recall, self.f1, strict=True
            )
        ]
        return {
            "n": self.n,
            "inverted": self.inverted,
            "accuracy": self.accuracy if self.n else None,
            "loss": self.loss if self.n else None,
            "confusion": self.confusion.tolist(),
            "classes": list(self.classes),
            "interval": list(self.interval),
            "per_class": per_class,
        }


def score(logits: np.ndarray[Any, Any], labels: Whole, classes: Sequence[str]) -> Evaluation:
    """Return the figures for scores (N, K) and true classes (N,) in 0…K−1.

    >>> e = score(np.array([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]]), np.array([0, 1, 1]), ("cat", "dog"))
    >>> round(e.accuracy, 4), e.confusion.tolist()
    (0.6667, [[1, 0], [1, 1]])
    """
    n, k = logits.shape
    if k != len(classes) or labels.shape != (n,) or (n and not 0 <= labels.min() <= labels.max() < k):
        raise InputError("evaluation.fit", got=f"{logits.shape}, {labels.shape}, {len(classes)}")
    predicted = logits.argmax(1)
    confusion = np.bincount(labels * k + predicted, minlength=k * k).reshape(k, k)
    if not n:
        return Evaluation(0, math.nan, math.nan, confusion, tuple(classes))
    return Evaluation(n, float((predicted == labels).mean()), cross_entropy(logits, labels), confusion, tuple(classes))


def cross_entropy(logits: np.ndarray[Any, Any], labels: Whole) -> float:
    """Return the mean of −ln softmax(logits)[label] in nats, the largest score subtracted first."""
    x = logits.astype(np.float64)
    x -= x.max(1, keepdims=True)
    return float(np.mean(np.log(np.exp(x).sum(1)) - x[np.arange(len(x)), labels]))


def wilson(correct: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Return Wilson's interval for `correct` of `n` (Wilson 1927), 95 % unless another z is given; (0, 1) for n = 0.

    >>> [round(x, 4) for x in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    if n == 0:
        return 0.0, 1.0
    p, zz = correct / n, z * z / n
    middle, half = (p + zz / 2) / (1 + zz), z / (1 + zz) * math.sqrt(p * (1 - p) / n + zz / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def evaluate(
    model: Model | str | os.PathLike[str],
    data: Dataset | str | os.PathLike[str] = "mnist",
    split: str = "test",
    data_root: str | os.PathLike[str] | None = None,
) -> Evaluation:
    """Return how good a model file is on a data set's "test" or "train" pictures, or on the "validation" ones it held
    out.

    Pictures are brought to the model's size and channels by its own rule; classes are matched by name. ONNX Runtime
    computes, never torch. Raises InputError where model, data and split do not fit together.
    """
    from . import data as sets
    from .prediction import Model, load

    model = model if isinstance(model, Model) else load(model)
    channels, height, width = model.spec.shape
    if isinstance(data, sets.Dataset):
        dataset = data
    else:
        dataset = sets.load(data, size=(height, width), channels=channels, data_root=data_root)
    part = _part(dataset, split, model.provenance.data)
    labels = matched(part.labels, dataset.classes, model.classes)
    if not len(part):
        return score(np.zeros((0, len(model.classes)), np.float32), labels, model.classes)
    read, inverted = preprocess_stack(model.spec, part.images)
    return replace(score(model.predictor.run(read)[0], labels, model.classes), inverted=int(inverted.sum()))


def _part(dataset: Dataset, split: str, trained_on: TrainedOn | None) -> Split:
    if split not in SPLITS:
        raise UsageError("split.unknown", got=split, expected=", ".join(SPLITS))
    if split == "train":
        return dataset.train
    if split == "test":
        if dataset.test is None:
            raise InputError("split.test.none", where=dataset.name, hint=phrase("split.test.none.try"))
        return dataset.test
    if trained_on is None or not trained_on.validation:
        raise InputError("split.held", hint=phrase("split.held.try"))
    if trained_on.fingerprint != dataset.fingerprint:
        raise InputError("split.data", where=dataset.name, hint=phrase("split.data.try"))
    return dataset.train.take(dataset.hold_out(trained_on.validation)[1])


def matched(labels: Whole, classes: Sequence[str], known: Sequence[str]) -> Whole:
    """Return `labels` into `classes` as labels into `known`, by name. Raises InputError for a class that is not
    known."""
    places = {name: i for i, name in enumerate(known)}
    for i in np.unique(labels):
        if classes[i] not in places:
            raise InputError("evaluation.class", got=classes[i], expected=did_you_mean(classes[i], list(known)[:20]))
    return np.array([places.get(name, -1) for name in classes], dtype=np.int64)[labels]


def _ratio(above: Whole, below: Whole) -> Floats:
    ratio: Floats = np.full(len(above), np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio


def _or_none(figure: float) -> float | None:
    return None if math.isnan(figure) else float(figure)
