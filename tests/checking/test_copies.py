"""Which pictures belong together, over all splits: by pixels, by likeness, by the groups that are given."""

from __future__ import annotations

import numpy as np

from convscope.checking import find_copies, groups_of, leaking_rows
from convscope.data.dataset import PictureFile
from tests.checking.made import clean, dataset, halved, read, split, texture


def file(name: str, group: str = "", height: int = 96, width: int = 96) -> PictureFile:
    return PictureFile(name, "", group, height, width)


def test_exact_copies_are_found_over_all_splits() -> None:
    train, test = clean(6), clean(4, first=100)
    train[4], test[1], test[3] = train[2], train[0], test[2]
    copies = find_copies(dataset(split(train), split(test)))
    assert copies.exact.tolist() == [0, 1, 2, 3, 2, 5, 6, 0, 8, 8]
    assert copies.part("train") == slice(0, 6)
    assert copies.part("test") == slice(6, 10)
    assert copies.part("validation") == slice(0, 0)
    assert copies.training_groups().tolist() == [0, 1, 2, 3, 2, 5]
    assert copies.leaking("test").tolist() == [False, True, False, False]


def test_pictures_of_other_sizes_are_near_copies_not_exact_ones() -> None:
    images = read([texture(0), texture(1)])[[0, 1, 0]]
    data = dataset(split(images, files=[file("a"), file("b"), file("c", height=48, width=48)]))
    copies = find_copies(data)
    assert copies.exact.tolist() == [0, 1, 2]
    assert copies.alike.tolist() == [0, 1, 0]


def test_near_copies_join_the_groups_unless_they_are_put_off() -> None:
    data = dataset(split(read([texture(0), texture(1), halved(texture(1))]), [0, 1, 1]), split(clean(2, first=9)))
    assert groups_of(data).tolist() == [0, 1, 1]
    assert find_copies(data, near=False).groups.tolist() == [0, 1, 2, 3, 4]


def test_given_groups_stay_together_and_leak() -> None:
    train = split(clean(4), files=[file("a", "p1"), file("b"), file("c", "p2"), file("d", "p1")])
    test = split(clean(3, first=50), files=[file("x", "p2"), file("y"), file("z", "p3")])
    data = dataset(train, test)
    assert find_copies(data).alike.tolist() == list(range(7))
    assert groups_of(data).tolist() == [0, 1, 2, 0]
    assert leaking_rows(data, "test").tolist() == [True, False, False]


def test_a_group_joins_what_copies_join() -> None:
    images = clean(5)
    images[3] = images[1]
    data = dataset(split(images, files=[file("0"), file("1", "p"), file("2", "p"), file("3", "q"), file("4", "q")]))
    assert groups_of(data).tolist() == [0, 1, 1, 1, 1]


def test_groups_are_what_hold_out_takes() -> None:
    images = np.repeat(clean(20), 3, axis=0)
    data = dataset(split(images, np.repeat(np.arange(20) % 2, 3).tolist()))
    groups = groups_of(data)
    stay, held = data.hold_out(12, groups=groups)
    assert len(held) == 12
    assert not set(groups[stay]) & set(groups[held])
