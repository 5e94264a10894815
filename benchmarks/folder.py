"""A folder of 10,000 PNG files, in turn: Pillow's decoding alone, with bare ONNX Runtime behind it, and convscope.

    python -m benchmarks.folder [--rounds 5] [--cores 1]

MNIST's test pictures as files, which lie in the page cache; the slides network, 8 million multiplications a picture. On
several cores each runs in as many threads.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

import convscope
from benchmarks import results
from benchmarks.prediction import MODEL
from convscope import data
from convscope.errors import InputError
from convscope.paths import pictures_in

WHAT = (
    "A folder of 10,000 PNG files of 28×28 pixels through the slides network, in one process, in turn: microseconds a picture by the wall clock and of processor, one row a round. "
    "Pillow alone: open each file and make an array of it. convscope's line does more: it refuses what is no picture, turns and sizes what needs it, swaps dark and light, and names classes in order."
)
BATCH = 32
Words = list[str]


def decoded(path: str) -> NDArray[np.uint8]:
    """Return the pixels (1, H, W) of a grey picture, as Pillow's own documentation has it."""
    with Image.open(path) as picture:
        return np.asarray(picture)[None]


def functions(cores: int) -> dict[str, Callable[[Words], object]]:
    """Return what goes through the files, by name."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(MODEL), options)
    model = convscope.load(MODEL)

    def batches(paths: Words) -> list[Words]:
        return [paths[i : i + BATCH] for i in range(0, len(paths), BATCH)]

    def only(paths: Words) -> None:
        for path in paths:
            decoded(path)

    def both(paths: Words) -> list[int]:
        pictures = np.array([decoded(path) for path in paths])
        found: list[int] = session.run(["logits"], {"pictures": pictures})[0].argmax(1).tolist()
        return found

    def spread(work: Callable[[Words], list[int] | None]) -> Callable[[Words], list[int]]:
        def through(paths: Words) -> list[int]:
            if cores == 1:
                return [k for part in map(work, batches(paths)) for k in part or ()]
            with ThreadPoolExecutor(cores) as pool:
                return [k for part in pool.map(work, batches(paths)) for k in part or ()]

        return through

    def ours(paths: Words) -> list[int]:
        told = list(model.stream(paths))
        return [-1 if isinstance(t, InputError) else model.classes.index(t.label) for t in told]

    return {"Pillow alone": spread(only), "Pillow and bare ONNX Runtime": spread(both), "convscope": ours}


def write(folder: Path, pictures: NDArray[np.uint8]) -> Words:
    """Write pictures (N, 1, H, W) as PNG files and return their paths, in order."""
    for i, picture in enumerate(pictures):
        Image.fromarray(np.ascontiguousarray(picture[0])).save(folder / f"{i:05d}.png")
    return list(pictures_in([str(folder)]))


def main() -> None:
    """Measure each in turn, check that all find the same, and write benchmarks/results/folder.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--cores", type=int, default=1, help="how many cores to run on, the first ones (1)")
    given = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: given.cores]))
    test = data.load("mnist").test
    assert test is not None
    rows: list[results.Row] = []
    with tempfile.TemporaryDirectory() as folder:
        paths = write(Path(folder), test.images[: given.pictures])
        ready = functions(given.cores)
        wanted = ready["Pillow and bare ONNX Runtime"](paths)
        for number in range(given.rounds):
            for name, function in ready.items():
                wall, cpu = time.perf_counter(), time.process_time()
                found = function(paths)
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                assert not found or found == wanted, name
                each = {
                    "microseconds": round(1e6 * wall / len(paths), 2),
                    "cpu_microseconds": round(1e6 * cpu / len(paths), 2),
                }
                rows.append({"what": name, "cores": str(given.cores), "run": number, **each})
    print(results.write("folder", WHAT, rows, key=("cores", "what", "run")))


if __name__ == "__main__":
    main()
