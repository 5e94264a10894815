"""What a picture costs when there are a thousand of them, and when there are a million, mapped from a file.

    python -m benchmarks.scale [--most 1000000] [--core 1]

Random pictures of 28×28 in a .npy file, half of them with a bright half; a process for each number. A small plan, so
that what is not arithmetic shows: 10^6 pictures take 784 MB of disk and about a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import results
from benchmarks.training import CALM, pinned

WHAT = (
    "Training once through synthetic pictures of 28×28 mapped from a .npy file, one core, one thread, a process for "
    "each number of pictures: microseconds of CPU time a picture "
    "before the first step (fingerprint, scaling, what is held out) and in training, and the largest private memory "
    "of the process in MB, above what it had when the data was mapped; pages of the mapped file are not private."
)
PLAN = "conv(4, 5, stride=4) + relu + fc"
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def write(folder: Path, n: int) -> None:
    """Write n pictures (n, 1, 28, 28) as images.npy and their labels as labels.npy, a part at a time."""
    rng = np.random.default_rng(n)
    labels = rng.integers(0, 2, n)
    np.save(folder / "labels.npy", labels)
    images = np.lib.format.open_memmap(folder / "images.npy", "w+", np.uint8, (n, 1, 28, 28))
    for i in range(0, n, 10_000):
        part = rng.integers(0, 128, images[i : i + 10_000].shape, dtype=np.uint8)
        part[:, :, :14] += (100 * labels[i : i + 10_000]).astype(np.uint8)[:, None, None, None]
        images[i : i + 10_000] = part
    images.flush()


def private_megabytes() -> float:
    """Return the private memory that this process has now (Linux)."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["RssAnon"].split()[0]) / 1024


def train(folder: Path) -> results.Row:
    """Train once through the pictures in the folder and return what it took."""
    import torch  # noqa: F401  # so that it is no part of what is measured

    import convscope
    from convscope import data
    from convscope.training import loop  # noqa: F401
    from convscope.training.events import Event

    images, labels = np.load(folder / "images.npy", mmap_mode="r"), np.load(folder / "labels.npy")
    dataset, before = data.arrays(images, labels), private_megabytes()
    marks, most, began = dict[str, float](), [before], time.process_time()

    def progress(line: Event) -> None:
        most.append(private_megabytes())
        marks[type(line).__name__] = time.process_time()  # of step lines the last one's stays

    result = convscope.train(
        dataset, arch=PLAN, recipe="plain", epochs=1, val=100, threads=1, out=folder / "run", progress=progress
    )
    n = len(labels)
    assert result.validation is not None
    return {
        "pictures": str(n),
        "before_microseconds": round(1e6 * (marks["BeginLine"] - began) / n, 2),
        "microseconds": round(1e6 * (marks["StepLine"] - marks["BeginLine"]) / n, 2),
        "megabytes": round(max(most) - before, 1),
        "accuracy": result.validation.accuracy,
    }


def main() -> None:
    """Measure each size in a process of its own and write benchmarks/results/scale.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core to run on (the last)")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        print(json.dumps(train(given.inside)))
        return
    rows: list[results.Row] = []
    for n in (size for size in SIZES if size <= given.most):
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), n)
            words = [sys.executable, "-m", "benchmarks.scale", "--inside", folder]
            done = subprocess.run(
                words,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | CALM,
                preexec_fn=lambda: pinned(given.core),
            )
        rows.append(json.loads(done.stdout))
        print(rows[-1], flush=True)
    print(results.write("scale", WHAT, rows))


if __name__ == "__main__":
    main()
