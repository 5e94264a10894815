"""Files of a run, or of a cache, that are damaged or replaced: whoever reads them says so in one line, or does without;
no other network, figure or picture is ever taken for the right one.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

from convscope import modelfile
from convscope.cli.main import main
from convscope.errors import BAD_INPUT, ENVIRONMENT
from convscope.lab.run_index import RunIndex
from convscope.runs.checkpoints import newest_checkpoint
from convscope.runs.log import read_sound_lines
from convscope.runs.snapshots import read_snapshots
from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import child
from tests.faults.storage import Kept, told, working
from tests.training.tiny import untimed

TERABYTE = 1 << 40


def _flip(path: Path, random: Random) -> None:
    data = bytearray(path.read_bytes() or b"\0")
    bit = random.randrange(8 * len(data))
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def _cut(path: Path, random: Random) -> None:
    os.truncate(path, random.randrange(path.stat().st_size + 1))


def _blank(path: Path, random: Random) -> None:
    """Zeros where a sector was, as some file systems leave them."""
    data = bytearray(path.read_bytes())
    at = 512 * random.randrange(len(data) // 512 + 1)
    data[at : at + 512] = bytes(len(data[at : at + 512]))
    path.write_bytes(data)


def _lengthen(path: Path, random: Random) -> None:
    path.write_bytes(path.read_bytes() + random.randbytes(random.randrange(1, 2000)))


def _replaced(make: Callable[[Path], object]) -> Callable[[Path, Random], None]:
    def replace(path: Path, random: Random) -> None:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        make(path)

    return replace


DAMAGE: dict[str, Callable[[Path, Random], None]] = {
    "one bit flipped": _flip,
    "cut": _cut,
    "a sector of zeros": _blank,
    "something appended": _lengthen,
    "gone": _replaced(lambda path: None),
    "empty": _replaced(Path.touch),
    "a folder": _replaced(Path.mkdir),
    "a pipe": _replaced(os.mkfifo),
    "a link to itself": _replaced(lambda path: path.symlink_to(path)),
    "a link to nothing": _replaced(lambda path: path.symlink_to("nowhere")),
    "a link to a device without end": _replaced(lambda path: path.symlink_to("/dev/zero")),
    "a terabyte": lambda path, random: os.truncate(path, TERABYTE),
    "a terabyte of zeros": _replaced(lambda path: (path.touch(), os.truncate(path, TERABYTE))),
}
OF_FOLDERS = [name for name, damage in DAMAGE.items() if name in ("gone", "empty") or name.startswith("a link")]
LIKELY = ("one bit flipped", "cut")  # tried as often as all others together
SHOWN = ("log.jsonl", "snapshots")  # of these a page shows what is left
VERBS = {  # and what each reads above all
    "resume": ("run.json", "manifest.csv", "log.jsonl", "checkpoints", "lock"),
    "evaluate": ("run.json", "manifest.csv", "model.onnx"),
    "predict": ("model.onnx",),
    "info": ("model.onnx",),
    "look": ("run.json", "manifest.csv", "log.jsonl", "snapshots", "model.onnx"),
    "lab": ("run.json", "log.jsonl", "snapshots", "model.onnx"),
}


def damaged_runs(times: int, random: Random, tally: Tally) -> None:
    """Damage one file of a run and have a verb read it."""
    with working() as (folder, _):
        compared = folder / "compared"
        verbs = {verb: _Verb(verb, compared, folder / "root") for verb in VERBS}
        for number in range(times):
            verb = verbs[list(VERBS)[number % len(VERBS)]]
            run = verb.fresh()
            likely = VERBS[verb.name] if random.random() < 0.7 else ("",)
            path = random.choice(
                [path for path in sorted(run.rglob("*")) if str(path.relative_to(run)).startswith(likely)]
            )
            how = random.choice(LIKELY if random.random() < 0.5 else list(DAMAGE))
            if path.is_dir():
                how = random.choice(OF_FOLDERS)
            DAMAGE[how](path, random)
            name = str(path.relative_to(run))
            what = f"{verb.name}, {name}: {how}"
            data = path.read_bytes() if how in LIKELY else None
            wrong = verb.wrong(name)
            if wrong:
                tally.fault(f"{what}: {wrong}", data)
            else:
                tally.ended("refused in a line" if verb.ended.code else "the same")


class _Verb:
    """A verb that reads a run, what it says of a sound one, and how it ended last."""

    def __init__(self, name: str, compared: Path, root: Path) -> None:
        self.name, self._compared, self._root = name, compared, root
        self._run, self._page = root / "runs" / "run", root / "page.html"
        self._picture = compared / "pictures" / "test" / "b" / "70.png"
        self.fresh()
        self.ended = child(self._do)
        assert self.ended.code == 0, self.ended.said
        self._sound, self._said = self._result(), self.ended.said

    def fresh(self) -> Path:
        """Make the run anew, beside another; return its folder."""
        shutil.rmtree(self._root, ignore_errors=True)
        shutil.copytree(self._compared / ("stopped" if self.name == "resume" else "whole"), self._run)
        if self.name == "lab":
            shutil.copytree(self._compared / "whole", self._run.with_name("other"))
        return self._run

    def wrong(self, damaged: str) -> str | None:
        """Do it; return what should not be: a hang, a traceback, more than a line, another result."""
        self._page.unlink(missing_ok=True)
        self.ended = child(self._do, seconds=60, megabytes=8_000)
        lines = [line for line in self.ended.said.splitlines() if line[:6] != "note: "]
        if self.ended.code == 0:
            got = self._result()
            said = self.name == "look" and (self.ended.said != self._said or damaged.split("/")[0] in SHOWN)
            return None if got == self._sound or said else f"another result, {told(self.ended)}"
        refused = self.ended.code in (BAD_INPUT, ENVIRONMENT) and not self.ended.hung and self.name != "lab"
        return None if refused and 1 <= len(lines) <= 2 else told(self.ended)

    def _do(self) -> None:
        run = str(self._run)
        if self.name == "lab":
            self._lab()
            return
        words = {
            "resume": ["train", "--resume", run, "--threads", "1"],
            "evaluate": ["evaluate", run, "--no-cache"],
            "predict": ["predict", run, str(self._picture)],
            "info": ["info", run],
            "look": ["look", run, "--out", str(self._page), "--no-cache"],
        }[self.name]
        sys.exit(main(words))

    def _lab(self) -> None:
        """What the lab and the readers that docs/run-directory.md names find."""
        found = RunIndex(self._run.parent).all()
        if found["other"].state != "finished":
            print("the run beside it is hidden")
        for line in read_sound_lines(self._run):
            line.to_json()
        list(read_snapshots(self._run / "snapshots"))

    def _result(self) -> object:
        if self.name == "resume":
            model, (last, _) = modelfile.read(self._run), newest_checkpoint(self._run / "checkpoints")
            assert last is not None
            tensors = {name: array.tobytes() for name, array in last.tensors.items()}
            facts = [untimed(last.facts.to_json()), untimed(model.facts)]
            return [{name: array.tobytes() for name, array in model.weights.items()}, tensors, facts]
        if self.name == "look":
            return self._page.read_text("utf-8")
        return "\n".join(line for line in self.ended.said.splitlines() if line[:6] != "note: ")


def damaged_caches(times: int, random: Random, tally: Tally) -> None:
    """Damage one file of a cache; whoever reads it gets what was kept, or nothing, and the cache works again."""
    with working() as (folder, (*_, pictures, measurement)):
        root = folder / "root"
        for number in range(times):
            kept = (pictures, pictures, measurement)[number % 3]
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            kept.act(root)
            path = random.choice(sorted(path for path in root.rglob("*") if path.is_file()))
            how = random.choice(LIKELY if random.random() < 0.5 else list(DAMAGE))
            DAMAGE[how](path, random)
            ended = child(_reader(kept, root), seconds=30)
            if ended.code:
                tally.fault(f"{kept.name}, {path.name}: {how}: {told(ended)}")
            else:
                tally.ended("found or made anew")


def _reader(kept: Kept, root: Path) -> Callable[[], None]:
    def read() -> None:
        if wrong := kept.check(root, ()) or kept.complete(root):
            print(wrong)
            sys.exit(1)

    return read


CAMPAIGNS = (
    Campaign(
        "damaged-runs", "damaged files",
        "A file of a run with flipped bits, cut, or replaced by a folder, a pipe, a link to itself, a device or a "
        "terabyte: every verb that reads it ends as ever, or in one line",
        damaged_runs, quick=12, long=3_000,
    ),
    Campaign(
        "damaged-caches", "damaged files",
        "Caches of decoded pictures and of measurements with flipped bits, cut or replaced: what was kept is found, or "
        "made anew",
        damaged_caches, quick=30, long=10_000,
    ),
)  # fmt: skip
