"""Whole processes from the command to their end, or to the beginning of a training, in turn: convscope's verbs beside
what Python and the libraries cost alone.

    python -m benchmarks.startup [--rounds 15] [--core 1]

The command is the one installed beside the Python that runs this. Files are in the page cache and compiled (a first
round is thrown away), one core.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import results
from benchmarks.training import CALM, locked, pinned
from convscope import data

WHAT = (
    "Whole processes on one core, in turn, from the command to its end, or for the last two to the first line they "
    "print: milliseconds by the wall clock and of CPU time, "
    "one row a run. The lines without convscope are floors: bare Python, and Python with the libraries that the work "
    "cannot do without."
)
MODEL = Path(__file__).parents[1] / "convscope" / "page" / "slides" / "model.onnx"
READ = "import numpy, PIL.Image; numpy.asarray(PIL.Image.open({picture!r}))"
RUNTIME = (
    READ.replace("numpy.asarray", "x = numpy.asarray")
    + "; import onnxruntime; o = onnxruntime.SessionOptions(); o.intra_op_num_threads = 1"
    + "; s = onnxruntime.InferenceSession({model!r}, o); s.run(None, {{'pictures': x[None, None]}})"
)


TORCH, TRAIN = "import torch, imported", "convscope train mnist, training begins"
MARKS = {TORCH: b"imported", TRAIN: b"run "}  # how the line begins at which time is taken and the process stopped


def commands(picture: str, run: str) -> dict[str, list[str]]:
    """Return what is started, by the name of its row; `picture` is predicted, `run` is the directory that training
    makes.
    """
    convscope = [str(Path(sys.executable).with_name("convscope"))]

    def code(text: str) -> list[str]:
        return [sys.executable, "-c", text.format(picture=picture, model=str(MODEL))]

    return {
        "python -c pass": code("pass"),
        "convscope --help": [*convscope, "--help"],
        "convscope describe slides": [*convscope, "describe", "slides"],
        "Python, numpy, Pillow: one picture read": code(READ),
        "the same and ONNX Runtime: one scored": code(RUNTIME),
        "convscope predict MODEL PICTURE": [*convscope, "predict", str(MODEL), picture],
        "import torch": code("import torch"),
        TORCH: code("import torch; print('imported', flush=True)"),
        TRAIN: [*convscope, "train", "mnist", "--threads", "1", "--out", run],
    }


def main() -> None:
    """Start each in turn, and write benchmarks/results/startup.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core to run on (the last)")
    parser.add_argument("--lock", type=Path, help="a file to lock during each round, where others measure on that core")
    given = parser.parse_args()
    dataset = data.load("mnist")
    assert dataset.test is not None
    rows: list[results.Row] = []
    with tempfile.TemporaryDirectory() as folder:
        picture = str(Path(folder) / "digit.png")
        Image.fromarray(np.ascontiguousarray(dataset.test.images[0, 0])).save(picture)
        for number in range(given.rounds + 1):
            with locked(given.lock):
                found = [
                    {"command": name, "run": number, **started(words, given.core, MARKS.get(name))}
                    for name, words in commands(picture, str(Path(folder) / f"run{number}")).items()
                ]
            rows += found if number else []  # the first one reads the files from the disk
    print(results.write("startup", WHAT, rows))


def started(words: list[str], core: int, mark: bytes | None = None) -> results.Row:
    """Run those words, with bytecode as any user's Python keeps it, and return their milliseconds: to the end, or to a
    line that begins with `mark`.

    Raises CalledProcessError if they failed, or ended without that line.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE if mark else subprocess.DEVNULL,
        stderr=subprocess.STDOUT if mark else None,
        env={n: v for n, v in os.environ.items() if not n.startswith("PYTHON")} | CALM,
        preexec_fn=lambda: pinned(core),
    ) as process:
        seen = process.stdout is not None and any(line.startswith(mark or b"") for line in process.stdout)
        if seen:
            took = time.perf_counter() - began
            process.kill()
        code = process.wait()
    if not seen:
        took = time.perf_counter() - began
        if code or mark:
            raise subprocess.CalledProcessError(code, words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"milliseconds": round(1000 * took, 2), "cpu_milliseconds": round(1000 * cpu, 2)}


if __name__ == "__main__":
    main()
