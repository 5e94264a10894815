"""`convscope completion`: what lets bash, zsh or fish complete verbs, options, choices and files."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import OK

SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments and options."""
    parser.description = (
        "Print a script by which a shell completes convscope's verbs, options, choices and files. Write it where the "
        "shell looks for such scripts, as below, and open a new shell."
    )
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh or fish")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the script; return the exit code."""
    print((Path(__file__).parent / "shells" / f"convscope.{args.shell}").read_text(encoding="utf-8"), end="")
    return OK
