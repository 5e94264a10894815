"""Each view's own promises, in a real Chromium: what lights up, what can be pressed, drawn, played, and that its numbers are right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from convscope.page.inline import page_html
from convscope.see.binary import decode
from tests.browser.looking import CLASSES, HOSTILE, VIEWS, Page, whole_payload
from tests.page.samples import small_payload

pytestmark = pytest.mark.browser

SAMPLES = decode(whole_payload()["samples"]["pictures"])
LOGITS = decode(whole_payload()["samples"]["logits"]).astype(np.float64)
SCORES = "Array.from(document.querySelectorAll('.score .logit'), (e) => e.textContent).join()"


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("views") / "page.html"
    path.write_text(page_html(whole_payload()), encoding="utf-8")
    yield Page(browser, path)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize(
    ("column", "feeding"), [(2, ["input"]), (3, ["conv1"]), (5, ["maxpool1"] * 4), (8, ["tanh1", "maxpool1"])]
)
def test_a_map_lights_up_what_feeds_it(page: Page, column: int, feeding: list[str]) -> None:
    page.open()
    page.point(page.one(f".column:nth-of-type({column}) .tile"))
    lit = page.js(
        "Array.from(document.querySelectorAll('.tile.feeds'), (e) => e.closest('.column').ariaLabel.split(' ')[0])"
    )
    assert sorted(lit) == sorted(feeding)
    assert page.js("document.querySelector('.edge.lit').getAttribute('d').split('M').length - 1") == len(feeding)
    page.point(page.one(".lead"))
    assert page.all(".tile.feeds") == []


def test_many_channels_are_shown_on_request_and_put_away_again(browser: webdriver.Chrome, tmp_path: Path) -> None:
    path = tmp_path / "wide.html"
    path.write_text(page_html(small_payload("conv(40, 3) + relu + fc")), encoding="utf-8")
    wide = Page(browser, path).open()
    tiles = "document.querySelectorAll('.column:nth-of-type(2) .tile').length"
    assert wide.js(tiles) == 12
    edges = wide.js("document.querySelector('.edge').getAttribute('d')")
    wide.one(".column:nth-of-type(2) .more").click()
    assert wide.js(tiles) == 40
    assert wide.js(
        "(() => { const l = document.querySelector('.maps.all'); return l.scrollHeight > l.clientHeight; })()"
    ), "scrolls"
    wide.one(".column:nth-of-type(2) .more").click()
    assert wide.js(tiles) == 12
    assert wide.js("document.querySelector('.edge').getAttribute('d')") == edges, "no lines to maps that are gone"
    assert wide.console() == []


def test_the_window_plays_and_rests_under_the_pointer(page: Page) -> None:
    page.open("v=layer&n=conv2&c=1&y=0&x=0")
    page.one(".player [data-value=fast]").click()
    page.one(".play").click()
    page.wait(500)
    assert page.text(".readout") != (before := "conv2, map 2, row 1, column 1")
    assert not page.text(".readout").startswith(before + " ")
    page.point(page.one(".drawing h3"))
    page.wait(100)
    held = page.text(".readout")
    page.wait(250)
    assert page.text(".readout") == held, "a resting pointer pauses it"
    page.point(page.one(".lead"))
    page.wait(250)
    assert page.text(".readout") != held
    page.one(".play").click()
    page.js("document.activeElement.blur()")
    page.press(" ")
    assert "Pause" in page.text(".play")
    page.press(" ")
    assert "Play" in page.text(".play")


def test_live_text_reads_the_current_sum(page: Page) -> None:
    page.open("v=layer&n=conv2&c=1&y=2&x=2")
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    assert page.text("#live").startswith("conv2, map 2, row 4, column 4 = ")
    assert page.text("#live") == page.text(".readout")


def test_the_formula_adds_up_and_its_terms_light_up_together(page: Page) -> None:
    page.open("v=value&n=conv2&c=1&y=3&x=3&f=2")
    written = page.js("Array.from(document.querySelectorAll('.written .product'), (e) => e.textContent)")
    factors = [[float(f.strip("()").replace("−", "-")) for f in term.split("×")] for term in written]
    assert len(written) == 9
    assert abs(sum(a * b for a, b in factors) - page.number(".written b")) < 0.02
    page.point(page.all(".numbers.weights .cell")[4])
    assert page.js("Array.from(document.querySelectorAll('.twin'), (e) => e.dataset.term)") == ["4"] * 4
    a, b, product = page.js("document.querySelector('.reading').textContent.match(/−?[0-9.]+/g)")
    a, b, product = (float(v.replace("−", "-")) for v in (a, b, product))
    assert abs(a * b - product) < 2e-4
    page.all(".written .product")[4].click()
    assert page.text("#view h2").startswith("maxpool1, map 3, row 4, column 4 = ")
    assert "conv2, map 2, row 4, column 4" in page.text(".trail")


def test_the_two_small_maps_of_the_formula_move_and_descend(page: Page) -> None:
    page.open("v=value&n=conv2&c=1&y=3&x=3&f=2")
    for box, at in ((1, 8), (0, 4)):
        frame = page.all(".places .framed")[box]
        ActionChains(page.browser, duration=10).move_to_element_with_offset(frame, at, at).click().perform()
        if box == 1:
            assert (page.state()["y"], page.state()["x"]) == ("4", "4")
    assert page.state()["n"] == "maxpool1"
    assert page.state()["t"] == "conv2.1.4.4"


def test_what_follows_is_an_activation_with_the_number_put_in(page: Page) -> None:
    page.open("v=value&n=conv1&c=0&y=5&x=5")
    value = page.number(".answer")
    assert page.text(".next .display") == f"max(0, {page.text('.answer')})={max(0.0, value):.4f}"


@pytest.mark.parametrize(
    ("node", "steps"), [("conv1", ["1 + (5 − 1)·1"]), ("conv2", ["1 + (5 − 1)·1", "5 + (2 − 1)·1", "6 + (3 − 1)·2"])]
)
def test_a_receptive_field_says_how_it_came_about(page: Page, node: str, steps: list[str]) -> None:
    page.open(f"v=layer&n={node}&c=1&y=0&x=0")
    shown = page.js("Array.from(document.querySelectorAll('.recurrence td:nth-child(2)'), (e) => e.textContent)")
    assert shown == steps
    box = {
        k: float(page.js(f"document.querySelector('.panel .window-box').getAttribute('{k}')"))
        for k in ("x", "y", "width", "height")
    }
    assert box == {"x": 0, "y": 0, **dict.fromkeys(("width", "height"), 5 if node == "conv1" else 8)}, (
        "padding 1 is cut off"
    )
    page.one(".field-note summary").click()
    page.press(Keys.ARROW_RIGHT)
    assert not page.js("document.querySelector('.field-note details').open"), "stays folded while the window moves"


def test_flatten_says_which_number_of_the_row(page: Page) -> None:
    page.open("v=layer&n=flatten1&c=37")
    assert page.text(".drawing .display") == "2 · 4·4 + 1 · 4 + 1 + 1=number 38 of the row"
    page.open("v=value&n=flatten1&c=37")
    page.one(".numbers.values button").click()
    assert page.text("#view h2").startswith("dropout1, map 3, row 2, column 2 = ")


def test_dropout_draws_anew(page: Page) -> None:
    page.open("v=layer&n=dropout1&c=0")
    shot = "document.querySelectorAll('.drawing canvas')[1].toDataURL()"
    draws = set()
    for _ in range(6):
        draws.add(page.js(shot))
        page.one(".drawing .link").click()
    assert len(draws) > 1
    assert page.js(
        "document.querySelectorAll('.drawing canvas')[0].toDataURL() === document.querySelectorAll('.drawing canvas')[2].toDataURL()"
    )


def test_pooling_tells_what_the_other_one_keeps(page: Page) -> None:
    page.open("v=layer&n=maxpool1&c=1&y=2&x=2")
    numbers = page.js("Array.from(document.querySelectorAll('.numbers .cell'), (e) => e.title)")
    values = [float(title.rsplit("= ", 1)[1].replace("−", "-")) for title in numbers]
    mean = page.js("document.querySelector('.window-numbers .note').textContent.match(/[0-9.]+/)[0]")
    assert len(values) == 4
    assert abs(float(mean) - np.mean(values)) < 0.006


def touch(page: Page, points: list[tuple[float, float]]) -> None:
    """Draw with a finger."""
    for kind, at in [("touchStart", points[0]), *(("touchMove", p) for p in points[1:]), ("touchEnd", None)]:
        spots = [{"x": at[0], "y": at[1]}] if at else []
        page.browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})


def test_a_finger_draws_and_does_not_scroll(page: Page) -> None:
    page.open("v=draw", 390)
    page.js("document.querySelector('canvas.pad').scrollIntoView({block: 'center'})")
    before, top = page.js(SCORES), page.js("scrollY")
    box = page.js(
        "(() => { const b = document.querySelector('canvas.pad').getBoundingClientRect(); return [b.left, b.top]; })()"
    )
    touch(page, [(box[0] + 80 + 2 * i, box[1] + 60 + 8 * i) for i in range(15)])
    page.wait(200)
    assert page.js(SCORES) != before
    assert page.js("scrollY") == top
    assert not page.one(".pad-hint").is_displayed()


def test_keys_draw(page: Page) -> None:
    page.open("v=draw")
    before = page.js(SCORES)
    page.js("document.querySelector('canvas.pad').focus()")
    page.press(*[Keys.ARROW_DOWN] * 3)
    page.wait()
    assert page.js(SCORES) == before, "the pen is up"
    page.press(" ", *[Keys.ARROW_DOWN] * 8)
    page.wait(200)
    assert page.js(SCORES) != before
    assert page.text("#live") == "pen down"
    assert page.view() == "draw", "the arrows did not move anything else"


def test_centring_can_be_turned_off_and_the_ink_stays(page: Page) -> None:
    page.open("v=draw")
    pad = page.one("canvas.pad")
    ActionChains(page.browser, duration=10).move_to_element_with_offset(pad, -90, -90).click_and_hold().move_by_offset(
        50, 0
    ).release().perform()
    page.wait(200)
    middle = page.js("document.querySelector('.tensor canvas').toDataURL()")
    page.one("#centring").click()
    page.wait(200)
    assert page.js("document.querySelector('.tensor canvas').toDataURL()") != middle
    ink = page.js("document.querySelector('canvas.pad').toDataURL()")
    page.one("nav a[data-view=loss]").click()
    page.one("nav a[data-view=draw]").click()
    assert page.js("document.querySelector('canvas.pad').toDataURL()") == ink
    page.one(".pad-tools .button").click()
    page.wait(200)
    seen = page.js(
        "Array.from(document.querySelector('.panel canvas').getContext('2d').getImageData(0, 0, 20, 20).data)"
    )
    assert max(seen[::4]) == 0, "cleared: the network reads an empty picture"


def test_the_tensor_can_be_read_number_by_number(page: Page) -> None:
    page.open("v=draw&p=s1")
    page.js("document.querySelector('.tensor').scrollIntoView({block: 'center'})")
    page.point(page.one(".tensor"))
    row, column, pixel = (
        int(v) for v in page.js("document.querySelector('.tensor-box .note').textContent.match(/[0-9]+/g)")[:3]
    )
    assert pixel == SAMPLES[1, 0, row - 1, column - 1]


def test_an_uploaded_picture_is_read_and_its_name_is_text(page: Page, tmp_path: Path) -> None:
    page.open("v=draw")
    rng = np.random.default_rng(8)
    pixels = rng.integers(0, 256, (20, 20), dtype=np.uint8)
    pixels[[0, -1]] = pixels[:, [0, -1]] = 0  # a dark border, so that nothing is inverted
    file = tmp_path / "<b>one & two.png"
    Image.fromarray(pixels).save(file)
    page.one("#upload").send_keys(str(file))
    page.wait(300)
    assert "<b>one & two.png" in page.text(".upload")
    seen = page.js(
        "Array.from(document.querySelector('.panel canvas').getContext('2d').getImageData(0, 0, 20, 20).data)"
    )
    assert seen[::4] == pixels.ravel().tolist()
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    page.one("#upload").send_keys(str(broken))
    page.wait(300)
    assert "broken.png" in page.text(".upload .note")
    assert page.console() == []


def test_sliders_change_the_picture_while_they_move(page: Page) -> None:
    page.open("v=draw&p=s2")
    for name, value in (("dx", 3), ("turn", 20), ("scale", 1.5), ("noise", 60), ("es", 6)):
        before = page.js(SCORES)
        page.js(
            "((name, value) => { const s = document.querySelector(`[data-edit=${name}]`); s.value = value; s.dispatchEvent(new Event('input', { bubbles: true })); })(...arguments)",
            name,
            value,
        )
        assert page.js(SCORES) != before, name
    assert page.state()["e"] == "3_0_20_1.5_60_0_0_6"
    assert "changed" in page.text(".caption")
    page.js(
        "Array.from(document.querySelectorAll('.link')).find((b) => b.textContent === 'Put everything back').click()"
    )
    assert "e" not in page.state()


def test_loss_and_why_not_are_right(page: Page) -> None:
    page.open("v=loss&p=s0&b=2")
    z = LOGITS[0]
    p = np.exp(z) / np.exp(z).sum()
    shown = page.js(
        "Array.from(document.querySelectorAll('.loss table tbody td:last-child'), (e) => Number(e.textContent))"
    )
    np.testing.assert_allclose(shown, p, atol=6e-5)
    loss = page.js("document.querySelector('.loss-grid .display b').textContent")
    assert abs(float(loss) - -np.log(p[0])) < 2e-5, "its label is class 0"
    winner = int(z.argmax())
    gap = page.js("document.querySelector('.why .display b').textContent").replace("−", "-")
    assert abs(float(gap) - (z[winner] - z[2 if winner != 2 else 1])) < 2e-3
    bars = page.js("Array.from(document.querySelectorAll('.why .value'), (e) => e.textContent)")
    assert abs(sum(float(v.replace("−", "-")) for v in bars) - float(gap)) < 0.01
    page.open("v=loss&p=s3")
    assert (
        "no label" in page.text(".loss-grid")
        or "Choose" in page.text(".loss-grid")
        or not page.all(".loss-grid .display")
    )


def test_where_it_looked_for_each_class_and_by_hiding(page: Page) -> None:
    page.open("v=where")
    assert len(page.all(".class-cam")) == len(CLASSES)
    page.all(".class-cam")[2].click()
    assert page.state()["b"] == "2"
    assert page.js("document.querySelector('.where select').value") == "2"
    page.one(".segmented [data-value=occlusion]").click()
    for _ in range(40):
        page.wait(50)
        if "%" in page.text(".where [role=status]") and "…" not in page.text(".where [role=status]"):
            break
    assert page.text(".where [role=status]").startswith("Hiding the strongest place")
    assert not page.one(".every-class").is_displayed()


def test_the_training_is_scrubbed_by_key_by_pointer_and_played(page: Page) -> None:
    page.open("v=training")
    assert page.text(".readout").startswith("step 10")
    page.press(Keys.ARROW_LEFT)
    assert page.text(".readout").startswith("step 0")
    names = page.js("Array.from(document.querySelectorAll('.training-grid h3'), (e) => e.textContent)")
    assert names.index("conv1, 4 of its maps") < names.index("conv2, 4 of its maps"), "as the network has them"
    assert HOSTILE in page.text(".followed-row")
    assert "60.0 %" in page.text(".followed-row"), "scores 0, ln 3, 0 make 1/5, 3/5, 1/5"
    page.point(svg := page.one(".loss-curve"))
    width = svg.size["width"]
    ActionChains(page.browser, duration=10).move_to_element_with_offset(svg, width // 2 - 16, 0).click().perform()
    assert page.text(".readout").startswith("step 10")
    page.one(".play").click()
    assert page.text(".readout").startswith("step 0"), "from the start again"
    page.wait(900)
    assert page.text(".readout").startswith("step 10")
    assert "held-out" in page.text(".training")


def test_a_dead_channel_says_so_with_a_remedy(page: Page) -> None:
    page.open("v=layer&n=conv1&c=0")
    assert "dying neuron" in page.text(".badge")
    assert "leaky_relu" in page.text(".badge")
    assert page.text(".class-bars").startswith("0 %")


def test_colours_by_layer_and_network_change_the_maps(page: Page) -> None:
    pictures = {}
    for by in ("map", "layer", "network"):
        page.open(f"r={by}")
        pictures[by] = page.js("Array.from(document.querySelectorAll('.tile canvas'), (c) => c.toDataURL()).join()")
    assert len(set(pictures.values())) == 3
    assert page.js("/[0-9]/.test(document.querySelector('.legend .ends').textContent.replace('0', ''))"), (
        "one range: its numbers"
    )


def test_a_map_grows_into_its_layer_unless_motion_is_reduced(page: Page) -> None:
    moving = "document.getAnimations().filter((a) => !(a instanceof CSSTransition)).length"
    for wish, expected in (("no-preference", 1), ("reduce", 0)):
        page.browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": wish}]}
        )
        page.open()
        page.js("(document.querySelectorAll('.column')[2].querySelector('.tile').click(), 0)")
        assert page.js(moving) == expected
        page.press(Keys.ESCAPE)
        assert page.view() == "network"
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_focus_returns_to_the_map_it_came_from(page: Page) -> None:
    page.open()
    page.press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ENTER, Keys.ESCAPE)
    assert page.js("document.activeElement.ariaLabel") == "relu1, map 2"


@pytest.mark.parametrize("view", VIEWS)
def test_everything_that_can_be_used_has_a_name(page: Page, view: str) -> None:
    page.open(f"v={view}&n=conv2&c=1&y=2&x=2")
    nameless = page.js(
        """Array.from(document.querySelectorAll("button, a, select, input, [role=img], [role=application]"))
        .filter((e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_korean_page_has_no_english_sentence(page: Page, view: str) -> None:
    page.open(f"l=ko&v={view}&n=conv2&c=1&y=2&x=2")
    english: list[Any] = page.js(
        """(() => {
          const { en, ko } = JSON.parse(document.getElementById("dictionary").textContent);
          const words = new Set(Object.keys(en).filter((k) => en[k] !== ko[k] && /^[^{]+$/.test(en[k])).map((k) => en[k]));
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
          while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("script") && words.has(walk.currentNode.textContent.trim())) found.push(walk.currentNode.textContent);
          return found;
        })()"""
    )
    assert [text for text in english if text != "kernel"] == []
