"""Files are whole or absent."""

import contextlib
import errno
import os
from pathlib import Path

import pytest

from convscope.errors import EnvironmentFault, InputError
from convscope.files import atomic_write, make_folders, read_plain, require_place


def test_writes_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "model.onnx"
    atomic_write(target, b"one")
    atomic_write(str(target), memoryview(b"two"))
    assert target.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["model.onnx"]


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    atomic_write(tmp_path / "a", b"")
    (tmp_path / "b").write_bytes(b"")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, stop: BaseException
) -> None:
    target = tmp_path / "model.onnx"
    target.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise stop

    monkeypatch.setattr(os, step, fail)
    with pytest.raises((EnvironmentFault, KeyboardInterrupt)):
        atomic_write(target, b"new")
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["model.onnx"]


def test_the_bytes_and_the_name_are_synced_in_this_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, os.replace

    def fsync(handle: int) -> None:
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else f"file of {os.fstat(handle).st_size}")
        sync(handle)

    def rename(old: str, new: str) -> None:
        steps.append("rename")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    atomic_write(tmp_path / "a", b"data")
    assert steps == ["file of 4", "rename", "folder"], "all that was written is flushed before it is synced"
    steps.clear()
    atomic_write(tmp_path / "b", b"data", durable=False)
    assert steps == ["rename"]
    assert (tmp_path / "b").read_bytes() == b"data"


def test_a_folder_that_is_missing_or_in_the_way_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        atomic_write(tmp_path / "none" / "a", b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="folder"):
        atomic_write(tmp_path / "folder", b"")
    assert os.listdir(tmp_path) == ["folder"]


def test_what_is_no_plain_file_is_neither_replaced_nor_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="not a file"):
        atomic_write(pipe, b"page")
    assert pipe.is_fifo()
    for path in (pipe, tmp_path, Path(os.devnull)):
        with pytest.raises(OSError, match=r"Invalid argument|Is a directory"):
            read_plain(path)
    (tmp_path / "plain").write_bytes(b"plain")
    assert read_plain(tmp_path / "plain") == b"plain"


def test_folders_are_made_with_names_that_outlast_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    sync = os.fsync

    def fsync(handle: int) -> None:
        synced.append(os.path.basename(os.readlink(f"/proc/self/fd/{handle}")))
        sync(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    make_folders(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    assert synced == [tmp_path.name, "a"]
    make_folders(tmp_path / "a" / "b")
    assert len(synced) == 2
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        make_folders(tmp_path / "file")


@pytest.mark.parametrize(("number", "told"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_file_system_that_cannot_sync_folders_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: bool
) -> None:
    sync = os.fsync

    def fsync(handle: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            raise OSError(number, os.strerror(number))
        sync(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(EnvironmentFault) if told else contextlib.nullcontext():
        atomic_write(tmp_path / "a", b"data")
    assert (tmp_path / "a").read_bytes() == b"data"
    assert os.listdir(tmp_path) == ["a"]


def test_no_more_is_read_than_may_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"four")
    assert read_plain(tmp_path / "a", most=4) == b"four"
    with pytest.raises(OSError, match="too large"):
        read_plain(tmp_path / "a", most=3)


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    require_place(tmp_path / "new")
    require_place(tmp_path / "a" / "b" / "new", folders=True)
    (tmp_path / "file").write_text("old")
    require_place(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    long = "x" * 300
    for wrong in ("a/b/new", long, f"a/{long}", f"{long}/a", "file/new", "pipe", "loop/new", "pipe/new"):
        with pytest.raises(InputError):
            require_place(tmp_path / wrong, folders=wrong != "a/b/new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "loop", "pipe"]


def test_a_place_without_rights_is_the_machines_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    with pytest.raises(EnvironmentFault, match="cannot be written"):
        require_place(tmp_path / "new")
