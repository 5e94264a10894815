"""A picture's border: dark or light, how thick, and when ink and ground are the wrong way round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.data import mnist
from convscope.pictures.inversion import (
    border_mask,
    inversion_rule,
    light_on_dark,
    needs_inversion,
    which_need_inversion,
)


def digit(ink: int, ground: int) -> np.ndarray:
    picture = np.full((1, 28, 28), ground, np.uint8)
    picture[:, 6:22, 13:15] = ink
    return picture


@pytest.mark.parametrize(
    ("ink", "ground", "expected"),
    [
        (0, 255, True),
        (255, 0, False),
        (128, 192, True),
        (129, 192, False),
        (0, 127, False),
        (0, 128, True),
        (255, 255, False),
    ],
)
def test_needs_inversion(ink: int, ground: int, expected: bool) -> None:
    picture = digit(ink, ground)
    assert needs_inversion(picture) is expected
    assert needs_inversion(picture[0]) is expected
    assert needs_inversion(np.repeat(picture, 3, axis=0)) is expected


def test_invert_looks_at_border_and_middle_only() -> None:
    for band in (np.s_[2:7], np.s_[21:26], np.s_[:, 2:7], np.s_[:, 21:26]):  # neither border nor middle half
        framed = np.full((28, 28), 255, np.uint8)
        framed[band] = 0
        assert not needs_inversion(framed)
    assert needs_inversion(np.array([[255, 255, 255], [255, 0, 255], [255, 255, 255]], np.uint8))
    assert not needs_inversion(np.array([[200]], np.uint8))


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 8, 8), (1, 7, 9), (1, 1, 5)])
@pytest.mark.medium
def test_it_is_what_numpys_quantiles_say(shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(20)
    _, height, width = shape
    y, x = np.indices((height, width))
    border = (np.minimum(y, height - 1 - y) < 1) | (np.minimum(x, width - 1 - x) < 1)
    middle = np.s_[height // 4 : height - height // 4, width // 4 : width - width // 4]
    answers = []
    for n in range(200):  # the border's pixels light one by one, from none to all
        picture = rng.integers(0, 60, shape, dtype=np.uint8)
        places = np.argwhere(border)
        for row, column in places[rng.permutation(len(places))][: n % (len(places) + 1)]:
            picture[:, row, column] = rng.integers(120, 256, shape[0])
        grey = picture.mean(axis=0)
        ground, ink = np.median(grey[border]), np.quantile(grey[middle], 0.05)
        answers.append(needs_inversion(picture))
        assert answers[-1] == (ground >= 128 and ground - ink >= 64)
    assert min(shape[1:]) == 1 or 0 < sum(answers) < len(answers)


@given(
    st.tuples(st.integers(0, 40), st.sampled_from([1, 2, 3]), st.integers(1, 17), st.integers(1, 17)),
    st.integers(0, 2**32 - 1),
)
@pytest.mark.medium
def test_a_stack_is_judged_picture_by_picture(shape: tuple[int, int, int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, shape, dtype=np.uint8)
    for image in images[::2]:  # and pictures with a ground
        image[:] = rng.integers(0, 256)
        image[:, shape[2] // 3 :, shape[3] // 3 :] = rng.integers(0, 256)
    assert which_need_inversion(images).tolist() == [needs_inversion(image) for image in images]


def test_a_stack_of_many_megabytes_is_judged_part_by_part() -> None:
    images = np.repeat(digit(255, 0)[None], 6000, axis=0)  # more than one part
    images[[0, 5349, 5350, 5999]] = digit(0, 255)
    assert np.flatnonzero(which_need_inversion(images)).tolist() == [0, 5349, 5350, 5999]


@pytest.mark.medium
def test_the_rule_is_automatic_only_where_no_training_picture_would_be_inverted() -> None:
    dark, light = digit(255, 0), digit(0, 255)
    assert inversion_rule(np.stack([dark] * 9)) == "auto"
    assert inversion_rule(np.stack([dark] * 9 + [light])) == "no"
    assert inversion_rule(np.stack([light] * 9)) == "no"
    assert inversion_rule(np.concatenate([np.repeat(dark[None], 5999, axis=0), light[None]])) == "no"
    assert inversion_rule(mnist().train.images) == "auto"


def test_how_thick_a_border_is() -> None:
    def places(height: int, width: int) -> set[tuple[int, int]]:
        return {(int(y), int(x)) for y, x in np.argwhere(border_mask((height, width)))}

    def ring(height: int, width: int, thick: int) -> set[tuple[int, int]]:
        inside = {(y, x) for y in range(thick, height - thick) for x in range(thick, width - thick)}
        return {(y, x) for y in range(height) for x in range(width)} - inside

    assert places(28, 140) == ring(28, 140, 2)
    assert places(27, 140) == ring(27, 140, 1)
    assert places(3, 3) == ring(3, 3, 1)
    assert places(1, 5) == {(0, x) for x in range(5)}


def test_light_on_dark() -> None:
    dark, light = digit(255, 0), digit(0, 255)
    assert light_on_dark(np.stack([dark] * 3 + [light]))
    assert not light_on_dark(np.stack([dark] * 2 + [light] * 2))
    assert light_on_dark(np.stack([digit(255, 63)]))
    assert not light_on_dark(np.stack([digit(255, 64)]))
    assert not light_on_dark(np.zeros((0, 1, 28, 28), np.uint8))
