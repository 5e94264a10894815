"""Folders as people have them: each case builds one, and returns what it is to be understood as.

`Expected.notes` are the keys of all that must be said, `left_out` how many paths are left out for which reason (by
key), `refused` the key of the error where there is one.
"""

from __future__ import annotations

import io
import os
import shutil
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

CAT_DOG = ("cat", "dog")


@dataclass(frozen=True)
class Expected:
    """What a case is understood as. `train`, `validation`, `test` count the pictures of each class, None: no such
    split. `point` is what the user points at, within the case's folder.
    """

    classes: tuple[str, ...] = CAT_DOG
    train: tuple[int, ...] = (8, 8)
    validation: tuple[int, ...] | None = None
    test: tuple[int, ...] | None = None
    notes: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    refused: str = ""
    point: str = "."
    options: dict[str, object] = field(default_factory=dict)


Case = Callable[[Path], Expected]
CASES: dict[str, Case] = {}


def case(build: Case) -> Case:
    """Add a case under its function's name."""
    CASES[build.__name__] = build
    return build


def refused(key: str) -> Expected:
    return Expected(refused=key)


def picture(what: str, number: int, size: tuple[int, int] = (16, 16)) -> Image.Image:
    """Return the picture of that number of a thing: noise round the thing's own colour; size is (width, height)."""
    seed = zlib.crc32(what.encode("utf-8", "surrogateescape"))
    rng = np.random.default_rng([seed, number])
    noise = rng.normal(0, 25, (size[1], size[0], 3)) + rng.permutation([40, 120, 200])
    return Image.fromarray(noise.clip(0, 255).astype(np.uint8))


def fill(folder: Path, n: int = 8, *, what: str = "", ending: str = "png", start: int = 0) -> Path:
    """Put `n` pictures of a thing (the folder's name) into a folder, named 00.png and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(start, start + n):
        picture(what or folder.name, i).save(folder / f"{i:02}.{ending}")
    return folder


def pets(folder: Path, n: int = 8, ending: str = "png") -> Path:
    """Put `n` pictures each of cats and dogs into folders."""
    for name in CAT_DOG:
        fill(folder / name, n, ending=ending)
    return folder


def packed(folder: Path, archive: Path, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Pack a folder as people do, its empty folders too."""
    with zipfile.ZipFile(archive, "w", method) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder))
    return archive


# Splits


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


# Wrapped, nested, missing


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


# Names


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


# Hidden, junk, links, what is no file


@case
def hidden(root: Path) -> Expected:
    fill(root / ".hidden"), fill(root / ".ipynb_checkpoints"), fill(root / "__MACOSX" / "cat")
    fill(pets(root) / "cat" / ".ipynb_checkpoints"), (root / "cat" / "._00.png").write_bytes(b"\0\5\x16\7")
    return Expected(left_out={"passed.hidden": 5})


@case
def junk(root: Path) -> Expected:
    for name in ("Thumbs.db", ".DS_Store", "desktop.ini", "notes.txt", "labels.json"):
        (pets(root) / "cat" / name).write_bytes(b"x"), (root / name).write_bytes(b"x")
    return Expected()


@case
def beside_the_classes(root: Path) -> Expected:
    (pets(root) / "README.txt").write_text("hi"), shutil.copy(root / "cat" / "00.png", root / "sample.png")
    return Expected(notes=("note.loose",), left_out={"passed.loose": 1})


@case
def loops(root: Path) -> Expected:
    cat = pets(root) / "cat"
    (cat / "up").symlink_to(".."), (cat / "self").symlink_to("."), (cat / "loop").symlink_to("loop")
    return Expected(left_out={"passed.loop": 2})


@case
def dangling(root: Path) -> Expected:
    (pets(root) / "cat" / "gone.png").symlink_to("/nowhere/x.png")
    return Expected(left_out={"file.unreadable": 1})


@case
def linked_classes(root: Path) -> Expected:
    pets(root / "store"), (root / "data").mkdir()
    for name in CAT_DOG:
        (root / "data" / name).symlink_to(f"../store/{name}")
    return Expected(point="data")


@case
def links_out(root: Path) -> Expected:
    pets(root / "data"), fill(root / "other")
    (root / "data" / "cat" / "more").symlink_to("../../other")
    (root / "data" / "dog" / "one.png").symlink_to("../../other/00.png")
    (root / "data" / "dog" / "own.png").symlink_to("00.png")
    return Expected(train=(8, 9), left_out={"passed.link": 1, "passed.outside": 1}, point="data")


@case
def pipe(root: Path) -> Expected:
    os.mkfifo(pets(root) / "cat" / "pipe.png")
    return Expected(left_out={"file.other": 1})


