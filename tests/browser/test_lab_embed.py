"""One part of a chapter in another page's frame: nothing else is shown, its page is told its height, the code leads
there.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.browser.chromium import resize, until, visit
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser
FIRST = ("plain", "local", "convolution", "filters", "sharing")
LATER = ("mnist", "backwards", "training", "own", "script")
CHAPTERS = (*FIRST, "activation", "depth", "architecture", "loss", *LATER)
PARENT = """<!doctype html><title>a course</title><iframe src="lab.html#{}" width="600" height="100"></iframe>
<script>window.told = []; addEventListener("message", (e) => told.push(e.data));</script>"""


def parts(lab: LabPage) -> list[str]:
    return list(lab.js("return [...document.querySelectorAll('[data-widget]')].map((e) => e.dataset.widget)"))


def test_every_part_has_a_name_of_its_own_and_a_button(lab: LabPage) -> None:
    for chapter in CHAPTERS:
        lab.open(chapter)
        names = parts(lab)
        assert names, chapter
        assert len(set(names)) == len(names), chapter
        buttons = lab.js("return [...document.querySelectorAll('.embed-copy')].map((e) => e.dataset.embeds)")
        assert sorted(buttons) == sorted(names), chapter
        others = "e => !e.closest('[data-widget], .python, .words')"
        assert not lab.js(f"return [...document.querySelectorAll('main section.worked')].filter({others}).length"), (
            chapter
        )


def test_what_stands_inside_is_trained_where_it_stands_alone(lab: LabPage) -> None:
    lab.open("training", "&embed=inside")
    until(lambda: lab.text("[data-widget=inside] tbody").count("±") == 1)


@pytest.mark.parametrize(("chapter", "part"), [("convolution", "sum"), ("sharing", "matrix"), ("loss", "cross")])
def test_a_part_stands_alone_and_tells_its_height(lab: LabPage, chapter: str, part: str) -> None:
    parent = lab.file.with_name(f"{part}.html")
    parent.write_text(PARENT.format(f"c={chapter}&l=ko&h=dark&embed={part}"), encoding="utf-8")
    resize(lab.browser, 1280)
    visit(lab.browser, parent.as_uri())
    until(lambda: lab.js("return told.length"))
    lab.browser.switch_to.frame(0)
    seen = lab.js("return [...document.querySelectorAll('[data-widget]')].filter((e) => e.checkVisibility()).length")
    assert seen == 1
    assert lab.js("return document.querySelectorAll('.lab-head, .lab-pager, .embed-copy, .credit').length") == 0
    assert lab.js("return document.documentElement.lang + document.documentElement.dataset.theme") == "kodark"
    high = lab.js("return Math.ceil(document.getElementById('page').getBoundingClientRect().height)")
    wide = lab.js("return document.documentElement.scrollWidth")
    lab.browser.switch_to.default_content()
    assert lab.js("return told.at(-1)") == {"type": "convscope-height", "height": high, "widget": part}
    assert wide <= 600


def test_the_code_is_a_frame_with_the_state_and_a_placeholder_from_a_file(lab: LabPage) -> None:
    lab.open("convolution", "&p=1&h=dark")
    lab.js("window.copied = ''; navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    lab.js("document.querySelector('[data-embeds=sum]').click()")
    until(lambda: "YOUR-SITE" in lab.text("#live"))
    found = re.fullmatch(r'<iframe src="([^"]+)" title="([^"]+)" .*></iframe>', lab.js("return window.copied"))
    assert found
    assert found[2] == "The sum under the window"
    address, _, hash = html.unescape(found[1]).partition("#")
    assert address == "https://YOUR-SITE/index.html"
    assert dict(one.split("=") for one in hash.split("&")) == {
        "c": "convolution",
        "l": "en",
        "h": "dark",
        "p": "1",
        "embed": "sum",
    }


def test_the_sums_of_a_part_are_copied_as_text_that_comes_to_the_answer(lab: LabPage) -> None:
    copied = "document.querySelector('[data-widget={}] .sum-copy').click(); return window.copied"

    def lines(chapter: str, part: str) -> list[str]:
        lab.open(chapter)
        lab.js("window.copied = ''; navigator.clipboard.writeText = async (text) => { window.copied = text; }")
        text = str(lab.js(copied.format(part)))
        return text.replace("\u2212", "-").replace("×", "*").splitlines()

    products, total = lines("convolution", "sum")
    made, value = total.split(" = ")
    assert eval(made) == pytest.approx(float(value), abs=5e-5)
    mean, _, size = made.rpartition(" / ")
    assert size == "9"
    assert eval(products) == pytest.approx(eval(mean))
    # A fraction and the brackets of a floor: (I - K + 2P)/S is a line too, and its numbers come to the size.
    assert any(re.search(r"\([^)]*\) / ", line) for line in lines("convolution", "size"))


def test_a_part_that_is_not_there_shows_the_chapter_alone(lab: LabPage, tmp_path: Path) -> None:
    lab.open("convolution", "&embed=1")
    assert lab.js("return document.querySelectorAll('.lab-head').length") == 0
    assert len(parts(lab)) == lab.js(
        "return [...document.querySelectorAll('[data-widget]')].filter((e) => e.checkVisibility()).length"
    )


OVERLAPS = """
const box = (e) => e.getBoundingClientRect();
const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5
  && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
// What a box that scrolls hides lies under nothing.
const seen = (e, one) => {
  let [left, right, top, bottom] = [one.left, one.right, one.top, one.bottom];
  for (let at = e.parentElement; at && at.tagName !== "MAIN"; at = at.parentElement) {
    if (getComputedStyle(at).overflowY === "visible") continue;
    const frame = box(at);
    [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
    [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
  }
  return { left, right, top, bottom };
};
const all = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
const others = [...document.querySelectorAll("main :is(button, input, canvas, svg, .track)")].map((e) => [e, [box(e)]]);
while (all.nextNode()) {
  const text = all.currentNode, range = document.createRange();
  range.selectNodeContents(text);
  if (text.data.trim() && text.parentElement.checkVisibility()) others.push([text, [...range.getClientRects()]]);
}
return [...document.querySelectorAll(".part-tools > button")].filter((e) => e.checkVisibility()).flatMap((tool) =>
  others.filter(([other, boxes]) => !tool.contains(other) && boxes.some((one) => meet(box(tool), seen(other, one))))
    .map(([other]) => `${tool.ariaLabel ?? tool.textContent} over ${(other.textContent || other.className).trim()}`));
"""


@pytest.mark.parametrize("width", [1280, pytest.param(768, marks=pytest.mark.long), 390])
def test_the_buttons_of_a_part_lie_over_nothing(lab: LabPage, width: int) -> None:
    for chapter in ("", *CHAPTERS):
        lab.open(chapter, language="ko" if width == 768 else "en", width=width)
        until(lambda: lab.js("return document.querySelector('.embed-copy')"))
        assert lab.js(OVERLAPS) == [], chapter
