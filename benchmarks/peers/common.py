"""What every peer's script shares: its options, MNIST as bytes, a watch that can be stopped, and lines of what
happened.

Standard library and numpy only, since each peer runs in a virtual environment of its own. A script prints one JSON
object a line on the output: "step" after the first training step, "budget" after every whole schedule, "end" last.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MNIST = Path(__file__).parents[2] / "convscope" / "data" / "mnist"
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Options:
    """`epochs` and `seconds` of CPU time end a training, whichever comes first; with `steps` = 1 the first step."""

    seed: int
    epochs: int
    seconds: float
    pictures: int
    tests: int
    steps: int | None


def options(epochs: int) -> Options:
    """Return the command line's options; `epochs` is what the peer's own documentation says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--pictures", type=int, default=60_000)
    parser.add_argument("--tests", type=int, default=10_000)
    parser.add_argument("--steps", type=int)
    return Options(**vars(parser.parse_args()))


def mnist(pictures: int, tests: int) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Return training pictures (N, 28, 28), their labels (N,), test pictures and their labels, all bytes."""

    def idx(name: str) -> Bytes:
        with gzip.open(MNIST / f"{name}-ubyte.gz") as file:
            data = file.read()
        sizes = [int.from_bytes(data[i : i + 4], "big") for i in range(4, 4 + 4 * data[3], 4)]
        return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(sizes)

    images, labels = idx("train-images-idx3"), idx("train-labels-idx1")
    return images[:pictures], labels[:pictures], idx("t10k-images-idx3")[:tests], idx("t10k-labels-idx1")[:tests]


def say(kind: str, **facts: object) -> None:
    """Print one line of what happened."""
    print(json.dumps({"kind": kind, **facts}), flush=True)


class Watch:
    """Seconds of training, by the wall clock and of CPU time, without what is paused."""

    def __init__(self) -> None:
        self.first = True
        self.restart()

    def restart(self) -> None:
        self.wall = self.cpu = 0.0
        self.resume()

    def resume(self) -> None:
        self._at = time.perf_counter(), time.process_time()

    def pause(self) -> None:
        self.wall += time.perf_counter() - self._at[0]
        self.cpu += time.process_time() - self._at[1]

    def spent(self) -> float:
        """Return the seconds of CPU time so far, which other work on the machine does not lengthen."""
        return self.cpu + time.process_time() - self._at[1]

    def stepped(self) -> None:
        """Note the end of the first training step: seconds since the command was started, and of CPU time."""
        if self.first:
            self.first = False
            say("step", seconds=time.time() - float(os.environ["BENCHMARK_BEGAN"]), cpu=time.process_time())

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Do something that is not counted."""
        self.pause()
        try:
            yield
        finally:
            self.resume()


def scored(watch: Watch, epochs: int, schedule: int, accuracy: Callable[[], float]) -> None:
    """Report a budget of so many `epochs` of a `schedule`: its seconds of training and, not counted, its test
    accuracy."""
    with watch.stopped():
        say("budget", epochs=epochs, schedule=schedule, seconds=watch.wall, cpu=watch.cpu, accuracy=accuracy())


def end(watch: Watch, pictures: int) -> None:
    """Say how many pictures were shown in all, how fast, and how much memory the process took at most."""
    watch.pause()
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    say("end", pictures=pictures, seconds=watch.wall, cpu=watch.cpu, megabytes=peak)
