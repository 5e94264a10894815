"""The lab's page as tests need it: the shipped network, some digits, the shipped training as the recorded one, and what
a person does with it in the browser.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

import convscope.page
from convscope.lab.event_streams import new_snapshots, snapshot
from convscope.lab.payload import lab_payload
from convscope.page.inline import lab_html
from tests.browser.chromium import console, resize, visit

SLIDES = Path(convscope.page.__file__).parent / "slides"
Json = dict[str, Any]


@cache
def payload() -> Json:
    """Return what the chapters read, as convscope/lab/payload.py and a static build hand it over."""
    return {**lab_payload().to_json(), "recorded": recorded()}


@cache
def lab_page() -> str:
    """Return the lab's page, made once for all files of tests."""
    return lab_html(payload(), False)


def recorded() -> Json:
    """Return the shipped training in the form of a static build's."""
    lines = [json.loads(line) for line in (SLIDES / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    last, result = (next(line for line in reversed(lines) if line["kind"] == kind) for kind in ("step", "result"))
    run = {
        "id": "recorded",
        "state": "finished",
        "message": None,
        "formula": "slides",
        "plan": "slides",
        "recipe": "fast",
        "data": None,
        "classes": [str(n) for n in range(10)],
        "seed": 0,
        "epochs": 6.0,
        "batch": 128,
        "label_smoothing": 0.1,
        "is_fit": False,
        "step": last["step"],
        "steps": last["step"],
        "loss": last["loss"],
        "accuracy": last["accuracy"],
        "validation": None,
        "test": result["test"],
        "seconds": result["time"]["seconds"],
        "curve": [],
        "measured": [],
        "look": "mnist.html",
    }
    found = (snapshot(file) for file in new_snapshots(SLIDES, set()))
    shown = [one.to_json() for one in found if one is not None]
    return {"run": run, "lines": lines, "snapshots": shown, "look": "mnist.html"}


class LabPage:
    """The lab as a file in a browser."""

    def __init__(self, browser: webdriver.Chrome, folder: Path) -> None:
        self.browser, self.payload = browser, payload()
        self.file = folder / "lab.html"
        self.file.write_text(lab_page(), encoding="utf-8")

    def open(self, chapter: str, rest: str = "", language: str = "en", width: int = 1280) -> None:
        resize(self.browser, width)
        visit(self.browser, f"{self.file.as_uri()}#c={chapter}&l={language}{rest}")

    def js(self, code: str, *arguments: object) -> Any:
        return self.browser.execute_script(code, *arguments)

    def figure(self, name: str) -> str:
        """Return the text of the number so marked."""
        return str(self.js("return document.querySelector(`[data-figure='${arguments[0]}']`).textContent", name))

    def figures(self, name: str) -> list[str]:
        return list(
            self.js(
                "return [...document.querySelectorAll(`[data-figure='${arguments[0]}']`)].map((e) => e.textContent)",
                name,
            )
        )

    def text(self, selector: str) -> str:
        return str(self.js("return document.querySelector(arguments[0]).textContent", selector))

    def one(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def shown(self, selector: str) -> str:
        """Return the text as it is seen, in one line, a minus sign as a hyphen."""
        return re.sub(r"\s+", " ", self.one(selector).text).replace("−", "-")

    def table(self, selector: str) -> list[list[float]]:
        """Return the numbers in the cells of each line."""
        lines = self.js(
            "return [...arguments[0].children].map(l => [...l.children].map(c => c.textContent))", self.one(selector)
        )
        return [[float(text.replace("−", "-")) for text in line] for line in lines]

    def press(self, words: str) -> None:
        """Press the visible button of that text."""
        buttons = self.browser.find_elements(By.XPATH, f"//main//button[normalize-space()='{words}']")
        next(b for b in buttons if b.is_displayed()).click()

    def put(self, selector: str, value: object, nth: int = 0) -> None:
        """Give a field or slider a value, as a hand does."""
        self.js(
            "const e = document.querySelectorAll(arguments[0])[arguments[2]]; e.value = arguments[1]; "
            "e.dispatchEvent(new Event('input', {bubbles: true}))",
            selector,
            str(value),
            nth,
        )

    def slide(self, name: str, value: float) -> None:
        """Move the slider of that name, as dragging does."""
        field = next(s for s in self.all("label.slider") if s.text.startswith(name)).find_element(By.TAG_NAME, "input")
        self.js("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", field, value)

    def type(self, field: WebElement, text: str) -> None:
        """Type a text in place of what a field holds."""
        field.send_keys(Keys.CONTROL + "a" + Keys.NULL, text)

    def errors(self) -> list[str]:
        """Return what the console has said since the last time."""
        return console(self.browser)
