"""The reader's own classes: collected, trained, judged, looked into, and handed on as one page that opens by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import convscope
from tests.browser.chromium import console, until, visit
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


def shown(lab: LabPage, selector: str) -> int:
    return int(lab.js("return document.querySelectorAll(arguments[0]).length", selector))


def draw(lab: LabPage, selector: str, keys: str) -> None:
    """Draw with the keyboard."""
    lab.js("document.querySelector(arguments[0]).focus()", selector)
    lab.browser.switch_to.active_element.send_keys(keys)


def test_four_shapes_are_learned_and_the_saved_page_opens(lab: LabPage, tmp_path: Path) -> None:
    lab.open("own", "&s=1")
    assert shown(lab, ".own-thumbs .thumb") == 40
    lab.press("Train")
    until(lambda: lab.text(".own-train .train-state").startswith("Six trainings in "))
    right, n = map(int, lab.figure("own-right").split(" of "))
    assert n == 40
    assert right >= 34, "of guesses 10 would be right"
    assert "would be refused" in lab.figure("own-refused")
    until(lambda: "are refused" in lab.figure("own-digits"))
    draw(lab, ".own-try .pad", " " + "\ue015" * 14 + " ")  # a line downwards
    until(lambda: "line, " in lab.text(".own-try .draw-verdict"))  # thin as it is, it may be none of them

    until(lambda: lab.js("return document.querySelector('.own-try .look-link').href").startswith("blob:"))
    lab.js(
        "const made = URL.createObjectURL; "
        "URL.createObjectURL = (blob) => { window.kept = blob; return made.call(URL, blob); }"
    )
    lab.press("Save as an HTML page")
    until(lambda: lab.text(".own-save .note").startswith("Saved as circle-cross-line-triangle.html"))
    html = lab.browser.execute_async_script("window.kept.text().then(arguments[0])")
    lab.press("Save as model.onnx")
    until(lambda: lab.text(".own-save .note").startswith("Saved as model.onnx"))
    read = "window.kept.arrayBuffer().then((all) => arguments[0]([...new Uint8Array(all)]))"
    found = lab.browser.execute_async_script(read)
    (tmp_path / "model.onnx").write_bytes(bytes(found))
    model = convscope.load(tmp_path / "model.onnx")
    assert model.classes == ("circle", "cross", "line", "triangle")
    assert model.file.rejection is not None
    assert (model.file.rejection.rejection.n, model.file.rejection.rejection.level) == (40, 0.95)
    assert model.calibration is not None
    assert model.calibration.n == 40, "each by the network that had not learned from it"
    assert model.calibration.after.nll <= model.calibration.before.nll
    noise = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    assert model.predict(noise)[0].label is None, "none of these"
    assert console(lab.browser) == []
    (tmp_path / "own.html").write_text(html, encoding="utf-8")

    link = lab.js("return document.querySelector('.own-try .look-link').href")
    lab.browser.find_element("css selector", ".own-try .look-link").click()
    first, second = lab.browser.window_handles
    lab.browser.switch_to.window(second)
    try:
        until(lambda: lab.text("h1") == "circle · cross · line · triangle")
        assert lab.js("return location.href").split("#")[0] == link.split("#")[0]
        assert console(lab.browser) == []
    finally:
        lab.browser.close()
        lab.browser.switch_to.window(first)

    visit(lab.browser, f"{(tmp_path / 'own.html').as_uri()}#v=draw&l=en")
    until(lambda: lab.js("return document.querySelector('.score.winner .name')?.textContent") == "circle")
    draw(lab, ".pad", " " + "\ue015" * 14 + " ")
    until(lambda: lab.js("return document.querySelector('.score.winner .name').textContent") == "line")
    lab.js("location.hash = '#v=training&l=en'")
    until(lambda: lab.browser.find_elements("css selector", ".scrubber"))
    assert int(lab.js("return document.querySelector('.scrubber').max")) >= 5
    first = lab.text("main .readout")
    lab.js("const e = document.querySelector('.scrubber'); e.value = 0; e.dispatchEvent(new Event('input'))")
    assert lab.text("main .readout").startswith("step 0 ")
    assert lab.text("main .readout") != first
    for view in ("network", "loss", "where", "training", "errors"):
        lab.js("location.hash = arguments[0]", f"#v={view}&l=en")
        until(lambda: len(lab.text("main")) > 50)
    assert console(lab.browser) == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotAllowedError", "This page may not use the camera. Allow it where the browser shows"),
        ("NotFoundError", "There is no camera here. Connect one"),
        ("NotReadableError", "Another program uses the camera. Close that one"),
        ("AbortError", "The browser gives no camera: AbortError: why. Open pictures instead."),
    ],
)
def test_a_camera_that_is_refused_says_what_to_do(lab: LabPage, error: str, words: str) -> None:
    lab.open("own", "&m=photo")
    lab.js(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('why', arguments[0]))",
        error,
    )
    lab.press("Use the camera")
    until(lambda: words in lab.text(".own-files"))
    assert console(lab.browser) == []


def test_pictures_are_kept_across_a_closed_tab_if_asked(lab: LabPage) -> None:
    lab.open("own", "&s=3")
    assert shown(lab, ".own-thumbs .thumb") == 40
    lab.browser.find_element("css selector", ".own-keep-box").click()
    until(lambda: lab.text(".own-keep .note").startswith("40 pictures are kept here, about 32 kB"))
    lab.js("document.querySelector('.own-thumbs .thumb').click()")  # one is taken away: that is kept, too
    until(lambda: lab.text(".own-keep .note").startswith("39 pictures"))
    lab.open("own", "&e=0")
    assert shown(lab, ".own-thumbs .thumb") == 0
    until(lambda: lab.text(".own-keep .note").startswith("39 pictures are kept here from "))
    lab.browser.find_element("css selector", ".own-keep-open").click()
    until(lambda: shown(lab, ".own-thumbs .thumb") == 39)
    lab.browser.find_element("css selector", ".own-keep-box").click()
    until(lambda: lab.text(".own-keep .note").startswith("Without it"))
    lab.open("own", "&e=0")
    lab.browser.execute_async_script("setTimeout(arguments[0], 200)")
    assert lab.text(".own-keep .note").startswith("Without it")
    assert console(lab.browser) == []
