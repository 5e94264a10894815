"""`python -m convscope` and the installed command: nothing is imported before Ctrl-C is heeded."""

from typing import NoReturn


def script() -> NoReturn:
    """Run the command line; leave with its exit code."""
    try:
        from .cli.main import script as run
    except KeyboardInterrupt:
        raise SystemExit(5) from None
    run()


if __name__ == "__main__":
    script()
