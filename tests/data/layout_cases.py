"""Folders by how classes and splits lie in them: split, wrapped, nested, missing, with copies."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.data.folder_cases import Expected, case, fill, pets, refused


@case
def flat(root: Path) -> Expected:
    pets(root)
    return Expected()


@case
def train_test(root: Path) -> Expected:
    pets(root / "train"), pets(root / "test", 4)
    return Expected(test=(4, 4))


@case
def train_val_test(root: Path) -> Expected:
    pets(root / "train"), pets(root / "val", 4), pets(root / "test", 3)
    return Expected(validation=(4, 4), test=(3, 3))


@case
def train_valid(root: Path) -> Expected:
    pets(root / "train"), pets(root / "valid", 4)
    return Expected(validation=(4, 4))


@case
def capitals(root: Path) -> Expected:
    pets(root / "Train"), pets(root / "Test", 4)
    return Expected(test=(4, 4))


@case
def training_testing(root: Path) -> Expected:
    pets(root / "training"), pets(root / "testing", 4)
    return Expected(test=(4, 4))


@case
def train_validation(root: Path) -> Expected:
    pets(root / "train"), pets(root / "validation", 4)
    return Expected(validation=(4, 4))


@case
def test_unlabelled(root: Path) -> Expected:
    pets(root / "train"), fill(root / "test", 5)
    return Expected(notes=("note.unlabelled",), left_out={"passed.unlabelled": 5})


@case
def test_with_another_class(root: Path) -> Expected:
    pets(root / "train"), pets(root / "test"), fill(root / "test" / "bird")
    return refused("folder.class.unknown")


@case
def test_without_a_class(root: Path) -> Expected:
    pets(root / "train"), fill(root / "train" / "bird"), pets(root / "test")
    return Expected(classes=("bird", "cat", "dog"), train=(8, 8, 8), test=(0, 8, 8))


@case
def test_of_empty_folders(root: Path) -> Expected:
    pets(root / "train"), (root / "test" / "cat").mkdir(parents=True), (root / "test" / "dog").mkdir()
    return Expected(notes=("note.split.empty",), left_out={"passed.empty": 1})


@case
def a_hidden_test(root: Path) -> Expected:
    pets(root / "train"), pets(root / ".test", 4)
    return Expected(left_out={"passed.hidden": 1})


@case
def classes_called_train(root: Path) -> Expected:
    for name in ("train", "car", "plane"):
        fill(root / name)
    return Expected(classes=("car", "plane", "train"), train=(8, 8, 8), notes=("note.split.class",))


@case
def nested_classes_called_train(root: Path) -> Expected:
    for name in ("train", "car", "plane"):
        fill(root / name / "a"), fill(root / name / "b", 4)
    return Expected(classes=("car", "plane", "train"), train=(12, 12, 12), notes=("note.split.class",))


@case
def imagenet(root: Path) -> Expected:
    for split, n in (("train", 8), ("val", 4)):
        for name in ("n01440764", "n01443537"):
            fill(root / split / name, n, ending="JPEG")
    return Expected(classes=("n01440764", "n01443537"), validation=(4, 4))


@case
def wrapped(root: Path) -> Expected:
    pets(root / "pets")
    return Expected(notes=("note.wrapped",))


@case
def wrapped_splits(root: Path) -> Expected:
    pets(root / "archive" / "train"), pets(root / "archive" / "test", 4)
    return Expected(test=(4, 4), notes=("note.wrapped",))


@case
def nested_in_classes(root: Path) -> Expected:
    fill(root / "cat" / "indoor" / "2024"), fill(root / "dog" / "x")
    return Expected()


@case
def one_class(root: Path) -> Expected:
    fill(root / "cat")
    return refused("folder.classes.few")


@case
def empty_class(root: Path) -> Expected:
    pets(root), (root / "bird").mkdir()
    return Expected(notes=("note.class.empty",), left_out={"passed.empty": 1})


@case
def broken_class(root: Path) -> Expected:
    pets(root), (root / "bird").mkdir()
    for i in range(3):
        (root / "bird" / f"{i}.png").write_bytes(b"not a picture")
    return refused("folder.class.unreadable")


@case
def empty(root: Path) -> Expected:
    return refused("folder.none")


@case
def flat_files(root: Path) -> Expected:
    fill(root)
    return refused("folder.flat")


@case
def tiny_class(root: Path) -> Expected:
    fill(root / "cat", 40), fill(root / "dog", 1)
    return Expected(train=(40, 1))


@case
def two_pictures(root: Path) -> Expected:
    pets(root, 1)
    return Expected(train=(1, 1))


@case
def copies_in_test(root: Path) -> Expected:
    shutil.copytree(pets(root / "train"), root / "test")
    return Expected(test=(8, 8))


@case
def copies_under_two_classes(root: Path) -> Expected:
    for i in range(6):
        shutil.copy(pets(root) / "cat" / f"{i:02}.png", root / "dog" / f"copy{i}.png")
    return Expected(train=(8, 14))


@case
def one_picture_many_times(root: Path) -> Expected:
    for i in range(40):
        shutil.copy(pets(root) / "cat" / "00.png", root / "cat" / f"c{i}.png")
    return Expected(train=(48, 8))
