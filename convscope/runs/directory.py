"""The run directory: what a training writes as it goes, so that it can be watched, stopped, killed and continued.

    run.json                 formula, recipe, data fingerprint, versions, seed; written first, never changed
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
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TextIO

from ..errors import EnvironmentFault, InputError, phrase
from ..files import TEMPORARY, atomic_write, sync_folder, write_fault
from . import tensor_files
from .tensor_files import Arrays

CHECKPOINT, SNAPSHOT, RUN = "convscope.checkpoint/1", "convscope.snapshot/1", "convscope.run/1"
KEPT = 2  # checkpoints


class Run:
    """One run directory, locked by this process until `close`. Made by `create` or `reopen`; a context manager.

    `settings` is what run.json holds.
    """

    def __init__(self, path: Path, settings: dict[str, Any], lock: TextIO | None) -> None:
        self.path, self.settings, self._lock = path, settings, lock
        self._log: TextIO | None = None

    @classmethod
    def create(cls, path: Path, settings: dict[str, Any]) -> Run:
        """Make the directory with run.json in one step: complete or absent. Raises InputError if `path` is there
        already.
        """
        if path.exists() or path.is_symlink():
            raise InputError("run.exists", where=str(path), hint=phrase("run.exists.try", path=path))
        temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
        run = cls(path, {"format": RUN, **settings}, None)
        with _faults(path):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary.mkdir()
                run._lock = _locked(temporary / "lock", path)
                for folder in ("checkpoints", "snapshots"):
                    (temporary / folder).mkdir()
                atomic_write(temporary / "run.json", json.dumps(run.settings, indent=1, ensure_ascii=False).encode())
                os.rename(temporary, path)  # fails if another process put one there just now
                sync_folder(path.parent)
            except BaseException:
                run.close()
                shutil.rmtree(temporary, ignore_errors=True)
                raise
        return run

    @classmethod
    def reopen(cls, path: Path, finished: bool = False) -> Run:
        """Lock a run to continue it. Raises InputError if it is none, or finished unless `finished` allows that,
        EnvironmentFault if in use.
        """
        settings = read_settings(path)
        with _faults(path):
            run = cls(path, settings, _locked(path / "lock", path))
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

    def append(self, line: dict[str, Any]) -> None:
        """Append one line to the log."""
        with _faults(self.path / "log.jsonl"):
            if self._log is None:
                self._log = open(self.path / "log.jsonl", "a", encoding="utf-8")  # noqa: SIM115
            self._log.write(json.dumps(line, allow_nan=False) + "\n")
            self._log.flush()

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

    def keep(self, step: int, tensors: Arrays, facts: dict[str, Any]) -> None:
        """Write the checkpoint of `step`, then remove all but the newest two. The log is synced first."""
        self.sync()
        tensor_files.write(self._file("checkpoints", step), tensors, {"step": step, **facts}, CHECKPOINT)
        for old in sorted((self.path / "checkpoints").glob("*.safetensors"))[:-KEPT]:
            with _faults(old):
                old.unlink(missing_ok=True)

    def newest(self) -> tuple[Arrays | None, dict[str, Any], list[str]]:
        """Return the newest checkpoint that is whole, its facts, and what is wrong with newer ones; None without
        any."""
        troubles: list[str] = []
        for path in sorted((self.path / "checkpoints").glob("*.safetensors"), reverse=True):
            try:
                return *tensor_files.read(path, CHECKPOINT), troubles
            except InputError as error:
                troubles.append(str(error))
        return None, {"step": 0}, troubles

    def show(self, step: int, tensors: Arrays, facts: dict[str, Any]) -> None:
        """Write the snapshot of `step`, without waiting for the disk: training goes on, and a torn one is left out by
        its readers.
        """
        tensor_files.write(self._file("snapshots", step), tensors, {"step": step, **facts}, SNAPSHOT, durable=False)

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

    def _file(self, folder: str, step: int) -> Path:
        return self.path / folder / f"{step:010d}.safetensors"


def kept_step(path: Path) -> int:
    """Return the step of a run's newest checkpoint, 0 without any: it may be later than the last line of the log."""
    files = (path / "checkpoints").glob("*.safetensors")
    return max((int(file.stem) for file in files if file.stem.isdecimal()), default=0)


def ask_to_stop(path: Path) -> None:
    """Ask the process that trains this run, whichever it is, to stop after the step it is at, with a checkpoint."""
    with _faults(path / "stop"):
        (path / "stop").touch()


def in_use(path: Path) -> bool:
    """Whether a process is at work in this run. Where the system has no flock, always False."""
    try:
        import fcntl

        with open(path / "lock", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # let go of when it is closed, at once
    except BlockingIOError:
        return True
    except (ImportError, OSError):
        return False
    return False


def read_settings(path: Path) -> dict[str, Any]:
    """Return what run.json of a run directory holds. Raises InputError if there is none, or it is not to be read."""
    file = path / "run.json"
    try:
        settings = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise InputError("run.none", where=str(path), expected=phrase("run.none.expected")) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("file.unreadable", reason=error, where=str(file)) from error
    if not isinstance(settings, dict) or settings.get("format") != RUN:
        raise InputError("run.kind", where=str(file), expected=RUN)
    return settings


def read_log(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a run's log as far as they are whole; works while the run goes on."""
    file = path / "log.jsonl"
    if not file.exists():
        return []
    lines = file.read_bytes().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]


def read_snapshots(path: Path) -> Iterator[tuple[Arrays, dict[str, Any]]]:
    """Yield tensors and facts of each snapshot of a run, by step; one that is damaged is passed over."""
    for file in sorted((path / "snapshots").glob("*.safetensors")):
        try:
            whole = tensor_files.read(file, SNAPSHOT)
        except InputError:
            continue
        yield whole


def fresh_path(parent: Path, *names: str) -> Path:
    """Return a path under `parent` that is free: today's date and the names, with -2, -3 … if need be."""
    words = [re.sub(r"[^\w.]+", "-", name).strip("-.")[:40] for name in names]
    stem = "-".join([datetime.now().strftime("%Y-%m-%d"), *(w for w in words if w)])
    number, path = 1, parent / stem
    while path.exists() or path.is_symlink():
        number += 1
        path = parent / f"{stem}-{number}"
    return path


def _at_or_before(line: bytes, step: int) -> bool:
    try:
        fields = json.loads(line)
        return bool(fields["step"] <= step and fields["kind"] != "result")
    except (ValueError, TypeError, KeyError):
        return False  # a write that a power cut tore


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
