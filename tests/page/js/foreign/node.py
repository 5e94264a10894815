"""The page's reader of ONNX files as a back end under test: the functions of bench.js, called in Node.js."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from convscope.foreign.table import table
from convscope.page.inline import formula_table
from convscope.page.large import forward_modules
from convscope.page.opening import opening_words
from tests.page.js.node import Node, node

WRITING = """
import { openSync, writeSync, closeSync } from "node:fs";
globalThis.writeNumbers = (out, outputs) => {
  const file = openSync(out, "w");
  for (const values of outputs) writeSync(file, new Uint8Array(Float32Array.from(values).buffer));
  closeSync(file);
};
"""


class Reader:
    """Calls the functions of bench.js."""

    def __init__(self, started: Node, folder: Path, language: str) -> None:
        self.node, self.folder, self.language = started, folder, language

    def fill(self, foreign: dict[str, Any]) -> None:
        """Give the reader its tables; `foreign` is the one of others' files."""
        self.call(
            "fill",
            formula=formula_table(),
            foreign=foreign,
            words=opening_words("en"),
            korean=opening_words("ko"),
            language=self.language,
            modules=forward_modules(),
        )

    def call(self, name: str, **asked: Any) -> Any:
        """Return what `name` of bench.js returns; bytes travel as base64."""
        given = {key: base64.b64encode(v).decode() if isinstance(v, bytes) else v for key, v in asked.items()}
        return self.node.call(name, given)

    def read(self, data: bytes, **asked: Any) -> dict[str, Any]:
        """Return what a page says of a file, {"refused": line} where it refuses it."""
        found: dict[str, Any] = self.call("read", data=data, **asked)
        return found

    def run(self, data: bytes, picture: np.ndarray[Any, Any], **asked: Any) -> dict[str, np.ndarray[Any, Any]]:
        """Return what every node makes of a picture (C, H, W), by name; nothing where the computing has ended."""
        out = self.folder / "numbers"
        made = self.call("run", data=data, picture=picture.tobytes(), out=str(out), **asked)
        numbers = np.fromfile(out, np.float32)
        ends = np.cumsum([0, *made["sizes"]])
        return {name: numbers[ends[i] : ends[i + 1]] for i, name in enumerate(made["names"])}


@contextmanager
def reader(folder: Path, language: str = "en") -> Iterator[Reader]:
    """Start a Node.js with bench.js in it."""
    with node(Path(__file__).parent / "bench.js", folder, "--max-old-space-size=8000", before=WRITING) as started:
        found = Reader(started, folder, language)
        found.fill(table().to_json())
        yield found
