"""A run's data, found again: moved files are no change, and what changed is named."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope import data
from convscope.data.dataset import Dataset, PictureFile, Rows, Split
from convscope.data.run_data import Changes, held_out_rows, in_order_of, load_run_data, manifest_of
from convscope.errors import InputError
from convscope.runs.directory import Run
from convscope.runs.manifest import MANIFEST, ManifestRow, manifest_csv
from convscope.runs.packed_rows import pack_rows
from convscope.runs.records import DataSource
from tests.data.folders import noise

SOURCE = DataSource("x", None, None, "x", "", (1, 2, 2), 0, 0, 0)


def made(n: int, prefix: str, seed: int) -> Split:
    """Return pictures with files; a few have the same content."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, 2 * n + 1, n)
    images = np.stack([np.random.default_rng([seed, k]).integers(0, 256, (1, 2, 2), dtype=np.uint8) for k in kinds])
    files = tuple(PictureFile(f"{prefix}/{i}.png", f"{seed}-{k}", f"g{k % 3}", 2, 2) for i, k in enumerate(kinds))
    return Split(images, kinds % 2, files)


def shuffled(split: Split, seed: int) -> Split:
    """Return the pictures in another order under other names, as after renaming all files."""
    order = list(range(len(split)))
    random.Random(seed).shuffle(order)
    taken = split.take(np.array(order))
    assert taken.files is not None
    files = tuple(replace(file, path=f"other/{i}.png", group="") for i, file in enumerate(taken.files))
    return Split(taken.images, taken.labels, files)


def check_same(found: Dataset, expected: Dataset) -> None:
    for name, split in expected.splits.items():
        np.testing.assert_array_equal(found.splits[name].images, split.images)
        np.testing.assert_array_equal(found.splits[name].labels, split.labels)
        assert [(f.digest, f.group) for f in found.splits[name].files or ()] == [
            (f.digest, f.group) for f in split.files or ()
        ]
    assert found.fingerprint == expected.fingerprint


@pytest.mark.slow
@given(st.integers(2, 12), st.integers(0, 5), st.integers(0, 5), st.integers(0, 1000), st.booleans())
def test_renamed_files_are_no_change(n: int, tests: int, own: int, seed: int, hold: bool) -> None:
    train = made(n, "train", seed)
    held = np.flatnonzero(np.random.default_rng(seed).random(n) < 0.4) if hold and not own else None
    test, validation = (
        made(k, name, seed + i) if k else None for i, (k, name) in enumerate([(tests, "t"), (own, "v")])
    )
    before = Dataset("set", ("a", "b"), train, test, validation)
    manifest = manifest_of(before, held)
    assert manifest is not None
    after = replace(
        before,
        train=shuffled(train, seed),
        test=test and shuffled(test, seed),
        validation=validation and shuffled(validation, seed),
    )
    found = in_order_of(manifest, after, SOURCE)
    assert found.changes.said() is None
    check_same(found.dataset, before)
    assert ([] if found.held_out is None else found.held_out.tolist()) == ([] if held is None else held.tolist())
    unmoved = in_order_of(manifest, before, SOURCE).dataset
    assert unmoved.train.images is train.images  # nothing is copied where nothing moved


