"""The command line as it would run on Windows or macOS, as far as Linux can show that. Run by test_elsewhere.py.

    python -m tests.cli.elsewhere win32 train folder --epochs 1

Several commands stand between words of "++"; then the exit code of each is printed.

Everything that is not ours is imported as it is; then what the other system lacks is taken away, and what it refuses
is refused: a rename over a file that is open, syncing a file that was opened to be read, opening a folder. `os.name`
stays, since pathlib would make paths of the other system.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import fcntl
import importlib
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import types
import warnings
from collections.abc import Callable
from shlex import join as shlex_join
from shlex import split
from typing import Any

FOREIGN = (
    "asyncio.events", "asyncio.unix_events", "concurrent.futures.thread", "html.parser", "http.client",
    "importlib.metadata", "importlib.resources", "multiprocessing", "multiprocessing.util", "platformdirs", "shutil",
    "tempfile", "webbrowser", "zipfile", "numpy", "numpy.lib.format", "PIL.Image", "onnx", "onnxruntime", "rich.live",
    "rich.progress", "safetensors.numpy", "torch", "uvicorn", "uvicorn.lifespan.off", "uvicorn.protocols.http.h11_impl",
    "uvicorn.loops.auto", "starlette.applications", "starlette.responses", "starlette.routing",
)  # fmt: skip
MODULES = {
    "win32": ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "readline", "curses", "syslog"),
    "darwin": (),
}
FUNCTIONS = {
    "win32": (
        "chown fchmod fchown fork forkpty getegid geteuid getgid getgroups getloadavg getpgid getpgrp getuid initgroups"
        " killpg lchown mkfifo mknod nice pathconf posix_fadvise posix_fallocate pread pwrite sched_getaffinity"
        " sched_setaffinity sendfile setsid setuid statvfs sync sysconf sysconf_names uname wait3 wait4"
        " O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_SYNC O_DIRECT"
    ),
    "darwin": (
        "posix_fadvise posix_fallocate sched_getaffinity sched_setaffinity O_DIRECT O_LARGEFILE memfd_create"
        " copy_file_range pidfd_open eventfd splice getrandom"
    ),
}
SIGNALS = {"win32": "SIGHUP SIGKILL SIGQUIT SIGUSR1 SIGUSR2 SIGALRM SIGCHLD SIGPIPE pthread_sigmask", "darwin": ""}
HIDDEN = ("/proc", "/sys", "/dev/shm")  # folders that the other systems do not have


def be(platform: str) -> None:
    """Make this process as it would be on another system, "win32" or "darwin"."""
    for name in FOREIGN:
        importlib.import_module(name)
    warnings.filterwarnings("error", category=EncodingWarning, module=r"convscope\b")  # needs -X warn_default_encoding
    for name in MODULES[platform]:
        sys.modules[name] = None  # type: ignore[assignment]
    for owner, names in ((os, FUNCTIONS), (signal, SIGNALS)):
        for name in names[platform].split():
            if hasattr(owner, name):
                delattr(owner, name)
    sys.platform = platform
    _hide(platform == "win32")
    _relaunch(platform)
    if platform == "win32":
        _open_files_stay()
        _windows_libraries()
    else:
        _replace(
            ctypes,
            "CDLL",
            lambda real: lambda name, *words, **more: object() if name is None else real(name, *words, **more),
        )


def _hide(folders_too: bool) -> None:
    """Let nobody open what lies in HIDDEN, nor on Windows a folder."""

    def audit(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(args[0], (str, bytes, pathlib.Path)) and not _Looking.on:
            path = os.fsdecode(args[0])
            if path.startswith(HIDDEN):
                raise FileNotFoundError(errno.ENOENT, "hidden", path)
            if folders_too and _is_folder(path):
                raise PermissionError(errno.EACCES, "a folder", path)

    sys.addaudithook(audit)


class _Looking:
    """While `on`, this module itself looks into /proc."""

    on = False


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    setattr(owner, name, make(getattr(owner, name)))


def _relaunch(platform: str) -> None:
    """Let a convscope that is started from here be on the other system too; take Windows' flags, which Linux lacks."""
    subprocess.CREATE_NEW_PROCESS_GROUP = 0x200  # type: ignore[attr-defined]
    real = subprocess.Popen.__init__

    def init(self: Any, args: Any, *more: Any, creationflags: int = 0, **words: Any) -> None:
        if isinstance(args, list) and args[-1:] and "convscope" in args and "-m" in args:
            at = args.index("convscope")
            args = [*args[:at], "tests.cli.elsewhere", platform, *args[at + 1 :]]
            args.insert(1, "-Xwarn_default_encoding")
        real(self, args, *more, **words)

    subprocess.Popen.__init__ = init  # type: ignore[method-assign]


