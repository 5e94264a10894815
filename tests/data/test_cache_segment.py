"""One file of decoded pictures: what was written comes back, and whatever was changed in it is noticed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.data.cache_segment import Draft, Segment
from convscope.pictures.decoding import Decoded
from tests.data.decoded_pictures import SIZE, pictures

pytestmark = pytest.mark.medium


def write_segment(path: Path, made: list[tuple[bytes, Decoded]]) -> None:
    draft = Draft()
    for digest, picture in made:
        draft.add(digest, picture)
    assert len(draft) == len(made)
    draft.write(path)


@given(st.integers(1, 12), st.integers(0, 1000))
def test_what_is_written_comes_back(tmp_path_factory: pytest.TempPathFactory, n: int, seed: int) -> None:
    path, made = tmp_path_factory.mktemp("kept") / "a.pictures", pictures(n, seed)
    write_segment(path, made)
    segment = Segment.open(path, SIZE)
    assert segment.keys.tolist() == [int.from_bytes(digest[:8], "little") for digest, _ in made]
    for row, (digest, picture) in enumerate(made):
        assert segment.digest(row) == digest
        found = segment.picture(row)
        assert found is not None
        assert found[1:] == picture[1:]
        np.testing.assert_array_equal(found.pixels, picture.pixels)
        assert not found.pixels.flags.writeable


def test_every_changed_byte_is_noticed(tmp_path: Path) -> None:
    path, made = tmp_path / "a.pictures", pictures(3)
    write_segment(path, made)
    data = path.read_bytes()
    pixels = sum(picture.pixels.size for _, picture in made)
    for i in range(len(data)):
        path.write_bytes(data[:i] + bytes([data[i] ^ 16]) + data[i + 1 :])
        if i < len(data) - pixels:
            with pytest.raises(ValueError, match="pictures"):
                Segment.open(path, SIZE)
        else:
            segment = Segment.open(path, SIZE)
            assert [segment.picture(row) is None for row in range(3)].count(True) == 1


def test_every_truncation_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.pictures"
    write_segment(path, pictures(3))
    data = path.read_bytes()
    for end in [*range(len(data)), len(data) + 1]:
        path.write_bytes((data + b"\0")[:end])
        with pytest.raises(ValueError, match=r"pictures|empty"):
            Segment.open(path, SIZE)


def test_another_size_is_another_kind(tmp_path: Path) -> None:
    write_segment(tmp_path / "a.pictures", pictures(2))
    with pytest.raises(ValueError, match="pictures"):
        Segment.open(tmp_path / "a.pictures", (7, 5))
