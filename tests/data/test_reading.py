"""From a listing to pixels: each picture as the decode function gives it, cached or not; what is left out, and what is
said.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from convscope.data import reading
from convscope.data.dataset import Dataset
from convscope.data.decoded_cache import decoded_folder
from convscope.data.disk_tree import folder_source
from convscope.data.folder_layout import survey
from convscope.data.listing import Listing
from convscope.data.picture_size import SizeSample
from convscope.data.reading import read
from convscope.errors import InputError, Phrase, UsageError, phrase
from convscope.pictures import decoding
from tests.data.folders import noise, put


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path_factory.mktemp("cache")))


def listed(root: Path) -> Listing:
    return survey(folder_source(root))


def said(data: Dataset) -> list[str]:
    return [str(note) for note in data.notes]


def check_pixels(data: Dataset, root: Path) -> None:
    """Hold every picture of a data set to the decode function's, and its facts to its file."""
    for split in data.splits.values():
        assert split.files is not None
        for image, file in zip(split.images, split.files, strict=True):
            expected = decoding.decode(root / file.path, data.shape[1:], data.shape[0], white=data.white)
            np.testing.assert_array_equal(image, expected, err_msg=file.path)
            assert file.digest == hashlib.sha256((root / file.path).read_bytes()).hexdigest()
            assert (file.height, file.width) == decoding.probe(root / file.path)


MODES = st.sampled_from(["L", "RGB", "grey RGB", "RGBA", "P", "I;16", "JPEG", "turned"])


def save(path: Path, mode: str, seed: int, size: tuple[int, int]) -> None:
    """Save a picture of noise in one of MODES."""
    rng, (width, height) = np.random.default_rng(seed), size
    path.parent.mkdir(parents=True, exist_ok=True)
    grey = Image.fromarray(rng.integers(0, 256, (height, width), dtype=np.uint8))
    colour = Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))
    if mode == "I;16":
        Image.fromarray(rng.integers(0, 2 ** (9 + seed % 7), (height, width), dtype=np.uint16)).save(path)
    elif mode in ("JPEG", "turned"):
        exif = Image.Exif()
        exif[0x0112] = 6 if mode == "turned" else 1
        colour.save(path, "JPEG", exif=exif)
    else:
        made = {"L": grey, "grey RGB": grey.convert("RGB"), "RGB": colour, "P": colour.quantize(9)}
        (made[mode] if mode in made else colour.convert("RGBA")).save(path)


