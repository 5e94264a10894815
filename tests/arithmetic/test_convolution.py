"""Convolution against the lecture's printed tables, torch, and sums by hand."""

from __future__ import annotations

import pytest
import torch

from convscope.arithmetic.convolution import (
    convolve,
    convolve_channels,
    flip_kernel,
    output_size,
    products_at,
    read_counts,
    rest_at_edge,
)
from convscope.arithmetic.pictures import diagonal_kernel, lecture_x
from convscope.errors import UsageError

# The lecture's 7×7 output, as its figures recomputed to three decimals.
LECTURE = """
    .778 -.111 .111 .333 .556 -.111 .333
    -.111 1 -.111 .333 -.111 .111 -.111
    .111 -.111 1 -.333 .111 -.111 .556
    .333 .333 -.333 .556 -.333 .333 .333
    .556 -.111 .111 -.333 1 -.111 .111
    -.111 .111 -.111 .333 -.111 1 -.111
    .333 -.111 .556 .333 .111 -.111 .778
"""
TABLE = [[float(word) for word in line.split()] for line in LECTURE.strip().splitlines()]


def rounded(table: list[list[float]]) -> list[list[float]]:
    return [[round(value, 3) for value in line] for line in table]


def test_the_lectures_x_gives_the_lectures_table() -> None:
    assert rounded(convolve(lecture_x(), diagonal_kernel(), mean=True)) == TABLE


def test_padding_keeps_the_size_and_the_first_window_is_the_lectures() -> None:
    padded = rounded(convolve(lecture_x(), diagonal_kernel(), pad=1, mean=True))
    assert (len(padded), len(padded[0]), padded[0][0]) == (9, 9, 0.222)
    assert [line[1:-1] for line in padded[1:-1]] == TABLE
    assert [p for p in products_at(lecture_x(), diagonal_kernel(), 0, 0, pad=1) if p] == [-1, 1, 1, 1]


@pytest.mark.parametrize("stride", [1, 2, 4])
@pytest.mark.parametrize("pad", [0, 1, 2])
@pytest.mark.parametrize("dilation", [1, 2])
def test_every_option_as_torch_has_it(stride: int, pad: int, dilation: int) -> None:
    generator = torch.Generator().manual_seed(stride + 10 * pad + 100 * dilation)
    picture = torch.randint(-9, 10, (11, 7), generator=generator).double()
    kernel = torch.randint(-9, 10, (2, 3), generator=generator).double()
    how = {"stride": stride, "pad": pad, "dilation": dilation}
    theirs = torch.conv2d(picture[None, None], kernel[None, None], None, stride, pad, dilation)[0, 0]
    assert convolve(picture.tolist(), kernel.tolist(), **how) == theirs.tolist()
    assert [output_size(11, 2, **how), output_size(7, 3, **how)] == list(theirs.shape)
    # d Σ output / d pixel, with weights of 1, is how often that pixel is read.
    leaf = picture.clone().requires_grad_()
    torch.conv2d(leaf[None, None], torch.ones_like(kernel)[None, None], None, stride, pad, dilation).sum().backward()
    assert leaf.grad is not None
    assert read_counts(picture.tolist(), kernel.tolist(), **how) == leaf.grad.tolist()


def test_a_stride_drops_what_it_cannot_reach() -> None:
    """9 = 3 + 4 + 2: two windows, and two rows and columns left over; between them lies one that neither reads."""
    counts = read_counts(lecture_x(), diagonal_kernel(), stride=4)
    assert counts[0] == [1, 1, 1, 0, 1, 1, 1, 0, 0]
    assert sum(row.count(0) for row in counts) == 81 - 36


def test_a_kernel_larger_than_the_picture_has_no_place() -> None:
    assert output_size(4, 5) == 0
    assert convolve([[1.0]], [[1.0, 1.0]]) == [[]]


@pytest.mark.parametrize("change", [{"stride": 0}, {"pad": -1}, {"dilation": 0}])
def test_nonsense_is_refused_by_name(change: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=next(iter(change))):
        output_size(9, 3, **change)


def test_ragged_tables_are_refused() -> None:
    with pytest.raises(UsageError, match="picture is no rectangle"):
        convolve([[1.0, 2.0], [3.0]], [[1.0]])
    with pytest.raises(UsageError, match="kernel is no rectangle"):
        convolve([[1.0]], [])


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 1), (3, 2)])
def test_channels_are_added_and_the_bias_once_as_torch_has_it(stride: int, pad: int) -> None:
    generator = torch.Generator().manual_seed(stride)
    picture, kernel = (torch.randint(-9, 10, size, generator=generator).double() for size in ((3, 9, 7), (3, 3, 2)))
    theirs = torch.conv2d(picture[None], kernel[None], torch.tensor([2.0]).double(), stride, pad)[0, 0]
    assert convolve_channels(picture.tolist(), kernel.tolist(), bias=2, stride=stride, pad=pad) == theirs.tolist()
    mean = convolve_channels(picture.tolist(), kernel.tolist(), bias=2, stride=stride, pad=pad, mean=True)
    assert torch.tensor(mean).allclose(((theirs - 2) / 18 + 2).float())


@pytest.mark.medium
def test_the_turned_kernel_is_scipys_convolution() -> None:
    from scipy.signal import convolve2d

    kernel = [[1.0, 2.0], [0.0, -3.0], [4.0, 5.0]]
    assert convolve(lecture_x(), flip_kernel(kernel)) == convolve2d(lecture_x(), kernel, mode="valid").tolist()


def test_the_rest_is_what_no_window_reaches() -> None:
    """What follows the last pixel that is read, counted in the padded picture; a window more would need S."""
    for size in range(3, 15):
        for stride in (1, 2, 3):
            for pad in (0, 1):
                padded = [[0.0] * (size + 2 * pad)] * 3
                counts = read_counts(padded, [[1.0] * 3] * 3, stride=stride)[0]
                rest = rest_at_edge(size, 3, stride=stride, pad=pad)
                assert counts[len(counts) - rest :] == [0] * rest
                assert counts[len(counts) - rest - 1] > 0
                assert rest < stride
    assert rest_at_edge(2, 3) == 2


def test_a_kernel_needs_a_slice_a_channel() -> None:
    with pytest.raises(UsageError, match="one slice for each channel"):
        convolve_channels([lecture_x()] * 3, [diagonal_kernel()] * 2)
