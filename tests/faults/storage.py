"""What keeps something on the disk, each with what must hold whenever it is struck: a training and a training that is
resumed, a model file over an older one, the cache of decoded pictures, a measurement that is kept.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from unittest import mock

import numpy as np

from convscope import modelfile
from convscope.cli.main import main
from convscope.data.decoded_cache import DecodedCache
from convscope.errors import ConvscopeError, Interrupted, phrase
from convscope.files import TEMPORARY
from convscope.machine.cache import cached_measurement
from convscope.pictures.decoding import Decoded
from convscope.reporting.writing import NAME as REPORT
from convscope.runs.checkpoints import newest_checkpoint
from convscope.runs.directory import Run
from convscope.runs.log import Log, read_log
from convscope.runs.manifest import read_manifest
from convscope.runs.run_json import read_run_json
from convscope.training.session import train
from tests.faults.limited import Ended, child
from tests.faults.shim import mark
from tests.toys import small
from tests.training.tiny import PLAN, RECIPE, go, outcome, untimed, write_pictures

CREATED, CHECKPOINT, DONE = "created", "checkpoint ", "done"  # what is promised to outlast everything from then on
STEPS = 10  # of a training


class Kept(Protocol):
    """Something on the disk. `prepare` makes what is there before; `act` does the work in a child and marks what is
    kept; `check` and `complete` return what does not hold of what is left, None where all does.
    """

    name: str
    needed: bool  # whether a refused call must be told: a cache does without

    def prepare(self, root: Path) -> None: ...
    def act(self, root: Path) -> None: ...
    def check(self, root: Path, kept: Sequence[str]) -> str | None: ...
    def complete(self, root: Path, power_cut: bool = False) -> str | None: ...


class Training:
    """A run from its creation to its model file, or from where the run at `template` was stopped. In `folder` is what
    `everything` makes.
    """

    needed = True

    def __init__(self, folder: Path, template: Path | None) -> None:
        self.name, self._template = "training" if template is None else "resume", template
        self._pictures = folder / "pictures"
        self._expected = outcome(folder / "whole")
        assert self._expected["log"][-1]["step"] == STEPS
        self._run = read_run_json(folder / "whole")

    def prepare(self, root: Path) -> None:
        if self._template is not None:
            shutil.copytree(self._template, _run(root))

    def act(self, root: Path) -> None:
        with _marked("create", lambda *_: CREATED), _marked("write_checkpoint", _checkpoint_mark):
            go(_run(root), self._pictures)
        mark(DONE)

    def check(self, root: Path, kept: Sequence[str]) -> str | None:
        run = _run(root)
        if not run.exists():
            return "the run is gone" if CREATED in kept or self._template is not None else None
        if untimed(read_run_json(run)) != untimed(self._run) or read_manifest(run) is None:
            return "another run.json"
        least = max((int(text.removeprefix(CHECKPOINT)) for text in kept if text.startswith(CHECKPOINT)), default=0)
        newest, faults = newest_checkpoint(run / "checkpoints")
        step = 0 if newest is None else newest.facts.step
        if step < least or faults:
            return f"checkpoint {least} is kept, {step} is found: {faults}"
        if (run / "model.onnx").exists():
            if not _same_weights(run / "model.onnx", self._expected["weights"]):
                return "another network"
            lines = read_log(run)
        elif DONE in kept:
            return "the model file is gone"
        else:
            if Log(run).rewind(step):
                return "lines of the log are damaged"
            lines = read_log(run)
        log = [untimed(line.to_json()) for line in lines]
        whole = self._expected["log"]
        if not (run / "model.onnx").exists():
            whole = [line for line in whole if line["step"] <= step and line["kind"] != "result"]
        return None if log == whole else f"the log has steps {[line['step'] for line in log]} of those to {step}"

    def complete(self, root: Path, power_cut: bool = False) -> str | None:
        run = _run(root)
        finished = (run / "model.onnx").exists()
        ended = child(lambda: _report_again(run) if finished else go(run, self._pictures))
        if ended.code:
            return f"{'no report' if finished else 'not resumed'}, {told(ended)}"
        if not (run / REPORT).is_file():
            return "no report"
        got = outcome(run)
        names = self._expected.keys() - ({"snapshots"} if power_cut else set())  # nobody waits for these to be kept
        other = sorted(name for name in names if got[name] != self._expected[name])
        return f"ends with another {', '.join(other)}" if other else None


class ModelFile:
    """A model file that is written where an older one lies."""

    name, needed = "model file", True

    def __init__(self) -> None:
        self._nets = small("conv(4, 3) + relu + fc", 0), small("conv(4, 3) + relu + fc", 1)
        self._weights = [{n: w.tobytes() for n, w in net.weights().items()} for net in self._nets]

    def prepare(self, root: Path) -> None:
        self._write(root, 0)

    def act(self, root: Path) -> None:
        self._write(root, 1)
        mark(DONE)

    def check(self, root: Path, kept: Sequence[str]) -> str | None:
        may = self._weights[1:] if DONE in kept else self._weights
        return None if any(_same_weights(root / "model.onnx", one) for one in may) else "another network"

    def complete(self, root: Path, power_cut: bool = False) -> str | None:
        ended = child(lambda: self._write(root, 1))
        return told(ended) if ended.code else self.check(root, [DONE])

    def _write(self, root: Path, number: int) -> None:
        net = self._nets[number]
        modelfile.write(root / "model.onnx", net.network, net.spec, net.weights(), ["a", "b", "c"], {})


class PictureCache:
    """Decoded pictures that are kept in two goes; what is lost is decoded again, what is damaged is never taken."""

    name, needed = "decoded pictures", False

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self._pictures = {
            bytes(rng.integers(0, 256, 32, np.uint8)): Decoded(
                rng.integers(0, 256, (1 + 2 * (i % 2), 8, 8), np.uint8), 20, 30, 0, (phrase("file.empty"),) * (i % 3)
            )
            for i in range(40)
        }

    def prepare(self, root: Path) -> None:
        pass

    def act(self, root: Path) -> None:
        chosen = list(self._pictures.items())
        for part in (chosen[:20], chosen):
            with self._cache(root) as cache:
                for digest, picture in part:
                    if cache.find(digest) is None:
                        cache.keep(digest, picture)

    def check(self, root: Path, kept: Sequence[str]) -> str | None:
        cache = self._cache(root)
        for digest, picture in self._pictures.items():
            found = cache.find(digest)
            if found is not None and not _same_picture(found, picture):
                return "another picture"
        return None

    def complete(self, root: Path, power_cut: bool = False) -> str | None:
        ended = child(lambda: self.act(root))
        if ended.code:
            return told(ended)
        cache = self._cache(root)
        return None if all(map(cache.find, self._pictures)) else "a picture was not kept"

    def _cache(self, root: Path) -> DecodedCache:
        return DecodedCache(root / "decoded" / "some", (8, 8))


class Measurement:
    """A measured choice that is kept for every later run; whatever is there instead of one is measured again."""

    name, needed = "measurement", False

    def prepare(self, root: Path) -> None:
        pass

    def act(self, root: Path) -> None:
        if self._measured(root) != "bfloat16":
            raise AssertionError("another answer")

    def check(self, root: Path, kept: Sequence[str]) -> str | None:
        return None if self._measured(root) == "bfloat16" else "another answer"

    def complete(self, root: Path, power_cut: bool = False) -> str | None:
        return self.check(root, ())

    def _measured(self, root: Path) -> str:
        with mock.patch.dict(os.environ, CONVSCOPE_CACHE=str(root / "cache")):
            return cached_measurement("precision", ["cpu"], ["bfloat16", "float32"], lambda: "bfloat16")


def everything(folder: Path) -> list[Kept]:
    """Return all of them; `folder` is made, for what they begin with and compare with."""
    pictures = write_pictures(folder / "pictures")
    for work in (lambda: go(folder / "whole", pictures), lambda: _stop_half_way(folder / "stopped", pictures)):
        ended = child(work)
        assert ended.code == 0, ended.said
    return [Training(folder, None), Training(folder, folder / "stopped"), ModelFile(), PictureCache(), Measurement()]


@contextmanager
def working() -> Iterator[tuple[Path, list[Kept]]]:
    """Give a folder in memory, where the machine offers one, and all that is kept."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name), everything(Path(name) / "compared")


