"""The size that is chosen: small where nothing is lost, larger where a mark needs it, by headers where nothing is
known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from convscope.baseline.size_choice import choose_size
from convscope.data import Split
from convscope.data.picture_size import Size, choose_by_headers
from convscope.training.loading import load_dataset
from convscope.training.options import TrainOptions
from tests.data.folders import put

Draw = Callable[[int, int, np.random.Generator], np.ndarray]


@dataclass
class Sample:
    """A sample of pictures that are drawn at the side asked for: picture (side, side) of a class by a generator."""

    draw: Draw
    sizes: tuple[Size, ...]
    asked: list[tuple[int, int]] = field(default_factory=list)

    def load(self, side: int, most: int) -> Split:
        self.asked.append((side, most))
        rng, labels = np.random.default_rng(0), np.arange(120) % 2
        drawn = np.stack([self.draw(side, label, rng) for label in labels])
        return Split(drawn[:, None].astype(np.uint8), labels)


class Unreadable(Sample):
    """A sample of pictures with headers and nothing behind them."""

    def load(self, side: int, most: int) -> Split:
        self.asked.append((side, most))
        return Split(np.empty((0, 1, side, side), np.uint8), np.empty(0, np.int64))


def bar(side: int, label: int, rng: np.random.Generator) -> np.ndarray:
    """An upright or lying bar across the picture."""
    x, at = rng.integers(0, 60, (side, side)), rng.integers(side // 4, side // 2)
    x[(slice(None), slice(at, at + side // 5)) if label else slice(at, at + side // 5)] += 150
    return x


def stripes(side: int, label: int, rng: np.random.Generator) -> np.ndarray:
    """Upright or lying stripes of 4 pixels' period: gone where 4 pixels become one."""
    x, wave = rng.integers(0, 160, (side, side)), 40 * ((np.arange(side) + rng.integers(4)) // 2 % 2)
    return x + (wave if label else wave[:, None])


def faint_stripes(side: int, label: int, rng: np.random.Generator) -> np.ndarray:
    """Upright or lying stripes of 8 pixels' period, in noise of ten times their contrast."""
    x, wave = rng.integers(0, 160, (side, side)), 12 * ((np.arange(side) + rng.integers(8)) // 4 % 2)
    return x + (wave if label else wave[:, None])


def nothing(side: int, label: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 256, (side, side))


def test_the_smallest_side_that_loses_nothing_is_chosen() -> None:
    sample = Sample(bar, ((90, 70), (100, 140), (120, 30)))
    side, why = choose_size(sample)
    assert side == 32
    assert sample.asked == [(96, 600)]  # once, at the largest that half of the longer sides reach
    assert "all become 32 x 32" in str(why)
    assert "100.0 (32), 100.0 (48), 100.0 (64) % of 120 pictures" in str(why)  # and no further: nothing is left to win


@pytest.mark.parametrize(("side", "most"), [(1000, 600), (1500, 266), (4000, 150)])
def test_of_large_pictures_fewer_are_read(side: int, most: int) -> None:
    sample = Unreadable(bar, ((side, side),))
    choose_size(sample)
    assert sample.asked == [(128, most)]


@pytest.mark.slow
def test_fine_detail_gets_the_pixels_that_it_needs() -> None:
    side, why = choose_size(Sample(stripes, ((128, 128),)))
    assert side == 48
    assert "56.7 (32), 100.0 (48), " in str(why)


def test_what_may_be_chance_is_no_reason_for_a_larger_side() -> None:
    side, why = choose_size(Sample(faint_stripes, ((64, 64),)))
    assert "80.0 (32), 82.5 (48), " in str(why)  # of 120 pictures: one standard error is 3.5
    assert side == 32


@pytest.mark.parametrize("sizes", [((60, 40), (40, 45), (30, 20)), ((20, 10), (16, 16), (200, 200))])
def test_where_there_is_one_side_to_choose_from_or_none_headers_decide(sizes: tuple[Size, ...]) -> None:
    sample = Sample(bar, sizes)
    assert choose_size(sample) == choose_by_headers(sample)
    assert sample.asked == []


def test_where_nothing_is_recognised_headers_decide() -> None:
    sample = Sample(nothing, ((80, 90),))
    assert choose_size(sample) == choose_by_headers(sample)


def test_where_no_picture_can_be_read_headers_decide() -> None:
    sample = Unreadable(bar, ((80, 90),))
    assert choose_size(sample) == choose_by_headers(sample)


def test_a_training_asks_it(tmp_path: Path) -> None:
    for i in range(24):
        put(tmp_path / "ab"[i % 2] / f"{i}.png", 32 + i + 150 * (i % 2), size=(60 + i, 70))
    notes = load_dataset(TrainOptions(tmp_path)).notes
    assert [note.key for note in notes if note.key.startswith("note.size")] == ["note.size.measured"]
