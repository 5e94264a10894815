"""From the arrays that scikit-learn's users have to pictures: which axis is what, which numbers are black and white.

The errors are ValueErrors in scikit-learn's manner: whoever calls `fit` there expects these.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

CHANNELS = ("auto", "first", "last")
COLOURS = (1, 3)  # how many channels a picture has
SQUARE_COLOUR = 8  # side from which 3·s² features are taken for a picture in colour, of which the order is not known
MOST_CUT = 0.01  # share of numbers that may lie far outside of what is black to white
AT_ONCE = 1 << 20  # numbers that are scaled at a time


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sample of `sample` shape, X.shape[1:], is a picture of shape (C, H, W): `last` says that its channels come
    last, after `given` has shaped a row of features.
    """

    sample: tuple[int, ...]
    given: tuple[int, ...]
    last: bool

    @property
    def picture(self) -> tuple[int, int, int]:
        """Return (C, H, W)."""
        if len(self.given) == 2:
            return (1, self.given[0], self.given[1])
        if self.last:
            return (self.given[2], self.given[0], self.given[1])
        return (self.given[0], self.given[1], self.given[2])

    def pictures(self, X: NDArray[Any]) -> NDArray[Any]:  # noqa: N803 - as scikit-learn calls it
        """Return samples (n, …) as pictures (n, C, H, W) of the same numbers, copied where they must be."""
        shaped = X.reshape(len(X), *self.given)
        if len(self.given) == 2:
            return shaped[:, None]
        return np.moveaxis(shaped, 3, 1) if self.last else shaped


def layout_of(sample: tuple[int, ...], channels: str = "auto", shape: Sequence[int] | None = None) -> Layout:
    """Return how samples of a shape are pictures.

    (H, W) is grey. Of (C, H, W) and (H, W, C) the axis of 1 or 3 numbers is that of the channels, unless `channels`,
    "first" or "last", says it. A row of features becomes a picture of `shape`, (H, W) or with channels; without it a
    square number of features becomes a square, and any other one row, one pixel high.
    Raises ValueError where that is ambiguous, or no picture.

    >>> layout_of((32, 32, 3)).picture, layout_of((64,)).picture, layout_of((10,)).picture
    ((3, 32, 32), (1, 8, 8), (1, 1, 10))
    """
    if channels not in CHANNELS:
        raise ValueError(f"channels must be one of {', '.join(CHANNELS)}, got {channels!r}")
    given = _given(sample, shape)
    if 0 in given or len(given) not in (2, 3):
        raise ValueError(
            f"Found array of shape (n, {', '.join(map(str, sample))}): ConvClassifier expected (n, H, W), "
            "(n, C, H, W), (n, H, W, C) or (n, features)"
        )
    return Layout(sample, given, len(given) == 3 and _is_last(given, channels))


