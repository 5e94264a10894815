"""What the page computes beside the engine, against scipy, numpy and identities: addresses, colours, edits, ink, heat
maps.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import affine_transform, map_coordinates
from selenium import webdriver

from convscope.page.inline import document
from convscope.page.modules import join
from tests.browser.look_page import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tools(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """Return a page that gives the page's own functions to the tests."""
    path = tmp_path_factory.mktemp("tools") / "tools.html"
    here = Path(__file__).parent
    script = join(here / "page_tools.js", here.parent.parent)
    path.write_text(
        document(script=script, style="", title="tools", language="en", payload=None, dictionary={}), encoding="utf-8"
    )
    return Page(browser, path)


@pytest.mark.parametrize(
    "hash",
    [
        "#",
        "#v=value&n=conv2&c=3&y=4&x=1&t=conv1.0.1.2~relu1.3.0.0",
        "#v=draw&p=s2&e=1_-2_30_1.25_4_3_5_6",
        "#r=layer&q=0%2C1&l=ko&h=dark",
        "#v=loss&k=2&b=1&g=3",
    ],
)
def test_the_address_round_trips(tools: Page, hash: str) -> None:
    assert tools.open().js("tools.roundTrip(arguments[0])", hash) == hash


def test_pixels_in_the_address_round_trip(tools: Page) -> None:
    tools.open()
    rng = np.random.default_rng(1)
    sparse = (rng.random(400) < 0.1).astype(np.uint8) * 255
    for picture in (
        np.zeros(1200, np.uint8),
        rng.integers(0, 256, 400, dtype=np.uint8),
        sparse,
        np.full(300, 7, np.uint8),
    ):
        assert tools.js("tools.pixels(arguments[0])", picture.tolist()) == picture.tolist()
    for text in ("", "***", "AAAA", "AP8A" * 9):
        assert tools.js("tools.badPixels(arguments[0], 100)", text) is None


def test_legend_and_pixels_have_one_zero(tools: Page) -> None:
    tools.open()
    for dark in (False, True):
        zeros = set()
        for scale in ("activations", "weights"):
            left, zero, right = (
                tools.js("tools.colour(arguments[0], arguments[1], arguments[2], 2)", scale, dark, v)
                for v in (-2, 0, 2)
            )
            assert len({left, zero, right}) == 3
            assert tools.js("tools.colour(arguments[0], arguments[1], 99, 2)", scale, dark) == right
            zeros.add(zero)
        assert len(zeros) == 1


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("scale", ["activations", "weights"])
def test_minus_one_zero_and_one_are_three_greys(tools: Page, scale: str, dark: bool) -> None:
    """WCAG's contrast between any two of them is 3 to 1 at least, and each side grows away from 0 step by step."""
    tools.open()
    brightness = [
        luminance(tools.js("tools.colour(arguments[0], arguments[1], arguments[2], 1)", scale, dark, i / 12))
        for i in range(-12, 13)
    ]
    least, zero, most = brightness[0], brightness[12], brightness[-1]
    for one, other in ((least, zero), (zero, most), (least, most)):
        assert (max(one, other) + 0.05) / (min(one, other) + 0.05) >= 3
    for side in (brightness[12::-1], brightness[12:]):
        steps = np.diff(side)
        assert (steps > 0).all() or (steps < 0).all()


