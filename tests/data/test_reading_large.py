"""A set larger than the memory that the process may use: read, held out and put in order in constant memory."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

resource = pytest.importorskip("resource")

PROGRAM = """
import resource
from dataclasses import dataclass

import numpy as np
from PIL import Image
import io

from convscope.data.listing import Entry, Listing
from convscope.data.reading import read
from convscope.data.run_data import in_order_of, manifest_of
from convscope.data.subset import Subset
from convscope.pictures.inversion import inversion_rule
from convscope.runs.records import DataSource
from convscope.training.input_scaling import input_spec

SIDE, N, LIMIT = 256, 3_000, 400 << 20  # 590 MB of pixels

def png(i):
    out = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), (i % 256, i // 256, 7)).save(out, "PNG")
    return out.getvalue()

@dataclass
class Files:
    where: str = "made"
    def read(self, path):
        return png(int(path))
    def size(self, path):
        return 300

resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))
entries = tuple(Entry(str(i), i % 2) for i in range(N))
data = read(Listing("made", Files(), ("a", "b"), entries), size=SIDE)
assert data.train.images.shape == (N, 3, SIDE, SIDE), data.train.images.shape
for i in (0, 1, 999, N - 1):
    assert data.train.images[i, :, 5, 5].tolist() == [i % 256, i // 256, 7]
stay, held = data.hold_out(500)
spec = input_spec(Subset(data.train, stay).images, "data")
assert abs(spec.mean[2] - 7) < 0.01
data.fingerprint
source = DataSource("made", None, None, "made", data.fingerprint, data.shape, 0, 0, 0)
manifest = manifest_of(data, held)
restored = in_order_of(manifest[::-1], data, source)
assert restored.dataset.train.images[0, :, 5, 5].tolist() == [(N - 1) % 256, (N - 1) // 256, 7]
print("read")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA counts only private memory on Linux")
def test_a_set_larger_than_the_memory_is_read_in_constant_memory() -> None:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "read\n"
