"""`python -m convscope` and the installed command: signals are heeded before anything else is imported."""

from __future__ import annotations

from .leaving import leave_on_signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def script() -> NoReturn:
    """Run the command line; leave with its exit code."""
    leave_on_signals()
    from .cli.main import script as run

    run()


if __name__ == "__main__":
    script()
