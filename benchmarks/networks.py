"""What convscope makes of networks that others built: a row a network and way in, of benchmarks.foreign_networks.

    python -m benchmarks.networks                       all; an hour, and 100 MB of packages beside the environment
    python -m benchmarks.networks resnet18 squeezenet   those with such a name alone, beside the rows that are there
    python -m benchmarks.networks --group torchvision

Nodes and boxes, parameters and multiply-adds as `describe` counts them, torchinfo's and fvcore's counts beside them,
the largest difference to the network's own runtime with its node, the page's megabytes, and when headless Chromium
paints it first. `python -m benchmarks.networks_report` writes docs/networks.md's tables from the rows.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from selenium import webdriver

import convscope
from benchmarks import results
from benchmarks.first_view import painted
from benchmarks.foreign_networks import Bed, beds
from convscope.errors import ConvscopeError
from convscope.formula import parse
from convscope.page.large import forward_modules, is_large
from convscope.page.modules import join
from tests.browser.chromium import chromium

ROOT = Path(__file__).parents[1]
NAME = "networks"
KEY = ("group", "network", "way")
WHAT = (
    "Networks that others built, looked at by convscope, one row a network and way in (torch module, ONNX file, or "
    "ONNX file as torch.export writes it): nodes, boxes (what is no layer of the formula, by operator), `apart` how "
    "many more are boxes since our layer comes out otherwise, parameters and multiply-adds as `describe` counts them "
    "and as torchinfo and fvcore do, the largest difference of our layers to ONNX Runtime or torch as a share of the "
    "node's largest number, and which node; layers whose weights the page's megabytes do not hold; seconds of `look`; "
    "milliseconds from the beginning of a navigation to the page's first and largest contentful paint in headless "
    "Chromium, 1280×900, from file://, and of a forward pass of the page's engine on one thread, every layer's output "
    "kept (mean of 5 after one; null where a box or weights left out end it); `load` is the machine's, of one minute."
)


def main() -> None:
    """Look at each, and write its row to benchmarks/results/networks.json as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="networks whose name has one of these words")
    parser.add_argument("--group")
    parser.add_argument("--way", choices=("ONNX", "ONNX, dynamo", "torch"))
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, chromium(Path(name) / "profile") as driver:
        using = {**results.versions(), "chromium": driver.capabilities["browserVersion"]}
        for bed in beds():
            wanted = given.group in (None, bed.group) and given.way in (None, bed.way)
            if wanted and (not given.names or any(word in bed.name for word in given.names)):
                row = row_of(bed, Path(name), driver)
                print(*(f"{key}={value}" for key, value in row.items()), flush=True)
                results.write(NAME, WHAT, [row], key=KEY, using=using)


def row_of(bed: Bed, folder: Path, driver: webdriver.Chrome | None = None) -> results.Row:
    """Return one network's row; without a browser nothing is painted."""
    row: results.Row = {"group": bed.group, "network": bed.name, "way": bed.way}
    made = bed.made(folder)
    try:
        row |= counted(bed, made)
        begin = time.perf_counter()
        page = convscope.look(made) if bed.x is None else convscope.look(made, bed.x)
        seconds = time.perf_counter() - begin
    except ConvscopeError as error:
        return row | {"refused": error.what}
    payload: dict[str, Any] = page.payload
    shut = sum(node["kind"] == "opaque" and is_layer(node["text"]) for node in payload["nodes"])
    boxes = sum(node["kind"] == "opaque" for node in payload["nodes"]) - shut
    proof = payload["proof"] or {"difference": None, "where": ""}
    file = folder / "page.html"
    page.save(file)
    row |= {
        "nodes": len(payload["nodes"]),
        "shut": shut,
        "apart": boxes - row["boxes"],
        "difference": proof["difference"],
        "where": proof["where"],
        "rounded": proof.get("rounded", False),
        "megabytes": file.stat().st_size / 1e6,
        "seconds": seconds,
    }
    return row | (painted_row(driver, file) | forward_row(driver, folder, payload) if driver else {})


def is_layer(text: str) -> bool:
    """Tell a layer whose weights a page leaves out, by what stands in its box: it says it as the formula does."""
    try:
        return bool(parse(text))
    except ConvscopeError:
        return False


def painted_row(driver: webdriver.Chrome, file: Path) -> results.Row:
    """Return when a page was painted, the second time that it is opened: the first reads the file from the disk."""
    painted(driver, file.resolve().as_uri())
    found = painted(driver, file.resolve().as_uri())
    return {"first_milliseconds": found["first"], "largest_milliseconds": found["largest"], "load": os.getloadavg()[0]}


FORWARD = """
const done = arguments[0];
time(asked).then(done, (error) => done({ error: String(error.stack ?? error) }));
"""


def forward_row(driver: webdriver.Chrome, folder: Path, payload: dict[str, Any]) -> results.Row:
    """Return how long the page's engine takes for one picture, by WebAssembly where the page takes that."""
    if any(node["kind"] == "opaque" for node in payload["nodes"]):
        return {"forward_milliseconds": None}
    network = {key: payload[key] for key in ("input", "nodes", "tensors")}
    picture = np.random.default_rng(0).integers(0, 256, int(np.prod(payload["input"]["shape"]))).tolist()
    large = is_large(payload)
    asked = {"network": network, "modules": forward_modules() if large else {}, "picture": picture, "rounds": 5}
    script = join(ROOT / "tests" / "browser" / "forward_page.js", ROOT)
    whole = f"{script}\nconst asked = {json.dumps(asked)};"
    page = folder / "forward.html"
    page.write_text(f'<!doctype html><meta charset="utf-8"><script>{whole}</script>', encoding="utf-8")
    driver.set_script_timeout(600)
    driver.get(page.as_uri())
    found = driver.execute_async_script(FORWARD)  # type: ignore[no-untyped-call]
    if "error" in found:
        raise RuntimeError(found["error"])
    return {"forward_milliseconds": results.summary(found["times"]).mean}


def counted(bed: Bed, made: Any) -> results.Row:
    """Return parameters, multiply-adds and boxes as `describe` counts them, and as others do."""
    if isinstance(made, torch.nn.Module):
        described: Any = convscope.describe(made, bed.x)
        assert described.parameters == sum(p.numel() for p in made.parameters()), bed.name
        torchinfo, fvcore = macs_elsewhere(made, bed.x)
    else:
        described, torchinfo, fvcore = convscope.describe(made), None, None
    network = getattr(described, "network", None)
    figures = described if network is None else network
    rows = [] if network is not None else [row for row in described.rows if row.macs is None]
    kinds = Counter(row.text.partition("(")[0] for row in rows)
    return {
        "boxes": sum(kinds.values()),
        "kinds": dict(sorted(kinds.items())),
        "parameters": figures.parameters,
        "macs": figures.macs,
        "torchinfo": torchinfo,
        "fvcore": fvcore,
    }


def macs_elsewhere(module: torch.nn.Module, x: torch.Tensor) -> tuple[int, int]:
    """Return the multiply-adds of one picture as torchinfo and fvcore count them."""
    import torchinfo
    from fvcore.nn import FlopCountAnalysis

    total = torchinfo.summary(module, input_data=x, verbose=0).total_mult_adds
    count = FlopCountAnalysis(module, x).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    kept = ("conv", "linear", "matmul", "addmm", "bmm")
    return int(total), int(sum(n for kind, n in count.by_operator().items() if kind in kept))


if __name__ == "__main__":
    main()
