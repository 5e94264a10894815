"""Where an opened number stands: beside its own map the one of the input that it is made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium import webdriver

from convscope.explain.payload import gather
from convscope.explain.subject.samples import Samples
from convscope.explain.subject.subject import subject_of_net
from convscope.page.inline import page_html
from tests.browser.look_page import Page
from tests.explain.nets import net_of, pixels

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Page:
    net = net_of("conv(5, 3) + softmax + layer_norm + conv(4, 3) + fc")
    samples = Samples(pixels(1), (None,), ("one",))
    path: Path = tmp_path_factory.mktemp("places") / "page.html"
    path.write_text(page_html(gather.gather(subject_of_net(net, ("a", "b", "c")), samples).to_json()))
    return Page(browser, path)


@pytest.mark.parametrize("node", ["softmax1", "layer_norm1"])
def test_a_number_that_reads_a_column_stands_beside_the_map_of_its_own_channel(page: Page, node: str) -> None:
    page.open(f"v=value&n={node}&c=3&y=2&x=1&l=en")
    names = [caption.text for caption in page.all(".places figcaption")]
    assert [name.rpartition("map ")[2] for name in names] == ["4", "4"]


def test_of_a_convolution_the_slice_that_is_open_is_shown(page: Page) -> None:
    for slice_ in (0, 4):
        page.open(f"v=value&n=conv2&c=1&y=2&x=1&f={slice_}&l=en")
        assert page.text(".places figcaption").rpartition("map ")[2] == str(slice_ + 1)


def test_a_convolution_adds_up_slices_and_a_dense_layer_maps(page: Page) -> None:
    for place, part in (("conv2&c=1&y=2&x=1", "slice"), ("fc1&c=1&y=0&x=0", "map")):
        page.open(f"v=value&n={place}&l=en")
        assert page.text(".subtotals h3") == f"The sum of each {part}: press one to open it"
