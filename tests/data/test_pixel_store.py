"""Pixels in memory where they fit, else in a mapped file that nobody sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from convscope.data import pixel_store
from convscope.errors import EnvironmentFault


def test_a_large_array_is_a_mapped_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pixel_store, "memory_limit", lambda: 4000)
    small, large = pixel_store.allocate((10, 10, 10), str(tmp_path)), pixel_store.allocate((10, 101, 1), str(tmp_path))
    assert not isinstance(small, np.memmap)
    assert isinstance(large, np.memmap)
    large[:] = 7
    assert large.shape == (10, 101, 1)
    assert int(large.sum()) == 7 * 1010
    assert not list(tmp_path.iterdir())  # it has no name


def test_no_room_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pixel_store, "memory_limit", lambda: 4000)
    with pytest.raises(EnvironmentFault, match="no room on the disk for the pixels"):
        pixel_store.allocate((2000,), str(tmp_path / "nowhere"))
