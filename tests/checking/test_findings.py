"""From a data set with one fault to the one finding that names it."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.checking import check
from convscope.checking.findings import namer
from convscope.data.dataset import Dataset, PictureFile
from convscope.data.listing import LeftOut
from convscope.errors import phrase
from tests.checking.made import clean, dataset, halved, read, split, texture


def keys(data: Dataset) -> list[str]:
    return [finding.key for finding in check(data).findings]


def test_clean_pictures_give_no_finding() -> None:
    report = check(dataset(split(clean(40)), split(clean(10, first=100))))
    assert report.findings == ()
    assert report.pictures == 50


def test_a_leak_is_named_with_the_picture_that_it_copies() -> None:
    train, test = clean(40), clean(10, first=100)
    test[3], test[8] = train[7], train[2]  # of the same class
    (finding,) = check(dataset(split(train), split(test))).findings
    assert (finding.key, finding.count) == ("check.leak", 2)
    assert finding.paths == (("test[3]", "train[7]"), ("test[8]", "train[2]"))
    assert finding.lines() == (
        "test pictures that are copies of train pictures: 2 of 10",
        "    test[3] = train[7]",
        "    test[8] = train[2]",
        "  try: delete them on one side; until then the test figure is partly about what was learned by heart",
    )


def test_a_leak_of_groups_is_another_finding() -> None:
    files = [PictureFile(f"train/{n}.png", "", f"patient {n}") for n in range(40)]
    other = [PictureFile(f"test/{n}.png", "", f"patient {n + 39}") for n in range(3)]
    data = dataset(split(clean(40), files=files), split(clean(3, first=90), files=other))
    found = [f for f in check(data).findings if f.key != "check.tiny"]
    assert [(f.key, f.count, f.paths) for f in found] == [
        ("check.group", 1, (("test/0.png", "train/39.png"),)),
    ]


def test_the_same_picture_under_two_classes_is_a_conflict() -> None:
    images = clean(40)
    images[3], images[5], images[7] = images[0], images[0], images[2]  # labels alternate
    found = {finding.key: finding for finding in check(dataset(split(images))).findings}
    assert list(found) == ["check.conflict", "check.copies"]
    assert found["check.conflict"].count == 5
    assert found["check.conflict"].paths == (
        ("train[3]", "train[0]"),
        ("train[5]", "train[0]"),
        ("train[7]", "train[2]"),
    )
    assert found["check.copies"].count == 3


def test_copies_and_look_alikes_are_counted_beyond_the_first_of_each() -> None:
    images = np.concatenate([clean(40), read([halved(texture(4)), halved(texture(6))]), clean(1), clean(1)])
    labels = [*(np.arange(40) % 2), 0, 0, 0, 0]
    found = {finding.key: finding for finding in check(dataset(split(images, labels))).findings}
    assert {key: f.count for key, f in found.items()} == {"check.copies": 2, "check.near": 2}
    assert found["check.copies"].paths == (("train[42]", "train[0]"), ("train[43]", "train[0]"))
    assert found["check.near"].paths == (("train[40]", "train[4]"), ("train[41]", "train[6]"))


def test_files_that_cannot_be_read_are_a_finding_and_those_passed_over_are_not() -> None:
    left_out = (
        LeftOut("a.heic", phrase("passed.format", suffix=".heic")),
        LeftOut("b.png", phrase("file.empty")),
        LeftOut("c", phrase("passed.hidden")),
        LeftOut("bird", phrase("passed.empty")),
    )
    data = Dataset("made", ("cat", "dog"), split(clean(40)), left_out=left_out)
    finding, hollow = check(data).findings
    assert (hollow.key, hollow.count, hollow.paths) == ("check.hollow", 1, (("bird",),))
    assert (finding.key, finding.count) == ("check.unreadable", 2)
    assert {path[0].partition(":")[0] for path in finding.paths} == {"a.heic", "b.png"}


def test_pictures_that_show_nothing_are_named() -> None:
    images = clean(40)
    images[[4, 5, 6, 9]] = np.array([[10], [90], [170], [250]], dtype=np.uint8)[:, :, None, None]
    (finding,) = check(dataset(split(images))).findings
    assert (finding.key, finding.count) == ("check.flat", 4)
    assert finding.paths == (("train[4]",), ("train[5]",), ("train[6]",))
    assert finding.lines()[4] == "    and 1 more"


@pytest.mark.parametrize(
    ("counts", "classes", "expected"),
    [
        ((20, 20), ("cat", "dog"), []),
        ((20, 19), ("cat", "dog"), ["check.small"]),
        ((200, 20), ("cat", "dog"), []),
        ((201, 20), ("cat", "dog"), ["check.skewed"]),
        ((20, 20), ("Cat", "cat"), ["check.case"]),
        ((20, 20), ("t-shirt", "T Shirt"), ["check.case"]),
        ((20, 0), ("cat", "dog"), ["check.empty"]),
    ],
)
def test_classes(counts: tuple[int, int], classes: tuple[str, str], expected: list[str]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (sum(counts), 1, 16, 16), dtype=np.uint8)
    labels = np.repeat([0, 1], counts).tolist()
    assert keys(dataset(split(images, labels), classes=classes)) == expected


def test_a_lopsided_set_names_both_ends() -> None:
    images = np.random.default_rng(0).integers(0, 256, (525, 1, 16, 16), dtype=np.uint8)
    data = dataset(split(images, [0] * 500 + [1] * 25), classes=("many", "few"))
    (finding,) = check(data).findings
    assert str(finding.what) == "the largest class has 20 times as many training pictures as the smallest"
    assert finding.paths == (("many: 500",), ("few: 25",))


def test_rows_are_named_by_path_or_by_split_and_number() -> None:
    files = [PictureFile("cat/1.png", ""), PictureFile("cat/2.png", "")]
    name = namer(dataset(split(clean(2), files=files), split(clean(2))))
    assert [name(row) for row in range(4)] == ["cat/1.png", "cat/2.png", "test[0]", "test[1]"]
