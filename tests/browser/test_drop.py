"""The page without a network in a real Chromium: a file of others is dropped on it, read, and computed for a picture of
one's own as ONNX Runtime computes it; convscope's own files are what `convscope predict --json` says.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import helper
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from convscope import modelfile
from convscope.cli.main import main
from convscope.lab.static_site import PAGES
from convscope.page.opening import empty_html
from tests.browser.chromium import until
from tests.browser.look_page import Page
from tests.calibration.made import calibrated
from tests.foreign.graphs import model, weights
from tests.foreign.refused import branch, changed
from tests.rejection.made import rejecting
from tests.samples import sample
from tests.transformer import SHAPE, ViT, exported

pytestmark = pytest.mark.browser
DROPS = """(([name, text]) => {
  const files = new DataTransfer();
  files.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
  const at = document.querySelector('.drop-zone') ?? document.querySelector('.opened');
  for (const kind of ['dragover', 'drop'])
    at.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
})(arguments[0])"""
SEEN = "document.querySelector('.panel canvas').toDataURL().split(',')[1]"
SCORES = "Array.from(document.querySelectorAll('.score .logit'), (e) => e.textContent)"


def grey(classes: int = 3, seed: int = 0) -> bytes:
    """Return a network of others for grey pictures of 12×12 pixels."""
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], name="stem"),
        helper.make_node("Relu", ["c"], ["r"], name="act"),
        helper.make_node("GlobalAveragePool", ["r"], ["g"], name="mean"),
        helper.make_node("Flatten", ["g"], ["f"], name="flat"),
        helper.make_node("Gemm", ["f", "head", "bias"], ["y"], name="head"),
    ]
    tensors = weights(seed, w=(5, 1, 3, 3), b=(5,), head=(5, classes), bias=(classes,))
    return model(nodes, tensors, shape=(1, 1, 12, 12))


def answered(data: bytes, picture: np.ndarray[Any, Any]) -> list[float]:
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (scores,) = session.run(None, {"x": picture.astype(np.float32).reshape(1, 1, 12, 12)})
    found: list[float] = scores[0].tolist()
    return found


class Drop(Page):
    """The page, and the files that are given to it."""

    def drop(self, name: str, data: bytes) -> None:
        self.js(DROPS, [name, base64.b64encode(data).decode()])

    def choose(self, path: Path) -> None:
        self.one(".file-choice input").send_keys(str(path))

    def opened(self, name: str) -> None:
        until(lambda: self.text(".opened-name") == name and self.text("p.drop-said") == "")

    def refused(self) -> str:
        until(lambda: self.js("document.querySelector('p.drop-said.refused')?.textContent ?? ''"))
        return self.text("p.drop-said.refused")

    def scores(self) -> list[float]:
        return [float(text.replace("−", "-")) for text in self.js(SCORES)]

    def picture(self) -> np.ndarray[Any, Any]:
        """Return what the network reads, 0…255."""
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(self.js(SEEN)))).convert("L"))
        assert pixels.shape == (12, 12)
        return pixels.ravel()


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drop]:
    path = tmp_path_factory.mktemp("drop") / "open.html"
    path.write_text(empty_html(), encoding="utf-8")
    yield Drop(browser, path)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_dropped_file_is_what_onnx_runtime_makes_of_a_drawn_picture(page: Drop) -> None:
    page.open("l=en")
    assert page.text("h1") == "Look into your own network"
    page.drop("net.onnx", grey())
    page.opened("net.onnx")
    assert "Pictures are read as 1×12×12, brought to 0…1" in page.text(".reading summary")
    page.js("document.querySelector('canvas.pad').focus()")
    page.press(*[Keys.ARROW_DOWN] * 3, " ", *[Keys.ARROW_DOWN] * 8)
    until(lambda: page.picture().max() > 0)
    page.wait(200)
    drawn = page.picture()
    np.testing.assert_allclose(page.scores(), answered(grey(), drawn / 255), atol=2e-3)
    Select(page.one(".reading-form select")).select_by_visible_text("0…255")
    page.one(".reading-form [type=submit]").click()
    until(lambda: "brought to 0…255" in page.text(".reading summary"))
    assert page.text(".reading summary").endswith("As asked.")
    page.js("document.querySelector('canvas.pad').focus()")
    page.press(*[Keys.ARROW_DOWN] * 3, " ", *[Keys.ARROW_DOWN] * 8)
    until(lambda: page.picture().max() > 0)
    page.wait(200)
    wanted = answered(grey(), page.picture())
    np.testing.assert_allclose(page.scores(), wanted, rtol=2e-3, atol=2e-3)
    assert np.abs(wanted).max() > 10 * np.abs(answered(grey(), drawn / 255)).max(), "another range, other scores"
    assert page.console() == []


def yes_or_no(bias: float) -> bytes:
    nodes = [
        helper.make_node("GlobalAveragePool", ["x"], ["g"]),
        helper.make_node("Flatten", ["g"], ["f"]),
        helper.make_node("Gemm", ["f", "w", "b"], ["s"], name="head"),
        helper.make_node("Sigmoid", ["s"], ["y"]),
    ]
    tensors = {"w": np.zeros((1, 1), np.float32), "b": np.array([bias], np.float32)}
    return model(nodes, tensors, shape=(1, 1, 12, 12))


def test_a_question_of_one_score_is_answered_by_yes_or_no(page: Drop, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("ant\n")
    for language, bias, named, answer in (
        ("en", 1.0, False, "yes 73.1\xa0%"),
        ("en", -1.0, False, "no 73.1\xa0%"),
        ("ko", -1.0, False, "아니요 73.1\xa0%"),
        ("en", -1.0, True, "not “ant” 73.1\xa0%"),
        ("en", 1.0, True, "ant 73.1\xa0%"),
    ):
        page.open(f"l={language}")
        page.drop("net.onnx", yes_or_no(bias))
        page.opened("net.onnx")
        if named:
            page.choose(tmp_path / "names.txt")
            until(lambda: page.text(".score .name") == "ant")
        assert page.text(".score .name") == ("ant" if named else "예" if language == "ko" else "yes")
        page.js("document.querySelector('canvas.pad').focus()")
        page.press(" ", *[Keys.ARROW_DOWN] * 3)
        until(lambda: page.text(".verdict"))
        assert page.text(".verdict").endswith(answer)
    assert page.console() == []


def test_a_vision_transformer_answers_through_its_boxes(page: Drop, tmp_path: Path) -> None:
    data = exported(ViT())
    pixels = np.random.default_rng(2).integers(0, 256, SHAPE, dtype=np.uint8)
    Image.fromarray(pixels.transpose(1, 2, 0)).save(tmp_path / "picture.png")
    page.open("l=en")
    page.drop("vit.onnx", data)
    page.opened("vit.onnx")
    assert "2, such as /blocks/blocks.0/attention/" in page.text(".opened-notes")
    assert "computing ends" not in page.text(".opened-notes")
    page.one("#upload").send_keys(str(tmp_path / "picture.png"))
    until(lambda: "picture.png" in page.text(".upload"))
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (scores,) = session.run(None, {"x": pixels[None].astype(np.float32) / 255})
    np.testing.assert_allclose(page.scores(), scores[0], atol=2e-3)
    until(lambda: "&p=" in page.js("location.hash"))  # the picture's pixels, written once they have rested
    page.js("location.hash = location.hash.replace('v=draw', 'v=where')")
    until(lambda: page.text(".where [role=status]"))
    asked = (("occlusion", "changes the probability by"), ("gamma", "The sums within"), ("cam", "Largest value"))
    for method, said in asked:
        page.one(f".where [data-value={method}]").click()
        until(lambda said=said: said in page.text(".where [role=status]"))
    assert page.console() == []


def test_a_second_file_takes_the_first_ones_place(page: Drop, tmp_path: Path) -> None:
    page.open("l=en")
    page.drop("net.onnx", grey())
    page.opened("net.onnx")
    assert len(page.all(".score")) == 3
    (tmp_path / "other.onnx").write_bytes(grey(4, seed=1))
    page.choose(tmp_path / "other.onnx")
    page.opened("other.onnx")
    assert len(page.all(".score")) == 4
    assert page.js("document.activeElement.className") == "opened", "the link that was pressed is gone"
    (tmp_path / "names.txt").write_text("ant\nbee\ncat\ndog\n")
    page.choose(tmp_path / "names.txt")
    until(lambda: page.js("document.querySelector('.score .name')?.textContent") == "ant")
    page.drop("broken.onnx", grey()[:-9])
    assert "broken.onnx" in page.refused()
    assert page.text(".opened-name") == "other.onnx", "what was open stays"
    assert page.console() == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "control flow (If, Loop, Scan), which is not opened"),
        ("ko", "제어 흐름(If, Loop, Scan)이 있는 ONNX 파일은"),
    ],
)
def test_a_refusal_is_one_line_and_another_file_may_follow(page: Drop, language: str, said: str) -> None:
    page.open(f"l={language}")
    page.drop("loops.onnx", changed(branch))
    line = page.refused()
    assert said in line
    assert "loops.onnx" in line
    assert "\n" not in line
    page.drop("net.onnx", grey())
    page.opened("net.onnx")
    assert page.js("document.documentElement.lang") == language
    assert page.console() == []


def test_our_own_files_say_what_predict_says(page: Drop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network, spec, tensors, names = sample("conv(2, 3) + relu + gap + fc", (1, 28, 28), 3)
    pixels = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
    pixels[[0, -1]] = pixels[:, [0, -1]] = 0
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    for case, outsiders in (("sure", None), ("none", rejecting(network))):
        file = tmp_path / f"{case}.onnx"
        modelfile.write(file, network, spec, tensors, names, calibration=calibrated(2.5), rejection=outsiders)
        main(["predict", str(file), str(tmp_path / "picture.png"), "--json"])
        said = json.loads(capsys.readouterr().out)
        page.open("l=en")
        page.choose(file)
        page.opened(file.name)
        assert not page.all(".reading-form"), "the file says how its pictures are read"
        page.one("#upload").send_keys(str(tmp_path / "picture.png"))
        until(lambda: "picture.png" in page.text(".upload"))
        verdict = page.text(".verdict")
        assert float(verdict.split()[-2]) == pytest.approx(100 * said["probability"], abs=0.06)
        assert verdict.startswith("Read as class 2" if outsiders is None else "None of these; nearest: class 2")
        assert (said.get("nearest") or said["label"], said["label"] is None) == ("class 2", outsiders is not None)
        if outsiders is not None:
            score = re.search(r"(?:network makes|unlike the pictures).*: ([\d.]+),", page.text(".outcome .outsider"))
            assert score
            assert float(score[1]) == pytest.approx(said["outsider"], abs=0.006)
    damaged = bytearray((tmp_path / "sure.onnx").read_bytes())
    damaged[-1] ^= 1
    page.open("l=en")
    page.drop("sure.onnx", bytes(damaged))
    assert page.refused().startswith("sure.onnx: damaged or cut short: it does not match its own digest")
    assert not page.all(".score")
    assert page.console() == []


def test_the_lab_leads_to_it(browser: webdriver.Chrome, built: Path) -> None:
    site = Page(browser, built / PAGES[0]).open("l=ko")
    until(lambda: site.text("h1"))
    link = next(a for a in site.all(".side-links a") if a.get_attribute("href").split("#")[0].endswith("open.html"))
    site.js("arguments[0].click()", link)
    until(lambda: browser.find_elements(By.CSS_SELECTOR, ".drop-zone"))
    assert site.text("h1") == "내 신경망 들여다보기"
    assert site.console() == []
