"""Bits that flip and files that end early: whoever reads the file says so, and never takes another network for it."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from convscope.errors import InputError
from convscope.modelfile import read
from tests.faults.campaign import Campaign, Tally
from tests.samples import sample_bytes


def damaged_model_files(times: int, random: Random, tally: Tally) -> None:
    """Flip one bit of a model file, or cut it: reading it is an InputError of one line, every time."""
    whole = sample_bytes()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        for _ in range(times):
            place = random.randrange(8 * len(whole))
            if random.random() < 0.9:
                data = bytearray(whole)
                data[place // 8] ^= 1 << place % 8
                what = f"bit {place} flipped"
            else:
                data = bytearray(whole[: place // 8])
                what = f"cut after {place // 8} bytes"
            path.write_bytes(data)
            try:
                read(path)
            except InputError as error:
                if "\n" in error.line():
                    tally.fault(f"{what}: more than one line", bytes(data))
                else:
                    tally.ended("refused")
            except Exception as error:
                tally.fault(f"{what}: {error!r}", bytes(data))
            else:
                tally.fault(f"{what}: read as if whole", bytes(data))


CAMPAIGNS = (
    Campaign(
        "damaged-model-files", "files", "A model file with one bit flipped, or cut short: refused",
        damaged_model_files, quick=500, long=100_000,
    ),
)  # fmt: skip
