"""The page's reader of ONNX files as a back end under test: bench.js in Node.js, a line of JSON each way."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from convscope.foreign.table import table
from convscope.page.inline import formula_table
from convscope.page.large import forward_modules
from convscope.page.modules import join
from convscope.page.opening import opening_words

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
DRIVER = """
import { createInterface } from "node:readline";
import { openSync, writeSync, closeSync } from "node:fs";
globalThis.writeNumbers = (out, outputs) => {
  const file = openSync(out, "w");
  for (const values of outputs) writeSync(file, new Uint8Array(Float32Array.from(values).buffer));
  closeSync(file);
};
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const [name, asked] = JSON.parse(line);
    answer = { result: bench(name, asked) ?? null };
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\\n`);
}
"""


class Reader:
    """Calls the functions of bench.js."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process, self.folder = process, folder

    def call(self, name: str, **asked: Any) -> Any:
        """Return what `name` of bench.js returns; bytes travel as base64."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        given = {key: base64.b64encode(v).decode() if isinstance(v, bytes) else v for key, v in asked.items()}
        self.process.stdin.write(json.dumps([name, given]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

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
    script = folder / "bench.mjs"
    script.write_text(join(HERE / "bench.js", ROOT) + DRIVER, encoding="utf-8")
    said = {name: opening_words(name) for name in ("en", "ko")}
    with subprocess.Popen(
        ["node", "--max-old-space-size=8000", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        found = Reader(process, folder)
        found.call(
            "fill",
            formula=formula_table(),
            foreign=table().to_json(),
            words=said["en"],
            korean=said["ko"],
            language=language,
            modules=forward_modules(),
        )
        yield found
        assert process.stdin is not None
        process.stdin.close()
