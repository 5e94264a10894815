"""Modules of the page in Node.js: functions that are called one at a time, a line of JSON each way."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convscope.page.modules import join

ROOT = Path(__file__).parents[3]
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


class Node:
    """A Node.js in which a script waits to be asked: its function `bench(name, asked)` is called."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def call(self, name: str, asked: object) -> Any:
        """Return what `bench` answers; raise RuntimeError with the error's stack where it throws."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([name, asked]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]


@contextmanager
def node(script: Path, folder: Path, *flags: str, before: str = "") -> Iterator[Node]:
    """Start a Node.js with `flags` that holds a script, all that it imports, and the code `before`, in one file."""
    joined = folder / "bench.mjs"
    joined.write_text(join(script, ROOT) + before + DRIVER, encoding="utf-8")
    command = ["node", *flags, str(joined)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Node(process)
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=60)
        finally:
            process.kill()
