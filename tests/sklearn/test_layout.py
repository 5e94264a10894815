"""Which axis is what, and which numbers are black and white, by hand and by turning arrays about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from convscope.sklearn.layout import as_pixels, given_range, layout_of, pixel_range, warn_of_cut

PICTURES = np.arange(2 * 3 * 5 * 7).reshape(2, 3, 5, 7)


def test_channels_are_moved_to_the_front_and_nothing_else_is() -> None:
    for sample, turned in (
        ((3, 5, 7), PICTURES),
        ((5, 7, 3), PICTURES.transpose(0, 2, 3, 1)),
    ):
        layout = layout_of(sample)
        assert layout.picture == (3, 5, 7)
        np.testing.assert_array_equal(layout.pictures(turned), PICTURES)
    grey = PICTURES[:, 0]
    np.testing.assert_array_equal(layout_of((5, 7)).pictures(grey), grey[:, None])
    np.testing.assert_array_equal(layout_of((1, 5, 7)).pictures(grey[:, None]), grey[:, None])


def test_rows_of_features_become_squares_or_what_is_said() -> None:
    rows = PICTURES.reshape(2, -1)
    np.testing.assert_array_equal(layout_of((105,), shape=(3, 5, 7)).pictures(rows), PICTURES)
    last = PICTURES.transpose(0, 2, 3, 1).reshape(2, -1)
    np.testing.assert_array_equal(layout_of((105,), shape=(5, 7, 3)).pictures(last), PICTURES)
    shapes = {features: layout_of((features,)).picture for features in (1, 3, 4, 27, 64, 784)}
    assert shapes == {1: (1, 1, 1), 3: (1, 1, 3), 4: (1, 2, 2), 27: (1, 1, 27), 64: (1, 8, 8), 784: (1, 28, 28)}


@pytest.mark.parametrize(
    ("sample", "how", "says"),
    [
        ((3, 8, 3), {}, "first and last: channels='first' or 'last'"),
        ((1, 8, 3), {}, "first and last"),
        ((4, 8, 8), {}, "no axis of channels"),
        ((8, 8, 4), {"channels": "last"}, "do not have 1 or 3 numbers last"),
        ((8, 8, 3), {"channels": "first"}, "do not have 1 or 3 numbers first"),
        ((8, 8), {"channels": "middle"}, "one of auto, first, last"),
        ((3072,), {}, r"shape=\(3, 32, 32\) or shape=\(32, 32, 3\)"),
        ((64,), {"shape": (8, 9)}, "64 features in all"),
        ((64,), {"shape": (64,)}, "64 features in all"),
        ((8, 8), {"shape": (8, 8)}, "is for rows of features"),
        ((), {}, "expected"),
        ((2, 3, 4, 5), {}, "expected"),
        ((0, 8), {}, "expected"),
    ],
)
def test_what_is_ambiguous_or_no_picture_is_one_error(sample: tuple[int, ...], how: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        layout_of(sample, **how)


def test_a_side_that_is_said_is_taken_where_both_could_be() -> None:
    assert layout_of((3, 8, 3), "first").picture == (3, 8, 3)
    assert layout_of((3, 8, 3), "last").picture == (3, 3, 8)


def test_uint8_are_pixels_whatever_numbers_occur() -> None:
    few = np.array([[[[7, 9]]]], np.uint8)
    assert pixel_range(few) == (0, 255)
    assert np.shares_memory(as_pixels(few, *pixel_range(few)), few)
    np.testing.assert_array_equal(as_pixels(few.astype(np.float64), 0, 255), few)


def test_numbers_in_between_are_rounded_and_those_beyond_cut_off() -> None:
    given = np.array([-9.0, -1.0, -0.5, 0.0, 1.0, 9.0]).reshape(1, 1, 2, 3)
    assert as_pixels(given, -1, 1).ravel().tolist() == [0, 0, 64, 128, 255, 255]  # 63.75, 127.5


FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(arrays(np.float64, (2, 1, 2, 3), elements=FLOATS))
@pytest.mark.medium
def test_any_finite_numbers_are_pixels_in_their_order(given: np.ndarray) -> None:
    low, high = pixel_range(given)
    pixels = as_pixels(given, low, high)
    order = np.argsort(given, axis=None, kind="stable")
    assert (np.diff(pixels.ravel()[order].astype(int)) >= 0).all()
    if low < given.max() or given.min() < high:
        assert low <= given.min()
        assert given.max() <= high
    if given.min() / 2 < given.max() / 2:
        assert (pixels.min(), pixels.max()) == (0, 255)


@pytest.mark.parametrize("asked", [(1, 0), (0, 0), (0, float("nan")), (0, float("inf")), 3, (1, 2, 3), ("a", "b")])
def test_a_range_that_is_none_is_refused(asked: object) -> None:
    with pytest.raises(ValueError, match="pixel_range must be"):
        given_range(asked)  # type: ignore[arg-type]


def test_numbers_on_another_scale_are_warned_about() -> None:
    """Of 200 numbers two may lie far outside, and all a little."""
    X = np.linspace(-0.09, 1.09, 200).reshape(2, 100)  # noqa: N806
    X[0, :2] = 99
    warn_of_cut(X, 0, 1)
    X[1, 5] = -0.11
    with pytest.warns(UserWarning, match=r"^2 % of the numbers lie beyond 0 \(black\) to 1 \(white\) and are cut off"):
        warn_of_cut(X, 0, 1)
