"""A page with every part filled, and what a person does with it in the browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from convscope.explain.payload import gather, records, run_records
from convscope.explain.subject.samples import Samples
from convscope.explain.subject.subject import subject_of_net
from convscope.nn import build, load_weights
from tests.browser.chromium import console, resize, visit
from tests.samples import sample

FORMULA = (
    "conv(4, 5) + relu + maxpool(2) + skip(conv(4, 3, pad=1) + bn + tanh) + avgpool(2) + dropout(0.2) + fc(12) "
    "+ leaky_relu + fc"
)
HOSTILE = "<img src=x onerror=window.hacked=1>"
CLASSES = ("zero", HOSTILE, "two & more")
VIEWS = ("network", "layer", "value", "draw", "loss", "where", "contrast", "against", "training", "errors", "health")


def whole_payload(language: str = "en", **changes: Any) -> dict[str, Any]:
    """Return a payload with every part filled: random weights and pictures, one class with a hostile name."""
    network, spec, weights, _ = sample(FORMULA, (1, 20, 20), 3, seed=5)
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (4, 1, 20, 20), dtype=np.uint8)
    samples = Samples(pictures, (0, 1, 2, None), ("first", HOSTILE, "third", "fourth"))
    net = load_weights(build(network, spec), weights).eval()
    patch = records.Patch(pictures[0][:, :5, :5], 1.5, 1, (0, 0))
    card = records.ChannelCard((patch,), (patch,), 0.0, (0.0, None, 0.5), "dead")
    maps = {"conv2": rng.normal(size=(4, 8, 8)), "conv1": rng.normal(size=(4, 16, 16))}
    kernels = {"conv1.weight": rng.normal(size=(4, 1, 5, 5))}
    scores, confusion = np.array([0.0, np.log(3), 0.0]), ((1, 2, 0),) * 3
    snapshots = tuple(
        run_records.Snapshot(step, kernels, maps, scores, confusion, loss=2.0 - step / 10, accuracy=0.5)
        for step in (0, 10)
    )
    log = tuple(run_records.LogPoint(step, 2.0 - step / 10) for step in range(11))
    mistakes = records.Mistakes(pictures[1:2], labels=(0,), predicted=(1,), probability=(0.8,), loss=(2.5,))
    other, _, others, _ = sample(FORMULA.replace("fc(12)", "fc(9)"), (1, 20, 20), 3, seed=6)
    second = subject_of_net(load_weights(build(other, spec), others).eval(), CLASSES, f"Second {HOSTILE}")
    said = {"title": f"A page {HOSTILE}", "language": language}
    made = replace(
        gather.gather(subject_of_net(net, CLASSES), samples, **said, against=second),
        channels={"conv1": (card,) * 4},
        run=run_records.Run(log, snapshots, pictures[2], "held-out", 0.1),
        errors=records.Errors(((3, 1, 0), (0, 4, 0), (0, 0, 5)), 13, "test", mistakes),
    )
    return {**made.to_json(), **changes}


class Page:
    """One page in the browser, and what a person does with it."""

    def __init__(self, browser: webdriver.Chrome, path: Path) -> None:
        self.browser, self.path = browser, path

    def open(self, hash: str = "", width: int = 1280) -> Page:
        resize(self.browser, width, 800)
        visit(self.browser, f"{self.path.as_uri()}#{hash}")
        return self

    def js(self, script: str, *arguments: object) -> Any:
        return self.browser.execute_script(f"return {script}", *arguments)

    def all(self, css: str) -> list[Any]:
        return self.browser.find_elements(By.CSS_SELECTOR, css)

    def one(self, css: str) -> Any:
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        return str(self.js("document.querySelector(arguments[0])?.textContent ?? ''", css))

    def press(self, *keys: str) -> None:
        actions = ActionChains(self.browser, duration=10)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def state(self) -> dict[str, str]:
        """Return the address as names and values, once a small change has come to it."""
        self.browser.execute_async_script("setTimeout(arguments[0], 220)")
        parts = str(self.js("location.hash")).lstrip("#").split("&")
        return {name: unquote(value) for name, _, value in (part.partition("=") for part in parts) if name}

    def wait(self, milliseconds: int = 60) -> None:
        self.browser.execute_async_script("setTimeout(arguments[1], arguments[0])", milliseconds)

    def point(self, element: Any, x: int = 0, y: int = 0) -> None:
        """Put the mouse on an element, x and y from its middle."""
        ActionChains(self.browser, duration=10).move_to_element_with_offset(element, x, y).perform()

    def number(self, css: str) -> float:
        return float(self.text(css).replace("−", "-"))

    def view(self) -> str:
        return self.state().get("v", "network")

    def console(self) -> list[str]:
        return console(self.browser)
