"""Where units look, by the page's engine: by hand, and a heat map over the picture by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from selenium import webdriver

from convscope.formula import parse, trace
from convscope.pictures.input_spec import InputSpec
from tests.browser.engine_page import EnginePage, numbers
from tests.reference import random_weights

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("geometry"))


def test_the_next_layers_unit_is_one_that_reads_this_one(page: EnginePage) -> None:
    """By hand: a window that has it in its middle, a stride that steps over it, a dilation that leaves it out, and a
    channel of its own group.
    """
    network = trace(parse("conv(4, 1) + conv(4, 3, pad=1, groups=2) + maxpool(2, stride=3) + fc"), (1, 8, 8), 2)
    page.load(network, InputSpec(network.input), random_weights(network, 0))
    asked = [[1, 0, 3, 4, 5], [1, 0, 1, 0, 0], [2, 1, 3, 4, 3], [2, 1, 3, 2, 3]]
    unit = {"channel": 3, "y": 1, "x": 1}
    middle, corner = {"channel": 2, "y": 4, "x": 5}, {"channel": 0, "y": 0, "x": 0}
    assert page.call("reading", asked) == [middle, corner, unit, None]


def test_a_heat_map_over_the_picture_is_bilinear_between_the_middles_of_what_units_see(page: EnginePage) -> None:
    rng = np.random.default_rng(0)
    network = trace(parse("conv(1, 3, stride=(2, 3), pad=1) + conv(1, (3, 2)) + fc"), (1, 23, 31), 2)
    field = network.nodes[1].field
    values = rng.normal(size=network.nodes[1].output[1:])
    asked = {"rows": values.shape[0], "columns": values.shape[1], "values": values.ravel().tolist()}
    given = {"size": field.size, "jump": field.jump, "start": field.start}
    got = numbers(page.call("overPicture", asked, given, [23, 31])).reshape(23, 31)
    at = [
        (np.arange(length) - field.start[axis] - (field.size[axis] - 1) / 2) / field.jump[axis]
        for axis, length in enumerate((23, 31))
    ]
    wanted = map_coordinates(values, np.meshgrid(*at, indexing="ij"), order=1, mode="nearest")
    np.testing.assert_allclose(got, wanted, atol=1e-12)
