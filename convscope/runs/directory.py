"""The run directory: what a training writes as it goes, so that it can be watched, stopped, killed and continued.

    run.json                 formula, recipe, data fingerprint, versions, seed; written first, never changed
    manifest.csv             every picture by path and content, where they are files; written first, never changed
    skipped.csv              which files were left out, and why
    log.jsonl                one line every so many steps, one an epoch, one for the result; appended
    checkpoints/<step>.safetensors   weights, optimiser, position; the newest two
    snapshots/<step>.safetensors     small pictures of the training, at most 16
    model.onnx               written last: a run that has it is finished
    lock                     held (flock) by the process that trains
    stop                     put there by whoever wants the training to stop; taken away when it is resumed

docs/run-directory.md describes every file for those who read it. Times stand in fields of their own, "time", which
two runs of the same seed may differ in; all else is the same to the bit.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Self, TextIO

from ..errors import EnvironmentFault, InputError, phrase, system_reason
from ..files import TEMPORARY, atomic_write, read_plain, sync_folder, write_fault
from .checkpoints import Checkpoint, newest_checkpoint, write_checkpoint
from .records import LogLine, log_line
from .snapshots import Snapshot, write_snapshot

FORMAT = "convscope.run/1"


class Run:
    """One run directory, locked by this process until `close`. Made by `create` or `reopen`; a context manager."""

    def __init__(self, path: Path, lock: TextIO | None) -> None:
        self.path, self._lock = path, lock
        self._log: BinaryIO | None = None

    @classmethod
    def create(cls, path: Path, settings: dict[str, object], files: Mapping[str, bytes] | None = None) -> Run:
        """Make the directory with `settings` as its run.json, and `files` by name, in one step: complete or absent.

        Raises InputError if `path` exists.
        """
        with _faults(path):
            taken = path.is_symlink() or path.exists()
        if taken:
            raise InputError("run.exists", where=str(path), hint=phrase("run.exists.try", path=path))
        temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
        run = cls(path, None)
        text = json.dumps({"format": FORMAT, **settings}, indent=1, ensure_ascii=False)
        with _faults(path):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary.mkdir()
                run._lock = _locked(temporary / "lock", path)
                for folder in ("checkpoints", "snapshots"):
                    (temporary / folder).mkdir()
                for name, content in (files or {}).items():
                    atomic_write(temporary / name, content)
                # Half a surrogate pair, of a folder name that is no UTF-8, becomes the JSON escape that it looks like.
                atomic_write(temporary / "run.json", text.encode("utf-8", "backslashreplace"))
                os.rename(temporary, path)  # fails if another process put one there just now
                sync_folder(path.parent)
            except BaseException:
                run.close()
                shutil.rmtree(temporary, ignore_errors=True)
                raise
        return run

    @classmethod
    def reopen(cls, path: Path, finished: bool = False) -> Run:
        """Lock a run to continue it.

        Raises InputError if it is none, or finished unless `finished` allows that, EnvironmentFault if in use.
        """
        read_run_json(path)
        for file in (path / "lock", path / "log.jsonl"):
            if file.exists() and not file.is_file():  # a pipe would make its writer wait
                raise InputError("file.other", where=str(file))
        with _faults(path):
            run = cls(path, _locked(path / "lock", path))
        try:
            if run.model.exists() and not finished:
                raise InputError("run.done", where=str(path), hint=phrase("run.done.try", model=run.model))
            with _faults(path):
                (path / "stop").unlink(missing_ok=True)
                for folder in (path, path / "checkpoints", path / "snapshots"):
                    folder.mkdir(exist_ok=True)
                    for leftover in folder.glob(TEMPORARY + "*"):  # of a process killed while writing
                        leftover.unlink(missing_ok=True)
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
        with _faults(self.path / "log.jsonl"):
            if self._log is None:
                # Unbuffered: what a full disk refused is not tried again when the log is closed.
                self._log = open(self.path / "log.jsonl", "ab", buffering=0)  # noqa: SIM115
            text = json.dumps(line.to_json(), allow_nan=False).encode() + b"\n"
            if self._log.write(text) < len(text):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def sync(self) -> None:
        """Make what was appended outlast a power cut."""
        if self._log is not None:
            with _faults(self.path / "log.jsonl"):
                os.fsync(self._log.fileno())

    def rewind(self, step: int) -> None:
        """Drop the log's lines after `step`, a half-written one, and the result, which comes with the model file."""
        path = self.path / "log.jsonl"
        if not path.exists():
            return
        with _faults(path), open(path, "r+b") as file:
            good = 0
            for line in file:
                if not line.endswith(b"\n") or not _at_or_before(line, step):
                    break
                good += len(line)
            file.truncate(good)

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
        for file in (self._log, self._lock):
            if file is not None:
                file.close()
        self._log = self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ask_to_stop(path: Path) -> None:
    """Ask the process that trains this run, whichever it is, to stop after the step it is at, with a checkpoint."""
    with _faults(path / "stop"):
        (path / "stop").touch()


