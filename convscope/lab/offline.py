"""What makes the static site a web page to install: a manifest with icons, and a worker that keeps one whole build."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..arithmetic import lecture_x
from ..page.inline import HERE

MANIFEST, WORKER = "manifest.json", "worker.js"
UNFILLED = '{ version: "", files: {} }'  # what page/site/worker.js has in place of a build
SIDES = (192, 512)
PAPER, INK, WINDOW = (250, 247, 240), (74, 28, 0), (192, 18, 88)  # the colours of css/shared/base.css and palette.js
EDGE = 0.18  # of an icon's side, on which a launcher may cut it round


def offline_files(pages: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that stand beside `pages` (their bytes by name), the worker last.

    The worker knows the SHA-256 of every file and keeps all of them or none, under a version that is their digest.
    """
    manifest = _manifest()
    files = {**pages, MANIFEST: manifest}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    source = (HERE / "site" / "worker.js").read_text(encoding="utf-8")
    version = hashlib.sha256((json.dumps(digests) + source).encode()).hexdigest()[:16]
    build = json.dumps({"version": version, "files": digests}, indent=2)
    return {MANIFEST: manifest, WORKER: source.replace(UNFILLED, build).encode()}


def icon(side: int) -> bytes:
    """Return the icon as a PNG of side × side pixels: the lecture's X, with a window on it."""
    x = np.array(lecture_x()) > 0
    cells = len(x)
    cell = round(side * (1 - 2 * EDGE) / cells)
    start = (side - cell * cells) // 2
    pixels: NDArray[np.uint8] = np.full((side, side, 3), PAPER, np.uint8)
    for row, column in np.argwhere(x):
        top, left = start + row * cell, start + column * cell
        pixels[top : top + cell, left : left + cell] = INK
    thick, wide = max(2, side // 40), 3 * cell
    pixels[start - thick : start + wide + thick, start - thick : start + wide + thick][
        _frame(wide + 2 * thick, thick)
    ] = WINDOW
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _frame(side: int, thick: int) -> NDArray[np.bool_]:
    """Return which pixels of a square are its frame."""
    frame = np.ones((side, side), bool)
    frame[thick:-thick, thick:-thick] = False
    return frame


def _manifest() -> bytes:
    icons = [
        {
            "src": "data:image/png;base64," + base64.b64encode(icon(side)).decode(),  # the page's policy loads no other
            "sizes": f"{side}x{side}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for side in SIDES
    ]
    manifest = {
        "name": "convscope lab",
        "short_name": "convscope",
        "description": "Convolutional networks, to try out",
        "start_url": "index.html",
        "scope": "./",
        "display": "standalone",
        "background_color": "#faf7f0",
        "theme_color": "#faf7f0",
        "icons": icons,
    }
    return json.dumps(manifest, indent=2).encode()
