"""Files of up to 64 MB that ask for much more than they are: each verb refuses them in 2 s of a CPU and 512 MB."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from convscope.modelfile import serialise
from convscope.modelfile.digest import HEAD, seal
from tests.faults.attacks.hostile_models import own_models
from tests.faults.batches import MEGABYTES, SECONDS
from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import MB, command, patient
from tests.faults.oracle import CODES, ill_printed
from tests.faults.protobuf_tree import BYTES, VARINT, Field, parsed, written
from tests.samples import sample

MUCH = 60 * MB
RECORDS = {  # JSON that is small for its bytes, or that asks for more steps than it has bytes
    "facts": b'{"a": [' + b"{}," * (5 * MB) + b"{}]}",
    "calibration": b'{"temperature": 1, "n": 1000, "misses": [' + b"0," * (7 * MB) + b"0]}",
    "classes": json.dumps([*map(str, range(300_000)), "x", "x"]).encode(),
    "input": b'{"shape": [1048576, 1, 1], "mean": [' + b"1," * 1048575 + b"1]}",
    "formula": b"(" * (16 * MB),
}


def models() -> dict[str, Callable[[], bytes]]:
    """Return what makes each model file, by name."""

    def graph(fields: list[Field]) -> bytes:
        root = parsed(own_models()[1][: -64 - len(HEAD)])
        for field in root:
            field.value = fields if field.number == 7 else field.value
        return seal(written(root))

    def record(name: str) -> bytes:
        root = parsed(own_models()[1][: -64 - len(HEAD)])
        for field in root:
            if isinstance(field.value, list) and field.value[0].value == b"convscope." + name.encode():
                field.value[1].value = RECORDS[name]
        return seal(written(root))

    empty = [Field(1, BYTES, b"") for _ in range(19_000)]
    return {
        **{f"the record {name}": lambda name=name: record(name) for name in RECORDS},  # type: ignore[misc]
        "nodes of many inputs": lambda: graph([Field(1, BYTES, [Field(2, BYTES, b"a"), *empty])] * 1600),
        "many nodes": lambda: graph([Field(1, BYTES, [Field(2, BYTES, b"a")])] * 19_000),
        "many numbers": lambda: graph([Field(5, BYTES, [Field(1, BYTES, b"\1" * 19_000)])] * 3000),
        "many dimensions": lambda: graph([Field(5, BYTES, [Field(1, VARINT, 1)] * 1000)] * 19_000),
        "a text of 60 MB": lambda: graph([Field(1, BYTES, [Field(4, BYTES, b"\x1b" * MUCH)])]),
        "a sound model, cut": lambda: _genuine()[: 50 * MB],
        "a sound model, one number that is none": _with_nan,
        "no model": lambda: b"\x08\x08\x3a" + bytes(MUCH),
        "a picture of a model's name": lambda: b"\x89PNG" + bytes(MUCH),
    }


def _genuine() -> bytes:
    return serialise(*sample("conv(64, 3, pad=1) + gap + fc(3900) + fc(3900) + fc", (1, 8, 8), 2))


def _with_nan() -> bytes:
    network, spec, weights, names = sample("conv(64, 3, pad=1) + gap + fc(3900) + fc(3900) + fc", (1, 8, 8), 2)
    number = weights["fc2.weight"].tobytes()[:400]
    data = serialise(network, spec, weights, names)[: -64 - len(HEAD)]
    return seal(data.replace(number, number[:-4] + struct.pack("<f", np.nan)))


def large_files(times: int, random: Random, tally: Tally) -> None:
    """Give each verb each file, in an order of chance."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        Image.new("L", (9, 9), 90).save(folder / "a.png")
        while tally.tried < times:
            for name, words in _attacks(folder, random):
                if tally.tried >= times:
                    return
                ended = command(words, seconds=120, folder=folder)
                tally.most("slowest s", round(ended.cpu_seconds, 2))
                tally.most("peak MB", round(ended.peak_bytes / MB))
                used = f"{ended.cpu_seconds:.1f} s, {ended.peak_bytes // MB} MB"
                what = f"{words[0]}, {name}: exit code {ended.code}, {used}"
                if ended.code not in (3, 4) or ended.code not in CODES or ended.traceback or ill_printed(ended.said):
                    tally.fault(f"{what}: {ended.said[-400:]}")
                elif ended.cpu_seconds > patient(SECONDS) or ended.peak_bytes > MEGABYTES * MB:
                    tally.fault(what)
                else:
                    tally.ended("refused")


def _attacks(folder: Path, random: Random) -> Iterator[tuple[str, list[str]]]:
    made = models()
    for name in random.sample(list(made), k=len(made)):
        (folder / "model.onnx").write_bytes(made[name]())
        verbs = [
            ["info", "model.onnx"], ["predict", "model.onnx", "a.png"], ["look", "model.onnx", "-o", "x.html"],
            ["evaluate", "model.onnx", "a.png"],
        ]  # fmt: skip
        yield from ((name, words) for words in random.sample(verbs, k=len(verbs)))


CAMPAIGNS = (
    Campaign(
        "large-files", "commands",
        "Files of up to 64 MB whose records, nodes or numbers ask for more than they are, given to info, predict, look "
        "and evaluate: refused in 2 s of a CPU and 512 MB",
        large_files, quick=6, long=112,
    ),
)  # fmt: skip
