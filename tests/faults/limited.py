"""Run something in a process of its own that can neither hang nor fill the memory, and tell how it ended."""

from __future__ import annotations

import contextlib
import os
import re
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
from typing import IO

MB = 1 << 20
HEEDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU)  # what a shell's background job may ignore


def patient(seconds: float) -> float:
    """Return how long an attack may take: three times as long within pytest, whose tests assert no times. There only
    what grows without bound is a fault; `make faults` holds to the figure.
    """
    return 3 * seconds if "PYTEST_CURRENT_TEST" in os.environ else seconds


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


class Running:
    """A process that was begun, the first of a group of its own, with a file that takes what it says."""

    def __init__(self, pid: int, out: IO[bytes], process: subprocess.Popen[bytes] | None = None) -> None:
        self.pid, self._out, self._process = pid, out, process

    def heeds(self, number: int) -> bool:
        """Whether the process handles or ignores a signal just now; it is held still until `send` lets it go on."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGSTOP)
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii", errors="replace")
            masks = re.findall(r"^Sig(?:Cgt|Ign):\s*(\w+)", status, re.M)
            return any(int(mask, 16) >> (number - 1) & 1 for mask in masks)
        return False

    def send(self, number: int, group: bool = False) -> None:
        """Send a signal, to the whole `group` or to the process; one that was held still goes on."""
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.pid, number)
            os.kill(self.pid, signal.SIGCONT)

    def group_left(self) -> bool:
        """Whether a process of its group is still there some seconds after it has ended itself."""
        for _ in range(500):  # one that was killed takes its moment
            try:
                os.killpg(self.pid, 0)
            except ProcessLookupError:
                return False
            time.sleep(0.01)
        return True

    def wait(self, seconds: float) -> Ended:
        """Wait until it has ended; what takes longer is killed with its group, and so is all where waiting is broken
        off.
        """
        end, hung, peak = time.monotonic() + seconds, False, 0
        try:
            while True:
                peak = self._peak() or peak
                done, status, usage = os.wait4(self.pid, os.WNOHANG)
                if done:
                    break
                if time.monotonic() > end and not hung:
                    hung = True
                    self.send(signal.SIGKILL, group=True)
                time.sleep(0.002)
        except (KeyboardInterrupt, SystemExit):  # Ctrl-C or SIGTERM to the campaign
            self.send(signal.SIGKILL, group=True)
            raise
        code = os.waitstatus_to_exitcode(status)
        if self._process is not None:
            self._process.returncode = code  # it was waited for here
        said = os.pread(self._out.fileno(), 1 << 20, 0).decode(errors="replace")
        self._out.close()
        cpu_seconds = usage.ru_utime + usage.ru_stime
        return Ended(code, said, hung, cpu_seconds, peak or usage.ru_maxrss * 1024)

    def _peak(self) -> int:
        """Return the most memory that a command has held so far, in bytes; 0 where that does not show. What `wait4`
        tells counts whoever began it too, until it became another program.
        """
        if self._process is None:
            return 0
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii", errors="replace")
            if found := re.search(r"^VmHWM:\s*(\d+)", status, re.M):
                return int(found[1]) * 1024
        return 0


def command(
    arguments: Sequence[str | bytes], *, seconds: float = 60, megabytes: int | None = None, folder: Path | None = None,
    env: dict[str, str] | None = None, stdin: bytes = b"",
) -> Ended:  # fmt: skip
    """Run `python -m convscope ARGUMENTS` for at most `seconds` of the clock and `megabytes` of address space."""
    words = [sys.executable, "-m", "convscope", *arguments]
    return begin(words, megabytes=megabytes, folder=folder, env=env, stdin=stdin).wait(seconds)


def begin(
    words: Sequence[str | bytes], *, megabytes: int | None = None, folder: Path | None = None,
    env: dict[str, str] | None = None, stdin: bytes = b"",
) -> Running:  # fmt: skip
    """Begin any command, no signal ignored."""

    def limit() -> None:
        _heed()
        if megabytes is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (megabytes * MB, megabytes * MB))

    out = tempfile.TemporaryFile()  # noqa: SIM115
    with tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        process = subprocess.Popen(
            words, stdin=given, stdout=out, stderr=out, cwd=folder,
            env={**os.environ, **(env or {})}, preexec_fn=limit, start_new_session=True,
        )  # fmt: skip
    return Running(process.pid, out, process)


def child(
    function: Callable[[], object], *, seconds: float = 60, megabytes: int | None = None,
    kill_after: float | None = None, signal_number: int = signal.SIGKILL,
) -> Ended:  # fmt: skip
    """Run `function()` in a forked child, which has everything imported already; exit code 0, or 99 and a traceback.

    After `kill_after` seconds the child is sent `signal_number`.
    """
    running = fork(function, megabytes=megabytes)
    if kill_after is not None:
        time.sleep(kill_after)
        running.send(signal_number)
    return running.wait(seconds)


def fork(function: Callable[[], object], *, megabytes: int | None = None) -> Running:
    """Begin `function()` in a forked child."""
    out = tempfile.TemporaryFile()  # noqa: SIM115
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            os.setpgid(0, 0)
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
            sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
            _heed()
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
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)  # at once, not only when the child comes to it
    return Running(pid, out)


def ended_within(pid: int, seconds: float) -> bool:
    """Wait for a child of ours; one that takes longer is killed. Returns whether it ended by itself."""
    end = time.monotonic() + seconds
    while not os.waitpid(pid, os.WNOHANG)[0]:
        time.sleep(0.01)
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return False
    return True


def _heed() -> None:
    for number in HEEDED:
        if signal.getsignal(number) == signal.SIG_IGN or number == signal.SIGTERM:  # which the campaign handles itself
            signal.signal(number, signal.SIG_DFL)
