"""The closer look, with the features of the pretrained network: copies that pixels do not show, labels that may be
wrong, pictures that are unlike all others. It takes minutes for ten thousand pictures, and no training waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from .. import modelfile
from ..baseline.features import hog
from ..data.dataset import Dataset
from ..errors import phrase
from ..pictures.decoding import DecodeOptions, from_image
from ..transfer.features import Progress, features_of
from ..transfer.rows import TapRows
from ..transfer.start import body_of
from ..transfer.taps import taps_of
from .components import Components
from .copies import Copies
from .feature_copies import join_by_features
from .findings import namer
from .label_questions import LabelQuestion, questionable
from .left_out import probabilities
from .neighbours import Neighbours, Rows, neighbours
from .outliers import outliers
from .report import FIRST, Finding

NETWORK = "lite0"
SIDE = 160  # pixels at which it looks at pictures
MOST = 20_000  # pictures; the matrices of more take gigabytes
FEWEST = 30  # pictures from which a classifier says anything of labels
PICTURE_SECONDS = 0.018  # of one CPU, all in all: three minutes for 10,000 pictures (docs/log.md)

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, eq=False)
class Closer:
    """What the closer look came to: copies with those that features show, questions, findings."""

    copies: Copies
    questions: tuple[LabelQuestion, ...]
    findings: tuple[Finding, ...]


class Enlarged:
    """All pictures of a data set in a row, in colour at SIDE pixels, made when a slice of them is asked for."""

    def __init__(self, dataset: Dataset) -> None:
        self._parts = [split.images for split in dataset.splits.values()]
        self._starts = np.cumsum([0, *map(len, self._parts)])
        self.shape = (len(self), 3, SIDE, SIDE)

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, which: slice) -> Pixels:
        rows = range(*which.indices(len(self)))
        return np.stack([self._picture(row) for row in rows]) if rows else np.empty((0, 3, SIDE, SIDE), np.uint8)

    def _picture(self, row: int) -> Pixels:
        part = int(np.searchsorted(self._starts, row, side="right")) - 1
        pixels = self._parts[part][row - self._starts[part]]
        picture = Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0)))
        return from_image(picture, DecodeOptions((SIDE, SIDE), 3)).pixels


def estimate_seconds(pictures: int) -> float:
    """Return about how many seconds of one CPU the closer look at so many pictures takes."""
    return PICTURE_SECONDS * pictures


def look_closer(dataset: Dataset, copies: Copies, *, cache: bool = True, progress: Progress | None = None) -> Closer:
    """Look at all pictures of a data set, of which `copies` are known already."""
    splits = [*dataset.splits.values()]
    body = body_of(modelfile.read(NETWORK), (3, SIDE, SIDE))
    means = TapRows(body, taps_of(body.network)[-1:])
    features = features_of(Enlarged(dataset), means, cache=cache, progress=progress)
    labels = np.concatenate([split.labels for split in splits])
    copies = _with_features(copies, labels, features)
    questions: tuple[LabelQuestion, ...] = ()
    if len(labels) >= FEWEST and len(np.unique(labels)) > 1:
        edges = np.concatenate([hog(split.images) for split in splits if len(split)])
        scores = probabilities([features, edges], labels, len(dataset.classes), copies.groups)
        questions = _questions(dataset, scores, labels, copies.groups)
    alone = outliers(neighbours(features), copies.groups)
    return Closer(copies, questions, tuple(_findings(dataset, questions, alone)))


def _with_features(copies: Copies, labels: Rows, features: np.ndarray[Any, np.dtype[np.float32]]) -> Copies:
    """Return the copies with those that features show too. Of copies that are known the first stands for all."""
    firsts = np.unique(copies.alike)
    near: Neighbours = neighbours(features[firsts])
    joined = Components(len(firsts))
    join_by_features(near, labels[firsts], joined)
    alike, groups = _components(copies.alike), _components(copies.groups)
    for components in (alike, groups):
        components.join(firsts[joined.labels], firsts)
    return replace(copies, alike=alike.labels, groups=groups.labels)


def _components(labels: Rows) -> Components:
    components = Components(len(labels))
    components.join(labels, np.arange(len(labels)))
    return components


def _questions(
    dataset: Dataset, scores: np.ndarray[Any, np.dtype[np.float64]], labels: Rows, groups: Rows
) -> tuple[LabelQuestion, ...]:
    name: Callable[[int], str] = namer(dataset)
    rows, others = questionable(scores, labels, groups)
    return tuple(
        LabelQuestion(
            row, name(row), dataset.classes[labels[row]], dataset.classes[other], round(float(scores[row, other]), 4)
        )
        for row, other in zip(rows.tolist(), others.tolist(), strict=True)
    )


def _findings(dataset: Dataset, questions: tuple[LabelQuestion, ...], alone: Rows) -> list[Finding]:
    found = []
    if questions:
        examples = tuple((str(question),) for question in questions[:FIRST])
        what = phrase("check.labels", n=f"{len(questions):,}")
        found.append(Finding(what, len(questions), examples, phrase("check.labels.try"), question=True))
    if len(alone):
        name = namer(dataset)
        examples = tuple((name(row),) for row in alone[:FIRST].tolist())
        what = phrase("check.alone", n=f"{len(alone):,}")
        found.append(Finding(what, len(alone), examples, phrase("check.alone.try"), question=True))
    return found
