"""The processes of trainings, and what the lab's own folder keeps of each, so that the next lab loses none of them and
gives no id twice:

    .lab/ID.asked   what was asked for: written before the process begins, kept until its run directory is there
    .lab/ID.json    what the process answers; it holds a lock (flock) on it as long as it lives, whatever became of
                    the lab
    .lab/ID.txt     its messages
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from ..errors import ConvscopeError, EnvironmentFault, InputError, phrase, system_reason
from ..files import read_plain, write_fault
from ..formula import resolve
from ..locks import HANDED_ON, is_locked, lock
from ..runs.directory import fresh_path, promise
from ..runs.json_text import parse_json
from ..training.options import TrainOptions
from ..web.error_json import Fault, last_fault
from .records import AUTO, TrainingRequest

OWN_GROUP = 0
if sys.platform == "win32":  # has no sessions: Ctrl-C, which ends the lab, would reach its trainings without this
    OWN_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP
MOST_WORDS = 20_000  # bytes read of what a process answers
MOST_ASKED = 100_000  # bytes of what was asked for
REMEMBERED = 86_400.0  # seconds for which a training that never began is told of


class Launches:
    """The trainings that the labs of the folder `root` started; each is a process in a session of its own."""

    def __init__(self, root: Path) -> None:
        self._root, self._own = root, root / ".lab"
        self._folder = _identity(root)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._adopted: set[str] = set()  # alive, of an earlier lab

    def earlier(self) -> dict[str, TrainingRequest]:
        """Return what earlier labs were asked for and what has not begun yet, or never did; what lives is followed."""
        found = {}
        for file in sorted(self._own.glob("*.asked")):
            id, wanted = file.stem, _read(file)
            if _is_locked(self._answer(id)):
                self._adopted.add(id)
            if wanted is None or os.path.lexists(self._root / id) or (id not in self._adopted and _is_old(file)):
                file.unlink(missing_ok=True)
            else:
                found[id] = wanted
        for file in self._own.glob("*.json"):
            if _is_locked(file):  # a run that goes on
                self._adopted.add(file.stem)
        return found

    def reserve(self, wanted: TrainingRequest, *names: str) -> str:
        """Return a fresh id, and keep what it is asked for. Raises InputError or EnvironmentFault."""
        self._check_folder()
        while True:
            path = fresh_path(self._root, *names)
            try:
                with open(promise(path), "x", encoding="utf-8") as file:
                    json.dump(asdict(wanted), file)
                    file.flush()
                    os.fsync(file.fileno())
            except FileExistsError:
                continue
            except OSError as error:
                self.forget(path.name)
                raise write_fault(promise(path), error) from error
            if not os.path.lexists(path):  # where one was made just now, the name is its
                return path.name
            self.forget(path.name)

    def launch(self, id: str, words: Sequence[str]) -> None:
        """Begin `convscope train WORDS`. Raises InputError or EnvironmentFault where that cannot be."""
        self._check_folder()
        try:
            with open(self._own / f"{id}.txt", "wb") as messages, open(self._answer(id), "ab") as answer:
                if not _lock(answer):
                    raise InputError("run.training", got=id)
                answer.truncate(0)
                self._processes[id] = subprocess.Popen(
                    [sys.executable, "-P", "-m", "convscope", "train", "--json", *words],
                    stdin=subprocess.DEVNULL,
                    stdout=answer,  # and with it the lock
                    stderr=messages,
                    start_new_session=True,
                    creationflags=OWN_GROUP,
                )
        except OSError as error:
            raise EnvironmentFault("lab.launch", reason=system_reason(error)) from error

    def count(self) -> int:
        """Return how many are alive."""
        return len(self._processes) + len(self._adopted)

    def alive(self, id: str) -> bool:
        """Whether this run's process lives."""
        process = self._processes.get(id)
        return process.poll() is None if process is not None else id in self._adopted

    def terminate(self, id: str) -> bool:
        """End the process, where this lab started it; whether it did."""
        process = self._processes.get(id)
        if process is not None:
            process.terminate()
        return process is not None

    def ended(self) -> Iterator[tuple[str, int | None]]:
        """Yield the id and the exit code of each that has ended since; of an earlier lab's no exit code is known."""
        for id, process in list(self._processes.items()):
            if process.poll() is not None:
                del self._processes[id]
                self._begun(id)
                yield id, process.returncode
        for id in list(self._adopted):
            if not _is_locked(self._answer(id)):
                self._adopted.remove(id)
                self._begun(id)
                yield id, None

    def fault(self, id: str, *places: Path) -> Fault | None:
        """Return what a training that has ended says went wrong."""
        try:
            with open(self._answer(id), "rb") as file:
                file.seek(-min(MOST_WORDS, file.seek(0, 2)), 2)
                return last_fault(file.read().decode("utf-8", "replace"), *places)
        except OSError:
            return None

    def forget(self, id: str) -> None:
        """Give an id back that was reserved."""
        with contextlib.suppress(OSError):
            promise(self._root / id).unlink(missing_ok=True)

    def _begun(self, id: str) -> None:
        if os.path.lexists(self._root / id):  # its directory keeps the name now
            self.forget(id)

    def _answer(self, id: str) -> Path:
        return self._own / f"{id}.json"

    def _check_folder(self) -> None:
        """Raise EnvironmentFault where the folder is another than when the lab began: another lab may have that one."""
        now = _identity(self._root)
        if now is None or (self._folder is not None and now != self._folder):
            raise EnvironmentFault("lab.folder.gone", where=self._root.name, hint=phrase("lab.folder.gone.try"))
        self._folder = now
        try:
            self._own.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise write_fault(self._own, error) from error


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _read(file: Path) -> TrainingRequest | None:
    try:
        wanted = TrainingRequest.from_json(parse_json(read_plain(file, MOST_ASKED)))
        TrainOptions(recipe=None if wanted.recipe == AUTO else wanted.recipe, epochs=wanted.epochs)
        resolve(wanted.formula.strip() or "fc")
    except (OSError, ValueError, RecursionError, TypeError, AttributeError, ConvscopeError):
        return None
    return wanted


def _is_old(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime > REMEMBERED
    except OSError:
        return True


def _lock(file: BinaryIO) -> bool:
    """Lock a file for as long as it is open, here or in a process that was given it; whether nobody else has it.

    Windows' locks cannot be given on: there the run's own lock tells.
    """
    return not HANDED_ON or lock(file)


def _is_locked(path: Path) -> bool:
    return HANDED_ON and is_locked(path)
