"""Files of 64 MB that are not what their names say, or only begin so: each verb refuses them within 512 MB and 2 s of
CPU time; look, lab and train, which import torch before they read anything, within 4.
"""

from __future__ import annotations

import gzip
import os
import shutil
import zipfile
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import MB, command, patient
from tests.faults.verbs import CODES, ROOT, SLIDES, harm, make_place

SIZE = 64 * MB
CPU_SECONDS, MEGABYTES = {"look": 4.0, "lab": 4.0, "train": 4.0}, 512  # 2 for the others
SECONDS = 600.0  # of the clock, on a machine that does much else
CONTENTS = ("random", "zeros", "brackets", "begins well")
# What is read, by the name that it has in its folder, and the verbs that read it.
TARGETS = {
    "model.onnx": ("info {}", "predict {} {picture}", "look {}", "evaluate {} {data}", "lab --build s --run {folder}"),
    "run.json": ("train --resume {folder}", "evaluate {folder}", "info {folder}"),
    "log.jsonl": ("look {folder}", "lab --build site --run {folder}"),
    "picture.png": ("predict {model} {}", "check {folder}", "look {model} {}"),
    "a.zip": ("check {}", "train {}", "evaluate {model} {}", "predict {model} {}"),
    "a.npz": ("check {}", "train {}", "evaluate {model} {}"),
    "a.csv": ("check {}", "train {}", "evaluate {model} {}"),
    "train-images-idx3-ubyte": ("check {folder}", "train {folder}"),
    "train-images-idx3-ubyte.gz": ("check {folder}", "train {folder}", "check mnist --data-root {folder}"),
    "formula": ("describe {formula}", "train {data} --arch {formula}"),
}  # fmt: skip
LONGEST_WORD = 60_000  # characters, of two bytes each, of one word of a command line: Linux takes 128 kB


def content(kind: str, name: str, place: Path, random: Random) -> bytes:
    """Return 64 MB of a kind of content."""
    if kind == "random":
        return random.randbytes(SIZE)
    if kind == "zeros":
        return bytes(SIZE)
    if kind == "brackets":
        return b"[" * SIZE
    good = {
        "model.onnx": SLIDES / "model.onnx", "run.json": SLIDES / "run.json", "log.jsonl": SLIDES / "log.jsonl",
        "picture.png": place / "data" / "0" / "0.png",
    }  # fmt: skip
    begin = good[name].read_bytes() if name in good else made(name, place)
    return (begin + random.randbytes(SIZE))[:SIZE]


def made(name: str, place: Path) -> bytes:
    """Return the bytes of a small good file."""
    idx = b"\0\0\x08\x03\0\x0f\x42\x40\0\0\0\x1c\0\0\0\x1c"
    if name == "a.csv":
        return b"path,label\n" + b"data/0/0.png,0\n" * 1000
    if name.endswith(".gz"):
        return gzip.compress(idx + bytes(1 << 20))
    if name.endswith("ubyte"):
        return idx
    archive = place / "made.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(place / "data" / "0" / "0.png", "0/0.png")
    return archive.read_bytes()


def refuse(times: int, random: Random, tally: Tally) -> None:
    """Give files to verbs, each pair once before any is repeated."""
    cases = [
        (kind, name, words) for kind, (name, all_words) in product(CONTENTS, TARGETS.items()) for words in all_words
    ]
    with TemporaryDirectory() as root:
        place = make_place(Path(root))
        while tally.tried < times:
            for kind, name, words in random.sample(cases, min(len(cases), times)):
                folder = Path(root) / "bad"
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                if name == "log.jsonl":
                    shutil.copytree(SLIDES, folder, dirs_exist_ok=True)
                text = content(kind, name, place, random) if name != "formula" else FORMULAS[kind]
                (folder / name).write_bytes(text)
                data = place / "data"
                gaps = {
                    "folder": folder, "data": data, "picture": data / "0" / "0.png", "model": SLIDES,
                    "formula": text[:LONGEST_WORD].decode("latin-1").replace("\0", ""),
                }  # fmt: skip
                line = [word.replace("{}", str(folder / name)).format(**gaps) for word in words.split()]
                judge(tally, f"{words.format(folder / name, **dict.fromkeys(gaps, '…'))}, {kind}", line, Path(root))


FORMULAS = {
    "random": os.urandom(LONGEST_WORD), "zeros": b"0" * LONGEST_WORD, "brackets": b"(" * LONGEST_WORD,
    "begins well": b"conv(1, 1) + " * (LONGEST_WORD // 13) + b"fc",
}  # fmt: skip


def judge(tally: Tally, what: str, line: list[str], folder: Path) -> None:
    """Run a command and count how it ended and what it took."""
    ended = command(line, seconds=SECONDS, folder=folder, env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"})
    megabytes = ended.peak_bytes / MB
    if fault := harm(ended, CODES):
        tally.fault(f"{what}: {fault}")
    elif ended.code == 0:
        tally.ended("of use all the same")
    elif ended.cpu_seconds > patient(CPU_SECONDS.get(line[0], 2.0)) or megabytes > MEGABYTES:
        tally.fault(f"{what}: refused after {ended.cpu_seconds:.1f} s and {megabytes:.0f} MB: {ended.said[-200:]}")
    else:
        tally.ended("refused")
        tally.most("CPU seconds", round(ended.cpu_seconds, 2))
        tally.most("MB", round(megabytes))


CAMPAIGNS = (
    Campaign(
        "refusals", "commands", "Files of 64 MB that are not what they are called, or only begin so, given to every "
        "verb: refused in one line, within 512 MB and 2 s of CPU time, 4 where PyTorch comes first (look, lab, train)",
        refuse, quick=5, long=sum(map(len, TARGETS.values())) * len(CONTENTS),
    ),
)  # fmt: skip
