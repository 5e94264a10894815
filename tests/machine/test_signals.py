"""Signals become a question; a second one is final."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from convscope.machine.signals import Interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_handlers_come_back(number: signal.Signals) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Interrupts() as watch:
        assert not watch.asked()
        os.kill(os.getpid(), number)
        assert watch.asked()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_the_second_ends_the_process_at_once() -> None:
    code = (
        "import os, signal\nfrom convscope.machine.signals import Interrupts\n"
        "with Interrupts():\n    os.kill(os.getpid(), signal.SIGINT)\n    print('first', flush=True)\n    "
        "os.kill(os.getpid(), signal.SIGTERM)\n    print('second')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (5, "first\n")


def test_a_second_one_too_close_to_the_first_does_not_count() -> None:
    with Interrupts(apart=60.0) as watch:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)  # as torchrun does after Ctrl-C
        assert watch.asked()
    code = (
        "import os, signal, time\nfrom convscope.machine.signals import Interrupts\nwith Interrupts(apart=0.05):\n    "
        "os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(0.1)\n    os.kill(os.getpid(), signal.SIGTERM)\n    print('second')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (5, "")


def test_a_limit_of_cpu_time_that_comes_every_second_is_one_question() -> None:
    with Interrupts() as watch:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGXCPU)
        assert watch.asked()


def test_other_threads_leave_signals_alone() -> None:
    before = signal.getsignal(signal.SIGINT)

    def work() -> None:
        with Interrupts() as watch:
            seen.append((signal.getsignal(signal.SIGINT) is before, watch.asked()))

    seen: list[tuple[bool, bool]] = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(True, False)]
