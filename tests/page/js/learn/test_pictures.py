"""Training pictures changed at random: what can come out, and that a map resamples as Python's augmentation does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from convscope.training import augmentation
from tests.page.js.learn.node import Learner

Array = np.ndarray[Any, Any]
PLAIN = {"shape": [1, 1, 1], "mean": [0.0, 0.0, 0.0], "std": [1.0, 1.0, 1.0]}


def noise(n: int, channels: int, height: int, width: int) -> Array:
    return np.random.default_rng(n).integers(1, 256, (n, channels, height, width), dtype=np.uint8)


def batch(learn: Learner, images: Array, size: tuple[int, int], how: object = None, **more: object) -> Array:
    """Return what a batch of all pictures becomes, (N, C, h, w)."""
    n, channels = images.shape[:2]
    pictures = {"pixels": images.ravel(), "labels": [0] * n, "shape": list(images.shape[1:])}
    asked = {"pictures": pictures, "chosen": list(range(n)), "size": size, "input": PLAIN, "how": how, "seed": [1]}
    found: Array = learn.call("batch", **{**asked, **more})
    return found.reshape(n, channels, *size)


def windows(image: Array, size: tuple[int, int], shift: int) -> list[Array]:
    """Return every window of a picture (C, H, W) padded with black."""
    padded = np.pad(image, ((0, 0), (shift, shift), (shift, shift)))
    rooms = [padded.shape[i + 1] - size[i] + 1 for i in (0, 1)]
    return [padded[:, y : y + size[0], x : x + size[1]] for y in range(rooms[0]) for x in range(rooms[1])]


def test_without_changes_the_middle_is_cut_out_and_scaled(learn: Learner) -> None:
    images = noise(11, 2, 9, 8)
    found = batch(learn, images, (6, 5), input={"shape": [2, 9, 8], "mean": [10, 20], "std": [3, 4]})
    wanted = (images[:, :, 1:7, 1:6] - np.array([10, 20])[:, None, None]) / np.array([3, 4])[:, None, None]
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("size", "shift"), [((9, 8), 2), ((7, 7), 0), ((7, 7), 1)])
def test_every_crop_and_shift_occurs_and_nothing_else(learn: Learner, size: tuple[int, int], shift: int) -> None:
    images = np.repeat(noise(1, 2, 9, 8), 400, 0)
    possible = {window.tobytes(): i for i, window in enumerate(windows(images[0], size, shift))}
    found = [possible.get(made.astype(np.uint8).tobytes()) for made in batch(learn, images, size, {"shift": shift})]
    assert None not in found
    counts = np.bincount([i for i in found if i is not None], minlength=len(possible))
    assert counts.min() > 0
    assert counts.max() < 400 / len(possible) * 3


def test_half_of_the_pictures_are_flipped_where_that_is_asked_for(learn: Learner) -> None:
    images = noise(200, 1, 5, 4)
    found = batch(learn, images, (5, 4), {"flip": True})
    flipped = [bool((made == image[:, :, ::-1]).all()) for made, image in zip(found, images, strict=True)]
    assert all(f or (made == image).all() for f, made, image in zip(flipped, found, images, strict=True))
    assert 70 < sum(flipped) < 130
    np.testing.assert_array_equal(batch(learn, images, (5, 4), {"flip": False}), images)


@pytest.mark.parametrize("size", [(9, 8), (6, 5), (6, 6), (12, 11)])
def test_a_map_resamples_as_pythons_does(learn: Learner, size: tuple[int, int]) -> None:
    (image,) = noise(1, 3, 9, 8)
    rng = np.random.default_rng(5)
    for _ in range(5):
        map_ = (np.eye(2, 3) + rng.normal(0, 0.3, (2, 3))).astype(np.float32)
        wanted = augmentation.affine(torch.from_numpy(image[None]).float(), torch.from_numpy(map_[None]), size)
        found = learn.call(
            "mapped", picture=image.ravel(), shape=[3, 9, 8], size=size, map=map_.ravel().tolist(), input=PLAIN
        )
        np.testing.assert_allclose(found, wanted.numpy().ravel(), atol=0.02)  # of 255: float32 places


@pytest.mark.parametrize("edge", [False, True])
def test_a_bent_map_resamples_as_pythons_does(learn: Learner, edge: bool) -> None:
    (image,) = noise(1, 2, 9, 8)
    map_ = np.array([[1.1, 0.2, 0.7], [-0.1, 0.9, -1.2]], np.float32)
    moved = np.random.default_rng(2).normal(0, 2, (2, 7, 6)).astype(np.float32)
    given = torch.from_numpy(image[None]).float(), torch.from_numpy(map_[None]), (7, 6)
    wanted = augmentation.affine(*given, edge=edge, moved=torch.from_numpy(moved[None]))
    asked = {"picture": image.ravel(), "shape": [2, 9, 8], "size": [7, 6], "map": map_.ravel().tolist()}
    found = learn.call("mapped", **asked, input=PLAIN, edge=edge, moved=moved.ravel())
    np.testing.assert_allclose(found, wanted.numpy().ravel(), atol=0.02)


@pytest.mark.parametrize("size", [(28, 24), (5, 9)])
def test_an_elastic_field_is_pythons(learn: Learner, size: tuple[int, int]) -> None:
    down, across = (augmentation.net_weights(pixels) for pixels in size)
    given = torch.randn(2, down.shape[1], across.shape[1], generator=torch.Generator().manual_seed(1))
    found = learn.call("elasticField", size=size, noise=given.numpy().ravel())
    np.testing.assert_allclose(found, (down @ given @ across.T).numpy().ravel(), atol=1e-5)


@pytest.mark.parametrize(("side", "row", "column"), [(3, 4, 4), (4, 0, 7), (5, 8, 0), (30, 2, 2)])
def test_an_erased_square_is_pythons(learn: Learner, side: int, row: int, column: int) -> None:
    (image,) = noise(1, 2, 9, 8)
    mean = (33.32, 62.5)
    places = torch.tensor([row]), torch.tensor([column])
    wanted = augmentation.erase(torch.from_numpy(image[None]).float(), side, *places, mean)[0].numpy()
    scale = {"shape": [2, 9, 8], "mean": mean, "std": [78.57, 40.0]}
    spread = np.array([[mean], [scale["std"]]], np.float32).reshape(2, 2, 1, 1)
    asked = {"values": ((image - spread[0]) / spread[1]).astype(np.float32).ravel(), "shape": [2, 9, 8]}
    found = learn.call("erased", **asked, side=side, row=row, column=column, input=scale).reshape(2, 9, 8)
    np.testing.assert_allclose(found * spread[1] + spread[0], wanted, atol=1e-3)


def test_erased_squares_lie_anywhere_and_fields_bend(learn: Learner) -> None:
    images = np.full((400, 1, 9, 8), 200, np.uint8)
    found = batch(learn, images, (9, 8), {"erase": 3})[:, 0]
    assert {round(float(v)) for v in np.unique(found)} == {0, 200}  # the mean is 0
    assert ((found == 0).mean(0) > 0.02).all()
    assert (found == 0).sum((1, 2)).max() == 9
    bent = batch(learn, np.repeat(noise(1, 1, 20, 20), 3, 0), (20, 20), {"elastic": 1.0})
    assert len({made.tobytes() for made in bent}) == 3


def test_edges_go_on_where_that_is_asked_for_and_zooms_are_near_and_far(learn: Learner) -> None:
    images = np.full((60, 1, 9, 8), 200, np.uint8)
    for how in ({"shift": 3}, {"translate": 3.0}):
        assert batch(learn, images, (9, 8), how).min() < 1
        np.testing.assert_allclose(batch(learn, images, (9, 8), {**how, "edge": True}), 200, atol=1e-3)
    square = np.zeros((60, 1, 21, 21), np.uint8)
    square[:, :, 7:14, 7:14] = 200
    sizes = np.sqrt(batch(learn, square, (21, 21), {"zoom": 0.5}).sum((1, 2, 3)) / square[0].sum())
    assert 0.6 < sizes.min() < 0.75
    assert 1.35 < sizes.max() < 1.55


def test_drawn_maps_stay_within_what_is_asked_for(learn: Learner) -> None:
    """A turn keeps a disc; a translation moves its middle by no more than asked, in fractions too."""
    y, x = np.mgrid[:21, :21] - 10.0
    disc = (np.clip(5.5 - np.hypot(x, y), 0, 1) * 200).astype(np.uint8)
    images = np.repeat(disc[None, None], 60, 0)
    turned = batch(learn, images, (21, 21), {"rotate": 180})
    assert np.abs(turned - disc).mean() < 3
    moved = batch(learn, images, (21, 21), {"translate": 2.5})[:, 0]
    places = np.stack([(moved * axis).sum((1, 2)) / moved.sum((1, 2)) for axis in (y, x)])
    assert np.abs(places).max() < 2.6
    assert np.abs(places).max() > 2
    assert len({round(float(v), 3) for v in places[0]}) > 50
    larger = batch(learn, images, (21, 21), {"scale": 0.2}).sum((1, 2, 3)) / disc.sum()
    assert 0.6 < larger.min() < 0.85
    assert 1.2 < larger.max() < 1.7
    bar = np.zeros((21, 21), np.uint8)
    bar[:, 9:12] = 200
    slanted = batch(learn, np.repeat(bar[None, None], 40, 0), (21, 21), {"shear": 0.3})[:, 0]
    tops, bottoms = (((rows * x[0]).sum(1) / rows.sum(1)) for rows in (slanted[:, 2], slanted[:, -3]))
    slopes = np.abs(tops - bottoms) / 16
    assert 0.2 < slopes.max() < 0.31
    angles = batch(learn, np.repeat(bar[None, None], 60, 0), (21, 21), {"rotate": 20})[:, 0]
    tops, bottoms = (((rows * x[0]).sum(1) / rows.sum(1)) for rows in (angles[:, 4], angles[:, -5]))
    turns = np.degrees(np.arctan((tops - bottoms) / 12))
    assert 15 < np.abs(turns).max() < 21
    assert turns.min() < 0 < turns.max()


def test_the_same_seed_draws_the_same(learn: Learner) -> None:
    images = noise(9, 1, 9, 8)
    how = {"rotate": 10, "flip": True}
    one, two, other = (batch(learn, images, (7, 7), how, seed=[1, 4, step]) for step in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()
