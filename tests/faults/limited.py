"""Run something in a process of its own that can neither hang nor fill the memory, and tell how it ended."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

MB = 1 << 20


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (negative: the signal that killed it) and what it said and used."""

    code: int
    said: str  # standard output and standard error together
    hung: bool  # killed after its time
    cpu_seconds: float
    peak_bytes: int

    @property
    def traceback(self) -> bool:
        """Whether it ended in a traceback."""
        return "Traceback (most recent call last)" in self.said


def command(
    arguments: Sequence[str | bytes], *, seconds: float = 60, megabytes: int | None = None, folder: Path | None = None,
    env: dict[str, str] | None = None, stdin: bytes = b"",
) -> Ended:  # fmt: skip
    """Run `python -m convscope ARGUMENTS` for at most `seconds` of the clock and `megabytes` of address space."""

    def limit() -> None:
        if megabytes is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (megabytes * MB, megabytes * MB))

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", "convscope", *arguments], stdin=given, stdout=out, stderr=out, cwd=folder,
            env={**os.environ, **(env or {})}, preexec_fn=limit, start_new_session=True,
        )  # fmt: skip
        return _wait(process.pid, seconds, out.fileno(), process)


def child(
    function: Callable[[], object], *, seconds: float = 60, megabytes: int | None = None,
    kill_after: float | None = None, signal_number: int = signal.SIGKILL,
) -> Ended:  # fmt: skip
    """Run `function()` in a forked child, which has everything imported already; exit code 0, or 99 and a traceback.

    After `kill_after` seconds the child is sent `signal_number`.
    """
    with tempfile.TemporaryFile() as out:
        pid = os.fork()
        if pid == 0:
            code = 99
            try:
                os.setsid()
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
                if megabytes is not None:
                    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * MB, megabytes * MB))
                function()
                code = 0
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else 1
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal_number)
        return _wait(pid, seconds, out.fileno())


def _wait(pid: int, seconds: float, out: int, process: subprocess.Popen[bytes] | None = None) -> Ended:
    end, hung = time.monotonic() + seconds, False
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() > end and not hung:
            hung = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        time.sleep(0.002)
    code = os.waitstatus_to_exitcode(status)
    if process is not None:
        process.returncode = code  # it was waited for here
    said = os.pread(out, 1 << 20, 0).decode(errors="replace")
    return Ended(code, said, hung, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