def luminance(colour: str) -> float:
    """Return WCAG's relative luminance, 0 to 1, of "rgb(r g b)"."""
    channels = np.array([int(v) for v in re.findall(r"\d+", colour)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def test_edits_against_scipy(tools: Page) -> None:
    tools.open()
    rng = np.random.default_rng(2)
    picture = rng.integers(0, 256, (1, 9, 7), dtype=np.uint8)
    edit = "tools.edited(arguments[0], [1, 9, 7], arguments[1])"
    moved = np.array(tools.js(edit, picture.ravel().tolist(), {"dx": 2, "dy": -1})).reshape(9, 7)
    assert (moved[:-1, 2:] == picture[0, 1:, :-2]).all()
    assert (moved[:, :2] == 0).all()
    turned = np.array(tools.js(edit, picture.ravel().tolist(), {"turn": 30, "scale": 1.3})).reshape(9, 7)
    angle = np.deg2rad(-30)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / 1.3
    centre = np.array([4.0, 3.0])
    want = affine_transform(np.pad(picture[0].astype(float), 1), matrix, centre + 1 - matrix @ (centre + 1), order=1)[
        1:-1, 1:-1
    ]
    assert np.abs(turned - want).max() <= 1
    erased = np.array(tools.js(edit, picture.ravel().tolist(), {"es": 3, "ex": 1, "ey": 2})).reshape(9, 7)
    assert (erased[2:5, 1:4] == 0).all()
    assert (erased != picture[0]).sum() <= 9


def test_ink_is_centred_as_mnist_was(tools: Page) -> None:
    tools.open()
    ink = np.zeros((56, 56), np.uint8)
    ink[3:23, 30:40] = 255
    ink[23:43, 30:35] = 255
    made = np.array(tools.js("tools.centred(arguments[0], 56, 28)", ink.ravel().tolist())).reshape(28, 28)
    rows, _columns = np.nonzero(made)
    assert np.ptp(rows) + 1 == 20, "its longer side fills 20 of 28 pixels"
    mass = made / made.sum()
    centre = [(mass.sum(1) * np.arange(28)).sum(), (mass.sum(0) * np.arange(28)).sum()]
    assert np.abs(np.array(centre) - 13.5).max() <= 0.51, "its centre of mass is in the middle"


def test_a_heat_map_lies_where_its_units_look(tools: Page) -> None:
    """docs/payload.md: pixel y shows the map at (y − start − (size − 1)/2)/jump, bilinear, held at the ends."""
    tools.open()
    values = np.random.default_rng(4).normal(size=(4, 5))
    field = {"size": [8, 5], "jump": [2, 3], "start": [-1, 1]}
    args = {"rows": 4, "columns": 5, "values": values.ravel().tolist()}
    got = np.array(tools.js("tools.heat(arguments[0], arguments[1], 15, 17)", args, field)).reshape(15, 17)
    at = [
        (np.arange(n) - field["start"][a] - (field["size"][a] - 1) / 2) / field["jump"][a]
        for a, n in ((0, 15), (1, 17))
    ]
    want = map_coordinates(values, np.meshgrid(*at, indexing="ij"), order=1, mode="nearest")
    np.testing.assert_allclose(got, want, atol=1e-12)
    same = tools.js("tools.heat(arguments[0], null, 4, 5)", args)
    np.testing.assert_allclose(same, values.ravel(), atol=0)


@pytest.mark.parametrize(
    ("rows", "columns", "most", "side"), [(9, 12, 4, 3), (10, 7, 4, 3), (5, 4, 8, 1), (8, 8, 8, 1)]
)
def test_a_map_in_squares_keeps_its_sum(tools: Page, rows: int, columns: int, most: int, side: int) -> None:
    tools.open()
    values = np.random.default_rng(7).normal(size=(rows, columns))
    args = {"rows": rows, "columns": columns, "values": values.ravel().tolist()}
    found = tools.js("tools.squares(arguments[0], arguments[1])", args, most)
    assert found["side"] == side
    wanted = np.array([[values[y : y + side, x : x + side].sum() for x in range(0, columns, side)]
                       for y in range(0, rows, side)])  # fmt: skip
    assert (found["rows"], found["columns"]) == wanted.shape
    np.testing.assert_allclose(found["values"], wanted.ravel(), atol=1e-12)


def test_a_still_style_keeps_what_holds_now(tools: Page) -> None:
    """What is within @media that hold, blocks within blocks, and braces in strings and comments."""
    tools.open()
    css = """a { b: c } /* } @media (x) { */
@media (x) { d { e: "}{" } @media (y) { f { g: h } } i { j: k } }
@media (y) { l { m: n } @media (x) { o { p: q } } }
@supports (r: s) { @media (x) { t { u: v } } } w { x: y }"""
    made = "".join(tools.js("tools.stillStyle(arguments[0], arguments[1])", css, ["(x)"]).split())
    wanted = """a { b: c } /* } @media (x) { */ d { e: "}{" } i { j: k } @supports (r: s) { t { u: v } } w { x: y }"""
    assert made == "".join(wanted.split())
