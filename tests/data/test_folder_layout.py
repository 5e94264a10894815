"""Folders of pictures: layout, order, names, bad files, links; every rule of docs/data.md."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope import data
from convscope.errors import InputError


def put(path: Path, level: int | tuple[int, int, int] = 9, size: tuple[int, int] = (4, 3)) -> Path:
    """Save a picture of one colour; `size` is (width, height)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L" if isinstance(level, int) else "RGB", size, level).save(path)
    return path


def levels(split: data.Split | None) -> list[int]:
    assert split is not None
    return [int(level) for level in split.images[:, 0, 0, 0]]


def left_out(loaded: data.Dataset) -> tuple[tuple[str, str], ...]:
    return tuple((one.path, str(one.reason)) for one in loaded.left_out)


def refusal(folder: Path, **options: int) -> str:
    with pytest.raises(InputError) as caught:
        data.folder(folder, **options)  # type: ignore[arg-type]
    return str(caught.value)


def test_flat(tmp_path: Path) -> None:
    for level, name in enumerate(["b/2.png", "b/10.png", "a/z.bmp", "B/y.gif", "a/sub/x.PNG"]):
        put(tmp_path / "set" / name, level)
    loaded = data.folder(tmp_path / "set")
    assert loaded.name == "set"
    assert loaded.classes == ("B", "a", "b")
    assert loaded.test is None
    assert left_out(loaded) == ()
    assert loaded.train.paths == ("B/y.gif", "a/sub/x.PNG", "a/z.bmp", "b/10.png", "b/2.png")  # text order
    assert loaded.train.labels.tolist() == [0, 1, 1, 2, 2]
    assert levels(loaded.train) == [3, 4, 2, 1, 0]
    assert loaded.shape == (1, 3, 4)
    assert loaded.train.labels.dtype == np.int64
    assert loaded.fingerprint == data.load(tmp_path / "set").fingerprint
    assert loaded.train.images.flags.writeable
    assert loaded.train.images.flags.c_contiguous


def test_train_and_test_are_matched_by_name(tmp_path: Path) -> None:
    for level, name in enumerate(["train/a/1.png", "train/b/1.png", "train/c/1.png", "test/c/1.png", "test/a/1.png"]):
        put(tmp_path / name, level)
    loaded = data.folder(tmp_path)
    assert loaded.classes == ("a", "b", "c")
    assert loaded.train.labels.tolist() == [0, 1, 2]
    assert loaded.test is not None
    assert loaded.test.labels.tolist() == [0, 2]
    assert levels(loaded.test) == [4, 3]
    assert loaded.test.paths == ("test/a/1.png", "test/c/1.png")
    put(tmp_path / "test" / "cc" / "1.png")
    assert refusal(tmp_path) == (
        f"{tmp_path}: test pictures have classes that the training pictures do not have: cc, expected a, b, c\n"
        "try: rename or remove them, or add training pictures of them"
    )


def test_train_without_test(tmp_path: Path) -> None:
    for name in ("train/a/1.png", "train/b/1.png", "val/a/1.png", "loose.png", "train/loose.png"):
        put(tmp_path / name)
    loaded = data.folder(tmp_path)
    assert loaded.test is None
    assert len(loaded.train) == 2
    assert levels(loaded.validation) == [9]
    assert left_out(loaded) == (
        ("loose.png", "not in the folder of a class"),
        ("train/loose.png", "not in the folder of a class"),
    )


def test_a_class_may_be_called_train_beside_two_others(tmp_path: Path) -> None:
    for name in ("car/1.png", "train/1.png", "test/1.png"):
        put(tmp_path / name)
    assert refusal(tmp_path) == (
        f"{tmp_path}: two readings: test, train are splits and car take no part, or all of them are classes\n"
        "try: for splits move the others out, for classes rename the first"
    )
    put(tmp_path / "plane" / "1.png")
    loaded = data.folder(tmp_path)
    assert loaded.classes == ("car", "plane", "test", "train")
    assert [str(note) for note in loaded.notes] == ["test, train beside car, plane: classes, not splits"]


