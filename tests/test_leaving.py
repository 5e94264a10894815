"""A command that is asked to end does so at once, whatever it is at, and undoes what is half done."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

BEGIN = "import os, signal, sys, time\nfrom convscope.leaving import leave_on_signals, stay_to_the_end, undone\n"
KILL = "os.kill(os.getpid(), signal.{})\n"


def run(code: str, *, ignored: bool = False) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter in which no signal is ignored, or all are."""

    def reset() -> None:
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGXCPU"):
            signal.signal(getattr(signal, name), signal.SIG_IGN if ignored else signal.SIG_DFL)

    command = [sys.executable, "-c", BEGIN + code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, preexec_fn=reset)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGXCPU"])
@pytest.mark.medium
def test_it_ends_within_what_would_swallow_an_exception(name: str) -> None:
    kill = KILL.format(name)
    done = run(f"leave_on_signals()\nprint('before')\ntry:\n    {kill}except BaseException:\n    pass\nprint('after')")
    assert (done.returncode, done.stdout, done.stderr) == (5, "before\n", "stopped\n")
    code = f"class Last:\n    def __del__(self):\n        {kill}leave_on_signals()\nLast()\nprint('after')"
    assert run(code).returncode == 5


def test_what_is_half_done_is_undone_even_where_something_cannot_be(tmp_path: Path) -> None:
    whole, half = tmp_path / "whole", tmp_path / "half"
    code = (
        f"leave_on_signals()\nwhole, half = {str(whole)!r}, {str(half)!r}\n"
        "with undone(lambda: os.unlink(whole)):\n    open(whole, 'w').close()\n"
        "with undone(lambda: os.unlink(half)), undone(lambda: 1 / 0):\n    open(half, 'w').close()\n    "
    )
    done = run(code + KILL.format("SIGTERM"))
    assert (done.returncode, done.stderr, sorted(tmp_path.iterdir())) == (5, "stopped\n", [whole])


@pytest.mark.medium
def test_a_second_signal_does_not_wait_for_an_output_that_nobody_reads() -> None:
    code = (
        "leave_on_signals()\nread, write = os.pipe()\nos.dup2(write, 1)\nos.set_blocking(1, False)\n"
        "try:\n    while True: os.write(1, b'x' * 4096)\nexcept BlockingIOError: pass\nos.set_blocking(1, True)\n"
        "sys.stdout = open(1, 'w', closefd=False)\nprint('what cannot be written')\n"
        "if os.fork() == 0:\n    time.sleep(0.3)\n    os.kill(os.getppid(), signal.SIGINT)\n    os._exit(0)\n"
    )
    assert run(code + KILL.format("SIGTERM")).returncode == 5


def test_a_signal_that_is_ignored_stays_so() -> None:
    kills = "".join(KILL.format(name) for name in ("SIGINT", "SIGTERM", "SIGHUP"))
    assert run(f"leave_on_signals()\n{kills}print('after')", ignored=True).stdout == "after\n"


@pytest.mark.medium
def test_what_comes_when_the_work_is_done_changes_nothing() -> None:
    assert run("leave_on_signals()\nstay_to_the_end()\n" + KILL.format("SIGTERM")).returncode == 0


@pytest.mark.medium
def test_of_several_processes_the_first_speaks() -> None:
    for rank, said in (("0", "stopped\n"), ("1", "")):
        code = f"os.environ.update(TORCHELASTIC_RUN_ID='x', RANK='{rank}')\nleave_on_signals()\n"
        assert run(code + KILL.format("SIGTERM")).stderr == said


def test_signals_are_heeded_before_anything_else_is_imported() -> None:
    code = (
        "import builtins\nplain = builtins.__import__\nheeded = []\n"
        "def look(name, *more, **words):\n"
        "    heeded.append((name, callable(signal.getsignal(signal.SIGTERM))))\n"
        "    return plain(name, *more, **words)\n"
        "from convscope.__main__ import script\nbuiltins.__import__ = look\nsys.argv = ['convscope', '--version']\n"
        "try: script()\nexcept SystemExit: pass\nassert heeded and all(ready for _, ready in heeded), heeded[0]"
    )
    done = run(code)
    assert (done.returncode, done.stderr) == (0, "")