@case
def unreadable(root: Path) -> Expected:
    (pets(root) / "cat" / "00.png").chmod(0), (root / "dog" / "03.png").chmod(0)
    return Expected(train=(7, 7), left_out={"file.unreadable": 2})


# Files that are not pictures, or not whole


@case
def an_empty_file(root: Path) -> Expected:
    (pets(root) / "cat" / "zero.png").touch()
    return Expected(left_out={"file.empty": 1})


@case
def a_page_not_found(root: Path) -> Expected:
    (pets(root) / "cat" / "404.jpg").write_text("<!DOCTYPE html><html><body>404</body></html>")
    return Expected(left_out={"picture.kind": 1})


@case
def many_bad(root: Path) -> Expected:
    for i in range(30):
        (pets(root) / "cat" / f"bad{i}.jpg").write_text("<html>")
    return Expected(left_out={"picture.kind": 30})


@case
def truncated(root: Path) -> Expected:
    file = io.BytesIO()
    picture("cat", 1).save(file, "JPEG", quality=95)
    (pets(root) / "cat" / "cut.jpg").write_bytes(file.getvalue()[: len(file.getvalue()) * 6 // 10])
    return Expected(left_out={"picture.damaged": 1})


@case
def a_bomb(root: Path) -> Expected:
    side = 50_000
    rows = zlib.compress(bytes(1 + side // 8) * 200, 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )
    (pets(root) / "cat" / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    return Expected(left_out={"picture.large": 1})


@case
def without_an_ending(root: Path) -> Expected:
    for i in range(4):
        shutil.copy(pets(root) / "cat" / "01.png", root / "cat" / f"noext{i}")
    (root / "cat" / "README").write_text("no picture")
    return Expected(train=(12, 8))


@case
def a_raw_picture(root: Path) -> Expected:
    (pets(root) / "cat" / "a.cr2").write_bytes(b"II*\0")
    return Expected(left_out={"passed.format": 1})


# Pictures of every kind


@case
def endings_in_capitals(root: Path) -> Expected:
    (
        pets(root, ending="JPG"),
        fill(root / "cat", 3, ending="PNG", start=20),
        fill(root / "dog", 3, ending="JPEG", start=20),
    )
    return Expected(train=(11, 11))


@case
def webp(root: Path) -> Expected:
    glass = picture("cat", 3).convert("RGBA")
    glass.putalpha(128)
    glass.save(pets(root, ending="webp") / "cat" / "alpha.webp", lossless=True)
    picture("cat", 4).save(root / "cat" / "moves.webp", save_all=True, append_images=[picture("dog", 1)] * 2)
    return Expected(train=(10, 8), notes=("note.picture",))


@case
def many_frames(root: Path) -> Expected:
    for name in ("a.gif", "m.tif", "a.apng"):
        picture("cat", 1).save(pets(root) / "cat" / name, save_all=True, append_images=[picture("dog", 9)] * 3)
    return Expected(train=(11, 8), notes=("note.pictures",))


@case
def sixteen_bits(root: Path) -> Expected:
    for k, name in enumerate(CAT_DOG):
        (root / name).mkdir()
        for i in range(8):
            ramp = (np.linspace(0, 30000, 256).reshape(16, 16) + k * 30000 + i).astype(np.uint16)
            Image.fromarray(ramp).save(root / name / f"{i}.{'png' if i % 2 else 'tif'}")
    return Expected()


@case
def other_modes(root: Path) -> Expected:
    cat = pets(root) / "cat"
    picture("cat", 7).convert("CMYK").save(cat / "cmyk.jpg"), picture("cat", 6).convert("L").save(cat / "grey.png")
    picture("cat", 8).quantize(8).save(cat / "palette.png", transparency=0)
    return Expected(train=(11, 8), notes=("note.colour.mixed",))


@case
def every_orientation(root: Path) -> Expected:
    for name in CAT_DOG:
        (root / name).mkdir()
        for orientation in range(1, 9):
            exif = Image.Exif()
            exif[0x0112] = orientation
            picture(name, orientation, (24, 16)).save(root / name / f"o{orientation}.jpg", exif=exif)
    return Expected()


@case
def extreme_sizes(root: Path) -> Expected:
    (
        picture("cat", 1, (1, 1)).save(pets(root) / "cat" / "dot.png"),
        picture("cat", 1, (40, 30)).save(root / "cat" / "big.png"),
    )
    Image.new("RGB", (20_000, 10), (9, 200, 9)).save(root / "cat" / "long.png")
    return Expected(train=(11, 8))


# Copies: the listing takes them as they are, `convscope check` says what they are


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
