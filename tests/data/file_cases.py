"""Folders by what lies in them: links, junk, damaged files, and pictures of every kind."""

from __future__ import annotations

import io
import os
import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from tests.data.folder_cases import CAT_DOG, Expected, case, fill, pets, picture


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
