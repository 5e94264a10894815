"""The pages that the lab serves: its own, and the see-through page of a finished run, made when it is asked for."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

from ..explain.look import look
from ..page.inline import PayloadJson, lab_html
from ..page.opening import empty_html
from ..page.webpage import Page
from .payload import lab_payload
from .pretrained_file import FILE, pretrained_file

KEPT = 3  # see-through pages in memory
SHIPPED_LOOK = "/runs/-/look"  # of the network that reads digits before one is trained; no run's id begins with "-"
OWN_NETWORK = "/runs/-/open"  # the see-through page without a network; below /runs, where the key is sent along


def lab_page(token: str) -> str:
    """Return the lab's page with the token that its questions carry."""
    return lab_html({**_payload(), "token": token, "recorded": None, "look": SHIPPED_LOOK, "open": OWN_NETWORK}, True)


@cache
def own_network_page() -> str:
    """Return the page on which a file of anybody's is dropped."""
    return empty_html()


@cache
def _payload() -> PayloadJson:
    """Return what the chapters need; read once."""
    return {**lab_payload().to_json(), "pretrained": {**pretrained_file()[0].to_json(), "file": f"/api/{FILE}"}}


class PageCache:
    """See-through pages by run, one made at a time: each takes seconds and all CPUs."""

    def __init__(self) -> None:
        self._made: dict[tuple[Path, int], Page] = {}
        self._lock = asyncio.Lock()

    async def page(self, run: Path) -> Page:
        """Return the page of a finished run. Raises ConvscopeError where it cannot be made."""
        async with self._lock:
            key = (run, (run / "model.onnx").stat().st_mtime_ns)
            if key not in self._made:
                page = await asyncio.to_thread(look, run)
                while len(self._made) >= KEPT:
                    del self._made[next(iter(self._made))]
                self._made[key] = page
            return self._made[key]
