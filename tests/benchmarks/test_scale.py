"""What the benchmark of a million pictures measures: a training that learns, from pictures mapped from a file."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pytest

from benchmarks import scale


@pytest.mark.slow
def test_pictures_are_written_in_parts_and_learned_from(tmp_path: Path) -> None:
    scale.write(tmp_path, 10_300)
    images, labels = np.load(tmp_path / "images.npy", mmap_mode="r"), np.load(tmp_path / "labels.npy")
    assert images.shape == (10_300, 1, 28, 28)
    lighter = images[:, 0, :14].mean((1, 2)) > images[:, 0, 14:].mean((1, 2)) + 50
    assert (lighter == labels).all()
    row = scale.train(tmp_path)
    assert row["pictures"] == "10300"
    assert row["accuracy"] > 0.95
    assert min(row["before_microseconds"], row["microseconds"]) > 0
    assert 0 <= row["megabytes"] < 200


def test_private_memory_is_counted() -> None:
    before = scale.private_megabytes()
    held = mmap.mmap(
        -1, 30 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    )  # np.ones may be given what is held already
    for _ in range(30):
        held.write(b"1" * (1 << 20))
    assert 25 < scale.private_megabytes() - before < 60
    held.close()
