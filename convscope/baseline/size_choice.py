"""Which size pictures of many sizes, or large ones, become: the smallest at which a quick classifier does as well."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..data.dataset import Split
from ..data.picture_size import Size, SizeSample, choose_by_headers
from ..errors import Phrase, phrase
from . import features
from .classifier import Floats, Kernel, Ridge
from .comparison import balanced_accuracy, standard_error
from .sample import copies

SIDES = (32, 48, 64, 96, 128)  # a network takes 1.6, 2.3, 5 and 9 times as long as at the first
LOOKED_AT = 600  # pictures at most;
FEWEST = 150  # of large ones so few at least,
PIXELS = 600_000_000  # and more while they have no more pixels than that: decoding them is what takes long
KNOWN = 0.25  # of the way from chance to always right is what the classifier must come, to be believed
PATIENCE = 2  # sides in a row that are no better end the search


def choose_size(sample: SizeSample) -> tuple[int | Size, Phrase]:
    """Return the side that the pictures of a source become, and why: 1 to 3 s of CPU time and the decoding of up to 600
    pictures, fewer of large ones.

    Tried are those of 32, 48, 64, 96 and 128 pixels that the longer side of half of the pictures reaches. For each, the
    balanced accuracy on pictures left out is taken, by gradients at that size, colours or both; the smallest side whose
    accuracy is within one standard error of the best is chosen (Breiman et al. 1984, section 3.4.3). Where there are
    not two sides to choose from, or the classifier is not well above chance, headers decide as they do without it.
    """
    longer = sorted(max(size) for size in sample.sizes)
    sides = [side for side in SIDES if side <= longer[len(longer) // 2]]
    if len(sides) < 2:
        return choose_by_headers(sample)
    areas = sorted(height * width for height, width in sample.sizes)
    pictures = sample.load(sides[-1], max(FEWEST, min(LOOKED_AT, PIXELS // areas[len(areas) // 2])))
    tried = _tried(pictures, sides) if len(pictures) else []
    best = max(tried, default=None)
    if best is None or not best.known:
        return choose_by_headers(sample)
    side = next(one.side for one in tried if one.accuracy >= best.accuracy - best.error)
    said = ", ".join(f"{100 * one.accuracy:.1f} ({one.side})" for one in tried)
    return side, phrase("note.size.measured", side=side, n=f"{len(pictures):,}", tried=said)


class Tried(NamedTuple):
    """The balanced accuracy, 0…1, and its standard error; for pictures of so many pixels a side, of so many classes."""

    accuracy: float
    error: float
    side: int
    classes: int

    @property
    def known(self) -> bool:
        """Whether enough is recognised for the accuracy to say something."""
        return self.accuracy > KNOWN + (1 - KNOWN) / self.classes


def _tried(pictures: Split, sides: list[int]) -> list[Tried]:
    """Return what a quick classifier makes of the pictures, of the largest side, at each side."""
    images, labels, own = pictures.images, pictures.labels, copies(pictures.images)
    classes, present = int(labels.max()) + 1, len(np.unique(labels))

    def left_out(likeness: Floats) -> tuple[float, float]:
        predicted = Ridge.fit(likeness, labels, classes).left_out(own).argmax(1)
        return balanced_accuracy(labels, predicted), standard_error(labels, predicted)

    def alike(rows: features.Floats) -> Floats:
        return Kernel.of(rows)(rows)

    by_colours = alike(features.colour_histograms(images))
    of_colours = left_out(by_colours)
    tried: list[Tried] = []
    for side in sides:
        by_edges = alike(features.hog(images, side))
        tried.append(Tried(*max(of_colours, left_out(by_edges), left_out(by_edges * by_colours)), side, present))
        best, last = max(tried[:-PATIENCE], default=None), max(tried[-PATIENCE:])
        if best is not None and best.known and last.accuracy <= best.accuracy + best.error:
            break
    return tried
