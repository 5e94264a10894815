"""Which files the rows of a table mean, what becomes of the others, and what every one of them is told."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from convscope import data
from convscope.data.disk_tree import folder_source
from convscope.data.table_labels import Finder
from convscope.errors import InputError, UsageError
from tests.data.folder_cases import fill, pets, picture


def put(root: Path, *paths: str) -> Path:
    for i, path in enumerate(paths):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        picture("one", i).save(root / path)
    return root


def left_out(dataset: data.Dataset) -> dict[str, str]:
    return {one.path: str(one.reason) for one in dataset.left_out}


def test_paths_and_names_nearest_first(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "in/a.png", "in/b.png", "in/x.jpg", "in/more/c.png", "in/more/deep/d.png", "other/b.png")
    root = folder_source(tmp_path).root
    finder = Finder(root, root)
    for cell, expected in {
        "a.png": ["a.png"],
        "./in/a.png": ["in/a.png"],
        "in\\b.png": ["in/b.png"],
        "b.png": ["in/b.png", "other/b.png"],
        "more/c.png": ["in/more/c.png"],
        "c": ["in/more/c.png"],
        "x": ["in/x.jpg"],
        "d.png": [],  # too deep for a bare name
        "in/more/deep/d.png": ["in/more/deep/d.png"],
        "../a.png": [],
        "in/../a.png": ["a.png"],
        "": [],
        ".": [],
        "in": [],
    }.items():
        assert finder.find(cell) == expected, cell
    within = Finder(root, root.folders["in"])
    assert (within.find("a.png"), within.find("b.png"), within.find("in/b.png")) == (
        ["in/a.png"],
        ["in/b.png"],
        ["in/b.png"],
    )


def test_paths_of_another_machine(tmp_path: Path) -> None:
    root = folder_source(put(tmp_path, "in/a.png", "in/b.png", "b.png")).root
    colab = Finder(root, root)
    assert colab.find("/content/set/in/z.png") == []
    assert colab.find("/content/set/in/a.png") == ["in/a.png"]
    assert colab.find("/content/set/in/b.png") == ["in/b.png"]
    assert colab.find("/content/set/b.png") == ["b.png"]
    assert colab.find("/content/other/b.png") == []  # what was taken away once is taken away from all
    assert Finder(root, root).find(r"C:\Users\me\set\in\a.png") == ["in/a.png"]


def test_every_row_and_every_picture_is_accounted_for(tmp_path: Path) -> None:
    put(tmp_path, *(f"p/{name}.png" for name in "abcdef"), "q/f.png")
    (tmp_path / "t.csv").write_text(
        "path,label,split,group\na,cat,train,g1\nb,dog,train,g1\nc,cat,test,\nd,dog,test,\n"
        "gone,cat,train,\ne,,train,\nf,dog,train,\na,cat,train,\np/f.png,dog,train,\n"
    )
    loaded = data.load(tmp_path / "t.csv")
    assert loaded.train.paths == ("p/a.png", "p/b.png", "p/f.png")
    assert loaded.train.files is not None
    assert [file.group for file in loaded.train.files] == ["g1", "g1", ""]
    assert loaded.test is not None
    assert loaded.test.paths == ("p/c.png", "p/d.png")
    assert [str(note) for note in loaded.notes] == ["labels from t.csv: 5 pictures of 9 rows"]
    rows = {"gone": "no such file, line 6", "e": "no path or label, line 7"}
    assert left_out(loaded) == {**rows, "f": "more than one file of this name, line 8: p/f.png, q/f.png"}
    (tmp_path / "q" / "f.png").unlink()
    assert left_out(data.load(tmp_path)) == {**rows, "p/e.png": "in no row of the table"}


def test_a_picture_of_two_labels_is_left_out(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png", "c.png")
    (tmp_path / "t.csv").write_text("path,label\na.png,cat\nb.png,dog\nc.png,dog\nc.png,cat\n./c.png,dog\n")
    loaded = data.load(tmp_path / "t.csv")
    assert loaded.train.paths == ("a.png", "b.png")
    assert left_out(loaded) == {"c.png": "labelled both dog and cat, line 5"}


def test_both_unicode_forms(tmp_path: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "é.png") for form in ("NFC", "NFD"))
    put(tmp_path, f"a/{apart}", f"b/{composed}")
    (tmp_path / "t.csv").write_text(f"path,label\na/{composed},x\nb/{apart},y\n", encoding="utf-8")
    assert data.load(tmp_path / "t.csv").train.paths == (f"a/{apart}", f"b/{composed}")


def test_two_tables_that_disagree(tmp_path: Path) -> None:
    put(tmp_path, "p/a.png", "p/b.png")
    (tmp_path / "one.csv").write_text("path,label\na,x\nb,y")
    (tmp_path / "two.csv").write_text("path,label\na,x\nb,x")
    with pytest.raises(InputError) as caught:
        data.load(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: two tables label p/b.png differently, got one.csv and two.csv\n"
        f"try: point at the table that counts: {tmp_path}/two.csv"
    )
    assert data.load(tmp_path / "one.csv").classes == ("x", "y")


def test_a_table_that_says_otherwise_than_the_folders(tmp_path: Path) -> None:
    pets(tmp_path, 2)
    (tmp_path / "t.csv").write_text("path,label\ncat/00.png,old\ncat/01.png,new\ndog/00.png,old\ndog/01.png,new")
    with pytest.raises(InputError) as caught:
        data.load(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: two readings: the folders cat, dog are classes, or t.csv labels the pictures in another way\n"
        f"try: point at {tmp_path}/t.csv for the table; for the folders move it out"
    )
    assert data.load(tmp_path / "t.csv").classes == ("new", "old")
    assert data.load(tmp_path, known_classes=("new", "old")).train.labels.tolist() == [0, 0, 1, 1]


def test_a_damaged_table_is_told_of_only_where_it_is_needed(tmp_path: Path) -> None:
    fill(tmp_path / "images", 2)
    (tmp_path / "t.csv").write_text("path,label,split\n00,x,odd\n")
    with pytest.raises(InputError, match=r"t\.csv, line 2: unknown split, got odd"):
        data.load(tmp_path)
    pets(tmp_path, 2)
    assert data.load(tmp_path).classes == ("cat", "dog", "images")


def test_options_beside_a_table(tmp_path: Path) -> None:
    put(tmp_path, "p1_a.png", "p1_b.png", "p2_a.png")
    (tmp_path / "t.csv").write_text("path,label\np1_a,x\np1_b,y\np2_a,y")
    loaded = data.load(tmp_path / "t.csv", group_by="^(p.)_")
    assert loaded.train.files is not None
    assert [file.group for file in loaded.train.files] == ["p1", "p1", "p2"]
    with pytest.raises(UsageError, match="the table has the labels: label_from= needs a folder"):
        data.load(tmp_path / "t.csv", label_from="x")
    assert data.load(tmp_path / "t.csv", known_classes=("z", "y", "x")).train.labels.tolist() == [1, 1, 2]
    (tmp_path / "t.csv").write_text("path,label\nq,x\n")
    with pytest.raises(InputError, match=r"none of its rows names a picture that is there, got q\ntry: paths from"):
        data.load(tmp_path / "t.csv")
