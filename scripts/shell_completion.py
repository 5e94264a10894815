"""Write convscope/cli/shells, what bash, zsh and fish complete by, from the parsers: `make cli-reference`.

shtab writes them. They are in the package, so that nobody needs shtab to use them, and a Tab starts no Python.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import shtab

from convscope.cli.parser import Parser, full_parser

FOLDER = Path(__file__).parent.parent / "convscope" / "cli" / "shells"
SHELLS = ("bash", "zsh", "fish")
FILES = {"MODEL", "DATA", "FILE", "IMAGE", "PAGE", "CSV", "RUN"}  # words of a metavar that stand for a path
FOLDERS = {"DIR"}


def completion(shell: str) -> str:
    """Return the script of one shell."""
    parser = full_parser()
    _mark(parser)
    return shtab.complete(parser, shell).rstrip() + "\n"


def _mark(parser: argparse.ArgumentParser) -> None:
    """Tell shtab which arguments are paths, by what they are called."""
    for action in parser._actions:  # argparse has no public list of them
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                assert isinstance(verb, Parser)
                _mark(verb)
        words = set(str(action.metavar).split("|"))
        if words & FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif words & FOLDERS:
            action.complete = shtab.DIR  # type: ignore[attr-defined]


if __name__ == "__main__":
    for shell in SHELLS:
        path = FOLDER / f"convscope.{shell}"
        path.write_text(completion(shell), encoding="utf-8", newline="\n")
        print(path)
