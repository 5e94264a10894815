"""Any tree of folders, files and links is understood or refused in one line, in one way, and no picture vanishes."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope import data
from convscope.data.listing import Listing
from convscope.data.tree import OTHER_PICTURES, suffix
from convscope.errors import InputError
from convscope.pictures.formats import SUFFIXES
from tests.data.folder_cases import packed

FOLDERS = ("cat", "dog", "Cat", "train", "Training", "val", "test", "images", "labels", "x", "é", ".hidden", "@eaDir")
FILES = ("1.png", "2.JPG", "3.heic", "noext", "README", ".4.png", "notes.txt", "Thumbs.db", "classes.txt", "cat.5.png")
LINKS = {
    "up.png": "..",
    "self": ".",
    "gone.png": "nowhere.png",
    "out.png": "/etc/hostname",
    "sib.png": "1.png",
    "l": "../dog",
}

Tree = dict[str, Any]
files = st.dictionaries(st.sampled_from(FILES), st.none(), max_size=4)
links = st.dictionaries(st.sampled_from(sorted(LINKS)), st.none(), max_size=2)


def trees(*leaves: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """Return a strategy for trees: folders are dicts, files and links None."""
    leaf = st.tuples(*leaves).map(lambda parts: {name: None for part in parts for name in part})
    return st.recursive(
        leaf,
        lambda inner: st.tuples(leaf, st.dictionaries(st.sampled_from(FOLDERS), inner, max_size=4)).map(
            lambda both: {**both[0], **both[1]}
        ),
        max_leaves=12,
    )


def build(folder: Path, tree: Tree) -> None:
    folder.mkdir()
    for name, inner in tree.items():
        if inner is not None:
            build(folder / name, inner)
        elif name in LINKS:
            (folder / name).symlink_to(LINKS[name])
        else:
            (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" if name != "README" else b"read me")


@contextlib.contextmanager
def built(tree: Tree) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        build(Path(place) / "data", tree)
        yield Path(place) / "data"


def understood(root: Path) -> Listing | str:
    """Return the listing of a folder, or what it is refused for."""
    try:
        listing = data.find_data(root)
    except InputError as error:
        assert str(error).count("\n") <= 1
        assert str(error).replace("\n", "").isprintable()
        return str(error)
    assert isinstance(listing, Listing)
    return listing


def pictures(root: Path) -> Iterator[str]:
    """Yield what is a picture by its name, or by its content without an ending, links too."""
    for place, folders, names in os.walk(root):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in [*names, *links]:
            if suffix(name) in SUFFIXES | OTHER_PICTURES or name == "noext" or name == ".4.png":
                yield (Path(place) / name).relative_to(root).as_posix()


@pytest.mark.slow
@settings(max_examples=150)
@given(trees(files, links))
def test_every_picture_is_an_entry_or_left_out(tree: Tree) -> None:
    with built(tree) as root:
        listing = understood(root)
        if isinstance(listing, str):
            return
        entries = [entry.path for entry in listing.entries]
        left_out = {one.path for one in listing.left_out}
        assert len(entries) == len(set(entries))
        assert not left_out & set(entries)
        assert all((root / path).is_file() for path in entries)
        for path in pictures(root):
            above = {path[:i] for i, letter in enumerate(path) if letter == "/"}
            assert path in entries or path in left_out or above & left_out, path
        ordered = [(("train", "validation", "test").index(e.split), e.label, e.path) for e in listing.entries]
        assert ordered == sorted(ordered)
        assert len(data.understood(listing)) <= 12


@pytest.mark.slow
@settings(max_examples=60)
@given(trees(files, links), st.randoms(use_true_random=False))
def test_the_order_of_the_file_system_does_not_matter(tree: Tree, random: random.Random) -> None:
    scandir = os.scandir

    @contextlib.contextmanager
    def shuffled(path: str) -> Iterator[Iterator[os.DirEntry[str]]]:
        with scandir(path) as entries:
            mixed = list(entries)
        random.shuffle(mixed)
        yield iter(mixed)

    with built(tree) as root:
        plain = understood(root)
        with mock.patch("os.scandir", shuffled):
            mixed = understood(root)
        assert plain == mixed


@pytest.mark.slow
@settings(max_examples=60)
@given(trees(files))
def test_an_archive_is_the_folder_in_it(tree: Tree) -> None:
    with built(tree) as root:
        archive = packed(root, root.parent / "data.zip")
        folder, packed_one = understood(root), understood(archive)
        if isinstance(folder, str) or isinstance(packed_one, str):
            assert folder == str(packed_one).replace(str(archive), str(root))
            return
        for part in ("name", "classes", "entries", "left_out", "notes"):
            assert getattr(folder, part) == getattr(packed_one, part)


@pytest.mark.slow
@settings(max_examples=40)
@given(trees(files), st.sampled_from(["cat", "(?P<label>[a-z]+)", r"(\d)", "x{99}"]))
def test_labels_from_names_lose_no_picture(tree: Tree, pattern: str) -> None:
    with built(tree) as root:
        try:
            listing = data.find_data(root, label_from=pattern, known_classes=None)
        except InputError:
            return
        assert isinstance(listing, Listing)
        accounted = {entry.path for entry in listing.entries} | {one.path for one in listing.left_out}
        for path in pictures(root):
            assert accounted & {path, *(path[:i] for i, letter in enumerate(path) if letter == "/")}, path


def test_what_is_built_can_be_taken_away() -> None:
    with built({"cat": {"1.png": None, "self": None}}) as root:
        shutil.rmtree(root / "cat")
        assert understood(root).startswith(f"{root}: no pictures")  # type: ignore[union-attr]