@pytest.mark.slow
@given(
    st.lists(st.tuples(MODES, st.tuples(st.integers(1, 40), st.integers(1, 40))), min_size=2, max_size=8),
    st.sampled_from([None, (5, 7), (12, 12)]),
    st.sampled_from([None, 1, 3]),
    st.integers(0, 1000),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pictures_are_those_of_the_decode_function_from_the_cache_too(
    tmp_path_factory: pytest.TempPathFactory,
    kinds: list[tuple[str, tuple[int, int]]],
    size: tuple[int, int] | None,
    channels: int | None,
    seed: int,
) -> None:
    root = tmp_path_factory.mktemp("set")
    for i, (mode, sides) in enumerate(kinds):
        save(root / "ab"[i % 2] / f"{i}.png", mode, seed + i, sides)
    first, second, third = (read(listed(root), size=size, channels=channels, cache=i < 2) for i in range(3))
    check_pixels(first, root)
    assert first.fingerprint == second.fingerprint == third.fingerprint
    assert first.train.files == second.train.files == third.train.files
    assert said(first) == said(second) == said(third)


def test_a_picture_is_decoded_once_whichever_way_it_is_asked_for(tmp_path: Path, decoded: list[object]) -> None:
    for i in range(4):
        noise(tmp_path / "ab"[i % 2] / f"{i}.png", i, mode="L" if i < 2 else "RGB")
    own = read(listed(tmp_path), size=8)
    assert (own.shape[0], len(decoded)) == (3, 4)
    (tmp_path / "a" / "0.png").rename(tmp_path / "b" / "moved.png")
    noise(tmp_path / "a" / "4.png", 4)
    read(listed(tmp_path), size=8)
    assert len(decoded) == 5
    read(listed(tmp_path), size=8, channels=1)
    assert len(decoded) == 7  # colours as grey
    read(listed(tmp_path), size=8, channels=1)
    assert len(decoded) == 7
    read(listed(tmp_path), size=9)
    assert len(decoded) == 12
    read(listed(tmp_path), size=9, cache=False)
    assert len(decoded) == 17


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that grows with every picture that is decoded."""
    calls: list[object] = []
    decode = decoding.decode_with_facts

    def counted(*given: object, **how: object) -> object:
        calls.append(given)
        return decode(*given, **how)  # type: ignore[arg-type]

    monkeypatch.setattr("convscope.data.cached_decoding.decode_with_facts", counted)
    return calls


def test_a_size_is_chosen_where_sizes_differ(tmp_path: Path) -> None:
    for name, side in (("a/1", 300), ("a/2", 50), ("a/3", 10), ("b/1", 70), ("b/2", 400)):
        put(tmp_path / f"{name}.png", size=(side, side + 100))
    data = read(listed(tmp_path))
    assert data.shape == (1, 64, 64)
    assert any("all become 64 x 64, the largest of 28, 32, 48 and 64" in note for note in said(data))
    check_pixels(data, tmp_path)

    def choose(sample: SizeSample) -> tuple[int, Phrase]:
        assert sorted(sample.sizes)[0] == (110, 10)
        loaded = sample.load(12)
        assert loaded.images.shape == (5, 1, 12, 12)
        assert sorted(loaded.labels.tolist()) == [0, 0, 0, 1, 1]
        assert len(sample.load((12, 9), most=2)) == 2
        return 20, phrase("error.both", what="measured", got="a", expected="b")

    data = read(listed(tmp_path), choose_size=choose)
    assert data.shape == (1, 20, 20)
    assert "measured" in said(data)[0]


def test_one_size_is_kept_and_an_odd_picture_brought_to_it(tmp_path: Path) -> None:
    for i in range(20):
        put(tmp_path / "ab"[i % 2] / f"{i}.png", size=(40, 30))
    assert read(listed(tmp_path)).shape == (1, 30, 40)
    put(tmp_path / "b" / "odd.png", size=(70, 80))
    data = read(listed(tmp_path))
    assert data.shape == (1, 30, 40)
    assert said(data) == ["another size than 30 x 40, so resized: 1 of 21 pictures (b/odd.png)"]
    check_pixels(data, tmp_path)
    assert said(read(listed(tmp_path), size=(6, 8))) == []


def test_large_pictures_of_one_size_do_not_keep_it(tmp_path: Path) -> None:
    for name in ("a/1", "b/1"):
        put(tmp_path / f"{name}.png", size=(200, 100))
    assert read(listed(tmp_path)).shape == (1, 64, 64)


def test_sizes_are_compared_upright(tmp_path: Path) -> None:
    put(tmp_path / "a" / "1.png", size=(40, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "b").mkdir()
    Image.new("L", (30, 40)).save(tmp_path / "b" / "1.jpg", exif=exif)
    assert read(listed(tmp_path)).shape == (1, 30, 40)


def test_a_set_is_in_colour_where_a_tenth_of_a_class_is(tmp_path: Path) -> None:
    for i in range(10):
        noise(tmp_path / "ab"[i % 2] / f"{i}.png", i)
    noise(tmp_path / "test" / "x.png", 77)
    put(tmp_path / "b" / "1.png", (7, 7, 7))
    assert read(listed(tmp_path)).shape[0] == 1
    noise(tmp_path / "b" / "9.png", 9, mode="RGB")
    data = read(listed(tmp_path))
    assert data.shape[0] == 3
    assert said(data)[-1] == "grey, but read in colour as the others: 10 of 11 pictures (a/0.png)"
    check_pixels(data, tmp_path)
    for i in range(10, 30):
        noise(tmp_path / "b" / f"{i}.png", i)
    data = read(listed(tmp_path))
    assert data.shape[0] == 1
    assert "in colour, but read as grey: 1 of 31 pictures (b/9.png)" in said(data)[-1]
    check_pixels(data, tmp_path)


def test_all_splits_have_the_channels_of_training(tmp_path: Path) -> None:
    for i, name in enumerate(["train/a", "train/b", "test/a", "test/b"]):
        noise(tmp_path / name / "1.png", i, mode="RGB" if i == 3 else "L")
    data = read(listed(tmp_path))
    assert data.test is not None
    assert data.shape == data.test.shape == (1, 9, 12)
    check_pixels(data, tmp_path)
    noise(tmp_path / "train" / "b" / "1.png", 8, mode="RGB")
    data = read(listed(tmp_path))
    assert data.test is not None
    assert data.shape == data.test.shape == (3, 9, 12)
    check_pixels(data, tmp_path)


def test_pictures_of_12_bits_in_16_have_one_white_level(tmp_path: Path) -> None:
    for i, high in enumerate((900, 4000, 200, 3000)):
        values = np.arange(108, dtype=np.uint16).reshape(9, 12) * (high // 107)
        (tmp_path / "ab"[i % 2]).mkdir(exist_ok=True)
        Image.fromarray(values).save(tmp_path / "ab"[i % 2] / f"{i}.png")
    for _ in range(2):
        data = read(listed(tmp_path))
        assert data.white == 4095
        assert "16 bits without a stated white: 4 of 4 pictures; 4095 was taken for all" in said(data)[-1]
        check_pixels(data, tmp_path)
    assert read(listed(tmp_path), white=65535).white == 65535
    check_pixels(read(listed(tmp_path), white=65535), tmp_path)


def test_what_surprises_is_said_once_a_kind_with_a_count(tmp_path: Path) -> None:
    for i in range(4):
        path = noise(tmp_path / "ab"[i % 2] / f"{i}.gif", i)
        with Image.open(path) as picture:
            frames = [picture.copy(), Image.new("L", picture.size, 3)]
        frames[0].save(path, save_all=True, append_images=frames[1:])
    assert said(read(listed(tmp_path))) == ["4 pictures, a/0.gif first: the first of 2 frames"]


def test_files_that_vanish_or_change_meanwhile_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(40):
        noise(tmp_path / "ab"[i % 2] / f"{i:02}.png", i, mode="RGB" if i == 3 else "L")
    listing = listed(tmp_path)
    (tmp_path / "a" / "04.png").unlink()
    (tmp_path / "b" / "05.png").write_bytes(b"\x89PNG\r\n\x1a\nhalf")
    settle = reading.PictureRows.settle

    def change(*given: object) -> object:
        noise(tmp_path / "b" / "03.png", 99)
        return settle(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.PictureRows, "settle", change)
    data = read(listing)
    assert [(one.path, str(one.reason)) for one in data.left_out] == [
        ("a/04.png", "cannot be read: No such file or directory"),
        ("b/03.png", "the file changed while it was read"),
        ("b/05.png", str(data.left_out[2].reason)),
    ]
    assert len(data.train) == 37
    check_pixels(data, tmp_path)


def test_progress_is_counted_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "APART", 0.0)
    for i in range(6):
        noise(tmp_path / "ab"[i % 2] / f"{i}.png", i)
    counted: list[tuple[int, int]] = []
    report: Callable[[int, int], None] = lambda done, of: counted.append((done, of))  # noqa: E731
    read(listed(tmp_path), progress=report)
    assert counted == [(i, 6) for i in range(1, 7)]
    monkeypatch.setattr(reading, "APART", 60.0)
    counted.clear()
    read(listed(tmp_path), progress=report)
    assert counted == [(6, 6)]


def test_a_cache_that_cannot_be_written_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "file"))
    for i in range(4):
        noise(tmp_path / "set" / "ab"[i % 2] / f"{i}.png", i)
    data = read(listed(tmp_path / "set"), size=8)
    (note,) = said(data)
    assert note.startswith(f"decoded pictures cannot be kept in {tmp_path}/file/decoded (")
    check_pixels(data, tmp_path / "set")
    assert said(read(listed(tmp_path / "set"), size=8, cache=False)) == []


def test_channels_are_1_or_3(tmp_path: Path) -> None:
    put(tmp_path / "a" / "1.png")
    put(tmp_path / "b" / "1.png")
    with pytest.raises(UsageError):
        read(listed(tmp_path), channels=2)


def test_no_readable_picture_at_all(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").touch()
    with pytest.raises(InputError, match="no picture"):
        read(listed(tmp_path))


SLOW = r"""
import os, sys, time
from convscope.data import reading
from convscope.data import find_data
from convscope.pictures import decoding
decode = decoding.decode_with_facts
def slow(*given, **how):
    os.write(1, b"decoding\n")
    time.sleep(0.2)
    return decode(*given, **how)
import convscope.data.cached_decoding as place
place.decode_with_facts = slow
try:
    reading.read(find_data(sys.argv[1]), size=8)
except KeyboardInterrupt:
    sys.exit(5)
"""


@pytest.mark.slow
def test_ctrl_c_ends_the_reading_at_once(tmp_path: Path) -> None:
    for i in range(200):
        noise(tmp_path / "ab"[i % 2] / f"{i}.png", i, size=(120, 90), mode="RGB")
    command = [sys.executable, "-c", SLOW, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "decoding\n"
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 5
        assert time.monotonic() - began < 10  # whole it takes 20 s on two CPUs, 40 on one


TOGETHER = """
import sys
from convscope.data import decoded_cache, load
decoded_cache.AT_ONCE, decoded_cache.MOST_BYTES = 4_000, 60_000  # many small files, and some are taken away meanwhile
for _ in range(4):
    print(load(sys.argv[1], size=16).fingerprint)
"""


@pytest.mark.slow
def test_processes_that_keep_and_take_away_at_once_read_the_same(tmp_path: Path) -> None:
    for i in range(60):
        noise(tmp_path / "ab"[i % 2] / f"{i}.png", i, size=(40, 30), mode="RGB")
    command = [sys.executable, "-c", TOGETHER, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    ended = [process.communicate() for process in started]
    assert [process.returncode for process in started] == [0] * 4, [errors for _, errors in ended]
    assert {line for said, _ in ended for line in said.split()} == {
        read(listed(tmp_path), size=16, cache=False).fingerprint
    }
    assert not list(decoded_folder().rglob(".tmp-*"))
