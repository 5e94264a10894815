"""Pictures decoded, beside what Pillow alone takes: 30,000 tiny PNG files, and photographs of 12 megapixels, in turn.

    python -m benchmarks.decoding [--rounds 5] [--tiny 30000] [--photographs 48]

One process, so that whatever else the machine does slows all alike; CPU time counts, and the ratio of a round.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import results
from convscope import data
from convscope.pictures.decoding import decode
from convscope.pictures.decoding_pool import decode_in_order

WHAT = (
    "Files decoded to grey pictures of 28×28, in turn in one process: microseconds a picture of CPU time and by the "
    "wall clock, and the pictures a second of CPU time as a share of Pillow's in the same round (1: as fast). Pillow "
    "alone: for tiny files `np.asarray(Image.open(path).convert('L'))` in a loop; for photographs (4000×3000, JPEG) "
    "draft, convert and resize in a pool of a thread for each core. The decoder: convscope's decode function through "
    "its own pool; it refuses what is no picture, turns what needs it and keeps the aspect. Loaded: "
    "`convscope.data.load` on the folder without its cache, with digests and all that a training is told; again: with "
    "the cache filled."
)
SIZE = (28, 28)
Paths = list[str]


def pillow_loop(paths: Paths) -> None:
    """Decode tiny files as Pillow's documentation has it."""
    for path in paths:
        with Image.open(path) as picture:
            np.asarray(picture.convert("L"))


def pillow_pool(paths: Paths) -> None:
    """Decode photographs as one would who knows Pillow well."""

    def decoded(path: str) -> None:
        with Image.open(path) as picture:
            picture.draft(None, (4 * SIZE[1], 4 * SIZE[0]))
            np.asarray(picture.convert("L").resize(SIZE[::-1], Image.Resampling.BILINEAR))

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        deque(threads.map(decoded, paths), maxlen=0)


def decoder(paths: Paths) -> None:
    """Decode with convscope's function and pool."""
    deque(decode_in_order(lambda path: decode(path, SIZE, 1), paths), maxlen=0)


def functions(folder: Path, alone: Callable[[Paths], None]) -> dict[str, Callable[[Paths], None]]:
    """Return what goes through the files of a folder, by name; the first is what the others are compared with."""

    def loaded(cache: bool) -> Callable[[Paths], None]:
        def load(paths: Paths) -> None:
            assert len(data.load(folder, size=SIZE, channels=1, cache=cache).train) == len(paths)

        return load

    return {"Pillow alone": alone, "the decoder": decoder, "loaded": loaded(False), "loaded again": loaded(True)}


def write_tiny(folder: Path, count: int) -> Paths:
    """Write training pictures of MNIST as PNG files of two classes and return their paths."""
    images = data.load("mnist").train.images
    return [written(folder, i, Image.fromarray(images[i, 0]), "png") for i in range(count)]


def write_photographs(folder: Path, count: int, sides: tuple[int, int] = (4000, 3000)) -> Paths:
    """Write smooth, noisy pictures of these sides (W, H) as JPEG files of two classes and return their paths."""
    rng = np.random.default_rng(0)
    paths = []
    for i in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (75, 100, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize(sides, Image.Resampling.BICUBIC)).astype(np.int16)
        noisy = np.clip(smooth + rng.integers(-8, 9, smooth.shape), 0, 255).astype(np.uint8)
        paths.append(written(folder, i, Image.fromarray(noisy), "jpg", quality=90))
    return paths


def written(folder: Path, i: int, picture: Image.Image, ending: str, **options: int) -> str:
    """Write the picture of that number and return its path."""
    (folder / f"class {i % 2}").mkdir(parents=True, exist_ok=True)
    path = folder / f"class {i % 2}" / f"{i:05d}.{ending}"
    picture.save(path, **options)
    return str(path)


def measured(ready: dict[str, Callable[[Paths], None]], paths: Paths, rounds: int) -> list[results.Row]:
    """Return a row for each function in each round; each is run once before."""
    rows: list[results.Row] = []
    for function in ready.values():
        function(paths)
    for number in range(rounds):
        alone = 0.0
        for name, function in ready.items():
            wall, cpu = time.perf_counter(), time.process_time()
            function(paths)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            alone = alone or cpu
            each = {"cpu_microseconds": cpu, "microseconds": wall}
            figures = {k: round(1e6 * v / len(paths), 2) for k, v in each.items()}
            rows.append({"what": name, "run": number} | figures | {"share_of_pillow": round(alone / cpu, 3)})
    return rows


def main() -> None:
    """Measure both kinds and write benchmarks/results/decoding.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tiny", type=int, default=30_000, metavar="N")
    parser.add_argument("--photographs", type=int, default=48, metavar="N")
    given = parser.parse_args()
    rows: list[results.Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["CONVSCOPE_CACHE"] = f"{temporary}/cache"
        kinds = {
            "tiny PNG": (write_tiny, given.tiny, pillow_loop),
            "photographs": (write_photographs, given.photographs, pillow_pool),
        }
        for kind, (write, count, alone) in kinds.items():
            folder = Path(temporary) / kind
            paths = write(folder, count)
            rows += [{"files": kind} | row for row in measured(functions(folder, alone), paths, given.rounds)]
    print(results.write("decoding", WHAT, rows, key=("files", "what", "run")))


if __name__ == "__main__":
    main()
