"""A folder of 10,000 PNG files, in turn: Pillow's decoding alone, with bare ONNX Runtime behind it, and convscope; or a
folder of photographs: convscope's decoder alone, predicting, and loading for a training.

    python -m benchmarks.folder [--rounds 5] [--cores 1] [--photographs 400]

MNIST's test pictures as files, which lie in the page cache, through two networks: slides, 8 million multiplications a
picture, and fast, trained here in seconds. On several cores Pillow and ONNX Runtime run in threads, and in processes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

import convscope
from benchmarks import results
from benchmarks.prediction import MODEL
from convscope import data
from convscope.errors import InputError
from convscope.pictures.decoding import decode
from convscope.pictures.search import pictures_in

WHAT = (
    "A folder of 10,000 PNG files of 28×28 pixels through two networks, in turn: microseconds a picture by the wall "
    "clock and of CPU time, one row a round. "
    "Pillow alone: open each file and make an array of it. In processes: they run and have imported everything before "
    "the clock does. convscope's line does more: it refuses what is no "
    "picture, turns and sizes what needs it, swaps dark and light, and names classes in order; in threads. The "
    "command: from its start to its end, its imports and the search through the folder included."
)
WHAT_PHOTOGRAPHS = (
    "A folder of JPEG files of 1600×1200 pixels, in turn: microseconds a picture by the wall clock and of CPU time, "
    "one row a round. The decoder alone: convscope's own decode function on every file, in as many threads as cores, "
    "and nothing else. Predicted: through the network slides, class names in order. Loaded: as a training reads it."
)
BATCH = 32
Words = list[str]
Found = tuple[list[int], float]  # classes, and seconds of CPU time in other processes
_session: Any = None


def decoded(path: str) -> NDArray[np.uint8]:
    """Return the pixels (1, H, W) of a grey picture, as Pillow's own documentation has it."""
    with Image.open(path) as picture:
        return np.asarray(picture)[None]


def opened(model: str) -> None:
    """Make the session of this process, of one thread a run."""
    global _session
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    _session = onnxruntime.InferenceSession(model, options)


def only(paths: Words) -> Found:
    """Decode, and forget."""
    start = time.process_time()
    for path in paths:
        decoded(path)
    return [], time.process_time() - start


def both(paths: Words) -> Found:
    """Return the classes of some pictures."""
    start = time.process_time()
    pictures = np.array([decoded(path) for path in paths])
    found: list[int] = _session.run(["logits"], {"pictures": pictures})[0].argmax(1).tolist()
    return found, time.process_time() - start


def gathered(parts: Iterable[Found]) -> Found:
    """Return all classes in order, and all seconds."""
    every = list(parts)
    return [k for found, _ in every for k in found], sum(seconds for _, seconds in every)


def functions(model_file: Path, folder: Path, cores: int) -> dict[str, Callable[[Words], Found]]:
    """Return what goes through the files, by name."""
    model = convscope.load(model_file)
    opened(str(model_file))

    def batches(paths: Words) -> list[Words]:
        return [paths[i : i + BATCH] for i in range(0, len(paths), BATCH)]

    def threaded(work: Callable[[Words], Found]) -> Callable[[Words], Found]:
        def through(paths: Words) -> Found:
            if cores == 1:
                return gathered(map(work, batches(paths)))[0], 0.0
            with ThreadPoolExecutor(cores) as threads:
                return gathered(threads.map(work, batches(paths)))[0], 0.0

        return through

    def ours(paths: Words) -> Found:
        found = list(model.stream(paths))
        return [-1 if isinstance(p, InputError) else model.classes.index(p.label) for p in found], 0.0

    def command(paths: Words) -> Found:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        words = [str(Path(sys.executable).with_name("convscope")), "predict", str(model_file), str(folder), "--csv"]
        rows = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[1:]
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return [
            model.classes.index(row[len(path) + 1 :].split(",")[0]) for path, row in zip(paths, rows, strict=True)
        ], seconds

    names = "Pillow alone", "Pillow and bare ONNX Runtime"
    ready = {
        name + (", threads" if cores > 1 else ""): threaded(work)
        for name, work in zip(names, (only, both), strict=True)
    }
    if cores > 1:
        pool = ProcessPoolExecutor(
            cores, mp_context=multiprocessing.get_context("spawn"), initializer=opened, initargs=(str(model_file),)
        )

        def apart(work: Callable[[Words], Found]) -> Callable[[Words], Found]:
            return lambda paths: gathered(pool.map(work, batches(paths)))

        ready |= {f"{name}, processes": apart(work) for name, work in zip(names, (only, both), strict=True)}
    return ready | {"convscope": ours, "the command convscope predict": command}


