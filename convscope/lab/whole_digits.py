"""All of MNIST as a second file of the static site, which a page loads when its reader asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ..data.named_datasets import MNIST_FOLDER
from ..explain.payload.encoding import Record

WHOLE = "mnist.bin"  # by no name for which a host would unpack it on the way
MEMBERS = {
    "training": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}


@dataclass(frozen=True)
class WholeDigits(Record):
    """What the page knows of the file before it has it: name, bytes, SHA-256, and where its IDX files lie, each packed
    by gzip: for each part of the set pictures and labels as (first byte, byte behind the last).
    """

    file: str
    bytes: int
    sha256: str
    members: Mapping[str, tuple[tuple[int, int], ...]]


def whole_digits() -> tuple[WholeDigits, bytes]:
    """Return what is known of the file, and the file: MNIST's four files as the package has them, one after another."""
    data, members = bytearray(), dict[str, tuple[tuple[int, int], ...]]()
    for part, names in MEMBERS.items():
        places = []
        for name in names:
            begin = len(data)
            data += (MNIST_FOLDER / name).read_bytes()
            places.append((begin, len(data)))
        members[part] = tuple(places)
    return WholeDigits(WHOLE, len(data), hashlib.sha256(data).hexdigest(), members), bytes(data)
