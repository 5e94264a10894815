"""One picture and many in one process, in turn: convscope beside the runtimes it could be: bare ONNX Runtime, torch,
torch.compile, OpenVINO.

    python -m benchmarks.prediction [--rounds 20] [--core 1]

The slides network (8 million multiplications a picture), trained, on MNIST's test pictures, one core, one thread.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

import convscope
from benchmarks import environments, results
from benchmarks.startup import MODEL
from benchmarks.training import locked, pinned
from convscope import data

WHAT = (
    "The slides network in one process on one core and one thread, from uint8 pictures in memory to probabilities, in "
    "turn; microseconds a picture of "
    "CPU time and by the wall clock, one row a round (the median call of at least 0.1 s of them). convscope's own "
    "line does more: class names and an order."
)
Pixels = NDArray[np.uint8]
Function = Callable[[Pixels], Any]


def functions() -> dict[str, Function]:
    """Return what scores pictures (N, 1, 28, 28), by name; each is checked against the first."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(MODEL), options)
    model = convscope.load(MODEL)
    net = model.module().eval()

    def eager(pictures: Pixels) -> NDArray[np.float32]:
        with torch.inference_mode():
            return net(torch.from_numpy(pictures)).softmax(1).numpy()

    compiled = torch.compile(net)

    def through_compiled(pictures: Pixels) -> NDArray[np.float32]:
        with torch.inference_mode():
            return compiled(torch.from_numpy(pictures)).softmax(1).numpy()

    return {
        "ONNX Runtime, bare": lambda pictures: session.run(["probabilities"], {"pictures": pictures})[0],
        "convscope, scores": lambda pictures: model.predictor.run(pictures)[1],
        "convscope, predictions": lambda pictures: model.predict(pictures),
        "torch, eager": eager,
        "torch.compile": through_compiled,
        "OpenVINO, float32": openvino("f32"),
        "OpenVINO, bfloat16": openvino("bf16"),
    }


def openvino(precision: str) -> Function:
    """Return OpenVINO's function; it comes from an environment of its own, whose packages are looked through last."""
    environments.python("openvino")
    if (place := str(environments.packages("openvino"))) not in sys.path:
        sys.path.append(place)
    import openvino as ov

    options = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision}
    compiled = ov.Core().compile_model(str(MODEL), "CPU", options)
    return lambda pictures: compiled({"pictures": pictures})["probabilities"]


def main() -> None:
    """Measure every function in turn, and write benchmarks/results/prediction.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core to run on (the last)")
    parser.add_argument("--lock", type=Path, help="a file to lock meanwhile, where others measure on that core")
    given = parser.parse_args()
    pinned(given.core)
    torch.set_num_threads(1)
    dataset = data.load("mnist")
    assert dataset.test is not None
    pictures = np.ascontiguousarray(dataset.test.images[:256])
    rows: list[results.Row] = []
    with locked(given.lock):
        ready = functions()
        first = ready["ONNX Runtime, bare"](pictures)
        for name, function in ready.items():
            for n in (1, len(pictures)):
                if name != "convscope, predictions":
                    near = 0.02 if "bfloat16" in name else 1e-5
                    np.testing.assert_allclose(function(pictures[:n]), first[:n], atol=near)
                function(pictures[:n])
        for number in range(given.rounds):
            for n in (1, len(pictures)):
                for name, function in ready.items():
                    wall, cpu = timed(function, pictures[:n])
                    rows.append(
                        {
                            "what": name,
                            "pictures_at_once": str(n),
                            "run": number,
                            "microseconds": wall,
                            "cpu_microseconds": cpu,
                        }
                    )
    exact = dict(line.split("==") for line in environments.requirements("openvino").split())
    print(results.write("prediction", WHAT, rows, using=results.versions() | {"openvino": exact["openvino"]}))


def timed(function: Function, pictures: Pixels, least: float = 0.1) -> tuple[float, float]:
    """Return microseconds a picture by the wall clock and of CPU time: the median of the calls made in `least`
    seconds.
    """
    walls, cpus, end = [], [], time.perf_counter() + least
    while len(walls) < 3 or time.perf_counter() < end:
        cpu, wall = time.process_time(), time.perf_counter()
        function(pictures)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    wall, cpu = (round(1e6 * float(np.median(values)) / len(pictures), 2) for values in (walls, cpus))
    return wall, cpu


if __name__ == "__main__":
    main()
