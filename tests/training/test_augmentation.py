"""Augmentation against slicing, NumPy, SciPy and plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

from convscope.training import augmentation
from convscope.training.recipes import Augmentation


def pictures(n: int = 7, c: int = 3, h: int = 11, w: int = 5) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(3).integers(0, 256, (n, c, h, w), dtype=np.uint8))


def sown(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_windows_are_slices() -> None:
    images = pictures()
    chosen, rows, columns = torch.tensor([4, 0, 4]), torch.tensor([0, 4, 2]), torch.tensor([2, 0, 1])
    got = augmentation.windows(images, chosen, rows, columns, (7, 3))
    assert got.dtype == torch.uint8
    assert got.shape == (3, 3, 7, 3)
    for i, (n, r, c) in enumerate(zip([4, 0, 4], [0, 4, 2], [2, 0, 1], strict=True)):
        assert torch.equal(got[i], images[n, :, r : r + 7, c : c + 3])


@pytest.mark.parametrize(("edge", "mode"), [(False, "constant"), (True, "edge")])
def test_padding_is_numpys(edge: bool, mode: str) -> None:
    images = pictures()
    expected = np.pad(images.numpy(), ((0, 0), (0, 0), (4, 4), (4, 4)), mode=mode)  # type: ignore[call-overload]
    assert np.array_equal(augmentation.pad(images, 4, edge).numpy(), expected)


def test_without_augmentation_pictures_come_as_they_are() -> None:
    images, chosen = pictures(), torch.tensor([5, 1, 1])
    assert torch.equal(augmentation.batch(images, chosen, (11, 5), Augmentation(), sown()), images[chosen])


def test_a_crop_reaches_every_place_and_no_other() -> None:
    images = torch.arange(12 * 9, dtype=torch.uint8).view(1, 1, 12, 9)  # the upper left pixel tells the place
    got = augmentation.batch(images, torch.zeros(2000, dtype=torch.int64), (10, 6), Augmentation(), sown())
    assert sorted(set(got[:, 0, 0, 0].tolist())) == sorted(r * 9 + c for r in range(3) for c in range(4))


def test_shift_cuts_out_of_the_padded_picture() -> None:
    images = pictures(n=1)
    padded = torch.nn.functional.pad(images, (2, 2, 2, 2))
    got = augmentation.batch(images, torch.zeros(300, dtype=torch.int64), (11, 5), Augmentation(shift=2), sown())
    every = [padded[0, :, r : r + 11, c : c + 5] for r in range(5) for c in range(5)]
    seen = {next(i for i, place in enumerate(every) if torch.equal(x, place)) for x in got}
    assert seen == set(range(25))


@pytest.mark.parametrize("size", [(11, 5), (8, 4), (7, 3), (1, 1)])
def test_the_identity_map_is_the_middle_crop(size: tuple[int, int]) -> None:
    images = pictures()
    top, left = (11 - size[0]) // 2, (5 - size[1]) // 2
    same = torch.tensor([[1.0, 0, 0], [0, 1, 0]]).expand(len(images), 2, 3)
    got = augmentation.affine(images.float(), same, size)
    torch.testing.assert_close(got, images[:, :, top : top + size[0], left : left + size[1]].float(), rtol=0, atol=1e-3)


@pytest.mark.parametrize(("edge", "mode"), [(False, "grid-constant"), (True, "nearest")])
def test_affine_is_scipys_picture_by_picture(edge: bool, mode: str) -> None:
    images, (h, w) = pictures(n=12, h=13, w=10), (8, 7)
    maps = augmentation.matrices(12, Augmentation(rotate=40, scale=0.3, shear=0.2, translate=2.5), sown(1))
    got = augmentation.affine(images.float(), maps, (h, w), edge)
    assert got.shape == (12, 3, 8, 7)
    top, left = (13 - h) // 2, (10 - w) // 2
    for picture, (first, second), ours in zip(
        images.numpy().astype(np.float64), maps.double().numpy(), got.numpy(), strict=True
    ):
        matrix = np.array([[second[1], second[0]], [first[1], first[0]]])  # SciPy counts rows, then columns
        middle = np.array([(h - 1) / 2, (w - 1) / 2])
        offset = middle + [top, left] + [second[2], first[2]] - matrix @ middle
        for channel, result in zip(picture, ours, strict=True):
            expected = ndimage.affine_transform(channel, matrix, offset, (h, w), order=1, mode=mode)
            np.testing.assert_allclose(result, expected, atol=0.02)


def test_a_bent_map_is_scipys() -> None:
    images, (h, w) = pictures(n=6, h=13, w=10), (8, 7)
    maps = augmentation.matrices(6, Augmentation(rotate=40, scale=0.3, translate=1.5), sown(1))
    moved = 1.7 * augmentation.field(6, (h, w), sown(2))
    got = augmentation.affine(images.float(), maps, (h, w), moved=moved)
    rows, columns = np.mgrid[:h, :w].astype(np.float64)
    rows, columns = rows - (h - 1) / 2, columns - (w - 1) / 2
    for i, picture in enumerate(images.numpy().astype(np.float64)):
        first, second = maps[i].double().numpy()
        across = first[0] * columns + first[1] * rows + first[2] + moved[i, 0].numpy() + (10 - w) // 2 + (w - 1) / 2
        down = second[0] * columns + second[1] * rows + second[2] + moved[i, 1].numpy() + (13 - h) // 2 + (h - 1) / 2
        for channel, result in zip(picture, got[i].numpy(), strict=True):
            expected = ndimage.map_coordinates(channel, [down, across], order=1, mode="grid-constant")
            np.testing.assert_allclose(result, expected, atol=0.02)


def test_a_field_is_gaussian_and_as_smooth_as_gauss_says() -> None:
    fields = augmentation.field(4000, (28, 20), sown())
    assert fields.shape == (4000, 2, 28, 20)
    assert fields.mean((0, 1)).abs().max() < 0.06
    assert (fields.square().mean((0, 1)) - 1).abs().max() < 0.09
    assert abs(np.corrcoef(fields[:, 0, 9, 9], fields[:, 1, 9, 9])[0, 1]) < 0.06
    for down, across in ((3, 0), (0, 5), (6, 4), (12, 12)):
        together = (fields[:, :, 2, 3] * fields[:, :, 2 + down, 3 + across]).mean()
        assert abs(together - np.exp(-(down**2 + across**2) / (4 * 4.0**2))) < 0.05


def test_maps_stay_within_what_was_asked_for() -> None:
    turned = augmentation.matrices(4000, Augmentation(rotate=10), sown())
    angle = torch.atan2(turned[:, 1, 0], turned[:, 0, 0]).rad2deg()
    assert -10 <= angle.min() < -9.9
    assert 9.9 < angle.max() <= 10
    torch.testing.assert_close(torch.linalg.det(turned[:, :, :2]), torch.ones(4000))
    assert not turned[:, :, 2].any()
    moved = augmentation.matrices(4000, Augmentation(translate=3, scale=0.2), sown())
    assert moved[:, :, 2].abs().max() <= 3
    assert not moved[:, 0, 1].any()
    for axis in (0, 1):
        assert 0.8 <= moved[:, axis, axis].min() < 0.81
        assert 1.19 < moved[:, axis, axis].max() <= 1.2001
    assert abs(np.corrcoef(moved[:, 0, 0], moved[:, 1, 1])[0, 1]) < 0.1
    sheared = augmentation.matrices(4000, Augmentation(shear=0.1), sown())
    assert 0.099 < sheared[:, 0, 1].abs().max() <= 0.1
    assert torch.equal(sheared[:, 1, 1], torch.ones(4000))


def test_nearer_is_as_likely_as_farther_and_squares_stay_square() -> None:
    maps = augmentation.matrices(4000, Augmentation(zoom=0.5), sown())[:, :, :2]
    across, down = maps[:, 0, 0], maps[:, 1, 1]
    assert torch.equal(across, down)
    assert not maps[:, 0, 1].any()
    assert 1 / 1.5 <= across.min() < 0.668
    assert 1.499 < across.max() <= 1.5
    assert abs(across.log().mean()) < 0.01
    plain = augmentation.matrices(5, Augmentation(rotate=9, scale=0.2, translate=2), sown())
    also = augmentation.matrices(5, Augmentation(rotate=9, scale=0.2, translate=2, zoom=1e-9), sown())
    torch.testing.assert_close(plain, also)  # the other draws stay


def test_half_of_the_pictures_are_mirrored() -> None:
    images = pictures(n=1)
    got = augmentation.batch(images, torch.zeros(1000, dtype=torch.int64), (11, 5), Augmentation(flip=True), sown())
    mirrored = sum(torch.equal(x, images[0].flip(2)) for x in got)
    assert mirrored + sum(torch.equal(x, images[0]) for x in got) == 1000
    assert 430 < mirrored < 570


def test_erasing_is_a_square_of_the_mean() -> None:
    images, rows, columns = pictures(n=4), torch.tensor([0, 5, 10, 3]), torch.tensor([0, 2, 4, 4])
    got = augmentation.erase(images, 4, rows, columns, (10.4, 20.6, 30.0))
    for i, picture in enumerate(images.clone()):
        top, left = int(rows[i]) - 2, int(columns[i]) - 2
        for r in range(max(0, top), min(11, top + 4)):
            for c in range(max(0, left), min(5, left + 4)):
                picture[:, r, c] = torch.tensor([10, 21, 30])
        assert torch.equal(got[i], picture)


def test_a_seed_means_the_same_pictures() -> None:
    images, chosen = pictures(), torch.arange(7)
    for how in (
        Augmentation(shift=2, flip=True, erase=3),
        Augmentation(rotate=9, translate=1, edge=True),
        Augmentation(elastic=1.5),
        Augmentation(zoom=0.3),
    ):
        first, again, other = (
            augmentation.batch(images, chosen, (9, 4), how, sown(s), (1.0, 2.0, 3.0)) for s in (1, 1, 2)
        )
        assert torch.equal(first, again)
        assert not torch.equal(first, other)
        assert first.shape == (7, 3, 9, 4)
        assert first.dtype == (torch.float32 if how.resamples else torch.uint8)
