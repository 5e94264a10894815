"""A drawing cut out and centred: by hand, wherever and on whatever it was drawn, out of the shade of a photo too."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from convscope.pictures.centring import centre_drawing, centred, extract_ink
from convscope.pictures.ink import centres_of_mass


def seven(side: int = 280, at: tuple[int, int] = (60, 60), height: int = 160, pen: int = 24) -> np.ndarray:
    """Return a 7, white on black, with its upper left corner at (row, column)."""
    image = Image.new("L", (side, side))
    top, left = at
    corner = (left + height * 6 // 10, top)
    line = [(left, top), corner, (left + height * 2 // 10, top + height)]
    ImageDraw.Draw(image).line(line, 255, pen, "curve")
    return np.asarray(image)


def test_a_bar_by_hand() -> None:
    ink = np.zeros((280, 280), np.uint8)
    ink[20:220, 240:260] = 255  # 200 rows become 20, 20 columns become 2
    made = centred(ink, (28, 28))
    expected = np.zeros((28, 28), np.uint8)
    expected[4:24, 13:15] = 255
    assert np.array_equal(made, expected)
    assert centred(np.zeros((9, 9), np.uint8), (28, 28)).max() == 0


def test_halves_are_rounded_up_as_the_page_does() -> None:
    ink = np.zeros((280, 280), np.uint8)
    ink[20:220, 100:125] = 255  # 25 columns become 2.5: two and a half-filled one
    made = centred(ink, (28, 28))
    assert made[13, made[13] > 0].tolist() == [255, 255, 128]


def test_what_falls_beyond_the_picture_is_cut_off() -> None:
    ink = np.zeros((100, 100), np.uint8)
    ink[:80, 50:60] = 8  # faint, but in the box
    ink[80:, 50:60] = 255
    made = centred(ink, (28, 28))  # 20 rows by 2, the centre of mass in row 16.5: moved up by 3, so 1 row above 0 …
    assert made[:, 13].tolist() == [8] * 13 + [255] * 4 + [0] * 11


def test_where_it_was_drawn_makes_no_difference() -> None:
    made = centred(seven(), (28, 28))
    for at in ((20, 20), (100, 150), (100, 20)):
        assert np.array_equal(centred(seven(at=at), (28, 28)), made)
    assert np.abs(centres_of_mass(made[None].astype(float))).max() <= 0.5 / 28 + 1e-9


@pytest.mark.parametrize(("ink", "ground"), [(255, 0), (0, 255), (255, 60), (40, 200)])
def test_paper_and_ink_of_any_grey_are_the_same_drawing(ink: int, ground: int) -> None:
    plain = seven()
    made, dark = centre_drawing((ground + plain.astype(float) / 255 * (ink - ground)).astype(np.uint8), (28, 28))
    assert dark == (ink < ground)
    assert np.abs(made.astype(int) - centred(plain, (28, 28))).max() <= 2


def test_only_what_is_darker_or_lighter_where_that_is_asked_for() -> None:
    both = np.full((100, 100), 128, np.uint8)
    both[10:20, 10:20], both[60:90, 60:90] = 255, 0
    assert extract_ink(both, "no").pixels[12, 12] == extract_ink(both, "yes").pixels[70, 70] == 255
    assert extract_ink(both, "no").pixels[70, 70] == extract_ink(both, "yes").pixels[12, 12] == 0
    assert extract_ink(both).dark, "the larger one"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.medium
def test_a_photo_of_a_drawing_in_uneven_light(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1:1:280j, -1:1:280j]
    light = 160 + rng.uniform(-40, 40) * x + rng.uniform(-40, 40) * y - rng.uniform(0, 25) * (x * x + y * y)
    photo = np.clip(light - seven().astype(float) * 90 / 255 + rng.normal(0, 2, light.shape), 0, 255).astype(np.uint8)
    made, dark = centre_drawing(photo, (28, 28))
    assert dark
    clean = centred(seven(), (28, 28)).astype(float)
    likeness = float((made * clean).sum() / np.sqrt((made.astype(float) ** 2).sum() * (clean**2).sum()))
    assert likeness > 0.95
    assert (made[:3] == 0).all(), "no shade is left"


@pytest.mark.medium
def test_thin_ink_in_a_photo_is_made_thicker() -> None:
    _, x = np.mgrid[-1:1:280j, -1:1:280j]
    photo = (170 + 40 * x - seven(pen=3).astype(float) / 2).astype(np.uint8)
    made, _ = centre_drawing(photo, (28, 28))
    thin = centred(extract_ink(photo).pixels, (28, 28))
    assert np.sort(thin[thin > 0])[-10] < 200 <= np.sort(made[made > 0])[-10]


def test_nothing_drawn_is_black() -> None:
    assert centre_drawing(np.full((50, 50), 200, np.uint8), (28, 28))[0].max() == 0
