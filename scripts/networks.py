"""Write docs/networks.md's table: what convscope makes of networks that others built, file by file.

    python -m scripts.networks [FILE.onnx …]

The nine classic networks and the PyTorch exports with two-dimensional inputs lie in the `onnx` package; their weights
are generated or random, so only structure and numbers count. Files that are named are measured beside them, printed,
and not written down. Every figure is of this run: nodes, boxes among them, parameters and multiply-adds as `describe`
counts them, the largest difference to ONNX Runtime as a share of the node's largest number, and the page's megabytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx

import convscope
from benchmarks.tables import markdown
from convscope.errors import ConvscopeError
from convscope.foreign.describing import describe_foreign
from convscope.foreign.reading import open_foreign

PAGE = Path(__file__).parents[1] / "docs" / "networks.md"
BEGIN, END = "<!-- table: python -m scripts.networks -->", "<!-- end of table -->"
HEAD = ["file", "nodes", "boxes", "parameters", "multiply-adds", "difference", "at", "page, MB", "left out"]
DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"


def files() -> Iterator[tuple[str, Path]]:
    """Yield the test beds by name."""
    for path in sorted((DATA / "light").glob("*.onnx")):
        yield path.stem, path
    for folder in sorted((DATA / "pytorch-converted").glob("test_*2d*")):
        yield folder.name, folder / "model.onnx"


def row(name: str, path: Path) -> list[str]:
    """Return one file's row; a file that is refused says why."""
    try:
        described = describe_foreign(open_foreign(path)[0])
        page = convscope.look(path)
    except ConvscopeError as error:
        return [name, "–", "–", "–", "–", "–", error.what, "–", ""]
    payload: dict[str, Any] = page.payload
    shut = sum(node["kind"] == "opaque" for node in payload["nodes"])
    unknown = sorted({one.text.partition("(")[0] for one in described.rows if one.macs is None})
    boxes = f"{described.boxes}: {', '.join(unknown)}" if unknown else "0"
    heavy = f"weights of {shut - described.boxes}" if shut > described.boxes else ""
    proof = payload["proof"] or {"difference": None, "where": ""}
    difference = "–" if proof["difference"] is None else f"{proof['difference']:.1e}"
    counts = (f"{described.parameters:,}", f"{described.macs:,}")
    size = f"{len(page.html.encode()) / 1e6:.1f}"
    return [name, str(len(payload["nodes"])), boxes, *counts, difference, proof["where"], size, heavy]


def main(words: list[str]) -> None:
    """Measure all, or the files that are named."""
    if words:
        print(markdown(HEAD, [row(Path(word).name, Path(word)) for word in words], words=1))
        return
    rows = [row(*one) for one in files()]
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{markdown(HEAD, rows, words=1)}\n\n{END}{after}", encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
