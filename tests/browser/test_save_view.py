"""A view saved as a picture is the view: its pixels, its words, without what only a hand can use."""

from __future__ import annotations

import base64
import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from tests.browser.look_page import Page

pytestmark = pytest.mark.browser
CATCH = """window.made = []; const before = URL.createObjectURL;
URL.createObjectURL = (blob) => (window.made.push(blob), before.call(URL, blob));"""
READ = """const done = arguments[0], wait = () => { const blob = window.made.pop();
  if (!blob) return setTimeout(wait, 50);
  const reader = new FileReader(); reader.onload = () => done(reader.result); reader.readAsDataURL(blob); }; wait();"""
XHTML = "{http://www.w3.org/1999/xhtml}"


def saved(page: Page, which: int) -> bytes:
    page.all(".save-view .link")[which].click()
    return base64.b64decode(page.browser.execute_async_script(READ).split(",", 1)[1])


@pytest.mark.parametrize("at", ["", "v=value&n=conv1&c=2&y=3&x=5&h=dark"])
def test_a_saved_view_shows_what_the_page_shows(page: Page, at: str) -> None:
    page.open(at)
    page.browser.execute_script(CATCH)
    view = page.one("#view > :first-child")
    image = Image.open(io.BytesIO(saved(page, 0))).convert("RGB")
    box = page.js("(({width, height}) => [width, height])(arguments[0].getBoundingClientRect())", view)
    assert [n // 2 for n in image.size] == pytest.approx([side + 32 for side in box], abs=2)
    # The screen, without margins and twice as fine, but for the smoothing of its letters.
    page.js("arguments[0].scrollIntoView()", view)
    screen = Image.open(io.BytesIO(view.screenshot_as_png)).convert("RGB")
    part = image.reduce(2).crop((16, 16, 16 + screen.width, 16 + screen.height))
    pairs = zip(pixels(part), pixels(screen), strict=True)
    apart = [sum(abs(a - b) for a, b in zip(*pair, strict=True)) for pair in pairs]
    assert sum(apart) / len(apart) < 24  # of 765; a view without its maps, or in the other theme, is far above
    tree = ElementTree.fromstring(saved(page, 1))
    said = "".join(tree.itertext())
    assert page.js("arguments[0].querySelector('h2, p').textContent", view) in said
    names = [node.tag.removeprefix(XHTML) for node in tree.iter()]
    assert names.count("img") == page.js("arguments[0].querySelectorAll('canvas').length", view)
    assert not {"canvas", "script"} & set(names)
    assert not [node for node in tree.iter() if "share" in node.get("class", "").split()]
    assert page.console() == []


def pixels(image: Image.Image) -> list[tuple[int, int, int]]:
    """Return every ninth pixel of every seventh row."""
    return [image.getpixel((x, y)) for y in range(0, image.height, 7) for x in range(0, image.width, 9)]  # type: ignore[misc]
