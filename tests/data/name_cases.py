"""Folders by what their files and classes are called."""

from __future__ import annotations

import os
import shutil
import unicodedata
from pathlib import Path

from tests.data.folder_cases import Expected, case, fill, pets, refused


@case
def case_twins(root: Path) -> Expected:
    fill(root / "Cat"), fill(root / "cat", start=50), fill(root / "dog")
    return Expected(classes=("Cat", "cat", "dog"), train=(8, 8, 8), notes=("note.class.alike",))


@case
def odd_names(root: Path) -> Expected:
    names = [
        "고양이",
        "🐶 dog",
        "new\nline",
        "100%",
        "-dash",
        "a b",
        "semi;colon",
        'quote"s',
        "back\\slash",
        "<b>x",
    ]
    for name in names:
        fill(root / name, 1)
    return Expected(classes=tuple(sorted(names)), train=(1,) * 10)


@case
def both_unicode_forms(root: Path) -> Expected:
    for split, form in (("train", "NFC"), ("test", "NFD")):
        fill(root / split / unicodedata.normalize(form, "café")), fill(root / split / "tea")
    return Expected(classes=("café", "tea"), test=(8, 8))


@case
def a_name_in_latin_1(root: Path) -> Expected:
    pets(root)
    shutil.copy(root / "cat" / "00.png", os.path.join(os.fsencode(root / "cat"), b"caf\xe9\xff.png"))
    return Expected(train=(9, 8))


@case
def a_class_in_latin_1(root: Path) -> Expected:
    folder = os.path.join(os.fsencode(pets(root)), b"caf\xe9")
    os.mkdir(folder)
    shutil.copy(root / "cat" / "00.png", os.path.join(folder, b"a.png"))
    return refused("dataset.utf8")


@case
def numbered(root: Path) -> Expected:
    for name in ("1", "2", "10", "02"):
        fill(root / name)
    return Expected(classes=("02", "1", "10", "2"), train=(8,) * 4)


@case
def a_long_name(root: Path) -> Expected:
    fill(root / ("x" * 250)), fill(root / "y")
    return Expected(classes=("x" * 250, "y"))