def test_bad_files_are_skipped_and_listed(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/5.png", "b/1.png", "b/9.png"):
        put(tmp_path / name, 50 + ord(name[2]))
    whole = put(tmp_path / "whole.png", size=(99, 99)).read_bytes()
    (tmp_path / "whole.png").unlink()
    (tmp_path / "a" / "2.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "a" / "3.jpg").write_bytes(b"not at all")
    (tmp_path / "b" / "0.gif").touch()
    (tmp_path / "b" / "4.cr2").write_bytes(b"?")
    (tmp_path / "b" / "5.png").symlink_to("nowhere")
    for hidden in (".DS_Store", ".hidden.png", "Thumbs.db", "labels.csv", "README"):
        (tmp_path / "b" / hidden).write_bytes(b"?")
    (tmp_path / ".git").mkdir()
    put(tmp_path / "__MACOSX" / "x.png")
    loaded = data.folder(tmp_path, size=4)
    assert loaded.train.paths == ("a/1.png", "a/5.png", "b/1.png", "b/9.png")
    assert levels(loaded.train) == [50 + ord(c) for c in "1519"]
    assert loaded.train.labels.tolist() == [0, 0, 1, 1]
    reasons = dict(left_out(loaded))
    hidden = {path for path, why in reasons.items() if why == "hidden"}
    assert hidden == {".git", "__MACOSX", "b/.hidden.png"}
    assert reasons.keys() - hidden == {"a/2.png", "a/3.jpg", "b/0.gif", "b/4.cr2", "b/5.png"}
    assert reasons["a/2.png"].startswith("a damaged or truncated picture (")
    assert reasons["a/3.jpg"].startswith("not a picture that can be read, got first bytes b'not '")
    assert reasons["b/0.gif"] == "an empty file"
    assert reasons["b/4.cr2"] == "a format that is not read (.cr2)"
    assert reasons["b/5.png"] == "cannot be read: No such file or directory"


def test_classes_without_pictures(tmp_path: Path) -> None:
    put(tmp_path / "a" / "1.png")
    assert "too few classes, got 1 (a), expected 2 or more\ntry: a folder for each class" in refusal(tmp_path)
    (tmp_path / "b").mkdir()
    assert "too few classes, got 1 (a)" in refusal(tmp_path)
    (tmp_path / "b" / "1.png").touch()
    assert (
        refusal(tmp_path)
        == f"{tmp_path / 'b'}: no readable picture in this class\ntry: remove it; b/1.png: an empty file"
    )
    for name in ("1.csv", "2.csv", "notes.txt"):
        (tmp_path / "none" / "here").mkdir(parents=True, exist_ok=True)
        (tmp_path / "none" / "here" / name).touch()
    assert f"{tmp_path / 'none'}: no pictures, got 2 .csv, 1 .txt\ntry: " in refusal(tmp_path / "none")
    assert "cannot be read: No such file or directory" in refusal(tmp_path / "nowhere")


def test_a_test_without_pictures(tmp_path: Path) -> None:
    for name in ("train/a/1.png", "train/b/1.png"):
        put(tmp_path / name)
    (tmp_path / "test" / "a").mkdir(parents=True)
    loaded = data.folder(tmp_path)
    assert loaded.test is None
    assert [str(note) for note in loaded.notes] == ["test: no pictures in it"]
    (tmp_path / "test" / "a" / "1.png").touch()
    assert "no readable picture for the test\ntry: test/a/1.png: an empty file" in refusal(tmp_path)
    put(tmp_path / "test" / "b" / "1.png")
    assert len(data.folder(tmp_path).test or ()) == 1  # a class may be missing from test/


def test_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(root / "a" / "1.png", 1)
    put(root / "b" / "1.png", 2)
    put(tmp_path / "elsewhere" / "2.png", 3)
    for link, target in (("a/more", "../../elsewhere"), ("a/loop", "../a"), ("a/up", ".."), ("b/other", "../a")):
        (root / link).symlink_to(target, target_is_directory=True)
    for link, target in (
        ("a/out.png", "../../elsewhere/2.png"),
        ("a/twin.png", "../b/1.png"),
        ("b/itself.png", "itself.png"),
    ):
        (root / link).symlink_to(target)
    loaded = data.folder(root)
    assert loaded.train.paths == ("a/1.png", "a/twin.png", "b/1.png")
    folder, loop = "a link to another folder", "a link to a folder that it lies in"
    assert left_out(loaded) == (
        ("a/loop", loop),
        ("a/more", folder),
        ("a/out.png", "a link that leads out of the data"),
        ("a/up", loop),
        ("b/itself.png", "cannot be read: Too many levels of symbolic links"),
        ("b/other", folder),
    )
    (root / "c").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "elsewhere" / "3.png").symlink_to("2.png")
    assert data.folder(root).train.paths == ("a/1.png", "a/twin.png", "b/1.png", "c/2.png", "c/3.png")
    (root / "d").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert "two classes are one, got c and d" in refusal(root)


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no folder in memory here")
def test_pictures_in_the_folder_that_lies_in_memory_are_found() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        for name in "ab":
            put(Path(folder) / name / "0.png")
        assert data.folder(folder).classes == ("a", "b")


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no /proc here")
def test_the_system_itself_is_no_class(tmp_path: Path) -> None:
    for name in ("a", "b"):
        put(tmp_path / name / "1.png")
    for link, target in (("c", "/proc"), ("d", "/"), ("e", "/proc/self/fd")):
        (tmp_path / link).symlink_to(target, target_is_directory=True)
    loaded = data.folder(tmp_path)
    assert loaded.classes == ("a", "b")
    system, loop = "a folder of the system itself", "a link to a folder that it lies in"
    assert left_out(loaded) == (("c", system), ("d", loop), ("e", system))


def test_a_link_to_a_class_beside_it_is_a_class_twice(tmp_path: Path) -> None:
    put(tmp_path / "a" / "1.png")
    (tmp_path / "c").symlink_to("a", target_is_directory=True)
    assert "two classes are one, got a and c" in refusal(tmp_path)


def test_names_of_both_unicode_forms_are_one(tmp_path: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    for name in (f"train/{apart}/1.png", "train/cafz/1.png", f"test/{composed}/1.png"):
        put(tmp_path / name)
    loaded = data.folder(tmp_path)  # the order is that of the composed names: on disk é is e and an accent, before z
    assert loaded.classes == ("cafz", composed)
    assert loaded.test is not None
    assert loaded.test.labels.tolist() == [1]
    put(tmp_path / "train" / composed / "1.png")
    assert "two classes are one" in refusal(tmp_path)


def test_names_that_are_not_text(tmp_path: Path) -> None:
    put(tmp_path / "a" / "1.png")
    bad = os.fsdecode(b"b\xff")
    try:
        put(tmp_path / bad / "1.png")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert "a class name that is not text in UTF-8, got b\\udcff\ntry: rename it" in refusal(tmp_path)
    (tmp_path / bad).rename(tmp_path / "b")
    (tmp_path / "b" / (bad + ".png")).touch()
    assert left_out(data.folder(tmp_path)) == (("b/b\\udcff.png", "an empty file"),)


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a/1.png", "a/shut/2.png", "a/open/3.png", "b/1.png"):
        put(tmp_path / name)
    scandir = os.scandir

    def guarded(path: str) -> object:
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    loaded = data.folder(tmp_path)
    assert loaded.train.paths == ("a/1.png", "a/open/3.png", "b/1.png")
    assert left_out(loaded) == (("a/shut", "cannot be read: Permission denied"),)
    (tmp_path / "a" / "shut").rename(tmp_path / "shut")  # a whole class
    assert refusal(tmp_path) == f"{tmp_path / 'shut'}: cannot be read: Permission denied"


def test_a_train_folder_beside_one_of_other_classes_is_ambiguous(tmp_path: Path) -> None:
    """One split alone says nothing: "train" may be a class's name."""
    for level, name in enumerate(["train/a/1", "train/b/1", "planes/c/1", "planes/d/1"]):
        put(tmp_path / f"{name}.png", level)
    assert "two readings: train are splits and planes take no part, or all of them are classes" in refusal(tmp_path)


def test_a_link_to_what_is_no_file_is_left_out(tmp_path: Path) -> None:
    for level, name in enumerate(["a/1", "b/1"]):
        put(tmp_path / f"{name}.png", level)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a" / "2.png").symlink_to(tmp_path / "pipe")
    assert left_out(data.folder(tmp_path)) == (("a/2.png", "not a file"),)
