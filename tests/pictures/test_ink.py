"""Ink, its box and its centre, worked out on paper."""

from __future__ import annotations

import numpy as np

from convscope.pictures.ink import box_of, centres_of_mass, ink_of


def test_ink_is_what_is_lighter_than_the_borders_median() -> None:
    image = np.full((1, 2, 5, 5), 10, np.uint8)
    image[0, 0, 2, 1:4] = (110, 4, 10)
    assert ink_of(image)[0, 2].tolist() == [0, 50, 0, 0, 0]
    assert ink_of(image).sum() == 50


def test_centres_are_fractions_of_the_sides_from_the_middle() -> None:
    ink = np.zeros((2, 4, 10))
    ink[0, 3, 9] = 7.0
    ink[1, 1, 2] = ink[1, 3, 4] = 1.0
    assert centres_of_mass(ink).tolist() == [[1.5 / 4, 4.5 / 10], [0.5 / 4, -1.5 / 10]]


def test_boxes() -> None:
    marked = np.zeros((6, 8), bool)
    assert box_of(marked) is None
    marked[2, 3] = marked[4, 1] = True
    assert box_of(marked) == (2, 1, 5, 4)
