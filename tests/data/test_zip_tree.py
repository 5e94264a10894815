"""Archives are understood as the folders that are in them; what is hostile or damaged is left out or refused."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from convscope import data
from convscope.data.zip_tree import zip_source
from convscope.errors import InputError
from tests.data.every_case import CASES
from tests.data.folder_cases import Expected, packed, pets, picture

ON_DISK_ALONE = {
    *("loops", "dangling", "linked_classes", "links_out", "pipe", "unreadable", "both_unicode_forms"),
    *("a_name_in_latin_1", "a_class_in_latin_1", "a_table_that_is_pointed_at", "empty", "odd_names"),
}


def png(number: int = 0) -> bytes:
    file = io.BytesIO()
    picture("one", number).save(file, "PNG")
    return file.getvalue()


def archive_of(path: Path, members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            if change is not None:
                change(member)
            file.writestr(member, content)
    return path


TWO = {"a/1.png": png(1), "b/1.png": png(2)}


@pytest.mark.parametrize("name", sorted(CASES.keys() - ON_DISK_ALONE))
@pytest.mark.medium
def test_an_archive_is_understood_as_the_folder_in_it(name: str, tmp_path: Path) -> None:
    expected = CASES[name](tmp_path / "data") if (tmp_path / "data").mkdir() is None else Expected()
    archive = packed(tmp_path / "data", tmp_path / "data.zip")
    if expected.refused:
        with pytest.raises(InputError) as caught:
            data.load(archive, size=8, **expected.options)  # type: ignore[arg-type]
        assert caught.value.key == expected.refused
        return
    ours, theirs = (data.load(source, size=8, **expected.options) for source in (archive, tmp_path / "data"))  # type: ignore[arg-type]
    assert ours.fingerprint == theirs.fingerprint
    assert (ours.name, ours.classes, ours.notes) == ("data", theirs.classes, theirs.notes)
    assert ours.left_out == theirs.left_out
    assert {k: split.files for k, split in ours.splits.items()} == {
        k: split.files for k, split in theirs.splits.items()
    }


def test_stored_and_deflated_members_from_many_threads(tmp_path: Path) -> None:
    pets(tmp_path / "data", 30)
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        source = zip_source(packed(tmp_path / "data", tmp_path / f"{method}.zip", method))
        paths = source.root.pictures_below([])
        with ThreadPoolExecutor(8) as pool:
            read = list(pool.map(source.files.read, paths * 5))
        assert read == [(tmp_path / "data" / path).read_bytes() for path in paths] * 5
        assert source.files.size(paths[0]) == len(read[0])
        assert source.files.size("none") == 0


def test_paths_that_lead_out_are_left_out(tmp_path: Path) -> None:
    odd = {"../up.png": png(), "/root.png": png(), "a/../../up.png": png(), "C:/disk.png": png(), "./a/2.png": png(3)}
    loaded = data.load(archive_of(tmp_path / "x.zip", {**TWO, **odd, "a//3.png": png(4)}))
    assert loaded.train.paths == ("a/1.png", "a/2.png", "a/3.png", "b/1.png")
    assert {one.path: one.reason.key for one in loaded.left_out} == {
        name: "passed.outside" for name in odd if name != "./a/2.png"
    }


def test_backslashes_of_other_tools_are_folders(tmp_path: Path) -> None:
    assert data.load(archive_of(tmp_path / "x.zip", {"a\\1.png": png(1), "b\\1.png": png(2)})).classes == ("a", "b")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda member: setattr(member, "external_attr", (stat.S_IFLNK | 0o777) << 16), "archive.link"),
        (lambda member: setattr(member, "compress_type", zipfile.ZIP_LZMA), "archive.method"),
    ],
)
def test_members_that_cannot_be_read_are_left_out(
    change: Callable[[zipfile.ZipInfo], None], key: str, tmp_path: Path
) -> None:
    def change_c(member: zipfile.ZipInfo) -> None:
        if member.filename == "a/c.png":
            change(member)

    loaded = data.load(archive_of(tmp_path / "x.zip", {**TWO, "a/c.png": png(5)}, change_c))
    assert [(one.path, one.reason.key) for one in loaded.left_out] == [("a/c.png", key)]


def patched(archive: Path, member: str, field: int, value: bytes) -> Path:
    """Overwrite a field, by its place in the record, of a member's record in the archive's directory."""
    content = bytearray(archive.read_bytes())
    record = content.rindex(b"PK\1\2", 0, content.rindex(member.encode()))
    content[record + field : record + field + len(value)] = value
    archive.write_bytes(content)
    return archive


def test_encrypted_members(tmp_path: Path) -> None:
    archive = patched(archive_of(tmp_path / "x.zip", {**TWO, "b/2.png": png(3)}), "b/2.png", 8, b"\1\0")
    loaded = data.load(archive)
    assert [(one.path, one.reason.key) for one in loaded.left_out] == [("b/2.png", "archive.encrypted")]
    for name in TWO:
        patched(archive, name, 8, b"\1\0")
    with pytest.raises(InputError, match=r"x\.zip: encrypted\ntry: unpack it"):
        data.load(archive)


def test_a_member_that_is_not_what_the_directory_says(tmp_path: Path) -> None:
    members = {**TWO, "b/2.png": png(3)}
    for field, value, reason in (
        (16, b"\0\0\0\0", "size or checksum differ"),
        (24, struct.pack("<I", 9), "size or checksum differ"),
        (42, struct.pack("<I", 5), "no header where it should be"),
        (42, struct.pack("<I", 1 << 30), "unpack requires a buffer of 30 bytes"),
    ):
        archive = patched(archive_of(tmp_path / "x.zip", members), "b/2.png", field, value)
        loaded = data.load(archive)
        assert [(one.path, str(one.reason)) for one in loaded.left_out] == [
            ("b/2.png", f"damaged within the archive: {reason}")
        ]


@pytest.mark.parametrize(("size", "key"), [((512 << 20) + 1, "archive.growth"), (512 << 20, "archive.member")])
def test_a_member_has_at_most_512_mb(size: int, key: str, tmp_path: Path) -> None:
    """By the archive's directory, packed or not; one of just so many bytes is read, and found to be another."""
    archive = archive_of(tmp_path / "x.zip", {**TWO, "b/2.png": png(3)})
    for field in (20, 24):  # packed and unpacked
        patched(archive, "b/2.png", field, struct.pack("<I", size))
    content = archive.read_bytes()
    with open(archive, "wb") as file:  # behind a hole, so that it is as large as its members say
        file.seek(size)
        file.write(content)
    assert [(one.path, one.reason.key) for one in data.load(archive).left_out] == [("b/2.png", key)]


