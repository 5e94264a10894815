"""What the picture's own statistics are, and in which order: for numpy, the graph and the page alike.

Of each channel, scaled to 0…1, at the picture's size, half and a quarter: how strong its edges are. Then how its
numbers are spread over dark and light, how they lie in a grid of 4×4, and how its colours differ.
"""

from __future__ import annotations

from ..formula.geometry import Shape

SCALES = 3  # each half the one before, as long as a side has
LEAST = 3  # pixels
KERNELS = (  # of 3×3: a pixel less the one to its left; less the one above; four times it less its neighbours
    ((0, 0, 0), (-1, 1, 0), (0, 0, 0)),
    ((0, -1, 0), (0, 1, 0), (0, 0, 0)),
    ((0, -1, 0), (-1, 4, -1), (0, -1, 0)),
)
LEVELS = 9  # 0, ⅛ … 1: the share of pixels near each
CELLS = 4  # rows and columns of the grid
PAIRS = ((0, 1), (1, 2), (0, 2))  # channels whose difference is a colour
FLOOR = 0.01  # added before a logarithm: 2.5 of 255


def scales(shape: Shape) -> int:
    """Return at how many scales edges are measured.

    >>> scales((1, 28, 28)), scales((1, 8, 8)), scales((3, 2, 40))
    (3, 2, 0)
    """
    side = min(shape[1:])
    return sum(side >> s >= LEAST for s in range(SCALES))


def count(shape: Shape) -> int:
    """Return how many statistics a picture of this shape has.

    >>> count((1, 28, 28)), count((3, 32, 32))
    (43, 135)
    """
    channels = shape[0]
    edges = 2 * len(KERNELS) * channels * scales(shape)
    return edges + channels * LEVELS + channels * CELLS**2 + (2 * len(PAIRS) if channels == 3 else 0)
