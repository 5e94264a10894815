"""A picture of one's own in a real Chromium: drawn by finger and key, uploaded, changed by sliders, part of it hidden,
read number by number.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from convscope.explain.payload.encoding import decode
from tests.browser.look_page import Page, whole_payload

pytestmark = pytest.mark.browser


SAMPLES = decode(whole_payload()["samples"]["pictures"])


SCORES = "Array.from(document.querySelectorAll('.score .logit'), (e) => e.textContent).join()"


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
            "((name, value) => { const s = document.querySelector(`[data-edit=${name}]`); s.value = value; "
            "s.dispatchEvent(new Event('input', { bubbles: true })); })(...arguments)",
            name,
            value,
        )
        assert page.js(SCORES) != before, name
    assert page.state()["e"] == "3_0_20_1.5_60_0_0_6"
    assert "changed" in page.text(".caption")
    page.js("Array.from(document.querySelectorAll('.link')).find((b) => b.textContent === 'Undo all changes').click()")
    assert "e" not in page.state()


@pytest.mark.parametrize("picture", [".panel .framed", ".framed.tensor"])
def test_the_square_that_hides_is_dragged_and_moved_by_key(page: Page, picture: str) -> None:
    page.open("v=draw&p=s2&e=0_0_0_1_0_2_3_5")  # 5 pixels wide, from column 2 and row 3, on 20×20
    square, frame = page.one(f"{picture} .eraser"), page.one(picture)
    page.js("arguments[0].scrollIntoView({block: 'center'})", frame)
    pixel = page.js("arguments[0].getBoundingClientRect().width", frame) / 20
    assert page.js("arguments[0].getBoundingClientRect().width", square) == pytest.approx(
        5 * pixel, abs=1
    )  # its frame has an edge
    mouse = ActionChains(page.browser, duration=20)
    mouse.move_to_element(square).click_and_hold().move_by_offset(round(4 * pixel), round(6 * pixel)).release()
    mouse.perform()
    assert page.state()["e"] == "0_0_0_1_0_6_9_5"
    assert page.view() == "draw"  # pressing the picture beside it opens a pixel
    seen = page.js(
        "Array.from(document.querySelector('.panel canvas').getContext('2d').getImageData(0, 0, 20, 20).data)"
    )
    grey = np.array(seen).reshape(20, 20, 4)[..., 0]
    expected = SAMPLES[2, 0].copy()
    expected[9:14, 6:11] = 0
    assert np.array_equal(grey, expected)
    page.press(Keys.ARROW_UP, Keys.ARROW_LEFT, *[Keys.ARROW_DOWN] * 9)
    assert page.state()["e"] == "0_0_0_1_0_5_15_5"  # it stops at the edge
    assert page.js("document.querySelector('[data-edit=ey]').value") == "15"


def test_no_square_lies_on_the_picture_until_one_is_asked_for(page: Page) -> None:
    page.open("v=draw&p=s2")
    assert not any(square.is_displayed() for square in page.all(".eraser"))
    page.js("(s => { s.value = 4; s.dispatchEvent(new Event('input')); })(document.querySelector('[data-edit=es]'))")
    assert all(square.is_displayed() for square in page.all(".eraser"))
