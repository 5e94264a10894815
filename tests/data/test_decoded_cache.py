"""The cache of decoded pictures: found again, shared by processes, bounded, and never in the way."""

from __future__ import annotations

import errno
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from convscope.data import decoded_cache
from convscope.data.decoded_cache import DecodedCache, clear, decoded_folder, decoding_rule, make_room, usage
from convscope.files import TEMPORARY
from convscope.pictures.decoding import Decoded
from tests.data.decoded_pictures import SIZE, pictures


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "cache"))


def opened(channels: int | None = None) -> DecodedCache:
    return DecodedCache.of(SIZE, channels, 10)


def keep(made: list[tuple[bytes, Decoded]]) -> Path:
    """Keep pictures and return the file that they went to."""
    before = set(decoded_folder().rglob("*.pictures"))
    with opened() as cache:
        for digest, picture in made:
            cache.keep(digest, picture)
    (path,) = set(decoded_folder().rglob("*.pictures")) - before
    return path


def test_what_was_kept_is_found_by_its_digest() -> None:
    made = pictures(5)
    keep(made)
    cache = opened()
    for digest, picture in made:
        found = cache.find(digest)
        assert found is not None
        np.testing.assert_array_equal(found.pixels, picture.pixels)
        assert found[1:] == picture[1:]
    assert cache.find(bytes(32)) is None
    assert opened(1).find(made[0][0]) is None  # as grey they would be others
    assert DecodedCache.of((9, 9), None, 10).find(made[0][0]) is None


def test_of_pictures_whose_digests_begin_alike_each_is_found() -> None:
    made = pictures(9)
    alike = [(bytes([i % 2] * 8) + digest[8:], picture) for i, (digest, picture) in enumerate(made)]
    for some in (alike[:4], alike[4:]):
        keep(some)
    cache = opened()
    for digest, picture in alike:
        found = cache.find(digest)
        assert found is not None
        np.testing.assert_array_equal(found.pixels, picture.pixels)
    assert cache.find(bytes([1] * 32)) is None


def test_damaged_files_are_ignored_and_removed() -> None:
    first, second, third = (pictures(4, seed) for seed in range(3))
    paths = [keep(made) for made in (first, second, third)]
    paths[0].write_bytes(paths[0].read_bytes()[:-1])
    data = bytearray(paths[1].read_bytes())
    data[-1] ^= 1  # the last picture's last pixel
    paths[1].write_bytes(data)
    cache = opened()
    assert not paths[0].exists()
    assert [cache.find(digest) is not None for digest, _ in first] == [False] * 4
    assert [cache.find(digest) is not None for digest, _ in second] == [True, True, True, False]
    assert not paths[1].exists()
    assert [cache.find(digest) is not None for digest, _ in third] == [True] * 4


def test_what_waits_is_written_when_it_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pictures(6)
    monkeypatch.setattr(decoded_cache, "AT_ONCE", 2 * made[1][1].pixels.size)
    with opened() as cache:
        for digest, picture in made:
            cache.keep(digest, picture)
    files = list(decoded_folder().rglob("*.pictures"))
    assert len(files) == 2
    assert all(opened().find(digest) is not None for digest, _ in made)


def test_nothing_is_written_where_an_error_ends_the_reading() -> None:
    with pytest.raises(KeyboardInterrupt), opened() as cache:
        cache.keep(*pictures(1)[0])
        raise KeyboardInterrupt
    assert not decoded_folder().exists()


def test_the_longest_unused_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = [pictures(4, seed) for seed in range(4)]
    paths = [keep(made) for made in sets[:3]]
    for age, path in zip((30, 20, 10), paths, strict=True):
        os.utime(path, (time.time() - age, time.time() - age))
    assert opened().find(sets[0][0][0]) is not None  # now the first is the newest
    monkeypatch.setattr(decoded_cache, "MOST_BYTES", usage().size)
    last = keep(sets[3])
    assert [path.exists() for path in (*paths, last)] == [True, False, True, True]
    assert usage().size <= usage().most


