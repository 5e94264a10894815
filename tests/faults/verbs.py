"""Every verb on small things of its own, as a shell's words, and what must hold however one of them ends."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from tests.faults.limited import Ended

ROOT = Path(__file__).parents[2]
SLIDES = ROOT / "convscope" / "page" / "slides"
CODES = frozenset(range(6)) - {1}  # those that are documented, but for a bug's
MOST_LINES = 6  # of stderr where a verb refuses: the notes before it, its line and what to try
TORN = ("Traceback", "Exception ignored", "Fatal Python error", "Segmentation fault", "terminate called", "core dumped")

VERBS = {
    "describe": "describe conv(4,3)+relu+fc --input 1x12x12",
    "train": "train {place}/data --arch conv(2,3)+relu+fc --epochs 2 --val 4 --threads 1 --device cpu --out {out}/run",
    "train --label-from": "train {place}/data --label-from (?P<label>[01])/ --epochs 1 --threads 1 --out {out}/run",
    "evaluate": "evaluate {slides} {place}/data",
    "predict": "predict {slides} {place}/data",
    "predict --sort-into": "predict {slides} {place}/data --sort-into {out}/sorted",
    "quantise": "quantise {place}/run -o {out}/small.onnx --most-loss 100",
    "report": "report {place}/run --quick -o {out}/report.html",
    "look": "look {slides} {place}/data/0/0.png -o {out}/page.html",
    "look --empty": "look --empty -o {out}/empty.html",
    "draw": "draw {slides} -o {out}/network.png",
    "info": "info {slides}",
    "info --health": "info {slides} --health {place}/data",
    "check": "check {place}/data",
    "cache": "cache",
    "doctor": "doctor",
    "completion": "completion bash",
    "lab": "lab --port 0 --runs {out}/runs",
    "serve": "serve {slides} --port 0",
    "lab --build": "lab --build {out}/site",
    "--help": "--help",
    "--version": "--version",
}  # fmt: skip


def make_place(folder: Path) -> Path:
    """Make what the verbs work on: a folder of pictures of two classes, which are unlike enough for no finding, and a
    run that was trained on them.
    """
    random = np.random.default_rng(0)
    place = folder / "place"
    for number in range(2):
        (place / "data" / str(number)).mkdir(parents=True)
        for picture in range(40):
            pixels = random.integers(0, 60, (28, 28), dtype=np.uint8)
            row, column = random.integers(4, 12, 2)
            pixels[row : row + 12, column : column + (12 if number else 4)] += np.uint8(random.integers(140, 190))
            Image.fromarray(pixels).save(place / "data" / str(number) / f"{picture}.png")
    line = [sys.executable, "-m", "convscope", *words("train", place, place)]
    subprocess.run(line, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return place


def words(verb: str, place: Path, out: Path) -> list[str]:
    """Return a verb's words; what it writes goes to the folder `out`."""
    return [word.format(place=place, out=out, slides=SLIDES) for word in VERBS[verb].split()]


def harm(ended: Ended, codes: frozenset[int] = CODES, quiet: bool = False) -> str | None:
    """Return what a verb did that none may, whatever is done to it; None if it ended as it should.

    `codes` are the exit codes that are right; `quiet`: nobody reads stderr.
    """
    said = ended.said
    if ended.hung:
        return "hangs"
    if torn := next((mark for mark in TORN if mark in said), None):
        return f"{torn}: {said[-600:]}"
    if ended.code not in codes:
        return f"exit code {ended.code}: {said[-300:]}"
    if ended.code in (2, 4, 5) and not quiet:
        lines = said.strip().splitlines()
        if not lines:
            return f"exit code {ended.code} without a word"
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", said.replace("\r", "").replace("\x1b[?25h", "")):
            return f"control characters: {said[-300:]!r}"
    return None


def clear(folder: Path) -> Path:
    """Return the folder, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    return folder


def run_script(arguments: list[str], folder: Path) -> None:
    """Run the command line in this process, as the installed command does."""
    from convscope.__main__ import script

    os.chdir(folder)
    sys.argv = ["convscope", *arguments]
    script()