@pytest.mark.slow
def test_bombs_are_not_unpacked(tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in TWO.items():
            file.writestr(name, content)
        file.writestr("a/bomb.png", png() + bytes(80 << 20))
    archive = patched(archive, "a/1.png", 24, struct.pack("<I", 600 << 20))
    loaded_left_out = {one.path: str(one.reason) for one in zip_source(archive).passed}
    assert loaded_left_out.keys() == {"a/1.png", "a/bomb.png"}
    assert loaded_left_out["a/1.png"].startswith("would grow from ")
    assert loaded_left_out["a/1.png"].endswith(f" to {600 << 20:,} bytes")


@pytest.mark.medium
def test_many_small_bombs_are_one_large(tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(3):
            file.writestr(f"a/{number}.png", png() + bytes(30 << 20))
    with pytest.raises(InputError, match=r"would grow from .* to 94,.* bytes, expected at most 67,108,864 bytes"):
        zip_source(archive)


def test_files_that_lie_in_each_other_are_refused(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "x.zip", {"a/1.png": png() + bytes(500), "b/1.png": png()})
    content = bytearray(archive.read_bytes())
    second = content.rindex(b"PK\1\2")
    first = content.index(b"PK\1\2")
    content[second + 16 : second + 28] = content[first + 16 : first + 28]  # its sum and sizes, and then its place
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    archive.write_bytes(content)
    with pytest.raises(InputError, match=r"its files lie in each other|Overlapped entries"):
        zip_source(archive)


def test_paths_that_no_system_unpacks_are_left_out(tmp_path: Path) -> None:
    deep, long = "a/" * 30_000 + "1.png", "a" * 60_000 + ".png"
    archive = archive_of(tmp_path / "x.zip", TWO | {deep: png(), long: png(), "c/" * 20_000: b""})
    source = zip_source(archive)
    assert [str(one.reason) for one in source.passed] == ["a path of more than 4096 characters or 100 folders"] * 3
    assert all(len(one.path) <= 400 for one in source.passed)
    assert source.root.pictures_below([]) == ["a/1.png", "b/1.png"]


def test_a_member_without_a_name_is_left_out(tmp_path: Path) -> None:
    source = zip_source(archive_of(tmp_path / "x.zip", TWO | {"": png()}))
    assert [str(one.reason) for one in source.passed] == ["a file without a name"]
    assert source.root.pictures_below([]) == ["a/1.png", "b/1.png"]


def test_a_directory_beyond_bounds_is_refused_before_it_is_read(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "x.zip", TWO)
    content = bytearray(archive.read_bytes())
    content[-10:-6] = struct.pack("<I", 1 << 30)
    archive.write_bytes(content)
    with pytest.raises(InputError, match="an archive of too many files, got 1,073,741,824 bytes"):
        data.load(archive)
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2, 2, 1 << 40, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    content[-10:-6] = b"\xff" * 4
    archive.write_bytes(record + locator + content[-22:])
    with pytest.raises(InputError, match="an archive of too many files, got 1,099,511,627,776 bytes"):
        data.load(archive)


def test_what_is_no_archive_is_said_in_one_line(tmp_path: Path) -> None:
    whole = archive_of(tmp_path / "x.zip", TWO).read_bytes()
    for content in (b"", b"PK", b"PK\5\6", whole[: len(whole) // 2], whole[:-3], b"Rar!" + bytes(40), os.urandom(999)):
        (tmp_path / "x.zip").write_bytes(content)
        with pytest.raises(InputError) as caught:
            data.load(tmp_path / "x.zip")
        assert caught.value.key == "archive.damaged"
        assert str(caught.value).count("\n") == 1


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("고양이".encode("cp949"), "고양이"),
        ("고양이".encode(), "고양이"),
        ("café".encode("cp437"), "café"),
        ("Gänse".encode("cp437"), "Gänse"),
    ],
)
def test_names_that_do_not_say_how_they_are_written(raw: bytes, name: str, tmp_path: Path) -> None:
    marker = "x" * len(raw)  # of the same length, so that nothing else in the archive moves
    archive = archive_of(tmp_path / "x.zip", {f"{marker}/1.png": png(1), "b/1.png": png(2)})
    archive.write_bytes(archive.read_bytes().replace(marker.encode(), raw))
    assert data.load(archive).classes == tuple(sorted(("b", name)))


def test_the_later_of_two_files_of_one_name_counts(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "x.zip", TWO)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(archive, "a") as file:
        file.writestr("a/1.png", png(7))
    loaded = data.load(archive)
    assert [(one.path, one.reason.key) for one in loaded.left_out] == [("a/1.png", "archive.twice")]
    assert zip_source(archive).files.read("a/1.png") == png(7)
    assert len(loaded.train) == 2
