"""IDX folders: what was written is what is read; whatever is damaged, lying or missing is refused with its name."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convscope import data
from convscope.data.idx_files import has_idx, read_idx
from convscope.errors import InputError
from tests.data.idx_writer import PACK, idx_bytes, tiny, write_folder

LITTLE = 16 << 20  # bytes: xz alone takes 9 MB for its dictionary


@contextmanager
def at_most(limit: int) -> Iterator[None]:
    """Fail if more than `limit` bytes are allocated at once within."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("ending", list(PACK))
@pytest.mark.parametrize("dash", ["-", "."])
@pytest.mark.parametrize("test_name", ["t10k", "test"])
def test_folder_round_trip(tmp_path: Path, ending: str, dash: str, test_name: str) -> None:
    train, test = tiny(6), tiny(4, seed=1)
    folder = write_folder(tmp_path / "clouds", train, test, ending, dash, test_name)
    assert has_idx(folder)
    for loaded in (data.idx(folder), data.idx(str(folder)), data.load(folder), data.load(str(folder))):
        assert loaded.name == "clouds"
        assert loaded.classes == ("0", "1", "2")
        assert loaded.left_out == ()
        assert loaded.test is not None
        for split, (pixels, labels) in ((loaded.train, train), (loaded.test, test)):
            assert split.images.dtype == np.uint8
            assert split.labels.dtype == np.int64
            assert split.paths is None
            assert split.images.flags.writeable  # torch takes it without a copy and without a warning
            assert np.array_equal(split.images, pixels[:, None])
            assert np.array_equal(split.labels, labels)


def test_without_test_files(tmp_path: Path) -> None:
    assert data.idx(write_folder(tmp_path, tiny())).test is None


def test_class_names(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, tiny())
    assert data.idx(folder, ("a", "b", "c", "d"), name="letters").classes == ("a", "b", "c", "d")
    with pytest.raises(InputError, match="label number 2 out of range, got 2, expected 0 to 1"):
        data.idx(folder, ("a", "b"))


@settings(max_examples=100, deadline=None)
@given(
    array=hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=3, max_side=20)),
    ending=st.sampled_from(list(PACK)),
)
@pytest.mark.medium
def test_file_round_trip(array: np.ndarray, ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"round{ending}"
    path.write_bytes(PACK[ending](idx_bytes(array)))
    result = read_idx(path, array.ndim)
    assert result.dtype == np.uint8
    assert result.shape == array.shape
    assert np.array_equal(result, array)


def test_a_file_of_many_chunks(tmp_path: Path) -> None:
    array = (
        np.random.default_rng(3).integers(0, 256, (50, 1, 270), dtype=np.uint8).repeat(260, 1)
    )  # 3.5 MB: more than three chunks
    for ending, pack in PACK.items():
        path = tmp_path / f"large{ending}"
        path.write_bytes(pack(idx_bytes(array)))
        assert np.array_equal(read_idx(path, 3), array)


@pytest.mark.parametrize("ending", list(PACK))
@pytest.mark.medium
def test_every_truncation_is_refused(tmp_path: Path, ending: str) -> None:
    whole = PACK[ending](idx_bytes(tiny(3)[0]))
    path = tmp_path / f"cut{ending}"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError) as caught:
            read_idx(path, 3)
        assert str(caught.value).startswith(f"{path}: ")
    path.write_bytes(whole)
    assert read_idx(path, 3).shape == (3, 5, 7)


@pytest.mark.parametrize("ending", [".gz", ".xz"])
@pytest.mark.medium
def test_a_flipped_bit_in_any_byte_is_refused_or_harmless(tmp_path: Path, ending: str) -> None:
    array = tiny(3)[0]
    whole = bytearray(PACK[ending](idx_bytes(array)))
    path = tmp_path / f"flipped{ending}"
    refused = 0
    for place in range(len(whole)):
        whole[place] ^= 1 << place % 8
        path.write_bytes(whole)
        try:
            assert np.array_equal(read_idx(path, 3), array)  # as in gzip's time stamp
        except InputError:
            refused += 1
        whole[place] ^= 1 << place % 8
    assert refused > 0.9 * len(whole)


@pytest.mark.parametrize("ending", [".gz", ".xz"])
def test_members_one_after_the_other(tmp_path: Path, ending: str) -> None:
    array = tiny()[0]
    raw = idx_bytes(array)
    pack, path = PACK[ending], tmp_path / f"many{ending}"
    path.write_bytes(pack(raw[:50]) + pack(b"") + pack(raw[50:]))
    assert np.array_equal(read_idx(path, 3), array)
    path.write_bytes(pack(raw) + pack(b"more"))
    with pytest.raises(InputError, match="more bytes than"):
        read_idx(path, 3)


