"""Headers that promise what is not there, a million of them: each is refused by one line, and costs next to nothing."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np

from convscope.data.idx_files import read_idx
from convscope.data.npz_arrays import npz
from convscope.errors import ConvscopeError
from convscope.modelfile.digest import HEAD, seal
from convscope.modelfile.parsing import parse_graph, parse_model
from convscope.modelfile.reading import check
from convscope.runs.digests import ZEROS, filled
from convscope.runs.packed_rows import unpack_rows
from convscope.runs.tensor_files import pack, unpack
from tests.faults.attacks.hostile_models import own_models
from tests.faults.batches import in_children
from tests.faults.campaign import Campaign, Tally
from tests.faults.hostile_json import RAW, TEXTS
from tests.faults.oracle import ill_said
from tests.faults.protobuf_tree import varint

FORMAT = "convscope.snapshot/1"
EACH = 50  # headers of a kind at a time
WHOLES = (0, 1, 2, 3, 127, 128, 255, 256, 2**15, 2**16, 2**31 - 1, 2**31, 2**32 - 1)
HEADERS = (
    "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }",
    "{'descr': '|O', 'fortran_order': 0, 'shape': ()}",
)


@cache
def sound() -> dict[str, bytes]:
    """Return a sound beginning of each kind."""
    arrays = {"a": np.zeros((2, 3), np.float32), "b": np.arange(4, dtype=np.int64)}
    model, archive = own_models()[0], io.BytesIO()
    np.savez(archive, x=np.zeros((4, 5, 5), np.uint8), y=np.array([0, 1, 0, 1]))
    return {
        "protobuf": model[: -64 - len(HEAD)],
        "digest": model,
        "tensors": pack(arrays, {"step": 3}, FORMAT),
        "idx": struct.pack(">4B3I", 0, 0, 8, 3, 2, 2, 2) + bytes(8),
        "npz": archive.getvalue(),
        "rows": b"gEA=",
    }


def damaged(data: bytes, random: Random, within: int) -> bytes:
    """Return bytes with some of the first `within` changed, put in or taken out: often lengths and numbers."""
    made = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        at, kind = random.randrange(min(within, len(made)) + 1), random.randrange(6)
        if kind == 0:
            made[at : at + 1] = bytes([random.randrange(256)])
        elif kind == 1:
            made[at : at + 1] = varint(random.choice((*WHOLES, 2**63, 2**64 - 1, 2**69)))
        elif kind == 2:
            made[at : at + 4] = struct.pack(random.choice((">I", "<I")), random.choice(WHOLES))
        elif kind == 3:
            made[at:at] = random.choice((*TEXTS, *RAW[:3])).encode("utf-8", "surrogatepass")[:500]
        elif kind == 4:
            del made[at : at + random.choice((1, 2, 8, 100))]
        else:
            made[at:at] = made[max(0, at - random.randrange(40)) : at] * random.choice((1, 2, 50))
    return bytes(made)


def tensors(random: Random) -> bytes:
    """Return a tensor file whose header is changed as text, with a digest that fits where it still holds one."""
    data = sound()["tensors"]
    length = int.from_bytes(data[:8], "little")
    text, body = data[8 : 8 + length], data[8 + length :]
    digest = json.loads(json.loads(text)["__metadata__"]["convscope"])["digest"].encode()
    text = damaged(text.replace(digest, ZEROS), random, length)
    size = random.choice((len(text),) * 6 + (0, 1, 2**31, 2**63, len(text) + len(body), len(text) + 1))
    made = size.to_bytes(8, "little") + text + body
    return filled(made) if ZEROS in made else made


def archive(random: Random) -> bytes:
    """Return an .npz whose directory or whose arrays' headers are changed."""
    if random.random() < 0.5:
        return damaged(sound()["npz"], random, 2000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as file:
        for name in ("x", "y"):
            header = random.choice(HEADERS).encode()
            header = damaged(header, random, len(header)) if random.random() < 0.8 else header
            version = random.choice((b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x09\x09"))
            size = struct.pack("<H" if version == b"\x01\x00" else "<I", min(len(header), 65535))
            file.writestr(f"{name}.npy", b"\x93NUMPY" + version + size + header + bytes(random.choice((0, 8, 24))))
    return made.getvalue()


MAKERS: dict[str, Callable[[Random], bytes]] = {
    "protobuf": lambda random: seal(damaged(sound()["protobuf"], random, 1 << 20)),
    "digest": lambda random: damaged(sound()["digest"], random, 1 << 20),
    "tensors": tensors,
    "idx": lambda random: damaged(sound()["idx"], random, 16),
    "npz": archive,
    "rows": lambda random: damaged(sound()["rows"], random, 4),
}
SHARES = {"protobuf": 8, "digest": 4, "tensors": 8, "idx": 4, "npz": 1, "rows": 4}


def hostile_headers(times: int, random: Random, tally: Tally) -> None:
    """Make headers of each kind, and let their readers refuse them."""
    with TemporaryDirectory() as place:
        readers = _readers(Path(place))

        def make(random: Random) -> bytes:
            kind = random.choices(list(SHARES), list(SHARES.values()))[0]
            return kind.encode() + b"\n" + random.getrandbits(64).to_bytes(8, "little")

        def attack(given: bytes, _: Random, tally: Tally) -> None:
            name, _, seed = given.partition(b"\n")
            kind, random = name.decode(), Random(seed)
            for _ in range(EACH):
                data = MAKERS[kind](random)
                try:
                    readers[kind](data)
                except ConvscopeError as error:
                    if wrong := ill_said(error):
                        tally.fault(f"{kind}: {wrong}", data)
                    else:
                        tally.ended("refused")
                except Exception as error:
                    tally.fault(f"{kind}: {error!r}"[:400], data)
                else:
                    tally.ended("read")

        in_children(make, attack, -(-times // EACH), random, tally)


def _readers(folder: Path) -> dict[str, Callable[[bytes], object]]:
    def protobuf(data: bytes) -> None:
        parse_graph(parse_model(data).graph)
        check(data, "model.onnx")

    def idx(data: bytes) -> None:
        (folder / "a").write_bytes(data)
        read_idx(folder / "a", 3)

    def arrays(data: bytes) -> None:
        (folder / "a.npz").write_bytes(data)
        npz(folder / "a.npz")

    return {
        "protobuf": protobuf,
        "digest": lambda data: check(data, "model.onnx"),
        "tensors": lambda data: unpack(data, FORMAT),
        "idx": idx,
        "npz": arrays,
        "rows": lambda data: unpack_rows(data.decode("latin-1"), 10),
    }


CAMPAIGNS = (
    Campaign(
        "hostile-headers", "headers",
        "Headers of model files, tensor files, IDX files and .npz archives that promise what is not there, with "
        "digests that fit: refused by one line, for next to nothing",
        hostile_headers, quick=15_000, long=1_000_000,
    ),
)  # fmt: skip
