"""The page's engine as a back end under test: loaded once into Chromium, from file://, behind the page's own policy."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from selenium import webdriver

from convscope.explain.payload import nodes, records
from convscope.explain.payload.encoding import as_json
from convscope.formula import Network
from convscope.page.inline import document
from convscope.page.modules import join
from convscope.pictures.input_spec import InputSpec
from convscope.rejection import Fitted
from tests.reference import Weights

HERE = Path(__file__).parent
Array = np.ndarray[Any, Any]


class EnginePage:
    """Calls the functions of engine_page.js in a browser."""

    def __init__(self, browser: webdriver.Chrome, folder: Path) -> None:
        self.browser = browser
        self.waiting: list[tuple[object, ...]] = []
        script = join(HERE / "engine_page.js", HERE.parent.parent)
        page = document(script=script, style="", title="engine", language="en", payload={}, dictionary={})
        (folder / "engine.html").write_text(page, encoding="utf-8")
        browser.get((folder / "engine.html").as_uri())
        assert browser.execute_script("return typeof bench") == "object", browser.get_log("browser")

    def call(self, name: str, *arguments: object) -> Any:
        """Return what `name` of engine_page.js returns."""
        return self.ask([(name, *arguments)])[0]

    def ask(self, calls: Sequence[tuple[object, ...]]) -> list[Any]:
        """Return what several functions of engine_page.js return, each (name, *arguments), by one trip to the
        browser."""
        asked = len(calls)
        calls, self.waiting = [*self.waiting, *calls], []
        script = "arguments[0].map(async ([name, ...rest]) => (await bench[name](...rest)) ?? null)"
        made = self.browser.execute_script(f"return Promise.all({script})", [list(c) for c in calls])  # type: ignore[no-untyped-call]
        return list(made)[-asked:] if asked else []

    def load(
        self,
        network: Network,
        spec: InputSpec,
        weights: Weights,
        temperature: float | None = None,
        rejection: Fitted | None = None,
    ) -> None:
        """Make an engine for `network`, from what a payload would hold; it goes along with the next call."""
        payload = {
            "input": spec.to_json(),
            "nodes": as_json(nodes.page_nodes(network)),
            "tensors": as_json(weights),
            **({} if temperature is None else {"temperature": temperature}),
            "rejection": as_json(records.Rejection.of(rejection, network)),
        }
        self.waiting = [("load", payload)]

    def outputs(self, network: Network, pictures: Array) -> list[Array]:
        """Return every node's output for uint8 pictures (n, C, H, W), shaped as torch shapes it, float32."""
        found = self.ask([("forward", picture.ravel().tolist()) for picture in pictures])
        made = [[numbers(y) for y in one["outputs"]] for one in found]
        shapes = [node.output[:1] if node.flat else node.output for node in network.nodes]
        return [
            np.stack(ys).reshape(-1, *shape).astype(np.float32)
            for ys, shape in zip(zip(*made, strict=True), shapes, strict=True)
        ]


def numbers(text: str) -> Array:
    """Return the float64 numbers that engine_page.js packed."""
    return np.frombuffer(base64.b64decode(text), "<f8")