def test_gzip_padded_with_zeros_and_followed_by_rubbish(tmp_path: Path) -> None:
    array = tiny()[0]
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx_bytes(array)) + bytes(8))
    assert np.array_equal(read_idx(tmp_path / "a.gz", 3), array)
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx_bytes(array)) + b"rubbish")
    with pytest.raises(InputError, match="the compressed data is damaged"):
        read_idx(tmp_path / "a.gz", 3)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "too short for an IDX header, got 0 bytes, expected 16 or more"),
        (idx_bytes(np.zeros(20)), "not the IDX file its name says, got magic number 00 00 08 01, expected 00 00 08 03"),
        (b"\x89PNG" + bytes(20), "not the IDX file its name says, got magic number 89 50 4e 47"),
        (struct.pack(">4B3I", 0, 0, 13, 3, 1, 1, 1) + bytes(4), "magic number 00 00 0d 03"),  # float IDX
        (struct.pack(">4B3I", 0, 0, 8, 3, 0, 28, 28), "an IDX file with nothing in it, got 0 x 28 x 28"),
        (idx_bytes(np.zeros((2, 3, 4))) + b"\0", "more bytes than the 2 x 3 x 4 that its header promises"),
    ],
)
def test_wrong_files(tmp_path: Path, raw: bytes, message: str) -> None:
    for ending, pack in PACK.items():
        path = tmp_path / f"wrong{ending}"
        path.write_bytes(pack(raw))
        with pytest.raises(InputError) as caught:
            read_idx(path, 3)
        assert message in str(caught.value)
        assert caught.value.exit_code == 3


@pytest.mark.parametrize("ending", list(PACK))
@pytest.mark.parametrize("sizes", [(2**32 - 1,) * 3, (60_000, 28, 28), (3, 5, 8)])
def test_a_lying_header_allocates_nothing_much(tmp_path: Path, ending: str, sizes: tuple[int, ...]) -> None:
    path = tmp_path / f"liar{ending}"
    path.write_bytes(PACK[ending](struct.pack(">4B3I", 0, 0, 8, 3, *sizes) + bytes(3 * 5 * 7)))
    with at_most(LITTLE), pytest.raises(InputError, match="cut short"):
        read_idx(path, 3)


@pytest.mark.parametrize("ending", [".gz", ".xz"])
@pytest.mark.medium
def test_what_grows_too_far_is_refused_by_its_header(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"bomb{ending}"
    path.write_bytes(PACK[ending](struct.pack(">4B3I", 0, 0, 8, 3, 80, 1024, 1024) + bytes(80 << 20)))
    message = r"would grow from .* to 83,886,080 bytes, expected at most 67,108,864 bytes"
    with at_most(LITTLE), pytest.raises(InputError, match=message):
        read_idx(path, 3)


@pytest.mark.medium
def test_a_file_that_grows_without_end_is_left_early(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(idx_bytes(np.zeros((2, 3, 4))) + bytes(1 << 28)))  # 256 MB of zeros
    with at_most(LITTLE), pytest.raises(InputError, match="more bytes than the 2 x 3 x 4"):
        read_idx(path, 3)


def test_sha256(tmp_path: Path) -> None:
    import hashlib

    raw = idx_bytes(tiny()[0])
    (tmp_path / "a.gz").write_bytes(gzip.compress(raw))
    read_idx(tmp_path / "a.gz", 3, hashlib.sha256(raw).hexdigest())
    with pytest.raises(InputError, match="not the published file: its sha256 differs"):
        read_idx(tmp_path / "a.gz", 3, hashlib.sha256(raw[:-1] + b"!").hexdigest())


def test_missing_files_are_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, tiny(), tiny(seed=1))
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError) as caught:
        data.load(folder)
    assert str(caught.value) == (
        f"{folder}: t10k-labels-idx1-ubyte[.gz|.xz] is missing\ntry: put it beside t10k-images-idx3-ubyte.gz"
    )
    (folder / "train-images-idx3-ubyte.gz").unlink()
    with pytest.raises(InputError, match=r"train-images-idx3-ubyte\[.gz\|.xz\] is missing"):
        data.load(folder)
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError, match=r"no train-images-idx3-ubyte\[.gz\|.xz\] here"):
        data.load(folder)


def test_parts_that_do_not_fit_together(tmp_path: Path) -> None:
    pixels, labels = tiny(6)
    for name, train, test, message in (
        ("short", (pixels, labels[:5]), None, "as many labels as pictures are needed, got 5, expected 6"),
        ("sizes", (pixels, labels), tiny(2, (7, 5)), "test pictures of another size, got 7 x 5, expected 5 x 7"),
        ("range", (pixels, labels), (pixels, labels + 1), "label number 2 out of range, got 3, expected 0 to 2"),
        ("one", (pixels, labels * 0), None, "too few classes to tell apart, got 1, expected 2 or more"),
    ):
        folder = write_folder(tmp_path / name, train, test)
        with pytest.raises(InputError) as caught:
            data.idx(folder)
        assert message in str(caught.value)


def test_the_plain_file_wins(tmp_path: Path) -> None:
    write_folder(tmp_path, tiny(seed=1), ending=".gz")
    folder = write_folder(tmp_path, tiny(seed=2), ending="")
    assert np.array_equal(data.idx(folder).train.images[:, 0], tiny(seed=2)[0])


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path, tiny())

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        data.idx(folder)