def acting(kept: Kept, root: Path) -> Callable[[], None]:
    """Return what does the work in a child as the command line does: a fault is one message and an exit code."""

    def act() -> None:
        try:
            kept.act(root)
        except ConvscopeError as error:
            print(error, file=sys.stderr)
            sys.exit(error.exit_code)

    return act


def told(ended: Ended) -> str:
    """Return how a process ended, and the last that it said."""
    return f"exit code {ended.code}: {json.dumps(ended.said[-300:])}"


def left_behind(root: Path) -> list[str]:
    """Return the names of unfinished files."""
    return sorted(path.name for path in root.rglob(TEMPORARY + "*"))


def _run(root: Path) -> Path:
    return root / "runs" / "run"


def _report_again(run: Path) -> None:
    """Make the report of a finished run anew: the power may have gone before it was there."""
    sys.exit(main(["report", str(run), "--quick", "--no-cache"]))


def _stop_half_way(run: Path, pictures: Path) -> None:
    steps = iter(range(1, STEPS))
    try:
        train(
            pictures, out=run, arch=PLAN, recipe=RECIPE, val=6, threads=1, keep_seconds=0.0,
            stop=lambda: next(steps) == STEPS // 2,
        )  # fmt: skip
    except Interrupted:
        return
    raise AssertionError("it did not stop")


def _marked(method: str, text: Callable[..., str]) -> Any:
    """Have `Run` mark what a method of it has kept, once it returns."""
    plain = getattr(Run, method)

    def call(*args: Any) -> Any:
        made = plain(*args)
        mark(text(*args))
        return made

    return mock.patch.object(Run, method, call)


def _checkpoint_mark(_: Run, checkpoint: Any) -> str:
    return f"{CHECKPOINT}{checkpoint.facts.step}"


def _same_weights(path: Path, expected: dict[str, bytes]) -> bool:
    return {n: w.tobytes() for n, w in modelfile.read(path).weights.items()} == expected


def _same_picture(one: Decoded, other: Decoded) -> bool:
    return one.pixels.tobytes() == other.pixels.tobytes() and one.notes == other.notes and one.height == other.height
