"""What some data was understood as, in words."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from convscope import data
from convscope.data.disk_tree import folder_source
from convscope.data.folder_layout import survey
from tests.data.folder_cases import fill, pets


def lines(found: data.Dataset | data.Listing) -> list[str]:
    return [str(line) for line in data.understood(found)]


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    fill(tmp_path / "set" / "train" / "cat", 12), fill(tmp_path / "set" / "train" / "dog", 20)
    fill(tmp_path / "set" / "train" / "owl", 1), fill(tmp_path / "set" / "Val" / "dog", 5)
    pets(tmp_path / "set" / "test", 3), (tmp_path / "set" / "train" / "empty").mkdir()
    for i in range(4):
        (tmp_path / "set" / "train" / "cat" / f"x{i}.jpg").write_text("<html>")
    (tmp_path / "set" / "test" / "dog" / "zero.png").touch()
    loaded = data.load(tmp_path, size=8)
    assert lines(loaded) == [
        "3 classes: dog (20), cat (12), owl (1), in set/train/",
        "validation pictures from set/Val/dog/: 5; none of cat, owl",
        "test pictures from set/test/: 6; none of owl",
        "one picture each, so none can be held out: owl",
        "set/ is wrapped round everything: what is in it is read",
        "no pictures, so no class: set/train/empty",
        "left out 6 of 50: 4 × not a picture that can be read (set/train/cat/x0.jpg); 1 × an empty file "
        "(set/test/dog/zero.png); 1 × a folder without pictures (set/train/empty)",
    ]
    listing = survey(folder_source(tmp_path))  # before any picture is decoded, it counts what it will try
    assert lines(listing)[0] == "3 classes: dog (20), cat (16), owl (1), in set/train/"


@pytest.mark.medium
def test_many_classes_and_many_reasons_stay_a_handful_of_lines(tmp_path: Path) -> None:
    fill(tmp_path / "0000", 3)
    for i in range(1, 200):
        (
            shutil.copytree(tmp_path / "0000", tmp_path / f"{i:04}"),
            shutil.copytree(tmp_path / "0000", tmp_path / f"{i:04}_"),
        )
        (tmp_path / f"{i:04}" / "hidden").mkdir()
    (tmp_path / "0007" / "03.png").write_bytes((tmp_path / "0007" / "02.png").read_bytes())
    (tmp_path / "0009" / "02.png").unlink()
    (tmp_path / "0000" / "a.svg").touch(), (tmp_path / "0000" / ".b.png").touch()
    (tmp_path / "0000" / "c.png").symlink_to("nowhere.png"), (tmp_path / "0000" / "self").symlink_to(".")
    said = lines(survey(folder_source(tmp_path)))
    assert said[0] == "399 classes, 1,197 pictures: from 0007 (4) to 0009 (2)"
    assert said[2].startswith("class names that look like one: 0001 = 0001_, 0002 = 0002_")
    assert said[2].endswith(" … (199)")
    assert said[3].startswith("left out 4 of 1,201: 1 × ")
    assert said[3].count("; 1 × ") == 3  # a fourth reason of one file is named
    assert all(f"({name})" in said[3] for name in ("0000/a.svg", "0000/.b.png", "0000/c.png", "0000/self"))
    assert len(said) == 4
    assert max(map(len, said)) < 300


def test_arrays_have_no_places() -> None:
    images, labels = np.zeros((6, 4, 4), np.uint8), np.array([0, 0, 0, 1, 1, 0])
    loaded = data.arrays(images, labels, ["on", "off"], test=(images, labels))
    assert lines(loaded) == ["2 classes: on (4), off (2)", "test pictures: 6"]
