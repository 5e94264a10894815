"""Changed copies of photographs: the same for a seed, in every slice."""

from __future__ import annotations

import numpy as np

from convscope.training.changed_copies import ChangedCopies

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (5, 3, 12, 10), np.uint8)


def test_a_copy_does_not_depend_on_which_others_are_asked_for() -> None:
    copies = ChangedCopies(PICTURES, 2, True, 7)
    whole = copies[0:10]
    assert len(copies) == 10
    assert copies.shape == whole.shape == (10, 3, 12, 10)
    np.testing.assert_array_equal(whole[3:7], copies[3:7])
    np.testing.assert_array_equal(whole, ChangedCopies(PICTURES, 2, True, 7)[0:99])
    assert len(copies[10:12]) == 0


def test_another_seed_another_turn_and_another_picture_give_others() -> None:
    whole = ChangedCopies(np.repeat(PICTURES[:1], 2, 0), 2, False, 0)[0:4]
    other = ChangedCopies(PICTURES[:1], 1, False, 1)[0:1]
    assert len({copy.tobytes() for copy in (*whole, *other)}) == 5


def test_half_of_the_copies_are_mirrored_where_that_is_allowed() -> None:
    """Pictures that are brighter to the right: a mirrored one is brighter to the left."""
    ramp = np.broadcast_to(np.arange(0, 200, 10, dtype=np.uint8), (60, 1, 16, 20)).copy()

    def left(flip: bool) -> int:
        made = ChangedCopies(ramp, 1, flip, 0)[0:60].astype(int)
        return int((made[:, 0, :, 0].mean(1) > made[:, 0, :, -1].mean(1)).sum())

    assert left(False) == 0
    assert 15 <= left(True) <= 45


def test_a_copy_of_an_even_picture_is_even_to_its_edges() -> None:
    copies = ChangedCopies(np.full((6, 1, 9, 9), 77, np.uint8), 3, True, 0)[0:18]
    np.testing.assert_array_equal(copies, 77)
