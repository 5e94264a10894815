"""The command line in argparse: for --help of a verb, for what is typed in an unusual way, and for mistakes."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from ..errors import USAGE
from .overview import VERBS, overview

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """Answers a mistake in the house's form and with exit code 2."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}\ntry: {self.prog} --help", file=sys.stderr)
        raise SystemExit(USAGE)


class Top(Parser):
    """The parser in front of the verbs; its help is the one text that needs no argparse."""

    def format_help(self) -> str:
        return overview()


def parser(verb: str | None) -> argparse.ArgumentParser:
    """Return the parser; only `verb`'s own module is imported, the others are known by name."""
    top = Top(prog="convscope")
    top.add_argument("--version", action="store_true")
    verbs = top.add_subparsers(metavar="VERB", parser_class=Parser)
    for name in VERBS:
        if name == verb:
            import_module(f"convscope.cli.{name}").add(verbs)
        else:
            verbs.add_parser(name)
    return top
