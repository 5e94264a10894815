"""Which pictures are held out: how many, of which classes, whole groups, the same ones every time."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.data.hold_out import held_out_rows, shares
from convscope.errors import InputError


def rows(labels: list[int], n: int, seed: int = 0, groups: list[int] | None = None) -> list[int]:
    kept = None if groups is None else np.array(groups, dtype=np.int64)
    return np.flatnonzero(held_out_rows(np.array(labels, dtype=np.int64), n, seed=seed, groups=kept)).tolist()


def test_every_class_gives_its_share() -> None:
    labels = [0] * 6 + [1] * 3 + [2]
    held = rows(labels, 3)
    assert Counter(labels[i] for i in held) == {0: 2, 1: 1}  # 1.8, 0.9 and 0.3 of 3: two, one and none
    assert len(rows(labels, 7)) == 7  # one of each stays
    with pytest.raises(InputError) as caught:
        rows(labels, 8)
    message = "pictures held out for validation, got 8, expected 1 to 7\ntry: 1 of the 10 training pictures"
    assert str(caught.value) == message


def test_the_seed_chooses() -> None:
    labels = [k % 5 for k in range(100)]
    picked = [rows(labels, 20, seed) for seed in (1, 1, 2)]
    assert picked[0] == picked[1] != picked[2]
    assert Counter(labels[i] for i in picked[0]) == dict.fromkeys(range(5), 4)
    # Frozen: a run that is resumed by a later version must hold out the same pictures.
    assert picked[0][:6] == [2, 7, 8, 10, 14, 22]


@pytest.mark.parametrize("n", [0, -1, 9, 11])
def test_too_many_or_none(n: int) -> None:
    with pytest.raises(InputError, match=f"got {n}, expected 1 to 8"):
        rows([0] * 5 + [1] * 5, n)


def test_nothing_can_be_spared() -> None:
    with pytest.raises(InputError, match="no class has a picture to spare"):
        rows([0, 1, 2], 1)


def test_a_group_stays_on_one_side() -> None:
    groups = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    held = rows([0] * 6 + [1] * 6, 6, groups=groups)
    assert len(held) == 6
    assert all(len({groups[i] in {groups[j] for j in held} for i in range(12) if groups[i] == g}) == 1 for g in groups)
    assert len(rows([0] * 6 + [1] * 6, 1, groups=groups)) == 3  # the smallest that can go


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), min_size=2, max_size=60),
    st.integers(1, 60),
    st.integers(0, 3),
)
@pytest.mark.medium
def test_groups_are_whole_and_no_class_is_emptied(pictures: list[tuple[int, int]], n: int, seed: int) -> None:
    labels, groups = [label for label, _ in pictures], [group for _, group in pictures]
    try:
        held = set(rows(labels, n, seed, groups))
    except InputError:
        return
    assert held
    sides = {(g, i in held) for i, g in enumerate(groups)}
    assert len(sides) == len(set(groups))  # every group on one side
    owners = {g: labels[groups.index(g)] for g in groups}
    for label in set(owners.values()):
        assert any(owners[groups[i]] == label for i in range(len(labels)) if i not in held)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=50), st.integers(1, 50), st.integers(0, 3))
@pytest.mark.medium
def test_without_groups_it_is_exactly_so_many(labels: list[int], n: int, seed: int) -> None:
    counts = Counter(labels)
    if n <= sum(count - 1 for count in counts.values()):
        held = rows(labels, n, seed)
        assert len(held) == n
        assert all(sum(labels[i] == k for i in held) < count for k, count in counts.items())


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.data())
@pytest.mark.medium
def test_shares(counts: list[int], draw: st.DataObject) -> None:
    most = sum(max(0, count - 1) for count in counts)
    n = draw.draw(st.integers(0, most))
    given = shares(counts, n) if sum(counts) else [0] * len(counts)
    assert sum(given) == n
    for count, share in zip(counts, given, strict=True):
        assert 0 <= share <= max(0, count - 1)
    exact = [n * count / max(1, sum(counts)) for count in counts]
    if all(round(e + 0.5) <= max(0, c - 1) for e, c in zip(exact, counts, strict=True)):
        assert all(abs(e - share) < 1 for e, share in zip(exact, given, strict=True))


def test_shares_worked_out_by_hand() -> None:
    assert shares([50, 30, 20], 10) == [5, 3, 2]
    assert shares([6, 3, 1], 3) == [2, 1, 0]
    assert shares([5, 5], 3) == [2, 1]
    assert shares([100, 1, 1], 60) == [60, 0, 0]
    with pytest.raises(ValueError, match="cannot share"):
        shares([2, 2], 3)