def in_use(path: Path) -> bool:
    """Whether a process is using this run. Where the system has no flock, always False."""
    try:
        import fcntl

        with open(path / "lock", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # let go of when it is closed, at once
    except BlockingIOError:
        return True
    except (ImportError, OSError):
        return False
    return False


def read_run_json(path: Path) -> dict[str, Any]:
    """Return what run.json of a run directory holds, as JSON. Raises InputError if there is none or it is damaged."""
    file = path / "run.json"
    try:
        settings = json.loads(read_plain(file))
    except FileNotFoundError:
        raise InputError("run.none", where=str(path), expected=phrase("run.none.expected")) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("file.unreadable", reason=error, where=str(file)) from error
    if not isinstance(settings, dict) or settings.get("format") != FORMAT:
        raise InputError("run.kind", where=str(file), expected=FORMAT)
    return settings


def read_log(path: Path) -> list[LogLine]:
    """Return the lines of a run's log as far as they are whole; works while the run goes on. Raises InputError."""
    file = path / "log.jsonl"
    try:
        lines = read_plain(file).split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=str(file)) from error
    return [_log_line(line, f"{file}, line {number}") for number, line in enumerate(lines, 1)]


def read_sound_lines(path: Path) -> list[LogLine]:
    """Return the lines of a run's log that can be shown; none where there is no log. Damaged ones are passed over."""
    try:
        lines = read_plain(path / "log.jsonl").split(b"\n")[:-1]
    except OSError:
        return []
    return [line for text in lines if (line := sound_line(text)) is not None]


def sound_line(text: bytes) -> LogLine | None:
    """Return the line of a log; None for a damaged one, or with a number that JSON does not have (NaN, infinity)."""
    try:
        line = _log_line(text, "")
        json.dumps(line.to_json(), allow_nan=False)
    except (InputError, ValueError):
        return None
    return line


def fresh_path(parent: Path, *names: str) -> Path:
    """Return a path under `parent` that is free: today's date and the names, with -2, -3 … if need be."""
    words = [re.sub(r"[^\w.]+", "-", name).strip("-.")[:40] for name in names]
    stem = "-".join([datetime.now().strftime("%Y-%m-%d"), *(w for w in words if w)])
    number, path = 1, parent / stem
    while path.exists() or path.is_symlink():
        number += 1
        path = parent / f"{stem}-{number}"
    return path


def _log_line(text: bytes, where: str) -> LogLine:
    try:
        return log_line(json.loads(text), where)
    except (ValueError, RecursionError) as error:
        raise InputError("json.none", where=where) from error


def _at_or_before(line: bytes, step: int) -> bool:
    try:
        fields = json.loads(line)
        return bool(fields["step"] <= step and fields["kind"] != "result")
    except (ValueError, TypeError, KeyError, RecursionError):
        return False  # a write that a power cut tore, or no line of a log


def _locked(file: Path, run: Path) -> TextIO | None:
    """Open and lock `file`, or raise EnvironmentFault where another process holds it."""
    try:
        import fcntl
    except ImportError:  # Windows has no flock
        return None
    handle = open(file, "a", encoding="utf-8")  # noqa: SIM115
    for attempt in range(5):  # whoever only looks (`in_use`) holds it for an instant
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except OSError:
            time.sleep(0.01 * attempt)
    handle.close()
    raise EnvironmentFault("run.busy", where=str(run), hint=phrase("run.busy.try"))


@contextlib.contextmanager
def _faults(path: Path) -> Iterator[None]:
    """Turn the system's refusals into errors that name the file."""
    try:
        yield
    except OSError as error:
        raise write_fault(path, error) from error
