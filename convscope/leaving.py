"""How a command ends when it is asked to while it has nothing to save: at once, undoing what is half done.

A KeyboardInterrupt would not do. Raised in the middle of an import, a destructor or another package's `try`, it is
swallowed, printed, or taken for a package that is missing; and what is imported when it comes stays half imported.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from .errors import INTERRUPTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK", "SIGXCPU")
# Ctrl-C, kill, the terminal was closed, Ctrl-Break on Windows, a limit of CPU time
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))
REPEATED = getattr(signal, "SIGXCPU", None)  # which the system sends every second: it is asked once

_undoing: list[Callable[[], object]] = []


@contextlib.contextmanager
def undone(undo: Callable[[], object]) -> Iterator[None]:
    """While entered, a process that leaves calls `undo` first: it removes what is half written, or ends a process of
    ours. It must be quick, and do no harm where there is nothing to undo.
    """
    _undoing.append(undo)
    try:
        yield
    finally:
        _undoing.remove(undo)


def leave_on_signals() -> None:
    """From now on each of SIGNALS ends the process; one that is ignored stays so, as nohup wants it."""
    for number in heeded():
        signal.signal(number, leave)


def stay_to_the_end() -> None:
    """From now on none of SIGNALS does anything: the work is done, and Python itself ends in a moment."""
    for number in heeded():
        signal.signal(number, signal.SIG_IGN)


def leave(number: int, frame: FrameType | None) -> None:
    """End the process with exit code 5 and one line, what is half done undone; a second signal does not wait for
    outputs that nobody reads.
    """
    stay_to_the_end()
    while _undoing:
        with contextlib.suppress(Exception):  # what cannot be undone must not keep what can
            _undoing.pop()()
    for each in SIGNALS:
        signal.signal(each, lambda *_: os._exit(INTERRUPTED))
    with contextlib.suppress(Exception):  # it may be what was just being written to
        sys.stdout.flush()
    if "TORCHELASTIC_RUN_ID" not in os.environ or os.environ.get("RANK") == "0":  # of several the first speaks for all
        with contextlib.suppress(OSError):
            os.write(2, b"stopped\n")
    os._exit(INTERRUPTED)


def heeded() -> dict[int, object]:
    """Return the handlers of those signals that are not ignored."""
    return {s: handler for s in SIGNALS if (handler := signal.getsignal(s)) not in (signal.SIG_IGN, None)}
