"""Labels and groups from the names of files, and what is proposed for flat folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from convscope import data
from convscope.data.name_labels import propose
from convscope.errors import InputError, UsageError
from tests.data.folder_cases import fill, pets, picture
from tests.data.idx_writer import tiny, write_folder


def numbered(folder: Path, names: list[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(names):
        picture("one", i).save(folder / name)
    return folder


def test_labels_from_names(tmp_path: Path) -> None:
    numbered(tmp_path / "train", [f"{name}.{i}.png" for name in ("cat", "dog") for i in range(3)])
    numbered(tmp_path / "test1", ["1.png", "2.png"])
    with pytest.raises(InputError) as caught:
        data.load(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/train: pictures without class folders, got 6 pictures side by side, such as train/cat.0.png\n"
        "try: labels from the names of the files: label_from='(cat|dog)'"
    )
    loaded = data.load(tmp_path, size=8, label_from="(cat|dog)")
    assert loaded.classes == ("cat", "dog")
    assert loaded.train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert loaded.test is None
    assert [str(note) for note in loaded.notes] == ["labels from paths by (cat|dog): 6 of 8 pictures"]
    assert [(one.path, one.reason.key) for one in loaded.left_out] == [
        ("test1/1.png", "passed.pattern"),
        ("test1/2.png", "passed.pattern"),
    ]


def test_splits_are_those_of_the_folders(tmp_path: Path) -> None:
    for split in ("Train", "Val", "test", "other"):
        numbered(tmp_path / "set" / split, ["a1.png", "b1.png"])
    loaded = data.load(tmp_path, label_from=r"([ab])\d")
    assert loaded.train.paths == ("set/Train/a1.png", "set/other/a1.png", "set/Train/b1.png", "set/other/b1.png")
    assert loaded.validation is not None
    assert loaded.test is not None
    assert (loaded.validation.paths, loaded.test.paths) == (
        ("set/Val/a1.png", "set/Val/b1.png"),
        ("set/test/a1.png", "set/test/b1.png"),
    )


def test_what_is_asked_for_wins_over_folders(tmp_path: Path) -> None:
    pets(tmp_path, 4)
    loaded = data.load(tmp_path, label_from=r"0(?P<label>\d)")
    assert loaded.classes == ("0", "1", "2", "3")
    with pytest.raises(InputError, match="label_from= matches no picture, got cat"):
        data.load(tmp_path, label_from="bird")
    with pytest.raises(InputError, match=r"too few classes, got 1 \(cat\)"):
        data.load(tmp_path, label_from="cat")


def test_groups_from_names(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        numbered(tmp_path / name, ["p1_a.png", "p1_b.png", "p2_a.png", "x.png"])
    loaded = data.load(tmp_path, group_by=r"/(p\d)_")
    assert loaded.train.files is not None
    assert [file.group for file in loaded.train.files] == ["p1", "p1", "p2", ""] * 2
    assert [str(note) for note in loaded.notes] == [r"groups from paths by /(p\d)_: 2; pictures in none: 2"]


@pytest.mark.parametrize("option", ["label_from", "group_by"])
def test_pictures_without_files_have_no_names(option: str, tmp_path: Path) -> None:
    for source in ("mnist", str(write_folder(tmp_path, tiny()))):
        with pytest.raises(UsageError, match=f"{option}= needs picture files"):
            data.load(source, **{option: "x"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "proposed"),
    [
        (["cat.0.jpg", "cat.1.jpg", "dog.0.jpg", "dog.1.jpg"], "(cat|dog)"),
        (["dog (1).jpg", "dog (2).jpg", "cat (1).jpg", "cat (2).jpg"], "(cat|dog)"),
        (["0-cat.jpg", "1-cat.jpg", "2-dog.jpg", "3-dog.jpg"], "(cat|dog)"),
        ([f"{'abcdefghij'[k]}x_{i}.jpg" for k in range(10) for i in range(3)], r"([^/]+)_\d+\."),
        ([f"big_{'abcdefghij'[k]}{i}.jpg" for k in range(10) for i in range(3)], r"([^/\d]+)\d+\."),
        (["train/rain1.jpg", "train/rain2.jpg", "train/sun1.jpg", "train/sun2.jpg"], r"([^/\d]+)\d+\."),
        (["IMG_0001.jpg", "IMG_0002.jpg", "IMG_0003.jpg"], ""),
        (["a.jpg", "b.jpg", "c.jpg", "d.jpg"], ""),
        (["red1.jpg", "blue1.jpg", "green1.jpg"], ""),
        ([], ""),
    ],
)
@pytest.mark.medium
def test_what_is_proposed_for_numbered_files(names: list[str], proposed: str, tmp_path: Path) -> None:
    assert propose(names) == proposed
    if proposed:
        for name in names:
            (tmp_path / name).parent.mkdir(exist_ok=True)
        fill(tmp_path, 0)
        numbered(tmp_path, names)
        assert len(data.load(tmp_path, label_from=proposed).train) == len(names)
