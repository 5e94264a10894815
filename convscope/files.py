"""Files that are written complete or not at all, whenever the power fails, and read without waiting for anybody."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .errors import ConvscopeError, EnvironmentFault, InputError, phrase, system_reason
from .leaving import undone

WINDOWS: bool = sys.platform == "win32"
TRIES, BETWEEN = 50, 0.02  # of a rename on Windows; seconds
TEMPORARY = ".tmp-"  # what a file's name begins with until it is whole; a killed process may leave one behind


def atomic_write(path: str | os.PathLike[str], data: bytes | bytearray | memoryview, durable: bool = True) -> None:
    """Put `data` at `path` in one step: a reader sees the old file or the new one, never a part.

    A temporary file in the same folder is written, synced and renamed, then the folder is synced, so that the file
    outlasts a crash once this returns; not `durable`, nobody waits for the disk, and a power cut may leave an empty or
    torn file, which its reader must be able to tell. Raises EnvironmentFault (disk full, no permission, read-only) or
    InputError (no such folder, `path` is a folder or a device); then nothing is left behind and an old file stays as it
    was, but where only the sync of the folder fails: then the new file is there, and whole.
    """
    path = Path(path)
    if _is_special(path):
        raise InputError("file.other", where=str(path), hint=phrase("file.unwritable.name.try"))
    temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{os.urandom(4).hex()}"
    try:
        with undone(lambda: temporary.unlink(missing_ok=True)):
            with open(temporary, "xb") as file:  # "x": never follow or empty what another process put there
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            _replace(temporary, path)
        if durable:
            sync_folder(path.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise write_fault(path, error) from error
        raise


def _replace(temporary: Path, path: Path) -> None:
    """Rename a file; on Windows somebody may be reading what is there, and then it is tried for a while."""
    for left in reversed(range(TRIES)):
        try:
            os.replace(temporary, path)
            return
        except PermissionError:
            if not WINDOWS or not left:
                raise
            time.sleep(BETWEEN)


def remove(path: Path) -> None:
    """Remove a file that may not be there; on Windows one that somebody is reading stays, for the next time."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        if not WINDOWS:
            raise


def _is_special(path: Path) -> bool:
    """Whether `path` is a device, a pipe or a socket: a rename would put a plain file in its place."""
    try:
        mode = path.stat().st_mode
    except OSError:  # nothing is there, or the write will say why not
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def open_plain(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a plain file to read. Raises OSError, also for a pipe, a device or a socket: nobody waits for it."""
    nonblocking, binary = getattr(os, "O_NONBLOCK", 0), getattr(os, "O_BINARY", 0)
    file = open(os.open(path, os.O_RDONLY | nonblocking | binary), "rb")  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return file


def read_plain(path: str | os.PathLike[str], most: int | None = None) -> bytes:
    """Return the bytes of a plain file. Raises OSError as `open_plain` does, and where it has more than `most` bytes:
    a file that says it has a terabyte is not read.
    """
    with open_plain(path) as file:
        if most is not None and os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return file.read()


def require_place(path: str | os.PathLike[str], folders: bool = False) -> None:
    """Raise what writing at `path` would, as far as it shows before the work that is to be written: InputError for a
    name that cannot be, EnvironmentFault where we may not write. With `folders` those that it lies in may be missing.
    """
    path = Path(path)
    with write_faults(path):
        if os.path.lexists(path) and _is_special(path):
            raise InputError("file.other", where=str(path), hint=phrase("file.unwritable.name.try"))
        folder, missing = path.parent, [path.name]
        while not _there(folder):
            if not folders or folder == folder.parent:
                raise _refusal(errno.ENOENT, folder)
            missing.append(folder.name)
            folder = folder.parent
        longest = os.pathconf(folder, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255
        if any(len(os.fsencode(name)) > longest for name in missing):
            raise _refusal(errno.ENAMETOOLONG, path)
        if not folder.is_dir():
            raise _refusal(errno.ENOTDIR, folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            flag = getattr(os, "ST_RDONLY", 0)  # Windows has none
            read_only = hasattr(os, "statvfs") and os.statvfs(folder).f_flag & flag
            raise _refusal(errno.EROFS if read_only else errno.EACCES, folder)


def _there(folder: Path) -> bool:
    """Whether something of a name is there. Raises OSError where that cannot be told, as for a name too long."""
    try:
        folder.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # one of its parts is: `require_place` says so
            return False
        raise
    return True


def _refusal(number: int, path: Path) -> OSError:
    return OSError(number, os.strerror(number), str(path))


def make_folders(folder: Path) -> None:
    """Make a folder, and those that it lies in, so that they outlast a crash. Raises OSError."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: str | os.PathLike[str]) -> None:
    """Make the names in `folder` outlast a crash, where the system can: Windows and some file systems cannot sync a
    folder.
    """
    if WINDOWS:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def write_faults(path: Path) -> Iterator[None]:
    """Turn the system's refusals within into errors that name the file."""
    try:
        yield
    except OSError as error:
        raise write_fault(path, error) from error


def write_fault(path: Path, error: OSError) -> ConvscopeError:
    """Return the error that tells why `path` could not be written: the machine's fault, or the path's."""
    reason = system_reason(error)
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP):
        return InputError("file.unwritable", reason=reason, where=str(path), hint=phrase("file.unwritable.name.try"))
    return EnvironmentFault("file.unwritable", reason=reason, where=str(path), hint=phrase("file.unwritable.space.try"))
