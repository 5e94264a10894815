"""A page from file:// that trains in a worker, for tests and measurements."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from selenium import webdriver

from convscope.page.inline import document, learning_modules, learning_script
from convscope.page.modules import join

HERE = Path(__file__).parent


def packed(values: np.ndarray[Any, Any]) -> dict[str, object]:
    """Return an array as a payload has it: uint8, int32 or float32."""
    kind = {"u": "uint8", "i": "int32", "f": "float32"}[values.dtype.kind]
    data = base64.b64encode(np.ascontiguousarray(values, kind).tobytes()).decode()
    return {"dtype": kind, "shape": list(values.shape), "data": data}


class LearnPage:
    """Sends messages to a worker and reads what it says."""

    def __init__(
        self,
        browser: webdriver.Chrome,
        folder: Path,
        kept: Mapping[str, np.ndarray[Any, Any]] | None = None,
        learns: bool = True,
    ) -> None:
        self.browser = browser
        arrays = {name: packed(values) for name, values in (kept or {}).items()}
        payload = {"script": learning_script(), "modules": learning_modules(), "kept": arrays}
        script = join(HERE / "learn_page.js", HERE.parents[1])
        page = document(
            script=script, style="", title="learn", language="en", payload=payload, dictionary={}, learns=learns
        )
        (folder / "learn.html").write_text(page, encoding="utf-8")
        browser.get((folder / "learn.html").as_uri())
        self.start()

    def start(self, workers: int | None = None) -> None:
        """Start as many workers as are named or as the page takes by itself, and end those before."""
        self.browser.execute_script("learning.start(arguments[0])", workers)  # type: ignore[no-untyped-call]

    def ask(self, *messages: Mapping[str, object]) -> None:
        """Send messages."""
        self.browser.execute_script("arguments[0].forEach(learning.ask)", list(messages))  # type: ignore[no-untyped-call]

    def said(self) -> list[dict[str, Any]]:
        """Return what was said so far; of weights the names alone."""
        found: list[dict[str, Any]] = self.browser.execute_script("return learning.said()")  # type: ignore[no-untyped-call]
        return found

    def until(self, say: str, seconds: float = 60) -> dict[str, Any]:
        """Wait until something is said and return it; an error ends the wait."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for one in self.said():
                if one["say"] == say:
                    return one
                if one["say"] == "failed":
                    raise RuntimeError(one["message"])
            time.sleep(0.05)
        raise TimeoutError(f"{say}: not within {seconds} s; {self.said()[-3:]}")

    def tensors(self, i: int) -> dict[str, list[float]]:
        """Return the weights that message `i` brought."""
        found: dict[str, list[float]] = self.browser.execute_script("return learning.tensors(arguments[0])", i)  # type: ignore[no-untyped-call]
        return found

    def file(self, i: int, network: Mapping[str, object]) -> bytes:
        """Return the model file that the page writes of the weights which message `i` brought."""
        made: str = self.browser.execute_script("return learning.file(...arguments)", i, network)  # type: ignore[no-untyped-call]
        return base64.b64decode(made)

    def classes(self, i: int, network: Mapping[str, object], pictures: np.ndarray[Any, Any]) -> list[int]:
        """Return the class of each picture by the page's engine with these weights."""
        rows = pictures.reshape(len(pictures), -1).tolist()
        found: list[int] = self.browser.execute_script("return learning.classes(...arguments)", i, network, rows)  # type: ignore[no-untyped-call]
        return found
