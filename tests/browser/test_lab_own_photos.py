"""Photographs of the reader's own, learned on frozen features: what the page learns is what Python learns of them."""

from __future__ import annotations

import base64
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium import webdriver

import convscope
from convscope.lab.payload import lab_payload
from convscope.lab.pretrained_file import pretrained_file
from convscope.page.inline import lab_html, page_html
from convscope.page.large import LARGE_MACS
from convscope.training.left_out import fitted_without
from convscope.training.starting import HeadRows, candidates
from convscope.transfer.choice import choose
from convscope.transfer.head import class_weights
from convscope.transfer.rows import TapRows
from convscope.transfer.start import body_of
from convscope.transfer.taps import taps_of, with_head
from tests.browser.chromium import console, until, visit
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser
SIDE, EACH = 224, 13
Pixels = np.ndarray


class PhotoLab(LabPage):
    """The lab's chapter for photographs, from a file, with lite0's weights beside it."""

    def __init__(self, browser: webdriver.Chrome, folder: Path) -> None:
        self.browser, self.file = browser, folder / "lab.html"
        known, data = pretrained_file()
        self.weights = folder / known.file
        self.weights.write_bytes(data)
        self.file.write_text(lab_html({**lab_payload().to_json(), "pretrained": known.to_json()}, False), "utf-8")

    def take(self, pictures: dict[str, list[Path]]) -> None:
        """Name the classes and open the pictures of each."""
        for k, (name, files) in enumerate(pictures.items()):
            self.js("document.querySelectorAll('.own-classes button')[arguments[0]].click()", k)
            code = "const e = document.querySelector('#own-name'); e.value = arguments[0]; "
            self.js(code + "e.dispatchEvent(new Event('change'))", name)
            field = self.browser.find_element("css selector", ".own-files input[type=file]")
            field.send_keys("\n".join(map(str, files)))
            shown = "return document.querySelectorAll('.own-row')[arguments[0]].querySelectorAll('.thumb').length"
            until(partial(self._holds, shown, k, len(files)))

    def _holds(self, shown: str, k: int, count: int) -> bool:
        return bool(self.js(shown, k) == count)

    def choose_weights(self, path: Path) -> None:
        until(lambda: self.browser.find_elements("css selector", ".own-features-file"))
        self.browser.find_element("css selector", ".own-features-file").send_keys(str(path))

    def saved(self, words: str, name: str) -> bytes:
        """Press a button that saves a file and return its bytes."""
        self.js(
            "const made = URL.createObjectURL; "
            "URL.createObjectURL = (blob) => { window.kept = blob; return made.call(URL, blob); }"
        )
        self.press(words)
        until(lambda: self.text(".own-save [role=status]").startswith(f"Saved as {name}"))
        code = "const r = new FileReader(); r.onload = () => arguments[0](r.result); r.readAsDataURL(window.kept)"
        return base64.b64decode(self.browser.execute_async_script(code).split(",", 1)[1])


