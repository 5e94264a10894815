"""How fast a see-through page runs a large network: one forward pass in headless Chromium, beside onnxruntime-web.

    npm pack onnxruntime-web@1.20.1 && tar xzf onnxruntime-web-*.tgz      a devDependency of this benchmark alone
    python -m benchmarks.forward --ort package/dist                      all engines in turn, 15 rounds, one row a run
    python -m benchmarks.forward --rounds 30

The page's engine keeps every layer's output, onnxruntime-web gives the scores alone. Both run on one thread.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import results
from convscope import modelfile
from convscope.explain.look import SLIDES
from convscope.explain.payload import nodes, records
from convscope.explain.payload.encoding import as_json
from convscope.modelfile import ModelFile, read
from convscope.page.large import forward_modules
from convscope.page.modules import join
from tests.browser.chromium import LOOPBACK, chromium
from tests.samples import sample

HERE = Path(__file__).parent
WHAT = (
    "Milliseconds of one forward pass of one picture in headless Chromium on one thread, engines in turn, one row a "
    "run. `wasm`: the see-through page's float32 kernels, every layer's output kept; `plain`: its float64 engine in "
    "JavaScript; `onnxruntime-web`: WebAssembly with SIMD, scores alone. `apart`: the largest difference of a score to "
    "`plain`."
)
BLOCK = "skip(conv({n}, 3, {s}pad=1, bias=False) + bn + relu + conv({n}, 3, pad=1, bias=False) + bn{c}) + relu"
STEM = "conv(64, 7, stride=2, pad=3, bias=False) + bn + relu + maxpool(3, stride=2, pad=1)"


def resnet18() -> str:
    """Return resnet18 as a formula."""
    parts = [STEM]
    for n in (64, 128, 256, 512):
        first = n > 64
        shortcut = f", conv({n}, 1, stride=2, bias=False) + bn" if first else ""
        parts += [BLOCK.format(n=n, s="stride=2, " * first, c=shortcut), BLOCK.format(n=n, s="", c="")]
    return " + ".join([*parts, "gap", "fc"])


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the networks, each as a model file."""
    yield "lite0", HERE.parent / "convscope" / "pretrained" / "lite0.onnx"
    modelfile.write(folder / "resnet18.onnx", *sample(resnet18(), (3, 224, 224), 1000))
    yield "resnet18", folder / "resnet18.onnx"
    yield "slides", SLIDES / "model.onnx"


def main() -> None:
    """Measure, and write each run to benchmarks/results/forward.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ort", type=Path, help="onnxruntime-web's folder dist")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", help="one of the networks")
    given = parser.parse_args()
    rows: list[results.Row] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        script = join(HERE.parent / "tests" / "browser" / "forward_page.js", HERE.parent)
        (folder / "bench.js").write_text(f"{script}\nwindow.measure = measure;", encoding="utf-8")
        (folder / "index.html").write_text(
            '<!doctype html><meta charset="utf-8"><script type=module src=bench.js></script>'
        )
        for path in given.ort.glob("ort*wasm*") if given.ort else ():
            shutil.copy(path, folder)
        for path in given.ort.glob("ort.wasm.min.mjs") if given.ort else ():
            shutil.copy(path, folder)
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=name)
        handler.log_message = lambda *_: None  # type: ignore[attr-defined]
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with chromium(folder / "profile", LOOPBACK) as driver:
            driver.set_script_timeout(600)
            for network, path in files(folder):
                if given.only in (None, network):
                    shutil.copy(path, folder / "model.onnx")
                    (folder / "asked.json").write_text(json.dumps(asked(read(path), given.rounds)))
                    driver.get(f"http://127.0.0.1:{server.server_port}/index.html")
                    found = driver.execute_async_script(RUN, bool(given.ort))
                    if "error" in found:
                        raise RuntimeError(found["error"])
                    rows += list(rows_of(network, found))
            version = driver.capabilities["browserVersion"]
        server.shutdown()
    using = {**results.versions(), "chromium": version, **({"onnxruntime-web": "1.20.1"} if given.ort else {})}
    print(results.write("forward", WHAT, rows, key=("network", "engine", "run"), using=using))


RUN = """
const done = arguments[1];
(async (beside) => {
  const asked = await (await fetch("asked.json")).json();
  let ort = null;
  if (beside) {
    const web = await import(new URL("ort.wasm.min.mjs", location.href).href);
    web.env.wasm.numThreads = 1;
    web.env.wasm.wasmPaths = new URL("./", location.href).href;
    const session = await web.InferenceSession.create("model.onnx");
    const dims = [1, ...asked.network.input.shape];
    const pictures = new web.Tensor("uint8", Uint8Array.from(asked.picture), dims);
    ort = async () => (await session.run({ pictures })).logits.data;
  }
  return window.measure({ ...asked, ort });
})(arguments[0]).then(done, (error) => done({ error: String(error.stack ?? error) }));
"""


def asked(file: ModelFile, rounds: int) -> dict[str, object]:
    """Return what the page is asked: the network with its weights, and a picture."""
    spec = file.spec
    picture = np.random.default_rng(0).integers(0, 256, spec.shape, dtype=np.uint8)
    network = {
        "input": as_json(records.Input(spec.shape, spec.mean, spec.std, spec.invert, spec.centred, spec.rule)),
        "nodes": as_json(nodes.page_nodes(file.network)),
        "tensors": as_json(file.weights),
    }
    return {"network": network, "modules": forward_modules(), "picture": picture.ravel().tolist(), "rounds": rounds}


def rows_of(network: str, found: dict[str, dict[str, list[float]]]) -> Iterator[results.Row]:
    """Yield a row a run, and print the means."""
    for engine, times in found["times"].items():
        summary = results.summary(times)
        print(
            f"{network} {engine}: n={summary.n} mean {summary.mean:.1f} sd {summary.sd:.1f} least {summary.least:.1f}"
        )
        for run, milliseconds in enumerate(times):
            row = {"network": network, "engine": engine, "run": run, "milliseconds": milliseconds}
            yield {**row, "apart": found["apart"][engine], "load": os.getloadavg()[0]}


if __name__ == "__main__":
    main()
