"""Copies by label: clashes, interruptions, other things in the way, and undoing nothing but what was done."""

from __future__ import annotations

import csv
import errno
import os
import shutil
from pathlib import Path

import pytest

from convscope.errors import EnvironmentFault, InputError
from convscope.prediction import sorting
from convscope.prediction.sorting import LISTED, NONE, UNREADABLE, Sorter, folder_names, read_sorted, undo

CLASSES = ("cat", "dog")


def files(folder: Path) -> dict[str, str]:
    """Return the text of every file in a folder but its list, by path."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != LISTED)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for place, text in (("a/x.png", "1"), ("b/x.png", "2"), ("b/X.png", "3"), ("b/y.png", "4")):
        (tmp_path / "in" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / place).write_text(text)
    return tmp_path / "in"


def sort(pictures: Path, out: Path, model: str = "m", names: str = "a/x.png b/x.png b/X.png b/y.png") -> Sorter:
    with Sorter.open(out, CLASSES, model) as sorter:
        for name in names.split():
            sorter.put(str(pictures / name), "cat", 0.75)
    return sorter


def test_copies_by_label_and_the_originals_stay(pictures: Path, tmp_path: Path) -> None:
    before = files(pictures)
    with Sorter.open(tmp_path / "out", CLASSES, "m") as sorter:
        sorter.put(str(pictures / "a/x.png"), "cat", 0.9)
        sorter.put(str(pictures / "b/y.png"), "dog", 0.8)
        sorter.put(str(pictures / "b/x.png"), None, 0.1)
        sorter.put_unreadable(str(pictures / "b/X.png"))
        sorter.put_unreadable(str(pictures / "gone.png"))
    found = {"cat/x.png": "1", "dog/y.png": "4", f"{NONE}/x.png": "2", f"{UNREADABLE}/X.png": "3"}
    assert files(tmp_path / "out") == found
    assert files(pictures) == before
    assert sorter.counts == {"cat": 1, "dog": 1, NONE: 1, UNREADABLE: 1}
    assert sorter.lost == [str(pictures / "gone.png")]
    rows = list(csv.DictReader((tmp_path / "out" / LISTED).read_text().splitlines()))
    assert [row["copy"] for row in rows] == ["cat/x.png", "dog/y.png", f"{NONE}/x.png", f"{UNREADABLE}/X.png"]
    assert [row["label"] for row in rows] == ["cat", "dog", "", ""]


def test_names_that_clash_also_where_case_does_not_count(pictures: Path, tmp_path: Path) -> None:
    sort(pictures, tmp_path / "out")
    assert files(tmp_path / "out") == {"cat/x.png": "1", "cat/x-2.png": "2", "cat/X-3.png": "3", "cat/y.png": "4"}


def test_the_same_again_changes_nothing(pictures: Path, tmp_path: Path) -> None:
    sort(pictures, tmp_path / "out")
    listed, there = (tmp_path / "out" / LISTED).read_bytes(), files(tmp_path / "out")
    assert sort(pictures, tmp_path / "out").counts == {"cat": 4}
    assert ((tmp_path / "out" / LISTED).read_bytes(), files(tmp_path / "out")) == (listed, there)
    (pictures / "b/y.png").write_text("another")
    sort(pictures, tmp_path / "out")
    assert files(tmp_path / "out") == {**there, "cat/y-2.png": "another"}


@pytest.mark.parametrize("cut", range(0, 700, 37))
@pytest.mark.medium
def test_it_goes_on_from_wherever_it_was_stopped(pictures: Path, tmp_path: Path, cut: int) -> None:
    """A killed process leaves a list that ends anywhere, and copies up to there, or all but the last one."""
    whole = sort(pictures, tmp_path / "whole")
    data = (tmp_path / "whole" / LISTED).read_bytes()
    for missing in (0, 1):
        out = tmp_path / f"out{missing}"
        out.mkdir()
        (out / LISTED).write_bytes(data[:cut])
        rows = read_sorted(out) or ()
        for row in rows[: len(rows) - missing]:
            (out / row.copy).parent.mkdir(exist_ok=True)
            shutil.copy(tmp_path / "whole" / row.copy, out / row.copy)
        again = sort(pictures, out)
        assert files(out) == files(tmp_path / "whole")
        assert (out / LISTED).read_bytes() == data
        assert again.counts == whole.counts


def test_a_full_disk_leaves_no_half_copy_and_it_goes_on(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, 0

    def full(number: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise OSError(errno.ENOSPC, "full")
        real(number)

    monkeypatch.setattr(sorting.os, "fsync", full)
    with pytest.raises(EnvironmentFault):
        sort(pictures, tmp_path / "out")
    monkeypatch.undo()
    assert not list((tmp_path / "out").rglob(".*"))
    assert len(files(tmp_path / "out")) < 4
    sort(pictures, tmp_path / "out")
    assert len(files(tmp_path / "out")) == 4


def test_undo_removes_what_was_copied_and_nothing_else(pictures: Path, tmp_path: Path) -> None:
    before, out = files(pictures), tmp_path / "out"
    sort(pictures, out)
    (out / "cat" / "x.png").write_text("mine now")
    (out / "cat" / "note.txt").write_text("mine")
    found = undo(out)
    assert (found.removed, found.kept) == (3, ("cat/x.png",))
    assert files(out) == {"cat/note.txt": "mine", "cat/x.png": "mine now"}
    assert files(pictures) == before
    (out / "cat" / "x.png").unlink()
    (out / "cat" / "note.txt").unlink()
    assert undo(out).kept == ()
    assert not out.exists()
    with pytest.raises(InputError) as caught:
        undo(tmp_path)
    assert caught.value.key == "sort.none"


def test_a_list_that_names_files_elsewhere_is_refused(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sort(pictures, out)
    text = (out / LISTED).read_text()
    for strange in ("../in/a/x.png", "/etc/passwd", "cat/../../in/a/x.png", "x.png", "cat/", "cat/.."):
        (out / LISTED).write_text(text.replace("cat/x.png", strange))
        for read in (undo, lambda folder: sort(pictures, folder)):
            with pytest.raises(InputError) as caught:
                read(out)
            assert caught.value.key == "sort.damaged"
    assert (pictures / "a/x.png").exists()


def test_undo_follows_no_link(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sort(pictures, out, names="a/x.png")
    shutil.rmtree(out / "cat")
    (out / "cat").symlink_to(pictures / "a")
    assert undo(out).kept == ("cat/x.png",)
    assert (pictures / "a/x.png").exists()


def test_what_is_in_the_way_is_refused(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for place in ("out", "file"):
        with pytest.raises(InputError):
            sort(pictures, tmp_path / place)
    sort(pictures, tmp_path / "one", "m")
    with pytest.raises(InputError) as caught:
        sort(pictures, tmp_path / "one", "another")
    assert caught.value.key == "sort.model"
    assert files(tmp_path / "out") == {"mine.txt": "mine"}


def test_the_folder_itself_is_not_sorted_again(tmp_path: Path) -> None:
    with Sorter.open(tmp_path / "out", CLASSES, "m") as sorter:
        assert sorter.holds(str(tmp_path / "out" / "cat" / "x.png"))
        assert not sorter.holds(str(tmp_path / "outer" / "x.png"))


def test_every_class_has_a_folder_of_its_own_that_any_system_takes() -> None:
    names = ("a/b", "a:b", "A-B", "nul", "COM1.x", ".hidden", " ", "x. ", "_unreadable", "고양이", "sorted.csv")
    made = folder_names(names)
    assert len({name.casefold() for name in made.values()}) == len(names) + 1
    assert made["고양이"] == "고양이"
    assert made["_unreadable"] == "_unreadable-2"
    assert not [name for name in made.values() if "/" in name or ":" in name or name[0] in ". " or name[-1] in ". "]


def test_a_file_that_somebody_put_there_is_left_alone(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sort(pictures, out, names="a/x.png")
    (out / "cat" / "y.png").write_text("mine")
    sort(pictures, out)
    assert files(out)["cat/y.png"] == "mine"
    assert files(out)["cat/y-2.png"] == "4"
    undo(out)
    assert files(out) == {"cat/y.png": "mine"}


def test_a_picture_that_changes_while_it_is_copied_is_no_copy(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sorting.digest_of
    monkeypatch.setattr(sorting, "digest_of", lambda path: real(path).replace("a", "b"))
    with pytest.raises(InputError) as caught:
        sort(pictures, tmp_path / "out", names="a/x.png")
    assert caught.value.key == "file.changed"
    assert files(tmp_path / "out") == {}
