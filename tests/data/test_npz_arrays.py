"""Arrays in .npz files: whose names are known, what becomes of their pictures and labels, and what is refused."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convscope import data
from convscope.data import growth
from convscope.errors import ConvscopeError, InputError

RNG = np.random.default_rng(0)
GREY, COLOUR = (RNG.integers(0, 256, shape, np.uint8) for shape in ((6, 5, 8), (6, 5, 8, 3)))
LABELS = np.array([0, 1, 2, 2, 1, 0])


def saved(path: Path, **arrays: np.ndarray) -> Path:
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        data.load(path)
    assert str(caught.value).count("\n") <= 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("pictures", "labels"),
    [
        ("x", "y"),
        ("X", "Y"),
        ("images", "labels"),
        ("data", "target"),
        ("x_train", "y_train"),
        ("train_images", "train_labels"),
    ],
)
def test_members_by_their_usual_names(pictures: str, labels: str, tmp_path: Path) -> None:
    loaded = data.load(saved(tmp_path / "set.npz", **{pictures: GREY, labels: LABELS, "other": np.zeros(3)}))
    assert (loaded.name, loaded.classes, loaded.test) == ("set", ("0", "1", "2"), None)
    assert np.array_equal(loaded.train.images[:, 0], GREY)
    assert np.array_equal(loaded.train.labels, LABELS)
    assert loaded.train.images.flags.writeable


def test_all_splits(tmp_path: Path) -> None:
    members = {}
    for n, (pictures, labels) in enumerate((("x_train", "y_train"), ("x_val", "y_val"), ("x_test", "y_test"))):
        members |= {pictures: COLOUR[n:], labels: LABELS[n:, None]}
    loaded = data.load(saved(tmp_path / "keras.npz", **members))
    for n, split in enumerate((loaded.train, loaded.validation, loaded.test)):
        assert split is not None
        assert np.array_equal(split.images, COLOUR[n:].transpose(0, 3, 1, 2))
        assert split.labels.tolist() == LABELS[n:].tolist()
    half = data.load(tmp_path / "keras.npz", size=2, channels=1)
    assert half.shape == (1, 2, 2)
    assert half.validation is not None
    assert half.validation.shape == (1, 2, 2)


def test_labels_of_every_kind(tmp_path: Path) -> None:
    names = np.array(["owl", "cat", "dog", "dog", "cat", "owl"])
    for labels, classes, numbers in (
        (np.eye(3)[LABELS], ("0", "1", "2"), LABELS),
        (LABELS.astype(np.float32), ("0", "1", "2"), LABELS),
        (LABELS.astype(np.uint8)[:, None], ("0", "1", "2"), LABELS),
        (names, ("cat", "dog", "owl"), [2, 0, 1, 1, 0, 2]),
    ):
        loaded = data.load(saved(tmp_path / "x.npz", x=GREY, y=labels))
        assert (loaded.classes, loaded.train.labels.tolist()) == (classes, list(numbers))
        assert loaded.train.labels.dtype == np.int64
    loaded = data.load(saved(tmp_path / "x.npz", x=GREY, y=LABELS, classes=np.array(["a", "b", "c", "d"])))
    assert loaded.classes == ("a", "b", "c", "d")
    assert data.load(tmp_path / "x.npz", known_classes=("d", "c", "b", "a")).train.labels.tolist() == [3, 2, 1, 1, 2, 3]
    test = {"x_test": GREY[:1], "y_test": np.array(["bat"])}
    assert "x.npz, y_test.npy: labels that are not among the classes, got bat, expected cat, dog, owl" in refusal(
        saved(tmp_path / "x.npz", x_train=GREY, y_train=names, **test)
    )


def test_pictures_of_every_kind(tmp_path: Path) -> None:
    for pictures, expected in (
        (GREY / 255.0, GREY[:, None]),
        (GREY.astype(np.int64), GREY[:, None]),
        (GREY > 99, np.where(GREY > 99, 255, 0)[:, None]),
        (GREY[..., None], GREY[:, None]),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR.transpose(0, 3, 1, 2)),
        (np.asfortranarray(COLOUR), COLOUR.transpose(0, 3, 1, 2)),
    ):
        assert np.array_equal(data.load(saved(tmp_path / "x.npz", x=pictures, y=LABELS)).train.images, expected)
    deep = (GREY.astype(np.uint16) << 4) + 15
    loaded = data.load(saved(tmp_path / "x.npz", x=deep, y=LABELS))
    assert np.abs(loaded.train.images[:, 0].astype(int) - GREY).max() <= 1
    assert len(loaded.notes) == 1  # that 12 bits of 16 were found


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a": GREY}, "no arrays of pictures and labels, got a, expected x and y, or x_train and y_train"),
        ({"x": GREY, "y": LABELS[:5]}, "as many labels as pictures are needed, got 5 for 6"),
        ({"x": GREY.reshape(6, 40), "y": LABELS}, "pictures of the wrong shape, got (6, 40)"),
        ({"x": COLOUR[:, :3], "y": LABELS}, "x.npz, x.npy: either side could be the channels, got shape (6, 3, 8, 3)"),
        ({"x": GREY, "y": LABELS + 0.5}, "labels of the wrong type or shape, got float64 (6,)"),
        ({"x": GREY, "y": np.zeros(6, int)}, "too few classes"),
        ({"x": GREY - 300.0, "y": LABELS}, "x.npz, x"),
        ({"x": GREY, "y": LABELS, "x_val": GREY[:, :2], "y_val": LABELS}, "test pictures of another shape"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(members: dict[str, np.ndarray], message: str, tmp_path: Path) -> None:
    assert message in refusal(saved(tmp_path / "x.npz", **members))


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), ",
        "{[]: 1}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-1, -3)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3L,)",
        "(" * 5000,
        "\t  1\n 2",
        "{'descr': [('a', '|u1', (2**31,))], 'fortran_order': False, 'shape': (3,)}",
    ],
)
def test_a_header_that_numpys_parser_stumbles_over_is_damage(header: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        for name in ("x", "y"):
            text = header.encode()
            file.writestr(f"{name}.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + bytes(3))
    with pytest.raises(InputError) as caught:
        data.load(tmp_path / "a.npz")
    assert "\n" not in caught.value.line()


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=GREY, y=np.array([{}, *"12345"], dtype=object))
    assert "x.npz, y.npy: an array that is damaged, or holds other things than numbers, got object (6,)" in refusal(
        tmp_path / "x.npz"
    )


def header(shape: str) -> bytes:
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(118).encode() + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text


def test_a_header_that_promises_more_is_not_believed(tmp_path: Path) -> None:
    for shape in ("(1000000000000, 4, 4)", "(6, 5, 9)", "(6, 5, 7)", "(0, 5, 8)", "(-1, 5, 8)"):
        saved(tmp_path / "x.npz", y=LABELS)
        with zipfile.ZipFile(tmp_path / "x.npz", "a") as archive:
            archive.writestr("x.npy", header(shape) + GREY.tobytes())
        assert "an array that is damaged" in refusal(tmp_path / "x.npz")


def test_no_more_than_half_of_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "memory_limit", lambda: 600)
    assert "arrays larger than half of the memory" in refusal(saved(tmp_path / "x.npz", x=GREY, y=LABELS))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2000), st.binary(min_size=1, max_size=9))
@pytest.mark.medium
def test_a_damaged_file_is_one_line_or_other_numbers(tmp_path: Path, place: int, patch: bytes) -> None:
    content = bytearray(saved(tmp_path / "x.npz", x=GREY, y=LABELS).read_bytes())
    place %= len(content)
    content[place : place + len(patch)] = patch
    (tmp_path / "x.npz").write_bytes(content)
    try:
        assert len(data.load(tmp_path / "x.npz").train) == 6
    except ConvscopeError as error:
        assert str(error).count("\n") <= 1


def test_a_member_that_ends_before_its_size_is_refused(tmp_path: Path) -> None:
    """Its header and the archive's directory promise ten pictures, its checksum is right for the six that are there."""
    path = saved(tmp_path / "x.npz", x=GREY, y=LABELS)
    with zipfile.ZipFile(path) as archive:
        whole = archive.read("x.npy")
    assert whole.count(b"(6, 5, 8)") == 1
    short = whole.replace(b"(6, 5, 8), } ", b"(10, 5, 8), }")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", short)
    content = bytearray(path.read_bytes())
    record = content.index(b"PK\1\2")
    content[record + 24 : record + 28] = struct.pack("<I", len(short) + 4 * 5 * 8)
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        assert len(archive.read("x.npy")) == len(short)  # Python's own reader takes it
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("y.npy", npy(np.arange(10)))
    assert "damaged" in refusal(path)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()
