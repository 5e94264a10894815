"""Locks on files: one process holds it until it closes the file or ends. flock, and on Windows a locked byte."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, Any

RENAMED_WHILE_OPEN = sys.platform != "win32"  # whether a folder can be renamed while a file in it is open

HANDED_ON: bool = sys.platform != "win32"  # whether a lock passes to a process that is given the open file


def lock(file: IO[Any], shared: bool = False) -> bool:
    """Lock an open file, without waiting; return whether that was possible. Others may have a `shared` lock, too."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file.fileno(), 0, os.SEEK_SET)  # a byte may be locked that is not there: the file stays empty
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
    else:
        import fcntl

        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock of a file; False where there is no such file."""
    try:
        with open(path, "rb") as file:
            return not lock(file, shared=True)  # let go of when it is closed, at once
    except OSError:
        return False
