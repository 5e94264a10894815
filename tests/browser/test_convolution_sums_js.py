"""The lab's sums over windows of pictures in JavaScript, convolution, filters and shared weights, against their twins
in Python: the same numbers for the same pictures, in a real Chromium.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from convscope.arithmetic.convolution import (
    Table,
    convolve,
    convolve_channels,
    flip_kernel,
    output_size,
    products_at,
    read_counts,
    rest_at_edge,
)
from convscope.arithmetic.filters import FILTERS
from convscope.arithmetic.pictures import colour_x, draw_letter, lecture_x
from convscope.arithmetic.weight_sharing import matrix_times, shared_places
from convscope.page.inline import document
from convscope.page.modules import join

pytestmark = pytest.mark.browser
Js = Callable[..., Any]


@pytest.fixture(scope="module")
def js(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Js:
    """Return a function that evaluates an expression in a page that holds the sums; its arguments stand in `a`."""
    script = join(Path(__file__).parent / "convolution_sums.js", Path(__file__).parents[2])
    page = tmp_path_factory.mktemp("sums") / "sums.html"
    page.write_text(
        document(script=script, style="", title="sums", language="en", payload=None, dictionary=None), encoding="utf-8"
    )
    browser.get(page.as_uri())
    script = "const a = Array.from(arguments); return {};"
    return lambda code, *args: browser.execute_script(script.format(code), *args)  # type: ignore[no-untyped-call]


def flat(table: Table) -> list[float]:
    return [value for line in table for value in line]


def test_convolution(js: Js) -> None:
    draw = random.Random(1)
    for stride, pad, dilation, mean in ((1, 0, 1, True), (2, 1, 1, False), (3, 2, 2, True), (4, 0, 1, False)):
        picture = [[float(draw.randint(-9, 9)) for _ in range(7)] for _ in range(9)]
        kernel = [[float(draw.randint(-9, 9)) for _ in range(3)] for _ in range(2)]
        how: dict[str, int] = {"stride": stride, "pad": pad, "dilation": dilation}
        slide = {**how, "mean": mean}
        assert js("sums.slideKernel(a[0], a[1], a[2])", picture, kernel, slide) == convolve(
            picture, kernel, mean=mean, **how
        )
        assert js("sums.readCounts(a[0], a[1], a[2])", picture, kernel, slide) == read_counts(picture, kernel, **how)
        assert js("sums.products(...a)", picture, kernel, slide, 1, 0) == products_at(picture, kernel, 1, 0, **how)
        sizes = [js("sums.outputSize(a[0], a[1], a[2])", size, 3, how) for size in range(1, 20)]
        assert sizes == [output_size(size, 3, **how) for size in range(1, 20)]


def test_several_channels_the_rest_and_the_turned_kernel(js: Js) -> None:
    draw = random.Random(3)
    make = lambda rows, columns: [  # noqa: E731
        [[float(draw.randint(-9, 9)) for _ in range(columns)] for _ in range(rows)] for _ in range(3)
    ]
    picture, kernel = make(7, 9), make(3, 2)
    slide = {"stride": 2, "pad": 1, "dilation": 1}
    wanted = convolve_channels(picture, kernel, bias=2.0, mean=True, **slide)
    assert js("sums.convolveSlices(a[0], a[1], {...a[2], mean: true}, 2)", picture, kernel, slide) == wanted
    assert js("sums.flippedKernel(a[0])", kernel[0]) == flip_kernel(kernel[0])
    rests = [js("sums.restAtEdge(a[0], 3, a[1])", size, slide) for size in range(1, 20)]
    assert rests == [rest_at_edge(size, 3, **slide) for size in range(1, 20)]


def test_the_x_of_any_size(js: Js) -> None:
    for size in ((3, 3), (9, 9), (28, 28), (28, 5), (3, 12), (4, 4)):
        assert js("sums.lectureX(...a)", *size) == lecture_x(*size)
        assert js("sums.colourX(...a)", *size) == colour_x(*size)


def test_filters(js: Js) -> None:
    assert js("sums.FILTERS") == {name: flat(kernel) for name, kernel in FILTERS.items()}
    draw = random.Random(2)
    picture = [[float(draw.randint(0, 255)) for _ in range(9)] for _ in range(7)]
    for kernel in FILTERS.values():
        assert js("sums.filter(...a)", flat(picture), 7, 9, flat(kernel)) == flat(convolve(picture, kernel))


@pytest.mark.parametrize("kind", ["x", "o"])
def test_drawn_shapes(js: Js, kind: str) -> None:
    assert js("sums.drawn('x', {}, 9)") == flat(lecture_x())
    for how in ({"dx": 1.5, "dy": -2}, {"turn": 35, "scale": 0.6}, {"thickness": 2, "turn": -80, "dx": 0.5}):
        wanted = flat(draw_letter(kind, side=11, **how))  # type: ignore[arg-type]
        assert js("sums.drawn(...a)", kind, how, 11) == pytest.approx(wanted, abs=1e-12)


def test_shared_weights(js: Js) -> None:
    places = shared_places(3, 4, 2, 3)
    assert js("sums.sharedPlaces(3, 4, 2, 3)") == places
    weights, pixels = [2.0, -1, 3, 0.5, 4, 1], [float(i) for i in range(12)]
    totals = [js("sums.neuronSum(a[0], a[1], a[2]).total", line, weights, pixels) for line in places]
    assert totals == matrix_times([[0.0 if w is None else weights[w] for w in line] for line in places], pixels)


def test_numbers_as_people_type_them(js: Js) -> None:
    typed = {
        "3": 3,
        "-0.5": -0.5,
        "−2": -2,
        "0,25": 0.25,
        "1/16": 0.0625,
        ".5": 0.5,
        "-": None,
        "": None,
        "1e9": None,
        "2000": None,
        "x": None,
    }
    assert {text: js("sums.typedNumber(a[0])", text) for text in typed} == typed


def test_the_address(js: Js) -> None:
    assert js("sums.roundTrip('#s=2&c=convolution&l=ko&k=1_-1')") == "#c=convolution&l=ko&k=1_-1&s=2"
    assert js("sums.roundTrip('#c=%E0%A4%A&9=x&__proto__=1&=2&d=1')") == "#d=1"
    assert js("sums.changed({c: 'a', l: 'ko', s: '2'}, {c: 'b'})") == {"c": "b", "l": "ko"}
    assert js("sums.changed({c: 'a', s: '2', p: '1'}, {s: null, p: 3})") == {"c": "a", "p": "3"}
    assert js("sums.numbersIn({k: '1_2_x_4'}, 'k', [4], [0])") == [0]
    assert js("sums.numbersIn({k: '1_-2.5'}, 'k', [2], [0])") == [1, -2.5]
