"""Altered pictures against Pillow and by hand; and that a network is measured on them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from convscope.reporting.part import Part
from convscope.reporting.robustness import ALTERATIONS, PASSES, altered, altered_all, robustness_of
from tests.reporting.made import part


def test_light_is_multiplied_rounded_and_cut_off() -> None:
    pixels = np.array([[[0, 101, 255]]], np.uint8)
    assert altered(pixels, "brighter", 1.5).tolist() == [[[0, 152, 255]]]
    assert altered(pixels, "darker", 0.25).tolist() == [[[0, 25, 64]]]


def test_a_quarter_turn_is_numpys() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 9, 9), dtype=np.uint8)
    assert altered(pixels, "turned", 90).tolist() == np.rot90(pixels, axes=(1, 2)).tolist()


def test_what_comes_in_is_of_the_edges_colour() -> None:
    pixels = np.full((3, 20, 20), 7, np.uint8)
    pixels[:, 5:15, 5:15] = 200
    for kind, strength in (("turned", 20.0), ("smaller", 0.5)):
        changed = altered(pixels, kind, strength)
        assert changed.shape == pixels.shape
        assert {changed[c, r, k] for c in range(3) for r in (0, 19) for k in (0, 19)} == {7}
    smaller = altered(pixels, "smaller", 0.5)
    assert (smaller == 200).sum() == pytest.approx((pixels == 200).sum() / 4, rel=0.4)


def test_blurred_as_pillow_does() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (1, 12, 10), dtype=np.uint8)
    expected = np.asarray(Image.fromarray(pixels[0]).filter(ImageFilter.GaussianBlur(1.0)))
    assert altered(pixels, "blurred", 1.0).tolist() == [expected.tolist()]


class Bright:
    """Says class 1 of a picture whose mean is above 100, as a Model would."""

    class Spec:
        invert, shape = "no", (1, 8, 8)

    spec, predictor = Spec(), None

    def __init__(self) -> None:
        self.predictor = self  # type: ignore[assignment]

    def run(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
        bright = pictures.mean((1, 2, 3)) > 100
        scores = np.stack([~bright, bright], 1).astype(np.float32)
        return scores, scores


def test_a_network_that_looks_at_light_alone_is_lost_in_other_light() -> None:
    rng = np.random.default_rng(0)
    images = (rng.integers(0, 20, (40, 1, 8, 8)) + np.where(np.arange(40) % 2, 110, 60)[:, None, None, None]).astype(
        np.uint8
    )
    base = part(40, 2)
    split = type(base.pictures.split)(images, np.arange(40) % 2, base.pictures.split.files)
    one = Part("test", "d", type(base.pictures).whole(split), split.labels, np.zeros((40, 2)), ("dark", "light"))
    passes: list[int] = []
    found = robustness_of(Bright(), one, lambda done, total: passes.append(total - done))  # type: ignore[arg-type]
    assert (found.accuracy, found.n) == (1.0, 40)
    by_kind = {change.kind: [s.accuracy for s in change.strengths] for change in found.changes}
    assert by_kind["brighter"] == [1.0, 0.5, 0.5], "70 · 1.25 is below 100, 70 · 1.5 above"
    assert by_kind["darker"] == [0.5, 0.5, 0.5]
    assert by_kind["turned"] == by_kind["blurred"] == [1.0, 1.0, 1.0]
    assert passes == list(range(PASSES - 1, -1, -1))
    assert [change.kind for change in found.changes] == [one.kind for one in ALTERATIONS]


def test_every_second_picture_is_turned_the_other_way() -> None:
    pictures = np.random.default_rng(2).integers(0, 256, (3, 1, 9, 9), dtype=np.uint8)
    turned = list(altered_all(pictures, "turned", 90.0, first=1))
    assert [t.tolist() for t in turned] == [
        np.rot90(p, k, axes=(1, 2)).tolist() for p, k in zip(pictures, (-1, 1, -1), strict=True)
    ]