def _open_files_stay() -> None:
    """Refuse, as Windows does, to rename or remove what this process, its parent or a child of it has open or mapped,
    and a folder with such a file; and to sync a file that was opened to be read.
    """

    def refuse(path: Any, folder: bool) -> None:
        target = os.path.realpath(os.fsdecode(path))
        for held in _held():
            if held == target or (folder and held.startswith(target + "/")):
                raise PermissionError(errno.EACCES, "open elsewhere", target)

    def guarded(real: Any, places: int) -> Any:
        def call(*paths: Any, dir_fd: int | None = None, **words: Any) -> Any:
            if dir_fd is None:
                for path in paths[:places]:
                    refuse(path, folder=True)
            return real(*paths, **({} if dir_fd is None else {"dir_fd": dir_fd}), **words)

        return call

    for name, places in (("replace", 2), ("rename", 2), ("unlink", 1), ("remove", 1), ("rmdir", 1)):
        _replace(os, name, lambda real, places=places: guarded(real, places))

    def sync(real: Any) -> Any:
        def call(file: Any) -> None:
            number = file if isinstance(file, int) else file.fileno()
            if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
                raise OSError(errno.EBADF, "opened to be read")
            real(file)

        return call

    _replace(os, "fsync", sync)


def _held() -> list[str]:
    """Return the paths that this process, its parent and its children have open."""
    _Looking.on = True
    try:
        pids = [os.getpid(), os.getppid()]
        for task in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{task}/children", encoding="ascii") as file:
                pids += [int(pid) for pid in file.read().split()]
        found = []
        for pid in pids:
            if not os.access(f"/proc/{pid}/fd", os.R_OK):  # it has ended
                continue
            for number in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):  # the one that was open to list them
                    found.append(os.readlink(f"/proc/{pid}/fd/{number}"))
            with contextlib.suppress(OSError), open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
                found += [words[5] for line in file if len(words := line.rstrip().split(maxsplit=5)) == 6]
        return found
    finally:
        _Looking.on = False


def _windows_libraries() -> None:
    """Put msvcrt and kernel32 there, as far as they are used, and the option that Windows' sockets have."""

    def locking(number: int, mode: int, size: int) -> None:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "locked") from None

    sys.modules["msvcrt"] = types.SimpleNamespace(LK_NBLCK=2, locking=locking)  # type: ignore[assignment]
    socket.SO_EXCLUSIVEADDRUSE = socket.SO_KEEPALIVE  # type: ignore[attr-defined]
    asyncio.ProactorEventLoop = asyncio.SelectorEventLoop  # type: ignore[attr-defined]

    def memory(status: Any) -> int:
        assert status._obj.length == 64
        status._obj.total = 8 << 30
        return 1

    ctypes.windll = types.SimpleNamespace(kernel32=types.SimpleNamespace(GlobalMemoryStatusEx=memory))  # type: ignore[attr-defined]

    def load(real: Any) -> Any:
        def call(name: Any, *words: Any, **more: Any) -> Any:
            if name is None:
                raise TypeError("LoadLibrary() argument 1 must be str, not None")
            return real(name, *words, **more)

        return call

    _replace(ctypes, "CDLL", load)


if __name__ == "__main__":
    where = sys.argv.pop(1)
    be(where)
    from convscope.cli.main import main, script
    from convscope.cli.outputs import guard_outputs

    if "++" not in sys.argv:
        script()
    guard_outputs()
    for command in shlex_join(sys.argv[1:]).split(" ++ "):
        print("exit", main(split(command)), flush=True)