def test_what_would_not_fit_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pictures(2)
    monkeypatch.setattr(decoded_cache, "MOST_BYTES", 10 * 3 * 35 - 1)
    with opened() as cache:
        cache.keep(*made[0])
    assert usage().size == 0


def test_unfinished_files_of_processes_that_are_gone_are_removed() -> None:
    folder = keep(pictures(1)).parent
    old, new = folder / f"{TEMPORARY}1", folder / f"{TEMPORARY}2"
    for path in (old, new):
        path.touch()
    os.utime(old, (1, 1))
    make_room(decoded_folder())
    assert (old.exists(), new.exists()) == (False, True)


def test_another_rule_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pictures(1)
    keep(made)
    monkeypatch.setattr(decoded_cache, "decoding_rule", lambda: decoding_rule() + "2")
    assert opened().find(made[0][0]) is None


def test_the_rule_follows_the_code_that_decodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convscope import pictures as room

    before = decoding_rule()
    for source in Path(room.__path__[0]).glob("*.py"):
        (tmp_path / source.name).write_bytes(source.read_bytes() + b"#" * (source.name == "resizing.py"))
    decoding_rule.cache_clear()
    monkeypatch.setattr(room, "__path__", [str(tmp_path)])
    after = decoding_rule()
    decoding_rule.cache_clear()
    assert before != after


@pytest.mark.skipif(sys.platform == "win32", reason="chmod does not keep a folder from being written there")
def test_where_nothing_can_be_written_it_goes_on_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "file"))
    with opened() as cache:
        for digest, picture in pictures(3):
            cache.keep(digest, picture)
            assert cache.find(digest) is None
    assert cache.fault is not None
    assert "cannot be kept" in str(cache.fault)
    assert (usage().size, clear().size) == (0, 0)


def test_a_full_disk_is_said_and_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("convscope.files.os.replace", full)
    monkeypatch.setattr(decoded_cache, "AT_ONCE", 1)
    with opened() as cache:
        for digest, picture in pictures(3):
            cache.keep(digest, picture)
    assert "(cannot be written: No space left on device)" in str(cache.fault)
    assert [path for path in decoded_folder().rglob("*") if path.is_file()] == []


@pytest.mark.medium
def test_several_that_keep_and_look_at_once_do_not_disturb_each_other() -> None:
    def work(seed: int) -> bool:
        made = pictures(5, seed % 3)
        with opened() as cache:
            for digest, picture in made:
                cache.keep(digest, picture)
        looking = opened()
        found = [looking.find(digest) for digest, _ in made]
        return all(
            one is None or (one.pixels == picture.pixels).all() for one, (_, picture) in zip(found, made, strict=True)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(40)))
    assert not list(decoded_folder().rglob(f"{TEMPORARY}*"))


def test_clearing_takes_decoded_pictures_and_nothing_else(tmp_path: Path) -> None:
    path = keep(pictures(3))
    measured = tmp_path / "cache" / "precision-0"
    measured.write_text("float32")
    size = path.stat().st_size
    assert usage() == decoded_cache.Usage(tmp_path / "cache" / "decoded", size, 2 << 30)
    assert clear().size == size
    assert usage().size == 0
    assert measured.exists()


def test_a_place_whose_name_the_system_refuses_is_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_CACHE", "/" + "x" * 300)
    assert usage().size == 0
    with DecodedCache.of((8, 8), 1, 1) as cache:
        assert cache.find(bytes(32)) is None


def test_what_is_no_file_is_not_waited_for_and_what_cannot_be_opened_for_now_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (digest, picture), *_ = made = pictures(1)
    path = keep(made)
    os.mkfifo(path.with_name("a-pipe.pictures"))
    path.with_name("a-folder.pictures").mkdir()
    plainly = os.open

    def refuse(*_: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "open", refuse)
    assert opened().find(digest) is None
    monkeypatch.setattr(os, "open", plainly)
    found = opened().find(digest)
    assert found is not None
    np.testing.assert_array_equal(found.pixels, picture.pixels)
