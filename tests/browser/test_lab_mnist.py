"""Chapter 10 in Chromium, MNIST: the recorded training, the walk through it, and a drawn digit."""

from __future__ import annotations

import re

import pytest

from tests.browser.chromium import until
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


def test_the_recorded_training_shows_the_floor_of_its_smoothed_labels(lab: LabPage) -> None:
    lab.open("mnist")
    assert "0.500" in lab.text(".curve-key .loss-floor")
    floor, curve = (
        lab.js("const b = document.querySelector(arguments[0]).getBBox(); return b.y + b.height", css)
        for css in (".loss-curve .loss-floor", ".loss-curve .training-loss")
    )
    assert curve <= floor  # down the page is less: no batch's loss lies below it


def test_a_walk_goes_through_the_chapter_stop_by_stop(lab: LabPage) -> None:
    seen = """const lit = document.querySelector('.walk-lit');
        if (!lit || lit === window.before) return null;
        const [e, box] = [lit, document.querySelector('.tour')].map((one) => one.getBoundingClientRect());
        return [Math.max(0, Math.min(e.bottom, innerHeight) - Math.max(e.top, 0)) > Math.min(e.height, 200) - 1,
            Math.min(e.right, box.right) <= Math.max(e.left, box.left)
            || Math.min(e.bottom, box.bottom) <= Math.max(e.top, box.top)]"""
    press = """window.before = document.querySelector('.walk-lit'); document.querySelector('.tour').dispatchEvent(
        new KeyboardEvent('keydown', {key: arguments[0], bubbles: true}))"""
    lab.open("mnist")
    lab.js("document.querySelector('.walk-start button').click()")
    for stop in range(1, 13):
        assert lab.text(".tour .small") == f"{stop} / 12"
        assert lab.js("return location.hash").endswith(f"wk={stop}")
        until(lambda: lab.js(seen))
        assert lab.js(seen) == [True, True], lab.text(".tour")  # in sight, and not below its own sentence
        if "step 0." in lab.text(".tour"):
            assert lab.text(".train-shown .readout").startswith("step 0 ")
        lab.js(press, "ArrowRight")
    lab.js(press, "Escape")
    assert lab.js("return document.querySelector('.tour').hidden && !document.querySelector('.walk-lit')")
    lab.open("mnist", "&wk=9")
    assert "99.43\xa0%" in lab.text(".tour")
    lab.js("location.hash = '#c=loss'")
    until(lambda: "loss" in lab.js("return location.hash"))
    assert not lab.js("return document.querySelector('.walking, .tour')")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_walk_shows_pad_and_scores_at_once(lab: LabPage, width: int) -> None:
    """On a phone, too, what is drawn and what is read of it lie above the box."""
    lab.open("mnist", "&wk=11", width=width)
    until(lambda: lab.js("return document.querySelector('.walk-lit') !== null"))
    seen = """const box = (css) => document.querySelector(css).getBoundingClientRect();
      const [pad, scores, tour] = ['.walk-lit .pad', '.walk-lit .digit-scores', '.tour'].map(box);
      const below = tour.top >= scores.bottom, beside = tour.left >= scores.right || tour.right <= scores.left;
      return [pad.top >= 0, scores.bottom <= innerHeight, below || beside]"""
    until(lambda: lab.js(seen) == [True, True, True])


def test_a_recorded_training_can_be_scrubbed_and_a_drawn_digit_is_read(lab: LabPage) -> None:
    lab.open("mnist")
    assert "recorded when this copy of the lab was made" in lab.text(".training")
    assert lab.figure("test") == "99.43\xa0%"
    end = lab.text(".train-shown .readout")
    lab.put(".train-shown .scrubber", 0)
    first = lab.payload["recorded"]["snapshots"][0]
    assert (
        lab.text(".train-shown .readout")
        == f"step 0 · loss {first['loss']:.4f} · accuracy {first['accuracy'] * 100:.1f}\xa0%"
    )
    assert lab.text(".train-shown .readout") != end
    lab.js("""const e = document.querySelector('canvas.pad'); e.scrollIntoView({block: 'center'});
        const b = e.getBoundingClientRect(), pen = {pointerId: 1, buttons: 1, bubbles: true};
        const place = (y) => ({clientX: b.left + b.width / 2, clientY: b.top + b.height * y});
        const at = (type, y) => e.dispatchEvent(new PointerEvent(type, {...place(y), ...pen}));
        at('pointerdown', 0.2); for (let i = 2; i <= 8; i++) at('pointermove', i / 10); at('pointerup', 0.8)""")
    lab.browser.set_script_timeout(20)
    said = lab.browser.execute_async_script("""const done = arguments[0], until = performance.now() + 15000;
        const look = () => {
            const text = document.querySelector('.draw-verdict').textContent;
            if (/reads this as \\d/.test(text) || performance.now() > until) done(text); else setTimeout(look, 50);
        };
        look()""")
    assert said.startswith("It reads this as 1, with ")
    assert re.search(r"mnist\.html#v=draw&p=d[\w%-]{20,}$", lab.js("return document.querySelector('.look-link').href"))
