"""Heat maps: each pixel has the colour of its number, what is too much is said, and the array stays an array."""

from __future__ import annotations

import base64
import io
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convscope.errors import UsageError
from convscope.notebook import palette
from convscope.notebook.heat_map import MAPS, HeatMap, heat_map, part

ROOT = Path(__file__).parents[2]


def sheet(values: object, scale: str | None = None) -> np.ndarray:
    """Return the RGBA pixels of the one image that an array shows."""
    (data,) = re.findall(r'src="data:image/png;base64,([^"]+)"', heat_map(values, scale)._repr_html_())
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


def rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def test_the_colours_are_those_of_the_page() -> None:
    script = (ROOT / "convscope" / "page" / "js" / "kit" / "palette.js").read_text(encoding="utf-8")
    for scale in ("activations", "weights"):
        light = re.search(rf"{scale}: {{\s*light: \[([^\]]*)\]", script)
        assert light is not None
        assert tuple(re.findall(r'"(#\w+)"', light[1])) == palette.STOPS[scale]


def test_a_map_of_four_numbers_has_their_colours() -> None:
    stops = palette.STOPS["weights"]
    pixels = sheet([[-2, 0], [2, np.nan]], "weights")
    assert pixels[:, :, :3].reshape(4, 3)[:3].tolist() == [rgb(stops[0]), rgb(stops[3]), rgb(stops[-1])]
    assert pixels[:, :, 3].ravel().tolist() == [255, 255, 255, 0]


def test_several_maps_share_a_scale_and_stand_apart() -> None:
    pixels = sheet([[[1.0]], [[-4.0]], [[4.0]]])
    stops = palette.STOPS["activations"]
    assert pixels.shape == (1, 5, 4)
    assert pixels[0, :, 3].tolist() == [255, 0, 255, 0, 255]
    assert pixels[0, [2, 4], :3].tolist() == [rgb(stops[0]), rgb(stops[-1])]
    one = palette.colours("activations")[palette.MIDDLE + round(127 / 4)]
    assert pixels[0, 0, :3].tolist() == list(one)


def test_kernels_have_a_row_for_each_filter_and_a_column_for_each_channel() -> None:
    kernels = np.arange(2 * 3 * 5 * 7, dtype=np.float32).reshape(2, 3, 5, 7)
    maps = part(kernels).maps
    assert np.array_equal(maps, kernels)
    assert sheet(kernels).shape == (2 * 6 - 1, 3 * 8 - 1, 4)
    text = heat_map(kernels, "weights")._repr_html_()
    assert "2 × 3 × 5 × 7 · float32" in text
    assert "0 <span" in text
    assert "</span> 209<" in text


@pytest.mark.parametrize(
    ("values", "scale", "low", "high", "first"),
    [
        ([[-1.0, 3.0]], "activations", "−3", "3", "#2f7cbb"),
        ([[0.0, 3.0]], "activations", "0", "3", "#faf7f0"),
        ([[0.0, 3.0, np.nan]], "weights", "0", "3", "#faf7f0"),
        ([[-3.0]], "weights", "−3", "3", "#9a5fba"),
        ([[-3.0, 4.0]], "grey", "0", "4", "#000000"),
        ([[-1234.5]], "activations", "−1,234", "1,234", "#2f7cbb"),
        ([[999.5]], "activations", "0", "1,000", "#faf7f0"),
        ([[999.4]], "activations", "0", "999", "#faf7f0"),
        ([[2e6]], "activations", "0", "2e+06", "#faf7f0"),
    ],
)
def test_the_line_below_shows_the_scale_that_is_used(
    values: list[list[float]], scale: str, low: str, high: str, first: str
) -> None:
    text = heat_map(values, scale)._repr_html_()
    shown = re.search(r"&nbsp; (\S+) <span [^>]*linear-gradient\(90deg, (#\w+), .*></span> (\S+)</div></div>$", text)
    assert shown is not None
    assert shown.groups() == (low, first, high)