def write(folder: Path, pictures: NDArray[np.uint8]) -> Words:
    """Write pictures (N, 1, H, W) as PNG files and return their paths, in order."""
    for i, picture in enumerate(pictures):
        Image.fromarray(np.ascontiguousarray(picture[0])).save(folder / f"{i:05d}.png")
    return list(pictures_in([str(folder)]))


def write_photographs(folder: Path, count: int) -> Words:
    """Write smooth, noisy pictures of 1600×1200 as JPEG files of two classes and return their paths, in order."""
    rng = np.random.default_rng(0)
    for i in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (75, 100, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((1600, 1200), Image.Resampling.BICUBIC)).astype(np.int16)
        noisy = np.clip(smooth + rng.integers(-8, 9, smooth.shape), 0, 255).astype(np.uint8)
        (folder / f"class {i % 2}").mkdir(exist_ok=True)
        Image.fromarray(noisy).save(folder / f"class {i % 2}" / f"{i:04d}.jpg", quality=90)
    return list(pictures_in([str(folder)]))


def photograph_functions(folder: Path, cores: int) -> dict[str, Callable[[Words], Found]]:
    """Return what goes through a folder of photographs, by name."""
    model = convscope.load(MODEL)

    def decoder_alone(paths: Words) -> Found:
        with ThreadPoolExecutor(cores) as threads:
            deque(threads.map(lambda path: decode(path, (28, 28), 1), paths), maxlen=0)
        return [], 0.0

    def predicted(paths: Words) -> Found:
        results = model.stream(paths)
        return [-1 if isinstance(r, InputError) else model.classes.index(r.label) for r in results], 0.0

    def loaded(paths: Words) -> Found:
        assert len(data.folder(folder, size=28, channels=1).train) == len(paths)
        return [], 0.0

    return {"the decoder alone, threads": decoder_alone, "predicted": predicted, "loaded": loaded}


def trained(folder: Path) -> Path:
    """Return the model file of plan fast after 0.35 epochs of its recipe: in another process, so that torch stays
    there.
    """
    words = [sys.executable, "-m", "convscope", "train", "mnist", "--epochs", "0.35", "--out", str(folder)]
    subprocess.run(words, capture_output=True, check=True)
    return folder / "model.onnx"


def measured(ready: dict[str, Callable[[Words], Found]], paths: Words, rounds: int) -> Iterable[results.Row]:
    """Yield a row for each function in each round. Each is run once before, and all must find the same classes."""
    wanted = [found for name in ready if (found := ready[name](paths)[0])]
    assert all(found == wanted[0] for found in wanted)
    for number in range(rounds):
        for name, function in ready.items():
            wall, cpu = time.perf_counter(), time.process_time()
            found, elsewhere = function(paths)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            assert not found or found == wanted[0], name
            each = {"microseconds": wall, "cpu_microseconds": cpu + elsewhere}
            yield {"what": name, "run": number} | {k: round(1e6 * v / len(paths), 2) for k, v in each.items()}


def photographs(count: int, cores: int, rounds: int) -> Path:
    """Measure a folder of photographs and write benchmarks/results/photographs.json; return its path."""
    with tempfile.TemporaryDirectory() as temporary:
        paths = write_photographs(Path(temporary), count)
        ready = photograph_functions(Path(temporary), cores)
        rows: list[results.Row] = [{"cores": str(cores)} | row for row in measured(ready, paths, rounds)]
    return results.write("photographs", WHAT_PHOTOGRAPHS, rows, key=("cores", "what", "run"))


def main() -> None:
    """Measure each in turn, check that all find the same, and write benchmarks/results/folder.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--cores", type=int, default=1, help="how many cores to run on, the first ones (1)")
    parser.add_argument("--photographs", type=int, default=0, metavar="N", help="N photographs instead of PNG files")
    given = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: given.cores]))
    if given.photographs:
        print(photographs(given.photographs, given.cores, given.rounds))
        return
    test = data.load("mnist").test
    assert test is not None
    rows: list[results.Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "pictures"
        folder.mkdir()
        paths = write(folder, test.images[: given.pictures])
        for plan, model_file in (("slides", MODEL), ("fast", trained(Path(temporary) / "fast"))):
            ready = functions(model_file, folder, given.cores)
            rows += [{"plan": plan, "cores": str(given.cores)} | row for row in measured(ready, paths, given.rounds)]
    print(results.write("folder", WHAT, rows, key=("plan", "cores", "what", "run")))


if __name__ == "__main__":
    main()