@pytest.fixture(scope="module")
def lab(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> PhotoLab:
    return PhotoLab(browser, tmp_path_factory.mktemp("photos"))


def drawn(kind: int, seed: int) -> Pixels:
    """Return a picture (224, 224, 3) of stripes or of discs, in colours that say nothing."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE]
    if kind:
        turn, width = rng.uniform(0, np.pi), rng.uniform(15, 35)
        on = np.sin(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / width) > 0
    else:
        on = np.zeros((SIDE, SIDE), bool)
        for cx, cy, r in zip(
            rng.integers(0, SIDE, 12), rng.integers(0, SIDE, 12), rng.integers(8, 30, 12), strict=True
        ):
            on |= (x - cx) ** 2 + (y - cy) ** 2 < r * r
    ink, paper = rng.integers(0, 256, (2, 3))
    picture = np.where(on[..., None], ink, paper) + rng.normal(0, 12, (SIDE, SIDE, 3))
    return np.asarray(picture.clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pixels, dict[str, list[Path]]]:
    """Pictures (n, 3, 224, 224), half of each class, and their files by class."""
    folder, files, all_pixels = tmp_path_factory.mktemp("pictures"), dict[str, list[Path]](), []
    for kind, name in enumerate(("discs", "stripes")):
        files[name] = [folder / f"{name}-{i:02}.png" for i in range(EACH)]
        for i, path in enumerate(files[name]):
            pixels = drawn(kind, 100 * kind + i)
            Image.fromarray(pixels).save(path)
            all_pixels.append(pixels.transpose(2, 0, 1))
    return np.stack(all_pixels), files


@pytest.mark.slow
def test_what_the_page_learns_of_photographs_is_what_python_learns(
    lab: PhotoLab, pictures: tuple[Pixels, dict[str, list[Path]]], tmp_path: Path
) -> None:
    pixels, files = pictures
    lab.open("own", "&m=photo")
    other = tmp_path / "other.bin"
    other.write_bytes(lab.weights.read_bytes()[:-1] + b"x")
    lab.choose_weights(other)
    until(lambda: lab.text(".own-features .trouble").startswith("This is not the file lite0.bin"))
    lab.choose_weights(lab.weights)
    until(lambda: "stays as it is" in lab.text(".own-features-words"))
    lab.take(files)
    until(lambda: lab.text(".own-train .train-state").startswith("All 26 pictures have gone through lite0"))
    lab.press("Train")
    until(lambda: lab.text(".own-train .train-state").startswith("Fitted in "))
    right, n = map(int, lab.figure("own-right").split(" of "))
    assert (n, right) >= (26, 24), "stripes are no discs"

    file = tmp_path / "model.onnx"
    file.write_bytes(lab.saved("Save as model.onnx", "model.onnx"))
    model = convscope.load(file)
    assert model.classes == ("discs", "stripes")
    body = body_of(convscope.modelfile.read("lite0"), (3, SIDE, SIDE))
    tapped, labels = TapRows(body, taps_of(body.network)), np.repeat([0, 1], EACH)
    rows = tapped.of(pixels)
    fold = np.tile(np.arange(EACH) * 5 // EACH, 2)
    sets = candidates(taps_of(body.network))
    parts = {str(i): tapped.part(rows, some) for i, some in enumerate(sets)}
    best, _ = choose(parts, labels, 2, fold, balanced=False)
    assert model.file.formula == str(with_head(body.network.plan, sets[int(best.name)]))
    start = model.file.facts["training"]["start"]
    assert (start["strength"], start["tune"], start["digest"]) == (
        best.strength,
        "head",
        convscope.modelfile.read("lite0").digest,
    )
    features = parts[best.name]
    head = HeadRows(features, labels, class_weights(labels, 2, False), len(labels)).fit(2, best.strength)
    left_out = fitted_without(HeadRows(features, labels, class_weights(labels, 2, False), n), 2, best.strength, fold)
    assert right == (left_out.logits.argmax(1) == labels).sum()
    theirs = model.file.weights["fc1.weight"], model.file.weights["fc1.bias"]
    scores = features @ theirs[0].T + theirs[1]
    assert np.abs(scores - head.scores(features)).max() < 1e-2 * np.abs(scores).max()
    logits = model.predictor.run(pixels)[0]
    assert np.abs(logits - scores).max() < 1e-3 * np.abs(scores).max()
    assert set(model.file.half) == {name for name in body.half if name in model.file.weights} - {
        "fc1.weight",
        "fc1.bias",
    }
    assert model.file.facts["pretrained"]["name"] == "lite0"
    rejection = model.file.rejection
    assert rejection is not None
    assert rejection.rejection.n == 26

    foreign = lab.figure("own-foreign")
    score = float(model.predictor.outsiders(pixels[:1])[1][0])
    assert float(foreign.split("is: ")[1].split(";")[0]) == pytest.approx(score, abs=0.02)

    html = lab.saved("Save as an HTML page", "discs-stripes.html").decode()
    policy = 'Content-Security-Policy" content="'
    large = page_html({"nodes": [{"macs": LARGE_MACS, "output": [1]}]})
    assert html.split(policy)[1].split('"')[0] == large.split(policy)[1].split('"')[0]
    assert console(lab.browser) == []
    page = tmp_path / "own.html"
    page.write_text(html, "utf-8")
    visit(lab.browser, f"{page.as_uri()}#v=draw&l=en")
    until(lambda: lab.js("return document.querySelector('.score.winner .name')?.textContent") == "discs")
    lab.js("location.hash = '#v=network&l=en'")
    until(lambda: "EfficientNet-Lite0" in lab.js("return document.querySelector('footer.figures')?.textContent ?? ''"))
    assert console(lab.browser) == []


@pytest.mark.slow
def test_features_are_kept_with_the_pictures_and_not_computed_again(
    lab: PhotoLab, pictures: tuple[Pixels, dict[str, list[Path]]]
) -> None:
    """After a closed tab the worker is asked to take them, not to make them; what it is fitted to is the same."""
    runs = """window.made = 0; const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (asked, ...rest) {
        if (asked.ask === "row" && !asked.row) window.made++;
        return post.call(this, asked, ...rest);
      };"""
    few = {name: files[:6] for name, files in pictures[1].items()}
    ready = "All 12 pictures have gone through lite0"

    def trained() -> str:
        until(lambda: lab.text(".own-train .train-state").startswith(ready))
        lab.press("Train")
        until(lambda: lab.text(".own-train .train-state").startswith("Fitted in "))
        code = "return [...document.querySelectorAll('.own-thumbs .thumb')].map((e) => e.ariaLabel + e.title).join()"
        return lab.text(".own-result") + str(lab.js(code))

    lab.open("own", "&m=photo")
    lab.js(runs)
    lab.choose_weights(lab.weights)
    until(lambda: "stays as it is" in lab.text(".own-features-words"))
    lab.take(few)
    before = trained()
    assert lab.js("return window.made") == 12
    lab.browser.find_element("css selector", ".own-keep-box").click()
    until(lambda: lab.text(".own-keep .note").endswith("With the features of 12: they need not be computed again."))

    lab.open("own", "&m=photo")
    lab.js(runs)
    until(lambda: lab.text(".own-keep .note").startswith("12 pictures are kept here from "))
    lab.browser.find_element("css selector", ".own-keep-open").click()
    until(lambda: lab.js("return document.querySelectorAll('.own-thumbs .thumb').length") == 12)
    if lab.browser.find_elements("css selector", ".own-features-load:not([hidden])"):
        lab.choose_weights(lab.weights)
    assert trained() == before
    assert lab.js("return window.made") == 0
    lab.browser.find_element("css selector", ".own-keep-box").click()
    until(lambda: lab.text(".own-keep .note").startswith("Without it"))
    assert console(lab.browser) == []