def _given(sample: tuple[int, ...], shape: Sequence[int] | None) -> tuple[int, ...]:
    """Return the shape that a sample has before its channels are moved."""
    if len(sample) != 1:
        if shape is not None:
            raise ValueError(f"shape={shape!r} is for rows of features, but X has samples of shape {sample}")
        return sample
    (features,) = sample
    if shape is not None:
        sides = tuple(int(side) for side in shape)
        if len(sides) not in (2, 3) or min(sides) < 1 or math.prod(sides) != features:
            raise ValueError(f"shape={shape!r} must be (H, W), (C, H, W) or (H, W, C) of {features} features in all")
        return sides
    side = math.isqrt(features)
    if side * side == features:
        return (side, side)
    side = math.isqrt(features // 3)
    if 3 * side * side == features and side >= SQUARE_COLOUR:
        raise ValueError(
            f"X has {features} features, 3 × {side} × {side}: the order of a picture in colour must be said, "
            f"shape=(3, {side}, {side}) or shape=({side}, {side}, 3), or shape=(1, {features}) for what is no picture"
        )
    return (1, features)


def _is_last(given: tuple[int, ...], channels: str) -> bool:
    """Tell whether the channels of (a, b, c) come last."""
    first, last = (given[axis] in COLOURS for axis in (0, 2))
    if channels == "auto":
        if first and last:
            raise ValueError(
                f"samples of shape {given} have 1 or 3 numbers first and last: channels='first' or 'last'?"
            )
        if not first and not last:
            raise ValueError(f"samples of shape {given} have no axis of channels: 1 or 3 numbers first or last")
        return last
    if not (last if channels == "last" else first):
        raise ValueError(f"channels={channels!r}, but samples of shape {given} do not have 1 or 3 numbers {channels}")
    return channels == "last"


def pixel_range(X: NDArray[Any]) -> tuple[float, float]:  # noqa: N803
    """Return the numbers that become 0 and 255: those of uint8 are pixels already, of any other the least and most.

    >>> pixel_range(np.array([[0.0, 16.0]])), pixel_range(np.array([[7]], np.uint8))
    ((0.0, 16.0), (0.0, 255.0))
    """
    if X.dtype == np.uint8:
        return 0.0, 255.0
    low, high = float(X.min()), float(X.max())
    if low / 2 < high / 2:
        return low, high
    return (low, low / 2 + 1) if low <= 0 else (low / 2 - 1, low)  # all the same: any range that holds it


def reading(layout: Layout, low: float, high: float) -> str:
    """Return how samples are read, as one line.

    >>> reading(layout_of((64,)), 0, 16)
    'samples of 64 numbers are read as pictures of 1×8×8: 0 is black, 16 white'
    """
    sample, picture = ("×".join(map(str, shape)) for shape in (layout.sample, layout.picture))
    return f"samples of {sample} numbers are read as pictures of {picture}: {low:g} is black, {high:g} white"


def given_range(asked: tuple[float, float]) -> tuple[float, float]:
    """Return the two numbers that a user gives as black and white. Raises ValueError unless they are finite and rise.

    >>> given_range((0, 1))
    (0.0, 1.0)
    """
    try:
        low, high = (float(number) for number in asked)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low / 2 < high / 2):
        raise ValueError(f"pixel_range must be (low, high), two finite numbers that rise, got {asked!r}")
    return low, high


def warn_of_cut(X: NDArray[Any], low: float, high: float) -> None:  # noqa: N803
    """Warn where more than one in a hundred numbers lie beyond black or white by over a tenth of what is between them:
    then X is hardly on the scale that was meant.

    >>> warn_of_cut(np.array([[0.0, 1.05]]), 0, 1)
    """
    room = high / 10 - low / 10
    cut = float(((low - room > X) | (high + room < X)).mean())
    if cut > MOST_CUT:
        warnings.warn(
            f"{100 * cut:.0f} % of the numbers lie beyond {low:g} (black) to {high:g} (white) and are cut off: is X on "
            "the scale that fit was given, or that pixel_range says?",
            UserWarning,
            stacklevel=3,
        )


def as_pixels(pictures: NDArray[Any], low: float, high: float) -> Pixels:
    """Return pictures (n, C, H, W) as uint8: `low` becomes 0, `high` 255, what lies beyond is cut off; rounded to the
    nearest.

    >>> as_pixels(np.array([0.0, 8.0, 16.0, 99.0]).reshape(1, 1, 2, 2), 0, 16).ravel().tolist()
    [0, 128, 255, 255]
    """
    if pictures.dtype == np.uint8 and (low, high) == (0.0, 255.0):
        return np.ascontiguousarray(pictures)
    made = np.empty(pictures.shape, np.uint8)
    span = high / 2 - low / 2  # halves: the whole may be more than a float holds
    size = max(1, AT_ONCE // max(1, math.prod(pictures.shape[1:])))
    for i in range(0, len(pictures), size):
        part = np.clip(pictures[i : i + size].astype(np.float64), low, high)
        made[i : i + size] = np.floor((part / 2 - low / 2) / span * 255 + 0.5)
    return made
