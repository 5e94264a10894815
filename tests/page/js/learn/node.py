"""The engine that learns as a back end under test: the functions of bench.js, called in Node.js."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from convscope.explain.payload import nodes
from convscope.explain.payload.encoding import as_json
from convscope.formula import Network
from convscope.page.inline import learning_modules
from tests.page.js.node import Node, node


class Learner:
    """Calls the functions of bench.js."""

    def __init__(self, started: Node) -> None:
        self.node = started

    def call(self, name: str, **asked: object) -> Any:
        """Return what `name` of bench.js returns, arrays as numpy's."""
        return _made(self.node.call(name, _given(asked)))


@contextmanager
def learner(folder: Path, *flags: str) -> Iterator[Learner]:
    """Start a Node.js with bench.js in it."""
    with node(Path(__file__).parent / "bench.js", folder, *flags) as started:
        found = Learner(started)
        found.call("modules", modules=learning_modules())
        yield found


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
