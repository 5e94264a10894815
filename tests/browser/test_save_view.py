"""A view saved as a picture is the view: its pixels, its words, without what only a hand can use."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from selenium import webdriver

from tests.browser.engine_page import EnginePage
from tests.browser.look_page import Page, whole_payload

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


def test_a_saved_svg_keeps_its_layout_at_any_width(page: Page, tmp_path: Path) -> None:
    """As a picture of 400 pixels, where the page would be laid out for a phone, it is the PNG made smaller."""
    page.open("v=value&n=conv1&c=2&y=3&x=5")
    page.browser.execute_script(CATCH)
    image = Image.open(io.BytesIO(saved(page, 0))).convert("RGB")
    (tmp_path / "view.svg").write_bytes(saved(page, 1))
    (tmp_path / "slide.html").write_text('<body style="margin: 0"><img src="view.svg" width="400">')
    page.browser.get((tmp_path / "slide.html").as_uri())
    shown = page.browser.find_element("css selector", "img")
    screen = Image.open(io.BytesIO(shown.screenshot_as_png)).convert("RGB")
    assert screen.height == pytest.approx(400 * image.height / image.width, abs=2)
    small = np.asarray(image.resize(screen.size), np.float64)
    assert np.abs(small - np.asarray(screen, np.float64)).mean() < 6  # laid out for 400 pixels: above 12


def apart(frame: Image.Image, screen: Image.Image, fine: float) -> float:
    """Return by how much a frame without its margins differs from the screen, of 765."""
    part = frame.crop(tuple(round(v * fine) for v in (16, 16, 16 + screen.width, 16 + screen.height)))  # type: ignore[arg-type]
    pairs = list(zip(pixels(part.resize(screen.size)), pixels(screen), strict=True))
    return sum(abs(a - b) for pair in pairs for a, b in zip(*pair, strict=True)) / len(pairs)


def pixels(image: Image.Image) -> list[tuple[int, int, int]]:
    """Return every ninth pixel of every seventh row."""
    return [image.getpixel((x, y)) for y in range(0, image.height, 7) for x in range(0, image.width, 9)]  # type: ignore[misc]


def filmed(page: Page, kind: str) -> tuple[bytes, float]:
    """Press the button, and return the film and how long the page says that it is."""
    page.browser.execute_script(CATCH)
    page.browser.set_script_timeout(120)
    page.one(f'.save-view [aria-label="as a film {kind}"]').click()
    made = base64.b64decode(page.browser.execute_async_script(READ).split(",", 1)[1])
    said = page.text(".save-view .film-said")
    name, megabytes, seconds = re.fullmatch(r"(\S+): (\S+) MB, (\S+) s", said).groups()  # type: ignore[union-attr]
    assert name.endswith(f".{kind.lower()}")
    assert float(megabytes) == pytest.approx(len(made) / 1e6, abs=0.006)
    return made, float(seconds)


@pytest.mark.slow
def test_the_sliding_window_is_filmed_as_a_gif(page: Page) -> None:
    """As many frames as were said, each for its time; the window moves, and what was chosen is chosen again."""
    page.open("v=layer&n=conv1&c=1&y=3&x=5")
    made, seconds = filmed(page, "GIF")
    image = Image.open(io.BytesIO(made))
    assert image.n_frames * 0.16 == pytest.approx(seconds, abs=0.05)
    assert image.n_frames > 16
    assert image.info["duration"] == 160
    shown = []
    for i in range(image.n_frames):
        image.seek(i)
        shown.append(image.convert("RGB").copy())
    assert len({frame.tobytes() for frame in shown}) == len(shown)
    assert page.state()["y"] == "3"
    page.browser.execute_script("location.hash = '#v=layer&n=conv1&c=1&y=0&x=0'")
    page.wait(300)
    screen = Image.open(io.BytesIO(page.one(".layer .drawing").screenshot_as_png)).convert("RGB")
    fine = min(1, 960 / (screen.width + 32))
    first, last = (apart(frame, screen, fine) for frame in (shown[0], shown[-1]))
    assert first < 60  # of 765: the film's colours are fewer, and it is scaled
    assert first < last
    assert page.console() == []


@pytest.mark.slow
def test_a_training_is_filmed_as_webm(page: Page) -> None:
    page.open("v=training")
    made, seconds = filmed(page, "WebM")
    assert made[:4] == b"\x1a\x45\xdf\xa3"
    assert b"webm" in made[:64]
    assert seconds == pytest.approx(0.7 * len(whole_payload()["run"]["snapshots"]), abs=0.05)
    page.browser.get("about:blank")
    played = page.browser.execute_async_script(PLAY, base64.b64encode(made).decode())  # type: ignore[no-untyped-call]
    assert played["width"] >= 600
    assert seconds - 0.1 < played["length"] < seconds + 1  # the last moment too is shown for its time


PLAY = """const [data, done] = arguments, video = document.createElement('video');
    video.onerror = () => done({ error: video.error.message });
    video.onloadedmetadata = () => { video.currentTime = 1e6; };
    video.onseeked = () => done({ width: video.videoWidth, length: video.currentTime });
    video.src = 'data:video/webm;base64,' + data;"""


def test_a_gif_of_many_colours_and_long_codes_is_read_by_pillow(engine: EnginePage) -> None:
    """More than 4,096 codes begin the table of codes again; up to 256 bins of colour are kept to half a bin."""
    rng = np.random.default_rng(0)
    levels = rng.choice(32, (256, 3)) * 8 + 4
    levels = np.unique(levels, axis=0)
    frames = levels[rng.integers(0, len(levels), (3, 90, 101))].astype(np.uint8)
    frames[2] = frames[1]  # nothing changes
    made = base64.b64decode(engine.call("gif", 101, 90, [frame.ravel().tolist() for frame in frames]))
    image = Image.open(io.BytesIO(made))
    assert (image.n_frames, image.size, image.info["loop"]) == (3, (101, 90), 0)
    for i, frame in enumerate(frames):
        image.seek(i)
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), frame)


@pytest.fixture(scope="module")
def engine(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("gif"))
