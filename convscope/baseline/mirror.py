"""Whether a mirrored picture still means the same: a letter's does not, a flower's does. Labels do not say; this does.

A classifier that cannot tell a picture from its mirror is set beside one that can. Where left and right matter, it
recognises pictures less surely; where they do not, it is as if it had seen every picture twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..data.subset import Subset
from . import features
from .classifier import Floats, Kernel, Ridge
from .comparison import balanced_accuracy
from .sample import Rows, balanced_rows, copies

LOOKED_AT = 1000  # pictures at most
KNOWN = 0.25  # of the way from chance to always right is what a classifier must come, to be asked at all,
SURE = 3.0  # and this many standard deviations of chance
DOUBT = (
    1.28  # standard errors of less margin that are harm: a tenth of harmless cases, since in doubt nothing is flipped
)


@dataclass(frozen=True, slots=True)
class MirrorTest:
    """What was found on `pictures` pictures of `classes` classes, each left out of its own training.

    `seeing` is the balanced accuracy, 0…1, of a classifier that sees left and right, `blind` that of one that does not.
    `harm` is by how much less margin the second recognises a picture, in standard errors of the mean.
    """

    seeing: float
    blind: float
    harm: float
    pictures: int
    classes: int

    @property
    def known(self) -> bool:
        """Whether the classifier that sees is far enough above chance for the other's margins to say something."""
        chance = 1 / self.classes
        above = self.seeing - chance
        return above > KNOWN * (1 - chance) and above > SURE * (chance * (1 - chance) / self.pictures) ** 0.5

    @property
    def harmless(self) -> bool:
        """Whether the classifier that is blind recognises pictures as surely, within the noise."""
        return self.harm <= DOUBT


def mirror_test(pictures: Subset, classes: int, groups: Rows | None = None) -> MirrorTest:
    """Test training pictures (at most 1,000, of every class equally many): some 0.5 s of CPU time.

    `groups` (N,) numbers those that belong together, such as near copies; without it equal pictures do. Whether
    gradients, the picture in small or both are looked at is decided by what recognises most.

    With a kernel k and a mirror M, training on all pictures and their mirrors is training with the kernel
    (k(x, x') + k(x, Mx')) / 2, as many rows as before.
    """
    rows = balanced_rows(pictures.labels, LOOKED_AT)
    sample = Subset(pictures.split, pictures.rows[rows])
    labels, own = sample.labels, copies(sample.images) if groups is None else groups[rows]
    edges, small = features.hog(sample.images), features.thumbnails(sample.images)
    by_edges, by_small = Kernel.of(edges), Kernel.of(small)
    edges_alike = np.stack([by_edges(edges), by_edges(features.mirrored_hog(edges))])
    small_alike = np.stack([by_small(small), by_small(features.mirrored_thumbnails(small, sample.images.shape))])

    def left_out(likeness: Floats) -> Floats:
        return Ridge.fit(likeness, labels, classes).left_out(own)

    def accuracy(scores: Floats) -> float:
        return balanced_accuracy(labels, scores.argmax(1))

    tried = [(left_out(alike[0]), alike) for alike in (edges_alike, small_alike, edges_alike * small_alike)]
    seeing, alike = max(tried, key=lambda one: accuracy(one[0]))
    blind = left_out(alike.mean(0))
    lost = _margins(seeing, labels) - _margins(blind, labels)
    return MirrorTest(
        seeing=accuracy(seeing),
        blind=accuracy(blind),
        harm=float(lost.mean() / max(lost.std(), 1e-9) * len(lost) ** 0.5),
        pictures=len(lost),
        classes=len(np.unique(labels)),
    )


def _margins(scores: Floats, labels: Rows) -> Floats:
    """Return by how much the scores (N, K) of the own classes are the highest, from −1 to 1: more is no surer."""
    own = np.arange(scores.shape[1]) == labels[:, None]
    highest_other: Floats = np.where(own, -np.inf, scores).max(1)
    margins: Floats = np.clip(scores[own] - highest_other, -1, 1)
    return margins
