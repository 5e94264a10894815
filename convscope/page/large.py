"""Pages of large networks: from which size on one has a worker, and what runs in that."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .modules import join

HERE = Path(__file__).parent
LARGE_MACS = 20_000_000  # of a network from which on a forward pass takes more than a few frames in plain JavaScript


def is_large(payload: Mapping[str, Any]) -> bool:
    """Return whether a payload's network, or the one beside it, takes so long that its page runs it in a worker, by
    WebAssembly.
    """
    nodes = (*payload.get("nodes", ()), *(payload.get("against") or {}).get("nodes", ()))
    work: int = sum(node["macs"] or math.prod(node["output"]) for node in nodes)
    return work >= LARGE_MACS


@cache
def forward_script() -> str:
    """Return as one script what a worker runs that sends pictures through a large network."""
    return join(HERE / "js" / "look" / "worker.js", HERE / "js")


@cache
def features_script() -> str:
    """Return as one script what a worker runs that learns a new head on the features of a network."""
    return join(HERE / "js" / "learn" / "transfer" / "worker.js", HERE / "js")


@cache
def forward_modules() -> dict[str, str]:
    """Return that worker's inner loops as WebAssembly by name, in base64: a page from file:// may read no file."""
    return {name: wasm(name) for name in ("forward-relaxed", "forward-simd")}


def wasm(name: str) -> str:
    """Return a module of `page/wasm` in base64."""
    return base64.b64encode((HERE / "wasm" / f"{name}.wasm").read_bytes()).decode()
