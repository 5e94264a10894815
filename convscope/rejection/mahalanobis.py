"""How far pictures lie from those trained on, in units of how far these lie apart: what the graph computes in float32.

Of the pictures' own statistics, to their mean (Mahalanobis 1936). Of the network's features, to the nearest class, less
the distance to all pictures as one: what every picture has in common counts for neither (relative Mahalanobis distance;
Ren et al. 2021, "A simple fix to Mahalanobis distance for improving near-OOD detection", section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from .features import Features
from .statistics import Floats, Single

SHRINK = 0.1  # of the variance is given to all directions alike
NARROW = 0.05  # of the median standard deviation: no statistic counts as narrower
CONSTANT = 1e-3  # of the standard deviation of all features: a feature that hardly varies is not blown up

Numbers = np.ndarray[Any, Any]
Whole = np.ndarray[Any, np.dtype[np.int64]]


def whitened(values: Floats) -> tuple[Single, Single]:
    """Return the mean (D,) of statistics (M, D), and the matrix (D, D) that makes them equally wide in all directions.

    Each statistic is divided by its standard deviation; the covariance is then shrunk towards a multiple of one.

    >>> centre, matrix = whitened(np.array([[0.0, 0.0], [2.0, 4.0], [0.0, 4.0], [2.0, 0.0]]))
    >>> centre.tolist(), np.abs(matrix @ matrix.T).round(4).tolist()     # 1 and 2 wide, and nothing in common
    ([1.0, 2.0], [[1.0, 0.0], [0.0, 0.25]])
    """
    centre = values.mean(0)
    wide = values.std(0)
    wide = np.maximum(wide, NARROW * max(float(np.median(wide)), 1e-3))
    scaled = (values - centre) / wide
    matrix = _whitening(scaled) / wide[:, None]
    return centre.astype(np.float32), matrix.astype(np.float32)


def distances(values: Floats, centre: Single, whitening: Single) -> Floats:
    """Return the lengths (n,) of whitened statistics (n, D)."""
    return np.asarray(np.sqrt((((values - centre) @ whitening) ** 2).sum(1)), np.float64)


def averaged(features: Numbers, layout: Features) -> Floats:
    """Return features (n, F), float64 (n, D): the means of groups.

    >>> averaged(np.arange(1025.0)[None], Features(0, "relu1", "fc1", 1025, 2))[0, :2].tolist()
    [1.0, 4.0]
    """
    kept = np.asarray(features[:, : layout.group * layout.width], np.float64)
    return np.asarray(kept.reshape(len(kept), layout.width, layout.group).mean(2))


def standardised(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean (D,) and standard deviation (D,) of features (M, D), a little added, and the features in them."""
    centre, wide = values.mean(0), values.std(0) + CONSTANT * max(float(values.std()), 1e-6)
    return centre, wide, (values - centre) / wide


@dataclass(frozen=True, eq=False, slots=True)
class ClassGaussians:
    """Classes as Gaussians of one covariance, and all pictures as another, in features (n, D).

    (features − `centre`) · `directions` (D, R) are the R directions in which standardised features differ most. Those ·
    `background` (R, R) are equally wide over all pictures; those · `within` (R, R) are so within the classes, whose
    `means` (K, R) are there.
    """

    centre: Single
    directions: Single
    background: Single
    within: Single
    means: Single

    @classmethod
    def of(cls, values: Floats, labels: Whole, layout: Features) -> Self:
        """Return the Gaussians of features (M, D) with their classes (M,). A class without a picture is as the first
        that has one.
        """
        centre, wide, scaled = standardised(values)
        directions = np.linalg.eigh(scaled.T @ scaled)[1][:, ::-1][:, : layout.rank]
        turned = scaled @ directions
        there, member = np.unique(labels, return_inverse=True)
        means = np.stack([turned[member == k].mean(0) for k in range(len(there))])
        within = _whitening(turned - means[member])
        every = np.tile(means[0], (layout.classes, 1))
        every[there] = means
        made = (centre, directions / wide[:, None], _whitening(turned), within, every @ within)
        return cls(*(array.astype(np.float32) for array in made))

    def distances(self, values: Floats) -> Floats:
        """Return the squared distance to the nearest class, less that to all pictures, (n,), of features (n, D)."""
        turned = (values - self.centre) @ self.directions
        inside = turned @ self.within
        nearest = np.full(len(values), np.inf)
        for mean in self.means:
            nearest = np.minimum(nearest, ((inside - mean) ** 2).sum(1))
        return np.asarray(nearest - self._common(turned), np.float64)

    def background_distances(self, values: Floats) -> Floats:
        """Return the distance to all pictures as one, (n,), of features (n, D)."""
        return np.asarray(np.sqrt(self._common((values - self.centre) @ self.directions)), np.float64)

    def _common(self, turned: Floats) -> Floats:
        """Return the squared distance to all pictures as one, (n,), in the directions (n, R)."""
        return np.asarray(((turned @ self.background) ** 2).sum(1))


def _whitening(scaled: Floats) -> Floats:
    """Return the matrix (D, D) that makes centred numbers (M, D) equally wide in all directions, shrunk."""
    variances, directions = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    variances = np.maximum(variances, 0)
    variances = (1 - SHRINK) * variances + SHRINK * max(float(variances.mean()), 1e-6)
    return np.asarray(directions / np.sqrt(variances))
