"""Features are computed once: the same bits from the disk, in order, whatever is damaged or broken off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope.data.decoded_cache import clear, decoded_folder, usage
from convscope.errors import Phrase
from convscope.transfer import features
from convscope.transfer.features import features_of

Array = np.ndarray[Any, Any]
RNG = np.random.default_rng(5)
PICTURES = RNG.integers(0, 256, (300, 3, 4, 5), dtype=np.uint8)


class Counted:
    """Makes two numbers of each picture, and counts the pictures."""

    width = 2

    def __init__(self, identity: str = "a") -> None:
        self.identity, self.seen, self.most = identity, 0, 0

    def of(self, pictures: Array) -> Array:
        self.seen, self.most = self.seen + len(pictures), max(self.most, len(pictures))
        return expected(pictures)


def expected(pictures: Array) -> Array:
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    return np.stack([flat.mean(1) / np.float32(3), flat[:, 7]], axis=1)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "cache"))


def test_the_second_time_nothing_is_computed_and_the_bits_are_the_same() -> None:
    first, again = Counted(), Counted()
    for by in (first, again):
        np.testing.assert_array_equal(features_of(PICTURES, by), expected(PICTURES))
    assert (first.seen, first.most, again.seen) == (300, features.AT_ONCE, 0)
    shuffled = PICTURES[RNG.permutation(300)]
    np.testing.assert_array_equal(features_of(shuffled, again), expected(shuffled))
    other = RNG.integers(0, 256, (4, 3, 4, 5), dtype=np.uint8)
    mixed = np.concatenate([other, PICTURES[:9], other[:2]])
    np.testing.assert_array_equal(features_of(mixed, again), expected(mixed))
    assert again.seen == 4  # of equal pictures one
    features_of(PICTURES[:5], different := Counted("b"))
    assert different.seen == 5
    assert usage().size > 300 * 8
    clear()
    features_of(PICTURES, again)
    assert again.seen == 304


def test_without_the_cache_nothing_is_kept() -> None:
    by = Counted()
    for _ in range(2):
        np.testing.assert_array_equal(features_of(PICTURES[:9], by, cache=False), expected(PICTURES[:9]))
    assert by.seen == 18
    assert usage().size == 0
    assert features_of(PICTURES[:0], by).shape == (0, 2)


def test_a_damaged_row_hides_itself_alone() -> None:
    features_of(PICTURES[:20], Counted())
    (path,) = decoded_folder().rglob("*.pictures")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1  # the last row
    path.write_bytes(data)
    by = Counted()
    np.testing.assert_array_equal(features_of(PICTURES[:20], by), expected(PICTURES[:20]))
    assert by.seen == 1


def test_progress_is_told_and_may_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    features_of(PICTURES, Counted(), progress=lambda done, of: told.append((done, of)))
    assert told == [(128, 300), (256, 300), (300, 300)]
    features_of(PICTURES, Counted(), progress=lambda *_: pytest.fail("nothing was computed"))
    told.clear()
    features_of(PICTURES, Counted(), cache=False, progress=lambda done, of: told.append((done, of)))
    assert told == [(128, 300), (256, 300), (300, 300)]
    clear()
    monkeypatch.setattr("convscope.data.decoded_cache.AT_ONCE", 128 * 8)  # written after every 128 pictures

    def stop(done: int, of: int) -> None:
        if done == 256:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        features_of(PICTURES, Counted(), progress=stop)
    by = Counted()
    np.testing.assert_array_equal(features_of(PICTURES, by), expected(PICTURES))
    assert by.seen == 300 - 256


def test_where_nothing_can_be_kept_it_goes_on_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "file"))
    notes: list[Phrase] = []
    np.testing.assert_array_equal(features_of(PICTURES, Counted(), note=notes.append), expected(PICTURES))
    assert [note.key for note in notes] == ["note.cache"]
