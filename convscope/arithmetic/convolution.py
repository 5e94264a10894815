"""Convolution, one output at a time. The same in JavaScript: page/js/lab/sums/convolution.js."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import UsageError, phrase

Table = list[list[float]]  # rows of numbers


def output_size(size: int, kernel: int, *, stride: int = 1, pad: int = 0, dilation: int = 1) -> int:
    """Return how many places a kernel of that size has along an axis: floor((I − K_eff + 2P) / S) + 1, 0 if it does not
    fit.

    K_eff = D(K − 1) + 1. Raises UsageError for a size, kernel, stride or dilation below 1 or a padding below 0.

    >>> output_size(9, 3), output_size(9, 3, pad=1), output_size(9, 3, stride=4)
    (7, 9, 2)
    """
    for name, value, least in (
        ("size", size, 1),
        ("kernel", kernel, 1),
        ("stride", stride, 1),
        ("pad", pad, 0),
        ("dilation", dilation, 1),
    ):
        if value < least:
            raise UsageError("value.small", name=name, got=value, expected=phrase("value.small.whole", least=least))
    return max(0, (size - dilation * (kernel - 1) - 1 + 2 * pad) // stride + 1)


def products_at(
    picture: Table, kernel: Table, y: int, x: int, *, stride: int = 1, pad: int = 0, dilation: int = 1
) -> list[float]:
    """Return every pixel × weight behind output (y, x), row by row of the kernel; a pixel in the padding counts as
    0."""
    found = []
    for i, line in enumerate(kernel):
        for j, weight in enumerate(line):
            row, column = y * stride - pad + i * dilation, x * stride - pad + j * dilation
            inside = 0 <= row < len(picture) and 0 <= column < len(picture[0])
            found.append(picture[row][column] * weight if inside else 0.0)
    return found


def convolve(
    picture: Table, kernel: Table, *, stride: int = 1, pad: int = 0, dilation: int = 1, mean: bool = False
) -> Table:
    """Return how much the kernel overlaps each place of the picture: the sum of the products, with `mean` their mean.

    The kernel is not turned round: deep learning's convolution, a mathematician's cross-correlation.
    Raises UsageError for a picture or a kernel that is no rectangle of numbers.

    >>> convolve([[1, 2], [3, 4]], [[1, 0], [0, 1]])
    [[5]]
    """
    for name, table in (("picture", picture), ("kernel", kernel)):
        if not table or not table[0] or any(len(line) != len(table[0]) for line in table):
            raise UsageError("table.ragged", name=name, got=[len(line) for line in table])
    how = {"stride": stride, "pad": pad, "dilation": dilation}
    rows = output_size(len(picture), len(kernel), **how)
    columns = output_size(len(picture[0]), len(kernel[0]), **how)
    sums = [[sum(products_at(picture, kernel, y, x, **how)) for x in range(columns)] for y in range(rows)]
    count = len(kernel) * len(kernel[0])
    return [[value / count for value in line] for line in sums] if mean else sums


def convolve_channels(
    channels: Sequence[Table],
    kernel: Sequence[Table],
    *,
    bias: float = 0.0,
    stride: int = 1,
    pad: int = 0,
    dilation: int = 1,
    mean: bool = False,
) -> Table:
    """Return the output of a picture of several channels: each under its own slice of the kernel, the sums added, the
    bias once.

    Raises UsageError if the kernel has not one slice a channel, and as `convolve` does.

    >>> convolve_channels([[[1, 2]], [[3, 4]]], [[[1, 1]], [[0, 2]]], bias=5)          # (1 + 2) + 2·4 + 5
    [[16]]
    """
    if not channels or len(channels) != len(kernel):
        raise UsageError("channels.slices", got=len(kernel), expected=str(len(channels)))
    parts = [
        convolve(picture, part, stride=stride, pad=pad, dilation=dilation)
        for picture, part in zip(channels, kernel, strict=True)
    ]
    share = len(kernel) * len(kernel[0]) * len(kernel[0][0]) if mean else 1
    return [[sum(values) / share + bias for values in zip(*lines, strict=True)] for lines in zip(*parts, strict=True)]


def flip_kernel(kernel: Table) -> Table:
    """Return the kernel turned by half a turn: `convolve` with it is what mathematics calls a convolution.

    >>> flip_kernel([[1, 2], [3, 4]])
    [[4, 3], [2, 1]]
    """
    return [line[::-1] for line in kernel[::-1]]


def rest_at_edge(size: int, kernel: int, *, stride: int = 1, pad: int = 0, dilation: int = 1) -> int:
    """Return how many pixels along an axis, padding included, lie behind the last window: too few for a further step.

    >>> rest_at_edge(28, 5, stride=2, pad=1)                           # 13 windows end at 29 of 30
    1
    """
    places = output_size(size, kernel, stride=stride, pad=pad, dilation=dilation)
    return size + 2 * pad - ((places - 1) * stride + dilation * (kernel - 1) + 1 if places else 0)


def read_counts(picture: Table, kernel: Table, *, stride: int = 1, pad: int = 0, dilation: int = 1) -> list[list[int]]:
    """Return how often each pixel lies under the kernel; 0 where a stride drops it."""
    how = {"stride": stride, "pad": pad, "dilation": dilation}
    reads = []
    for size, side in ((len(picture), len(kernel)), (len(picture[0]), len(kernel[0]))):
        along = [0] * size
        for place in range(output_size(size, side, **how)):
            for step in range(side):
                at = place * stride - pad + step * dilation
                if 0 <= at < size:
                    along[at] += 1
        reads.append(along)
    return [[down * across for across in reads[1]] for down in reads[0]]
