"""Faults in the page's numbers: its engine and its reader of formulas, tried by the browser tests in Node.js.

Those tests need of a browser that it opens a page's script and runs functions with it; Node.js does so in 50 ms.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from tests.mutants.python_mutants import Mutant

HERE = Path(__file__).parent


_listed: dict[str, list[tuple[int, int, str, str]]] = {}


def count(paths: list[str]) -> list[int]:
    """Return how many faults each of some modules has."""
    listed = subprocess.run(["node", HERE / "listing.js", *paths], check=True, capture_output=True, text=True).stdout
    _listed.update(zip(paths, json.loads(listed), strict=True))
    return [len(_listed[path]) for path in paths]


def mutant(path: str, number: int) -> Mutant:
    """Return fault `number` of a module that was counted."""
    source = Path(path).read_text(encoding="utf-8")
    begin, end, text, where = _listed[path][number]
    first = source.rfind("\n", 0, begin) + 1
    last = source.find("\n", end)
    changed = source[:begin] + text + source[end:]
    before, after = source[first:last], source[first:begin] + text + source[end:last]
    line = source.count("\n", 0, begin) + 1
    return Mutant(path, where, range(line, line + 1), " ".join(before.split()), " ".join(after.split()), changed)


def in_place_of(path: str, source: str) -> None:
    """Let pages be joined with `source` instead of the file `path` from now on."""
    there = Path(path).resolve()
    read = Path.read_text

    def read_text(self: Path, *args: Any, **kwargs: Any) -> str:
        return source if self == there else read(self, *args, **kwargs)

    Path.read_text = read_text  # type: ignore[method-assign]


def stand_in() -> None:
    """Let the browser tests that are imported from now on open their pages in Node.js."""
    from tests.browser import chromium

    chromium.programs = lambda: ("node", "node")
    chromium.chromium = node  # type: ignore[assignment]


@contextmanager
def node(profile: Path, *flags: str) -> Iterator[NodeBrowser]:
    """Start a Node.js that stands in for Chromium."""
    command = ["node", str(HERE / "node_browser.js")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield NodeBrowser(process)
        finally:
            process.kill()


class NodeBrowser:
    """What the tests of the page's numbers ask of a browser."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def get(self, address: str) -> None:
        """Open a page."""
        self._ask({"open": unquote(urlparse(address).path)})

    def execute_script(self, script: str, *given: Any) -> Any:
        """Run the body of a function with what is given."""
        return self._ask({"script": script, "given": given})

    def get_log(self, kind: str) -> list[str]:
        """Return nothing: an error in a script is raised at once."""
        return []

    def _ask(self, asked: dict[str, Any]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]
