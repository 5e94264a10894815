"""Pictures that show little: what is told of each, and that ordinary ones are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageFilter

from convscope.checking.picture_faults import pixel_faults, size_faults
from convscope.data.dataset import PictureFile
from tests.checking.made import clean, read, split, texture


def told(images: np.ndarray) -> list[str]:
    faults = pixel_faults(images)
    return [",".join(name for name in faults if faults[name][row]) for row in range(len(images))]


def test_ordinary_pictures_have_no_fault() -> None:
    assert told(clean(30)) == [""] * 30
    assert told(clean(5)[:, :1]) == [""] * 5


def test_each_fault_is_told_by_itself() -> None:
    images = clean(6)
    images[0] = 90  # of one colour
    images[1] = np.array([200, 10, 10])[:, None, None]  # red, of one colour too
    images[2] = images[2] // 8  # 0 to 29
    images[3] = 226 + images[3] // 9  # 226 to 252
    images[4] = read([texture(4).filter(ImageFilter.GaussianBlur(24))])[0]
    assert told(images) == ["flat", "flat", "dark", "light", "blurred", ""]


def test_a_pale_drawing_on_white_and_one_light_dot_on_black_are_no_faults() -> None:
    images = np.full((2, 1, 28, 28), 255, dtype=np.uint8)
    images[0, 0, 10:18, 12:16] = 200
    images[1] = 0
    images[1, 0, 12:16, 12:16] = 255
    assert told(images) == ["", ""]


def test_noise_as_of_a_camera_with_its_lid_on_is_flat() -> None:
    noise = np.random.default_rng(0).integers(3, 12, (1, 3, 64, 64), dtype=np.uint8)
    assert told(noise) == ["flat"]


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 2, 5)])
def test_the_smallest_pictures_are_looked_at_too(shape: tuple[int, int, int]) -> None:
    assert told(np.zeros((1, *shape), dtype=np.uint8)) == ["flat"]


def test_sizes_are_the_files_own() -> None:
    sizes = [(48, 48), (12, 12), (13, 12), (12, 13), (40, 200), (200, 50), (200, 49), (1, 1)]
    files = [PictureFile(f"{n}.png", "", "", *size) for n, size in enumerate(sizes)]
    faults = size_faults(split(clean(8, size=48), files=files))
    assert np.flatnonzero(faults["tiny"]).tolist() == [1, 7]  # to 48 x 48: four times as large
    assert np.flatnonzero(faults["long"]).tolist() == [4, 6]
    assert not any(rows.any() for rows in size_faults(split(clean(2))).values())  # arrays have no files