def test_of_many_maps_the_first_are_shown_and_it_says_so() -> None:
    text = heat_map(np.ones((512, 3, 3)))._repr_html_()
    assert f"first {MAPS} of 512" in text
    maps = part(np.arange(512 * 256 * 9.0).reshape(512, 256, 3, 3))
    assert maps.lacks == ("columns: first 16 of 256", "rows: first 4 of 512")
    assert maps.maps[3, 15, 0, 0] == (3 * 256 + 15) * 9


def test_maps_that_are_0_everywhere_are_said() -> None:
    """As Grad-CAM's are where nothing speaks for a class: no colour shows."""
    maps = np.zeros((3, 4, 5))
    assert "0 everywhere" in heat_map(maps)._repr_html_()
    maps[1, 2, 3] = 1e-9
    assert "2 of 3 are 0 everywhere" in heat_map(maps)._repr_html_()
    maps[:, 0, 0] = np.nan
    assert "0 everywhere" not in heat_map(maps)._repr_html_()
    assert "0 everywhere" not in heat_map(np.zeros(4))._repr_html_()


def test_of_a_large_map_means_are_shown_and_it_says_so() -> None:
    large = np.zeros((199, 129))
    large[198:, 128] = 5.0  # the last square is cut off at both sides: one number
    shown = part(large)
    assert shown.lacks == ("each pixel the mean of 2 × 2 numbers",)
    assert shown.maps.shape == (1, 1, 100, 65)
    assert shown.maps[0, 0, 99, 64] == 5.0
    assert shown.maps.sum() == 5.0


@pytest.mark.parametrize("shape", [(512, 512, 3, 3), (64, 512, 512), (4096, 25088), (10_000_000,), (9, 9, 9, 9, 9, 9)])
@pytest.mark.medium
def test_what_is_shown_is_bounded(shape: tuple[int, ...]) -> None:
    values = np.broadcast_to(np.random.default_rng(0).normal(size=shape[-1]).astype(np.float32), shape)
    assert len(heat_map(values)._repr_html_()) < 600_000


def test_pictures_are_grey_from_0_to_255() -> None:
    pixels = sheet(np.array([[0, 51], [102, 255]], np.uint8))
    assert np.abs(pixels[:, :, 0].ravel().astype(int) - [0, 51, 102, 255]).max() <= 1
    assert (pixels[:, :, 0] == pixels[:, :, 2]).all()


@pytest.mark.parametrize(
    "values", [0.5, [1.0, 2.0], np.zeros((0, 3, 3)), np.zeros((2, 2)), [[np.inf, -np.inf]], [[True, False]]]
)
def test_every_array_of_numbers_shows_itself(values: object) -> None:
    assert heat_map(values)._repr_html_()


def test_it_stays_the_array_that_it_was() -> None:
    plain = np.arange(6, dtype=np.float32).reshape(2, 3)
    maps = heat_map(plain, "weights")
    assert np.shares_memory(maps, plain)
    assert repr(maps) == repr(plain)
    assert str(maps) == str(plain)
    assert type(maps.sum()) is np.float32
    assert type(maps.max()) is np.float32
    half = maps[0] / 2
    assert isinstance(half, HeatMap)
    assert half.scale == "weights"
    assert np.array_equal(pickle.loads(pickle.dumps(maps)), plain)
    assert torch.from_numpy(maps).sum().item() == 15


def test_tensors_are_read_whatever_they_are() -> None:
    for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.int32):
        assert heat_map(torch.ones(2, 2, dtype=dtype).requires_grad_(dtype.is_floating_point)).sum() == 4
    assert heat_map(torch.ones(1, dtype=torch.float64)).dtype == np.float64


@pytest.mark.parametrize("values", [[[1], [1, 2]], "text", [1j], object()])
def test_what_are_no_numbers_is_refused(values: object) -> None:
    with pytest.raises(UsageError) as error:
        heat_map(values)
    assert error.value.key == "heat.numbers"


def test_another_scale_is_refused() -> None:
    with pytest.raises(UsageError, match="expected activations, weights, grey"):
        heat_map([1.0], "red")
