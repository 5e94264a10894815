"""A real `convscope lab` in real Chromium: train from the page, watch, stop, resume, compare, look inside, draw a
digit.
"""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import numpy as np
import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from convscope.explain.look import SLIDES
from convscope.lab.page_cache import OWN_NETWORK, SHIPPED_LOOK
from convscope.runs.directory import ask_to_stop, in_use
from convscope.runs.run_json import read_run_json
from tests.browser.chromium import LOOPBACK, chromium, console, resize
from tests.browser.test_drop import DROPS, SCORES, grey

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 120  # seconds: for a machine that has other things to do


class Served:
    """A lab of its own: its process, its folders, and a browser that reaches it and nothing else."""

    def __init__(self, browser: webdriver.Chrome, folder: Path) -> None:
        self.browser, self.runs, self.data, self.port = browser, folder / "runs", folder / "data", 0
        rng = np.random.default_rng(0)
        for name in ("ant", "bee", "cat"):
            (self.data / "pets" / name).mkdir(parents=True)
            for i in range(2):
                picture = rng.integers(0, 256, (14, 10, 3), dtype=np.uint8)
                Image.fromarray(picture).save(self.data / "pets" / name / f"{i}.png")
        self.start()

    def start(self) -> None:
        words = ["lab", "--port", str(self.port), "--runs", str(self.runs), "--roots", str(self.data)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "convscope", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.port = int(self.address.rsplit(":", 1)[1].split("/")[0])

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0
        assert self.process.stdout is not None
        self.process.stdout.close()

    def width(self, width: int) -> None:
        resize(self.browser, width)

    def open(self, hash: str) -> None:
        self.width(1280)
        self.browser.get("about:blank")  # the console is kept: a test asks at its end what all its pages said
        self.browser.get(f"{self.address}#l=en&{hash}")

    def js(self, code: str, *arguments: object) -> Any:
        return self.browser.execute_script(code, *arguments)

    def text(self, css: str) -> str:
        return str(self.js("return document.querySelector(arguments[0])?.textContent ?? ''", css))

    def until(self, what: Callable[[], Any]) -> Any:
        """Return what is true at last. Fails after PATIENCE seconds."""
        end = time.monotonic() + PATIENCE
        while not (found := what()):
            assert time.monotonic() < end, self.text("#page")[:2000]
            time.sleep(0.05)
        return found

    def shown(self, words: str, within: str = "main") -> Any:
        """Return the button or link of that text once it is there and may be pressed."""
        path = f"//{within}//*[self::button or self::a][normalize-space()='{words}']"

        def look() -> Any:
            found = self.browser.find_elements(By.XPATH, path)
            return next((e for e in found if e.is_displayed() and e.is_enabled()), None)

        return self.until(look)

    def put(self, css: str, value: str) -> None:
        """Type into a field in place of what is there."""
        field = self.browser.find_element(By.CSS_SELECTOR, css)
        field.send_keys(Keys.CONTROL, "a", Keys.NULL)
        field.send_keys(value)

    def state(self) -> str:
        return str(self.js("return document.querySelector('.run-report .run-badge')?.dataset.state ?? ''"))

    def ready(self) -> bool:
        """Whether the form is there and its formula can be trained."""
        return bool(
            self.js("return document.querySelector('.bench-form .run')?.getAttribute('aria-disabled') === 'false'")
        )

    def run(self) -> str:
        """Return the id of the run whose report is open."""
        found = self.until(
            lambda: re.search(r"v=run\b", self.address_now()) and re.search(r"\br=([\w.-]+)", self.address_now())
        )
        return str(found[1])

    def address_now(self) -> str:
        return str(self.browser.current_url)

    def errors(self) -> list[str]:
        return console(self.browser)


@pytest.fixture(scope="module")
def lab(chromium_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with chromium(tmp_path_factory.mktemp("profile"), LOOPBACK) as browser:
        served = Served(browser, tmp_path_factory.mktemp("served"))
        try:
            yield served
        finally:
            served.close()
            going = [run for run in served.runs.iterdir() if (run / "run.json").is_file() and in_use(run)]
            for run in going:
                ask_to_stop(run)
            while any(map(in_use, going)):
                time.sleep(0.1)


def test_a_newcomer_trains_mnist_to_97_percent_looks_inside_and_draws(lab: Served) -> None:
    lab.open("c=workbench")
    lab.shown("Train your first network").click()
    lab.until(lab.ready)
    lab.put("#bench-field-e", "0.3")
    lab.shown("Start training").click()
    drawn = "return document.querySelector('.loss-curve .training-loss')?.getAttribute('d').length ?? 0"
    first = lab.until(lambda: lab.js(drawn))
    assert lab.state() == "running"  # the curve is there while the network learns, and grows
    assert lab.until(lambda: lab.js(drawn) > first)
    lab.until(lambda: lab.state() == "finished")
    accuracy = lab.until(lambda: re.search(r"(\d\d\.\d\d)\s%.*interval on 10,000", lab.text("[data-figure=test]")))
    assert float(accuracy[1]) >= 97
    assert lab.text("[data-figure=parameters]") == "62,186"
    assert lab.js("return document.querySelectorAll('.run-report .confusion tbody tr').length") == 10
    id = lab.run()
    recorded = [json.loads(line) for line in (lab.runs / id / "log.jsonl").read_text().splitlines()]
    assert f"{100 * recorded[-1]['test']['accuracy']:.2f}" == accuracy[1]

    lab.shown("Look inside").click()
    own = lab.browser.current_window_handle
    lab.until(lambda: len(lab.browser.window_handles) == 2)
    lab.browser.switch_to.window(lab.browser.window_handles[-1])
    lab.until(lambda: lab.js("return document.querySelectorAll('.tile').length") > 20)
    assert "conv(64, 3" in lab.text(".formula")
    assert lab.errors() == []
    lab.browser.close()
    lab.browser.switch_to.window(own)

    lab.open(f"c=mnist&r={id}")
    lab.until(lambda: "the network just trained" in lab.text(".drawing-digit .note"))
    pad = lab.browser.find_element(By.CSS_SELECTOR, ".pad")
    lab.js("arguments[0].scrollIntoView({block: 'center'})", pad)
    stroke = ActionChains(lab.browser, duration=60).move_to_element_with_offset(pad, 8, -90)
    stroke.click_and_hold().move_by_offset(-8, 90).move_by_offset(-8, 90).release().perform()
    said = lab.until(lambda: re.search(r"reads this as (\d), with (\d+\.\d)\s%", lab.text(".draw-verdict")))
    assert said[1] == "1"
    assert float(said[2]) > 50
    assert lab.errors() == []


def test_a_training_outlives_the_lab_is_stopped_and_resumed(lab: Served) -> None:
    lab.open("c=workbench&v=new&rp=slides")
    lab.until(lab.ready)
    lab.shown("Start training").send_keys(Keys.ENTER)
    lab.until(lambda: lab.state() == "running")
    id = lab.run()
    lab.close()
    lab.until(lambda: "Trainings go on without it" in lab.text(".trouble"))
    assert in_use(lab.runs / id)
    lab.start()  # with the same token: the page that is open goes on by itself
    lab.until(lambda: lab.state() == "running" and not lab.text(".trouble"))
    lab.errors()  # the browser noted the requests that nobody answered

    lab.open("c=workbench")
    row = f".run-row[data-run='{id}']"
    badge = f'return document.querySelector("{row} .run-badge")?.dataset.state'
    lab.until(lambda: lab.js(badge) == "running")
    lab.browser.find_element(By.CSS_SELECTOR, f"{row} [aria-label^=Stop]").send_keys(Keys.ENTER)
    lab.until(lambda: lab.js(badge) == "stopped")
    assert lab.js("return document.activeElement.getAttribute('aria-label')") == f"Resume {id}"  # the keyboard goes on
    before = step(lab.runs / id)
    assert before > 0
    assert not in_use(lab.runs / id)
    ActionChains(lab.browser).send_keys(Keys.ENTER).perform()
    lab.until(lambda: lab.js(badge) == "running")
    lab.until(lambda: step(lab.runs / id) > before)
    lab.browser.find_element(By.CSS_SELECTOR, f"{row} [aria-label^=Stop]").click()
    lab.until(lambda: lab.js(badge) == "stopped")
    assert lab.errors() == []


def step(run: Path) -> int:
    """Return the last step that the run's log has."""
    lines = (run / "log.jsonl").read_bytes().split(b"\n")[:-1] if (run / "log.jsonl").exists() else []
    return int(json.loads(lines[-1])["step"]) if lines else 0


def test_chapter_10_finds_its_training_again_and_sees_it_resumed(lab: Served) -> None:
    lab.open("c=mnist&rec=slides")
    shipped = lab.shown("Go into this network: every number of it").get_attribute("href")
    assert urlsplit(shipped).path == SHIPPED_LOOK
    lab.shown("Start training").click()
    words = "return document.querySelector('.train-state')?.textContent ?? ''"
    lab.until(lambda: "Training: step" in lab.js(words))
    id = re.search(r"\br=([\w.-]+)", lab.until(lambda: "r=" in lab.address_now() and lab.address_now()))
    assert id
    for link in ("filters", "mnist"):
        lab.browser.find_element(By.CSS_SELECTOR, f".lab-head nav [data-chapter={link}]").click()
    lab.until(lambda: "Training: step" in lab.js(words))
    assert f"r={id[1]}" in lab.until(lambda: "r=" in lab.address_now() and lab.address_now())
    lab.open("c=mnist")  # as a second tab: nothing is remembered here, the lab is asked
    lab.until(lambda: "Training: step" in lab.js(words))
    start, stop = lab.browser.find_elements(By.CSS_SELECTOR, ".train-controls > button")
    assert not start.is_enabled()  # no second training beside it
    stop.click()
    lab.until(lambda: "Stopped at step" in lab.js(words))
    headers = {"X-Convscope-Token": lab.address.split("token=")[1], "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{lab.port}/api/runs/{id[1]}"
    urlopen(Request(f"{url}/resume", b"{}", headers), timeout=30).close()  # as from the workbench, in another tab
    lab.until(lambda: "Training: step" in lab.js(words))
    urlopen(Request(f"{url}/stop", b"{}", headers), timeout=30).close()
    lab.until(lambda: "Stopped at step" in lab.js(words))
    lab.browser.find_element(By.CSS_SELECTOR, ".lab-head nav [data-chapter=loss]").click()
    lab.browser.find_element(By.CSS_SELECTOR, ".lab-head nav [data-chapter=mnist]").click()
    lab.until(lambda: "Stopped at step" in lab.js(words))  # nothing goes on: the one that was watched here
    assert lab.errors() == []


def test_a_formula_is_checked_as_it_is_typed_also_on_a_folder_of_pictures(lab: Served) -> None:
    lab.open("c=workbench&v=new")
    lab.until(lab.ready)
    lab.until(lambda: "builds the same" in lab.text(".agreed"))
    lab.put("#bench-formula", "conv(4, 5) + relo + fc")
    assert lab.text(".formula-message .fault") == "formula, column 14: no layer is called relo"
    assert lab.text(".formula-message pre") == "conv(4, 5) + relo + fc\n" + " " * 13 + "^"
    lab.shown("Start training").click()  # nothing is started; the cursor goes to what is to be mended
    assert lab.js("return document.activeElement.id") == "bench-formula"
    lab.put("#bench-formula", "conv(4, 5) + relu + fc")
    assert "23,154 parameters" in lab.text(".bench-totals")  # 4·26 + 10·(4·24·24 + 1)
    select = lab.browser.find_element(By.CSS_SELECTOR, ".form-field select")
    lab.js("arguments[0].value = 'folder/0/pets'; arguments[0].dispatchEvent(new Event('change'))", select)
    lab.until(lambda: "3×14×10 in, 3 classes out" in lab.text(".bench-totals"))
    assert "1,027 parameters" in lab.text(".bench-totals")  # 4·(3·25 + 1) + 3·(4·10·6 + 1)
    lab.until(lambda: "builds the same" in lab.text(".agreed"))
    lab.put("#bench-formula", "conv(4, 11) + relu + fc")
    assert "layer 1, conv(4, 11)" in lab.text(".formula-message .fault")  # ten columns are too few
    assert lab.errors() == []


def test_a_folder_that_is_too_small_fails_in_words(lab: Served) -> None:
    lab.open("c=workbench&v=new&d=folder%2F0%2Fpets&f=conv(4%2C%205)%20%2B%20relu%20%2B%20fc&k=100")
    lab.until(lab.ready)
    lab.shown("Start training").click()
    lab.until(lambda: lab.state() == "failed" or lab.text(".form-end .run-fault"))
    said = lab.text(".run-report .run-fault") or lab.text(".form-end .run-fault")
    assert said
    assert "Traceback" not in said
    assert str(lab.data) not in said
    assert not lab.js("return [...document.querySelectorAll('.train-figures')].some((e) => e.checkVisibility())")
    lab.shown("New training like this").click()
    lab.until(lambda: "d=folder%2F0%2Fpets" in str(lab.js("return location.hash")))
    lab.js("location.hash = 'c=workbench&l=ko'")
    lab.until(lambda: "검증 이미지의 수 (지금: 100" in lab.text(".run-row.blank .run-fault"))
    assert lab.errors() == []


def test_thirty_runs_are_filtered_marked_and_compared(lab: Served) -> None:
    settings = read_run_json(SLIDES)
    for i in range(30):
        folder = lab.runs / f"many-{i:02}"
        folder.mkdir()
        changes = {"seed": i} if i % 2 else {"formula": "conv(8, 5) + relu + fc", "plan": None, "seed": i}
        (folder / "run.json").write_text(json.dumps(settings | changes))
        (folder / "log.jsonl").write_bytes((SLIDES / "log.jsonl").read_bytes())
    lab.open("c=workbench")
    lab.until(lambda: lab.js("return document.querySelectorAll('.run-row').length") >= 30)
    lab.put(".bench-filter", "many-1 conv(8")
    lab.until(lambda: lab.js("return document.querySelectorAll('.run-row').length") == 5)
    for id in ("many-10", "many-14"):
        lab.browser.find_element(By.CSS_SELECTOR, f"[data-run='{id}'] input").send_keys(Keys.SPACE)
    lab.put(".bench-filter", "many-11")
    lab.until(lambda: lab.js("return document.querySelectorAll('.run-row').length") == 1)
    lab.browser.find_element(By.CSS_SELECTOR, "[data-run='many-11'] input").send_keys(Keys.SPACE)
    lab.shown("Compare 3").click()
    lab.until(lambda: lab.js("return document.querySelectorAll('.compare-line').length") == 6)
    assert lab.js("return document.activeElement.textContent") == "Comparison"
    cells = (
        "return [...document.querySelectorAll(`.compare-table [data-figure='${arguments[0]}']`)].map((e) => "
        "e.textContent)"
    )
    assert lab.js(cells, "parameters") == ["46,298", "46,298", "274,570"]  # 8·26 + 10·(8·24·24 + 1); the lecture's
    same = lab.js("return [...document.querySelectorAll('.compare-table .same th')].map((e) => e.textContent)")
    assert "Recipe" in same
    assert "seed" not in same
    lab.browser.find_element(By.CSS_SELECTOR, "[aria-label='Take many-14 out']").click()
    assert len(lab.js(cells, "parameters")) == 2
    lab.until(lambda: "many-14" not in lab.browser.current_url)
    lab.browser.refresh()
    lab.until(lambda: len(lab.js(cells, "parameters")) == 2)  # the address knows
    assert lab.errors() == []


def test_nothing_of_the_workbench_is_clipped_nameless_or_untranslated(lab: Served) -> None:
    id = next(run.name for run in sorted(lab.runs.iterdir()) if (run / "run.json").is_file())
    nameless = """return [...document.querySelectorAll('main button, main a, main input, main select, main textarea')]
        .filter((e) => e.checkVisibility())
        .filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length))
        .map((e) => e.outerHTML)"""
    lab.open("c=workbench")
    for hash in ("", "&v=new", f"&v=run&r={id}", f"&v=compare&m={id}", "&v=run&r=nothing"):
        for language in ("en", "ko"):
            lab.js("location.hash = arguments[0]", f"c=workbench&l={language}{hash}")
            lab.until(
                lambda: lab.js("return document.querySelector('.run-row, .bench-form, .run-report, .compare-table')")
            )
            text = lab.text(".lab")
            assert not re.search(r"\b(bench|mnist|arch|training|lab)\.[a-z]|undefined|NaN|\{\w+\}", text)
            assert lab.js(nameless) == []
            for width in (1280, 768, 390):
                lab.width(width)
                assert lab.js("return document.documentElement.scrollWidth") <= width
    assert lab.errors() == []


def test_the_page_for_a_network_of_ones_own_computes_and_gets_nothing_of_the_lab(lab: Served) -> None:
    lab.open("")
    lab.shown("Look into your own network", "body").click()
    lab.until(lambda: lab.text(".drop-zone"))
    assert urlsplit(lab.address_now()).path == OWN_NETWORK
    lab.js(DROPS, ["grey.onnx", base64.b64encode(grey()).decode()])
    lab.until(lambda: lab.text(".opened-name") == "grey.onnx")
    assert lab.until(lambda: len(lab.js(f"return {SCORES}")) == 3)  # computed, for the picture that it makes itself
    assert lab.errors() == []
    asks = """const done = arguments[0], name = (fault) => fault.name;
      const kept = [() => document.cookie, () => localStorage.length, () => indexedDB.open("runs")].map((read) => {
        try { return String(read()); } catch (fault) { return name(fault); }
      });
      fetch("/api/runs").then((answer) => String(answer.status), name).then((got) => done([origin, ...kept, got]));"""
    refused = ["null", "SecurityError", "SecurityError", "SecurityError", "TypeError"]
    assert lab.browser.execute_async_script(asks) == refused
    lab.errors()  # the browser noted what it did not let through
