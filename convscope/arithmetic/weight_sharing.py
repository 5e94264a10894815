"""A convolution as a layer of neurons that share their weights. The same in JavaScript: page/js/lab/sums/sharing.js."""

from __future__ import annotations

from ..errors import UsageError, phrase
from .convolution import Table

Places = list[list[int | None]]


def shared_places(height: int, width: int, rows: int, columns: int) -> Places:
    """Return, for each output (a row) and each pixel (a column), the number of the kernel's weight that joins them, or
    None.

    Pixels, weights and outputs are numbered row by row; the kernel has `rows`×`columns` weights and moves by 1, without
    padding. Raises UsageError if it is larger than the picture.

    >>> shared_places(3, 3, 2, 2)[0]
    [0, 1, None, 2, 3, None, None, None, None]
    """
    if not (1 <= rows <= height and 1 <= columns <= width):
        raise UsageError(
            "kernel.large",
            got=f"{rows}×{columns}",
            expected=phrase("value.most", n=f"{height}×{width}"),
        )
    places: Places = []
    for top in range(height - rows + 1):
        for left in range(width - columns + 1):
            line: list[int | None] = [None] * (height * width)
            for weight in range(rows * columns):
                line[(top + weight // columns) * width + left + weight % columns] = weight
            places.append(line)
    return places


def kernel_matrix(kernel: Table, height: int, width: int) -> Table:
    """Return the matrix that does to a flattened picture what the kernel does: one row an output, 0 where nothing is
    joined.
    """
    weights = [weight for line in kernel for weight in line]
    places = shared_places(height, width, len(kernel), len(kernel[0]))
    return [[0.0 if place is None else weights[place] for place in line] for line in places]


def matrix_times(matrix: Table, vector: list[float]) -> list[float]:
    """Return matrix × vector."""
    return [sum(a * b for a, b in zip(line, vector, strict=True)) for line in matrix]


def kernel_parameters(kernels: int, slices: int, rows: int, columns: int) -> int:
    """Return how many parameters a convolution has: kernels × (slices × rows × columns + 1 bias).

    >>> kernel_parameters(16, 1, 5, 5), kernel_parameters(32, 16, 5, 5)
    (416, 12832)
    """
    return kernels * (slices * rows * columns + 1)


def full_parameters(inputs: int, outputs: int) -> int:
    """Return how many parameters a full layer has: a weight for each pair, a bias for each output.

    >>> full_parameters(28 * 28, 16 * 24 * 24)
    7234560
    """
    return inputs * outputs + outputs
