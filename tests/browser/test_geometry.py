"""Where units look, by the page's engine: by hand, and a heat map over the picture by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from selenium import webdriver

from convscope.formula import parse, trace
from convscope.formula.geometry import Patch, Source
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


def test_units_read_the_channels_and_the_box_that_python_says(page: EnginePage) -> None:
    formula = (
        "crop((7, 8)) + conv(4, 3, stride=2, pad=1, groups=2) + relu + pad((1, 0, 0, 1)) + conv_transpose(2, 2) + "
    )
    formula += (
        "lrn(3) + upsample(2) + adaptive_avgpool((3, 2)) + channel_shuffle(2) + maxpool(2, 1) + channel_slice(1, 2)"
    )
    formula += " + flatten + fc"
    network = trace(parse(formula), (2, 9, 11), 2)
    page.load(network, InputSpec(network.input), random_weights(network, 0))
    units = [
        (index, channel, y, x)
        for index, node in enumerate(network.nodes)
        for channel, y, x in np.ndindex(*node.output)
    ]  # fmt: skip
    for unit, found in zip(units, page.call("reads", units), strict=True):
        index, channel, y, x = unit
        node = network.nodes[index]
        one = Patch(range(channel, channel + 1), frozenset({y}), frozenset({x}))
        read = node.layer.read_by(one, Source(node.input, flat=index > 0 and network.nodes[index - 1].flat))
        assert set(found["channels"]) <= set(read.channels), (node.name, unit)
        if node.layer.reads != "channel":  # of a shuffle Python says all that may be
            assert found["channels"] == list(read.channels), (node.name, unit)
        if not node.flat:
            box, (_, height, width) = found["box"], node.input
            rows = set(range(box["top"], box["top"] + box["height"])) & set(range(height))
            columns = set(range(box["left"], box["left"] + box["width"])) & set(range(width))
            assert (rows, columns) == (read.rows, read.columns), (node.name, unit)


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
