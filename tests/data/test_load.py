"""`data.load`: names, paths, sizes and channels."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope import data
from convscope.errors import ConvscopeError, InputError, UsageError
from tests.data.folder_cases import fill, packed, pets
from tests.data.idx_writer import tiny, write_folder


def pictures(folder: Path) -> Path:
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        Image.new("L", (4, 4), 9).save(folder / name / "1.png")
    return folder


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("mnsit", "mnsit: no data of this name, and no such folder\ntry: did you mean mnist?"),
        ("fashion", "fashion: no data of this name, and no such folder\ntry: did you mean fashion-mnist?"),
        ("cats", "try: one of mnist, fashion-mnist"),
        ("./cats", "./cats: no such folder"),
        ("~/nowhere/cats", "~/nowhere/cats: no such folder"),
    ],
)
def test_data_that_is_not_there(source: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        data.load(source)
    assert message in str(caught.value)


def test_a_file_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "cats.rar").write_bytes(b"Rar!")
    files = r"a file ending in \.csv, \.tsv, \.npz, \.zip"
    with pytest.raises(
        InputError, match=rf"a file, not data, expected a folder, {files}, or mnist or fashion-mnist\ntry: unpack it"
    ):
        data.load(tmp_path / "cats.rar")
    (tmp_path / "data.yaml").write_text("path: cats")
    with pytest.raises(InputError, match="try: the folder with the pictures, one sub-folder a class"):
        data.load(tmp_path / "data.yaml")
    folder = write_folder(tmp_path / "idx", tiny())
    with pytest.raises(InputError, match=f"try: the folder it is in: {folder}"):
        data.load(folder / "train-images-idx3-ubyte.gz")


@pytest.mark.parametrize("name", ["emnist-letters-train-images-idx3-ubyte.gz", "digits.idx", "images.idx3-ubyte"])
def test_idx_files_of_another_name_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    (tmp_path / "readme.txt").write_text("letters")
    with pytest.raises(InputError) as caught:
        data.load(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: IDX files of another name, got {name}, expected train-images-idx3-ubyte and "
        "train-labels-idx1-ubyte, plain, .gz or .xz\ntry: rename them"
    )
    pictures(tmp_path)  # with folders of pictures beside it, it is one more file that is no picture
    assert len(data.load(tmp_path).train) == 2


def test_a_folder_may_be_called_like_a_file(tmp_path: Path) -> None:
    for name in ("pets.zip", "pets.csv", "pets.npz"):
        assert data.load(pets(tmp_path / name, 1)).classes == ("cat", "dog")


def test_idx_files_are_found_where_torchvision_puts_them(tmp_path: Path) -> None:
    write_folder(tmp_path / "sets" / "MNIST" / "raw", tiny())
    (tmp_path / "sets" / "MNIST" / "notes.txt").touch()
    loaded = data.load(tmp_path / "sets")
    assert (loaded.name, len(loaded.train)) == ("sets", 6)
    assert [str(note) for note in loaded.notes] == ["MNIST/raw/ is wrapped round everything: what is in it is read"]
    pictures(tmp_path / "sets")  # beside other folders it is no longer meant
    assert data.load(tmp_path / "sets").classes == ("a", "b")


@pytest.mark.medium
def test_a_name_wins_over_a_folder_and_a_path_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pictures(tmp_path / "mnist")
    assert len(data.load("mnist").train) == 60_000
    assert len(data.load("./mnist").train) == len(data.load(Path("./mnist").resolve()).train) == 2


def test_home_and_data_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    pictures(tmp_path / "sets" / "cats")
    assert data.load("~/sets/cats").name == data.load("cats", data_root="sets").name == "cats"
    packed(tmp_path / "sets" / "cats", tmp_path / "sets" / "packed.zip")
    assert data.load("packed.zip", data_root="sets").name == "packed"
    with pytest.raises(InputError, match="no data of this name"):
        data.load("cats")


def test_idx_and_pictures_are_distinguished(tmp_path: Path) -> None:
    assert data.load(write_folder(tmp_path / "idx", tiny())).train.paths is None
    assert data.load(pictures(tmp_path / "png")).train.paths == ("a/1.png", "b/1.png")


@pytest.mark.medium
def test_data_to_measure_counts_into_the_classes_of_the_model(tmp_path: Path) -> None:
    known = ("dog", "bird", "cat")
    both, cats = pets(tmp_path / "both", 2), fill(tmp_path / "one" / "cat", 3).parent
    assert data.load(both, known_classes=known).train.labels.tolist() == [0, 0, 2, 2]
    assert data.load(both, known_classes=known).classes == known
    for folder in (cats, cats / "cat"):
        one = data.load(folder, size=8, known_classes=known)
        assert (one.classes, one.train.labels.tolist()) == (known, [2, 2, 2])
        with pytest.raises(InputError, match=r"too few classes, got 1 \(cat\)|pictures without class folders"):
            data.load(folder)
    pets(tmp_path / "split" / "test", 1)
    split = data.load(tmp_path / "split", size=8, channels=3, known_classes=known)
    assert (len(split.train), split.shape) == (0, (3, 8, 8))
    assert split.test is not None
    assert split.test.labels.tolist() == [0, 2]
    with pytest.raises(InputError, match="no training pictures: there are only other splits, got test"):
        data.load(tmp_path / "split")
    with pytest.raises(InputError) as caught:
        data.load(fill(tmp_path / "both" / "owl").parent, known_classes=known)
    assert "classes that the model does not know: owl, expected dog, bird, cat\ntry: " in str(caught.value)


def test_arrays_to_measure_are_renumbered_by_name(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, tiny(9, classes=3), tiny(6, classes=3, seed=1))
    plain, known = data.load(folder), data.load(folder, known_classes=("2", "x", "0", "1"))
    for ours, theirs in ((plain.train, known.train), (plain.test, known.test)):
        assert ours is not None
        assert theirs is not None
        assert np.array_equal(np.array([2, 3, 0])[ours.labels], theirs.labels)
    assert known.classes == ("2", "x", "0", "1")
    assert data.load(folder, known_classes=plain.classes).fingerprint == plain.fingerprint
    with pytest.raises(InputError, match="classes that the model does not know: 2, expected 0, 1"):
        data.load(folder, known_classes=("0", "1"))


def test_size_and_channels_of_pictures_in_memory(tmp_path: Path) -> None:
    pixels, labels = tiny(6, (8, 12))
    folder = write_folder(tmp_path, (pixels, labels), tiny(3, (8, 12), seed=1))
    plain = data.load(folder)
    colour = data.load(folder, channels=3)
    assert colour.shape == (3, 8, 12)
    assert np.array_equal(colour.train.images, np.repeat(plain.train.images, 3, axis=1))
    half = data.load(folder, size=(4, 6), channels=3)
    assert half.test is not None
    assert half.test.images.shape == (3, 3, 4, 6)
    for i in range(6):
        expected = np.asarray(Image.fromarray(pixels[i]).resize((6, 4), Image.Resampling.BILINEAR))
        assert np.array_equal(half.train.images[i], np.stack([expected] * 3))
    assert np.array_equal(half.train.labels, labels)
    assert half.fingerprint != plain.fingerprint
    assert data.load(folder, size=9).shape == (1, 9, 9)
    assert data.load(folder, size=(8, 12), channels=1).fingerprint == plain.fingerprint


@pytest.mark.parametrize("size", [0, -3, (4,), (4, 0), (4, 4, 4), True, 2.5, "8"])
def test_sizes_that_are_none(size: object, tmp_path: Path) -> None:
    for folder in (write_folder(tmp_path / "idx", tiny()), pictures(tmp_path / "png")):
        with pytest.raises(UsageError, match="size of the pictures"):
            data.load(folder, size=size)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="channels of a picture, got 2"):
            data.load(folder, channels=2)


def test_loading_writes_nothing(tmp_path: Path) -> None:
    for folder in (write_folder(tmp_path / "idx", tiny()), pictures(tmp_path / "png")):
        before = _state(folder)
        data.load(folder, size=8)
        assert _state(folder) == before


def _state(folder: Path) -> list[tuple[str, int, int]]:
    found = [Path(place) / name for place, dirs, files in os.walk(folder) for name in [*dirs, *files]]
    return sorted((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in [folder, *found])


def test_everything_that_is_refused_is_a_convscope_error(tmp_path: Path) -> None:
    for source in ("~nobody_of_this_name/x", str(tmp_path), "\ud800", "a" * 5000, "a\0b"):
        with pytest.raises(ConvscopeError):
            data.load(source)