def folder(root: Path) -> Path:
    for i in range(8):
        noise(root / "ab"[i % 2] / f"{i}.png", i)
    return root


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return the directory of a run on tmp_path/set, of which rows 1 and 6 are held out."""
    dataset = data.load(folder(tmp_path / "set"))
    return begin(tmp_path, dataset, np.array([1, 6]))


def begin(tmp_path: Path, dataset: Dataset, held: Rows | None, **changes: object) -> Path:
    source = DataSource(
        str(tmp_path / "set"), None, None, "set", dataset.fingerprint, dataset.shape, 6, 2, 0, white=dataset.white
    )
    settings = {"data": replace(source, **changes).to_json(), "classes": list(dataset.classes), "seed": 3}  # type: ignore[arg-type]
    rows = manifest_of(dataset, held)
    with Run.create(tmp_path / "run", settings, {} if rows is None else {MANIFEST: manifest_csv(rows)}):
        return tmp_path / "run"


def test_what_a_run_began_with_is_loaded_as_it_was(tmp_path: Path, run: Path) -> None:
    before = data.load(tmp_path / "set")
    (tmp_path / "set" / "a" / "0.png").rename(tmp_path / "set" / "a" / "z.png")
    (tmp_path / "set" / "b" / "sub").mkdir()
    (tmp_path / "set" / "b" / "3.png").rename(tmp_path / "set" / "b" / "sub" / "3.png")
    found = load_run_data(run)
    assert found.changes.said() is None
    assert found.dataset.fingerprint == before.fingerprint != data.load(tmp_path / "set").fingerprint
    assert found.dataset.train.paths == (
        "a/z.png",
        "a/2.png",
        "a/4.png",
        "a/6.png",
        "b/1.png",
        "b/sub/3.png",
        "b/5.png",
        "b/7.png",
    )
    assert found.held_out is not None
    assert found.held_out.tolist() == [1, 6]
    assert load_run_data(run, data.load(tmp_path / "set")).dataset.fingerprint == before.fingerprint


def test_changes_are_named(tmp_path: Path, run: Path) -> None:
    root = tmp_path / "set"
    noise(root / "a" / "0.png", 100)
    (root / "b" / "1.png").unlink()
    (root / "a" / "2.png").rename(root / "b" / "2.png")
    for i in range(10, 15):
        noise(root / "a" / f"{i}.png", i)
    found = load_run_data(run)
    assert found.changes.changed == ("a/0.png",)
    assert found.changes.missing == ("a/2.png", "b/1.png")
    assert found.changes.lost
    assert str(found.changes.said()) == (
        "1 changed (a/0.png); 2 missing (a/2.png, b/1.png); 6 new (a/10.png, a/11.png, a/12.png …)"
    )
    assert found.dataset.train.paths == ("a/4.png", "a/6.png", "b/3.png", "b/5.png", "b/7.png")
    assert found.held_out is not None
    assert found.held_out.tolist() == [3]  # b/5.png; a/2.png is gone


def test_a_file_that_was_left_out_and_still_is_is_no_change(tmp_path: Path) -> None:
    root = folder(tmp_path / "set")
    (root / "a" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    run = begin(tmp_path, data.load(root), None)
    assert load_run_data(run).changes.said() is None
    noise(root / "a" / "broken.png", 50)
    assert str(load_run_data(run).changes.said()) == "1 new (a/broken.png)"


def test_the_same_picture_twice_is_there_twice(tmp_path: Path) -> None:
    root = folder(tmp_path / "set")
    for name in ("x", "y"):
        noise(root / "a" / f"{name}.png", 0)
    run = begin(tmp_path, data.load(root), None)
    (root / "a" / "0.png").rename(tmp_path / "0.png")
    assert load_run_data(run).changes.missing == ("a/0.png",)
    (tmp_path / "0.png").rename(root / "a" / "0.png")
    (root / "a" / "y.png").unlink()
    assert str(load_run_data(run).changes.said()) == "1 missing (a/y.png)"
    (root / "a" / "x.png").rename(root / "a" / "w.png")
    (root / "a" / "0.png").unlink()
    assert load_run_data(run).changes.missing == ("a/x.png", "a/y.png")


def test_size_and_channels_are_those_of_the_run(tmp_path: Path, run: Path) -> None:
    noise(tmp_path / "set" / "a" / "0.png", 7, size=(90, 80), mode="RGB")
    assert load_run_data(run).dataset.shape == (1, 9, 12)


def arrays(n: int = 12) -> Dataset:
    images = np.random.default_rng(0).integers(0, 256, (n, 4, 4), dtype=np.uint8)
    return data.arrays(images, np.arange(n) % 2, ["a", "b"])


def test_of_arrays_the_run_says_which_are_held_out(tmp_path: Path) -> None:
    dataset = arrays()
    run = begin(tmp_path, dataset, None, name=None, held_out=pack_rows(np.array([3, 8]), 12))
    assert not (run / MANIFEST).exists()
    with pytest.raises(InputError, match="this run was trained on arrays in memory"):
        load_run_data(run)
    found = load_run_data(run, arrays())
    assert found.held_out is not None
    assert found.held_out.tolist() == [3, 8]
    other = load_run_data(run, arrays(10))
    assert (other.held_out, other.changes.lost) == (None, True)
    assert str(other.changes.said()) == "the data is not what this run began with"


def test_version_01_held_out_by_the_seed_0() -> None:
    dataset = arrays()
    held_out = held_out_rows(dataset, 2, None)
    assert held_out is not None
    assert held_out.tolist() == dataset.hold_out(2)[1].tolist()
    assert held_out_rows(dataset, 0, None) is None
    assert held_out_rows(replace(dataset, validation=dataset.train.head(2)), 2, None) is None


def test_a_manifest_says_held_out_given_test_and_left_out() -> None:
    dataset = Dataset("set", ("a", "b"), made(3, "train", 0), made(1, "test", 1))
    rows = manifest_of(dataset, np.array([2]))
    assert rows is not None
    assert [row.split for row in rows] == ["train", "train", "validation", "test"]
    first = (dataset.train.files or ())[0]
    label = "ab"[dataset.train.labels[0]]
    assert rows[0] == ManifestRow("train/0.png", first.digest, label, "train", first.group)
    assert manifest_of(arrays(), None) is None


@pytest.mark.parametrize(("paths", "said"), [("abc", "a, b, c"), ("abcd", "a, b, c …")])
def test_three_paths_are_named_and_more_are_hinted_at(paths: str, said: str) -> None:
    sentence = Changes(missing=tuple(paths)).said()
    assert str(sentence).count("…") == (len(paths) > 3)
    assert said in str(sentence)
