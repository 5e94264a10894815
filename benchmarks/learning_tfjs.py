"""TensorFlow.js on plan fast, beside the page's own engine: see benchmarks/learning.py."""

from __future__ import annotations

import base64
import os
import tempfile
from pathlib import Path

from benchmarks import results
from tests.browser.learn_page import LearnPage

TFJS = """
const done = arguments[arguments.length - 1];
(async (backend, modules) => {
  if (backend === "wasm") tf.wasm.setWasmPaths(modules);
  if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend} in this bundle`);
  await tf.ready();
  const { layers } = tf, conv = (filters, kernelSize, strides, inputShape) =>
    layers.conv2d({ filters, kernelSize, strides, padding: "same", useBias: false, ...(inputShape && { inputShape }) });
  const bn = () => layers.batchNormalization(), relu = () => layers.activation({ activation: "relu" });
  const pool = () => layers.maxPooling2d({ poolSize: 2 });
  const model = tf.sequential({ layers: [conv(32, 5, 2, [24, 24, 1]), pool(), bn(), relu(), conv(64, 3, 1), pool(),
    bn(), relu(), conv(64, 3, 1), bn(), relu(), layers.flatten(), layers.dense({ units: 10 })] });
  const optimizer = tf.train.momentum(0.1, 0.9, true);
  const loss = (wanted, logits) => tf.losses.softmaxCrossEntropy(wanted, logits);
  model.compile({ optimizer, loss });
  const labels = tf.range(0, 32, 1, "int32").mod(tf.scalar(10, "int32"));
  const [x, y] = [tf.randomNormal([32, 24, 24, 1]), tf.oneHot(labels, 10)];
  await model.trainOnBatch(x, y);
  const times = [];
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    await model.trainOnBatch(x, y);
    times.push((performance.now() - began) / 1000);
  }
  return { times, parameters: model.countParams() };
})(arguments[0], arguments[1]).then(done, (error) => done({ error: String(error) }));
"""


def by_tfjs(learner: LearnPage, bundle: Path, wasm: Path | None = None) -> results.Row:
    """Train plan fast with TensorFlow.js, in a page of its own: three steps of 32 pictures after one. What it answers
    instead, where it can't. With the folder of its WebAssembly backend by that one, else on its CPU backend."""
    scripts, modules = [bundle], {}
    if wasm:
        scripts.append(wasm / "tf-backend-wasm.min.js")
        modules = {file.name: data_url(file) for file in wasm.glob("*.wasm")}
    with tempfile.TemporaryDirectory() as folder:
        texts = (file.read_text(encoding="utf-8").replace("</script", "<\\/script") for file in scripts)
        page = "<!doctype html>" + "".join(f"<script>{text}</script>" for text in texts)
        (Path(folder) / "tf.html").write_text(page, encoding="utf-8")
        learner.browser.get((Path(folder) / "tf.html").as_uri())
        learner.browser.set_script_timeout(600)
        found = learner.browser.execute_async_script(  # type: ignore[no-untyped-call]
            TFJS, "wasm" if wasm else "cpu", modules
        )
    if "error" in found:
        return {"error": found["error"]}
    times = sorted(found["times"])
    facts = {"steps": len(times), "parameters": found["parameters"], "load": os.getloadavg()[0]}
    return {**facts, "pictures_per_second": 32 * len(times) / sum(times), "fastest": 32 / times[0]}


def data_url(file: Path) -> str:
    """Return a WebAssembly module as an address of its own, which a page from file:// may fetch."""
    return "data:application/wasm;base64," + base64.b64encode(file.read_bytes()).decode()
