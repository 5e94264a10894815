"""The engine that learns as a back end under test: bench.js in Node.js, a line of JSON each way."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from convscope.explain.payload import nodes
from convscope.explain.payload.encoding import as_json
from convscope.formula import Network
from convscope.page.inline import learning_modules
from convscope.page.modules import join

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
DRIVER = """
import { createInterface } from "node:readline";
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


class Learner:
    """Calls the functions of bench.js."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def call(self, name: str, **asked: object) -> Any:
        """Return what `name` of bench.js returns, arrays as numpy's."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([name, _given(asked)]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return _made(answer["result"])


@contextmanager
def learner(folder: Path, *flags: str) -> Iterator[Learner]:
    """Start a Node.js with bench.js in it."""
    script = folder / "bench.mjs"
    script.write_text(join(HERE / "bench.js", ROOT) + DRIVER, encoding="utf-8")
    command = ["node", *flags, str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            started = Learner(process)
            started.call("modules", modules=learning_modules())
            yield started
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=60)
        finally:
            process.kill()


def page_nodes(network: Network) -> object:
    """Return the nodes as a payload has them."""
    return as_json(nodes.page_nodes(network))


def _given(value: object) -> object:
    """Return JSON in which arrays are base64, as binary.js unpacks it."""
    if isinstance(value, np.ndarray):
        kind = {"u": "uint8", "i": "int32", "f": "float32"}[value.dtype.kind]
        data = base64.b64encode(np.ascontiguousarray(value, kind).tobytes()).decode()
        return {"dtype": kind, "shape": list(value.shape), "data": data}
    if isinstance(value, dict):
        return {key: _given(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_given(one) for one in value]
    return value


def _made(value: Any) -> Any:
    if isinstance(value, dict) and "dtype" in value:
        return np.frombuffer(base64.b64decode(value["data"]), value["dtype"])
    if isinstance(value, dict):
        return {key: _made(one) for key, one in value.items()}
    return [_made(one) for one in value] if isinstance(value, list) else value
