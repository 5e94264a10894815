"""The run directory: what a training writes as it goes, so that it can be watched, stopped, killed and continued.

    run.json                 formula, recipe, data fingerprint, versions, seed; written first, never changed
    manifest.csv             every picture by path and content, where they are files; written first, never changed
    skipped.csv              which files were left out, and why
    config.toml              the options that ask for the same training again
    log.jsonl                one line every so many steps, one an epoch, one for the result; appended
    checkpoints/<step>.safetensors   weights, optimiser, position; the newest two
    snapshots/<step>.safetensors     small pictures of the training, at most 16
    model.onnx               written last: a run that has it is finished
    lock                     held by the process that trains
    stop                     put there by whoever wants the training to stop; taken away when it is resumed

docs/run-directory.md describes every file for those who read it. Times stand in fields of their own, "time", which
two runs of the same seed may differ in; all else is the same to the bit.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self, TextIO

from ..errors import EnvironmentFault, InputError, phrase
from ..files import TEMPORARY, atomic_write, make_folders, remove, sync_folder, write_faults
from ..leaving import undone
from ..locks import RENAMED_WHILE_OPEN, is_locked, lock
from .checkpoints import Checkpoint, newest_checkpoint, write_checkpoint
from .log import Log
from .records import LogLine
from .run_json import read_run_json, run_json
from .snapshots import Snapshot, write_snapshot

FOLDERS = ("checkpoints", "snapshots")
PATIENCE = 5.0  # seconds that whoever writes a file into a run waits for another that does
ABANDONED = 3600.0  # seconds after which an unfinished run directory is of a process that is gone


class Run:
    """One run directory, locked by this process until `close`. Made by `create` or `reopen`; a context manager."""

    def __init__(self, path: Path, lock: TextIO | None) -> None:
        self.path, self._lock = path, lock
        self._log = Log(path)

    @classmethod
    def create(cls, path: Path, settings: dict[str, object], files: Mapping[str, bytes] | None = None) -> Run:
        """Make the directory with `settings` as its run.json, and `files` by name, in one step: complete or absent.

        Raises InputError if `path` exists.
        """
        with write_faults(path):
            taken = path.is_symlink() or path.exists()
        if taken:
            raise _taken(path)
        temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
        run = cls(path, None)
        with write_faults(path), undone(lambda: shutil.rmtree(temporary, ignore_errors=True)):
            try:
                make_folders(path.parent)
                _remove_abandoned(path.parent)
                temporary.mkdir()
                if RENAMED_WHILE_OPEN:
                    run._lock = _locked(temporary / "lock", path)
                else:
                    (temporary / "lock").touch()
                for folder in FOLDERS:
                    (temporary / folder).mkdir()
                for name, content in (files or {}).items():
                    atomic_write(temporary / name, content)
                atomic_write(temporary / "run.json", run_json(settings, files or {}))
                try:
                    os.rename(temporary, path)
                except OSError as error:
                    raise _taken(path) if os.path.lexists(path) else error from error  # another process put one there
                sync_folder(path.parent)
                run._lock = run._lock or _locked(path / "lock", path)
            except BaseException:
                run.close()
                shutil.rmtree(temporary, ignore_errors=True)
                raise
        return run

    @classmethod
    def create_fresh(
        cls, parent: Path, names: Sequence[str], settings: dict[str, object], files: Mapping[str, bytes] | None = None
    ) -> Run:
        """Make a run as `create` does, in a directory under `parent` with a fresh name that nobody else is given."""
        while True:
            path = fresh_path(parent, *names)
            try:
                with _promised(path):
                    return cls.create(path, settings, files)
            except FileExistsError:  # a lab has taken the name just now
                continue
            except InputError as error:
                if error.key != "run.exists":  # nor has another process
                    raise

    @classmethod
    def reopen(cls, path: Path, finished: bool = False) -> Run:
        """Lock a run to continue it.

        Raises InputError if it is none, or finished unless `finished` allows that, EnvironmentFault if in use.
        """
        read_run_json(path)
        for file in (path / "lock", path / "log.jsonl"):
            if file.exists() and not file.is_file():  # a pipe would make its writer wait
                raise InputError("file.other", where=str(file))
        with write_faults(path):
            run = cls(path, _locked(path / "lock", path))
        try:
            with write_faults(path):
                _remove_unfinished(path)
            if run.model.exists() and not finished:
                raise InputError("run.done", where=str(path), hint=phrase("run.done.try", model=run.model))
            with write_faults(path):
                (path / "stop").unlink(missing_ok=True)
                for folder in FOLDERS:
                    make_folders(path / folder)
        except BaseException:
            run.close()
            raise
        return run

    @property
    def model(self) -> Path:
        """Where the finished run's model file is."""
        return self.path / "model.onnx"

    def asked_to_stop(self) -> bool:
        """Whether somebody called `ask_to_stop` since this process took the run up."""
        return (self.path / "stop").exists()

    def append(self, line: LogLine) -> None:
        """Append one line to the log."""
        self._log.append(line)

    def sync(self) -> None:
        """Make what was appended outlast a power cut."""
        self._log.sync()

    def rewind(self, step: int) -> int:
        """Drop the log's lines after `step`; return how many damaged ones before it are left out."""
        return self._log.rewind(step)

    def write_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint. The log is synced first: what it says of earlier steps must outlast a power cut too."""
        self.sync()
        write_checkpoint(self.path / "checkpoints", checkpoint)

    def newest_checkpoint(self) -> tuple[Checkpoint | None, list[str]]:
        """Return the newest checkpoint that is whole, None without any, and what is wrong with newer ones."""
        return newest_checkpoint(self.path / "checkpoints")

    def write_snapshot(self, snapshot: Snapshot) -> None:
        """Write a snapshot, without waiting for the disk."""
        write_snapshot(self.path / "snapshots", snapshot)

    def close(self) -> None:
        """Let go of the log and the lock."""
        self._log.close()
        if self._lock is not None:
            with contextlib.suppress(OSError):  # nothing was written into it
                self._lock.close()
        self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def writing_into(path: Path) -> Iterator[None]:
    """Hold a run, whoever trained it, while a file is written into it, and remove before what killed processes left
    unfinished there. Of a run that is being trained nothing is removed, nor where its lock cannot be had; a folder that
    is no run stays as it is.
    """
    handle: TextIO | None = None
    end = time.monotonic() + PATIENCE
    lock_file = path / "lock"
    while (path / "run.json").is_file() and (lock_file.is_file() or not os.path.lexists(lock_file)):
        with contextlib.suppress(OSError, EnvironmentFault):
            handle = _locked(lock_file, path)
            _remove_unfinished(path)
        if handle is not None or time.monotonic() > end:
            break
    try:
        yield
    finally:
        if handle is not None:
            handle.close()


def _remove_unfinished(path: Path) -> None:
    """Remove from a locked run the files of processes that were killed while they wrote them."""
    for folder in (path, *(path / name for name in FOLDERS)):
        for leftover in folder.glob(TEMPORARY + "*"):
            if not leftover.is_dir():
                remove(leftover)


def ask_to_stop(path: Path) -> None:
    """Ask the process that trains this run, whichever it is, to stop after the step it is at, with a checkpoint."""
    with write_faults(path / "stop"):
        (path / "stop").touch()


def in_use(path: Path) -> bool:
    """Whether a process is using this run."""
    return is_locked(path / "lock")


def promise(path: Path) -> Path:
    """Return the file that keeps this path for a training which a lab has started, until its directory is there."""
    return path.parent / ".lab" / f"{path.name}.asked"


def fresh_path(parent: Path, *names: str) -> Path:
    """Return a path under `parent` that is free and promised to nobody: today's date and the names, with -2, -3 … if
    need be.
    """
    words = [re.sub(r"[^\w.]+", "-", name).strip("-.")[:40].rstrip("-.") for name in names]
    stem = "-".join([datetime.now().strftime("%Y-%m-%d"), *(w for w in words if w)])
    number, path = 1, parent / stem
    while os.path.lexists(path) or os.path.lexists(promise(path)):
        number += 1
        path = parent / f"{stem}-{number}"
    return path


@contextlib.contextmanager
def _promised(path: Path) -> Iterator[None]:
    """Keep a name from labs while its directory is made. Raises FileExistsError where a lab has it."""
    file = promise(path)
    try:
        open(file, "xb").close()
    except FileExistsError:
        raise
    except OSError:  # no lab has ever worked here, or another user's does
        yield
        return
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _taken(path: Path) -> InputError:
    return InputError("run.exists", where=str(path), hint=phrase("run.exists.try", path=path))


def _remove_abandoned(parent: Path) -> None:
    """Remove unfinished run directories of processes that were killed while they made one."""
    for leftover in parent.glob(TEMPORARY + "*"):
        try:
            old = time.time() - (leftover / "lock").stat().st_mtime > ABANDONED
        except OSError:  # no run directory, or gone meanwhile
            continue
        if old and not in_use(leftover):
            shutil.rmtree(leftover, ignore_errors=True)


def _locked(file: Path, run: Path) -> TextIO:
    """Open and lock `file`, or raise EnvironmentFault where another process holds it."""
    handle = open(file, "a", encoding="utf-8")  # noqa: SIM115
    for attempt in range(5):  # whoever only looks (`in_use`) holds it for an instant
        if lock(handle):
            return handle
        time.sleep(0.01 * attempt)
    handle.close()
    raise EnvironmentFault("run.busy", where=str(run), hint=phrase("run.busy.try"))
