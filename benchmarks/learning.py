"""How fast a page learns: training in headless Chromium, in one worker, beside convscope's own torch, on one core.

    python -m benchmarks.learning                      pictures a second, and seconds to 99 % on MNIST
    python -m benchmarks.learning --only speed         one of the two
    python -m benchmarks.learning --tfjs tf.min.js     TensorFlow.js beside it: its bundle, from npm

Seconds are those within steps: drawing pictures, forward, backward, update; not loading and not the test. CPU seconds
are the worker's own thread's, from /proc: what a busy machine gives it. PLAN and STEPS were chosen on the last 10,000
training pictures (docs/log.md).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import results
from convscope import data
from convscope.explain.payload import nodes
from convscope.explain.payload.encoding import as_json
from convscope.formula import ZOO, parse, trace
from tests.browser.chromium import chromium
from tests.browser.learn_page import LearnPage

WHAT = (
    "Training on MNIST's 60,000 pictures in a worker of headless Chromium, one core, one row a run; `torch` is "
    "convscope's own in a process with one thread. `speed`: plan fast, batches of 128. `accuracy`: a smaller plan, a "
    "fixed schedule, and the accuracy on the 10,000 test pictures. Seconds by the wall clock and of CPU time."
)
PLAN = (
    'crop(24) + conv(16, 5, stride=2, pad="same", bias=False) + maxpool(2) + bn + relu + conv(32, 3, pad="same", '
    'bias=False) + maxpool(2) + bn + relu + conv(64, 3, pad="same", bias=False) + bn + relu + fc'
)
STEPS = 500
SPEED = {"plain": 12, "simd": 200, "relaxed": 200, "torch": 200}  # steps
SCALE = {"shape": [1, 28, 28], "mean": [33.32], "std": [78.57]}


def main() -> None:
    """Measure, and write each run to benchmarks/results/learning.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("speed", "accuracy"))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--engines", nargs="+", choices=SPEED, default=list(SPEED))
    parser.add_argument("--tfjs", type=Path, help="TensorFlow.js's bundle, tf.min.js")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core to run on (the last)")
    parser.add_argument("--torch", nargs=3, metavar=("PLAN", "STEPS", "SEED"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.torch:
        print(json.dumps(by_torch(given.torch[0], int(given.torch[1]), int(given.torch[2]))))
        return
    os.sched_setaffinity(0, {given.core})
    with page() as (learner, version):
        rows = list(measured(learner, given))
        if given.tfjs:
            print(json.dumps({"engine": "tfjs cpu", **by_tfjs(learner, given.tfjs)}))
    key = ("engine", "task", "seed")
    print(results.write("learning", WHAT, rows, key=key, using={**results.versions(), "chromium": version}))


@contextmanager
def page() -> Iterator[tuple[LearnPage, str]]:
    """Open a page that keeps MNIST, and say Chromium's version."""
    mnist = data.load("mnist")
    test = mnist.test
    assert test is not None
    kept = {
        "images": np.asarray(mnist.train.images[:]),
        "labels": np.asarray(mnist.train.labels[:], np.uint8),
        "test images": np.asarray(test.images[:]),
        "test labels": np.asarray(test.labels[:], np.uint8),
    }
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        chromium(Path(folder) / "profile") as driver,
    ):
        yield LearnPage(driver, Path(folder), kept), driver.capabilities["browserVersion"]


def measured(learner: LearnPage, given: argparse.Namespace) -> Iterator[results.Row]:
    """Yield a row a run, engines in turn."""
    tasks: list[tuple[str, str, str, int, int]] = []
    for seed in given.seeds:
        if given.only != "accuracy" and seed == given.seeds[0]:
            tasks += [(engine, "speed", ZOO["fast"][0], SPEED[engine], seed) for engine in given.engines]
        if given.only != "speed":
            tasks += [(e, "accuracy", PLAN, STEPS, seed) for e in given.engines if e != "plain"]
    for engine, task, plan, steps, seed in tasks:
        found = aside(plan, steps, seed) if engine == "torch" else by_page(learner, engine, plan, steps, seed)
        row = {"engine": engine, "task": task, "seed": seed, "steps": steps, **found, "load": os.getloadavg()[0]}
        print(json.dumps(row), flush=True)
        yield row


def by_page(learner: LearnPage, engine: str, plan: str, steps: int, seed: int) -> results.Row:
    """Train in the page and return figures."""
    learner.start()
    training = {"kept": "images"}, {"kept": "labels"}
    pixels, labels = {"kept": "test images"}, {"kept": "test labels"}
    learner.ask(
        {
            "ask": "begin",
            "nodes": as_json(nodes.page_nodes(trace(parse(plan)))),
            "input": SCALE,
            "pictures": {"pixels": training[0], "labels": training[1], "shape": [1, 28, 28]},
            "recipe": {"steps": steps},
            "seed": seed,
            "kernels": [engine],
        }
    )
    learner.until("ready", 120)
    cpu = worker_cpu()
    end = learner.until("end", 600)
    cpu = worker_cpu() - cpu
    asked = {"ask": "measure", "pictures": {"pixels": pixels, "labels": labels, "shape": [1, 28, 28]}}
    learner.ask(asked)
    test = learner.until("measured", 300)
    seconds, count = end["seconds"], pictures_shown(learner.said())
    return {**rates(count, seconds, cpu), "accuracy": test["accuracy"]}


def pictures_shown(said: Sequence[dict[str, Any]]) -> int:
    """Return on how many pictures a worker said that it trained, each as often as it was shown."""
    return sum(line["count"] for one in said if one["say"] == "steps" for line in one["lines"])


def rates(count: int, seconds: float, cpu: float) -> results.Row:
    """Return what a row says of so many pictures in so much time."""
    by_second = {"pictures_per_second": count / seconds, "pictures_per_cpu_second": count / cpu}
    return {**by_second, "seconds": seconds, "cpu_seconds": cpu}


def worker_cpu() -> float:
    """Return the CPU seconds of the browser's worker thread; of all, if there are several."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/task/[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue  # it ended
        if name == "DedicatedWorker":
            ticks += sum(map(int, rest.split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def aside(plan: str, steps: int, seed: int) -> results.Row:
    """Train with torch in a process of its own, on the same core."""
    command = [sys.executable, "-m", "benchmarks.learning", "--torch", plan, str(steps), str(seed)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900, env=environment)
    found: results.Row = json.loads(done.stdout.splitlines()[-1])
    return found


def by_torch(plan: str, steps: int, seed: int) -> results.Row:
    """Train by the recipe fast with as many steps, without what the page leaves out, and return figures."""
    import convscope
    from convscope.runs.records import EpochLine
    from convscope.training.events import BeginLine, Event
    from convscope.training.recipes import named

    recipe = replace(named("fast"), hard=0.0, holds_out=False, precision="float32", least_steps=steps, epochs=1e-6)
    began = ended = (0.0, 0.0)

    def progress(line: Event) -> None:
        nonlocal began, ended
        if isinstance(line, BeginLine):
            began = time.perf_counter(), time.process_time()
        elif isinstance(line, EpochLine):
            ended = time.perf_counter(), time.process_time()

    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        result = convscope.train("mnist", arch=plan, recipe=recipe, seed=seed, threads=1, out=run, progress=progress)
    assert result.test is not None
    seconds = ended[0] - began[0]
    found = rates(steps * recipe.batch_size, seconds, ended[1] - began[1])
    return {**found, "accuracy": result.test.accuracy}


TFJS = """
const done = arguments[arguments.length - 1];
(async () => {
  await tf.setBackend("cpu");
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
})().then(done, (error) => done({ error: String(error) }));
"""


def by_tfjs(learner: LearnPage, bundle: Path) -> results.Row:
    """Train plan fast with TensorFlow.js on its CPU, in a page of its own: three steps of 32 pictures after one."""
    with tempfile.TemporaryDirectory() as folder:
        text = bundle.read_text(encoding="utf-8").replace("</script", "<\\/script")
        (Path(folder) / "tf.html").write_text(f"<!doctype html><script>{text}</script>", encoding="utf-8")
        learner.browser.get((Path(folder) / "tf.html").as_uri())
        learner.browser.set_script_timeout(600)
        found = learner.browser.execute_async_script(TFJS)  # type: ignore[no-untyped-call]
    if "error" in found:
        raise RuntimeError(found["error"])
    times = sorted(found["times"])
    facts = {"steps": len(times), "parameters": found["parameters"], "load": os.getloadavg()[0]}
    return {**facts, "pictures_per_second": 32 * len(times) / sum(times), "fastest": 32 / times[0]}


if __name__ == "__main__":
    main()
