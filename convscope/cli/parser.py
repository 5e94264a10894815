"""The command line's parser: one verb each for what convscope does, in argparse."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Container
from importlib import import_module
from typing import NoReturn

from ..errors import LINE, USAGE, printable
from ..version import __version__
from .examples import examples_of

VERBS = {
    "describe": "the shapes, parameters, MACs and receptive fields of a formula",
    "check": "what is wrong with labelled pictures: copies, leaks, conflicts, faults",
    "train": "train a network and write its model file",
    "evaluate": "accuracy, loss and confusion matrix on labelled pictures",
    "predict": "which class is in each picture",
    "serve": "a model behind HTTP: pictures in, answers as predict --json has them",
    "quantise": "a model in 8 bits, with its accuracy before and after",
    "report": "what a run came to, as one HTML file: figures, errors, doubts, limits",
    "draw": "the architecture of a network for papers and slides: .svg, .pdf, .png",
    "look": "every number of a network in one HTML file",
    "lab": "the lecture's chapters and a workbench, in the browser",
    "info": "what a model file says of itself, verified",
    "cache": "the decoded pictures that are kept: where, how many bytes, and --clear",
    "doctor": "this machine as convscope sees it, and what is missing or slow here",
    "completion": "what lets a shell complete verbs, options and files",
}
ABOUT = """A see-through CNN workbench: describe a network in one line, train it in seconds, look inside it, ship it as
one file."""


class Parser(argparse.ArgumentParser):
    """A parser that reports a mistake in convscope's form and leaves with exit code 2. `examples` end its help."""

    examples = ""

    def format_help(self) -> str:
        """Return the help, and the examples line by line, which argparse would run together."""
        return "\n".join(filter(None, (super().format_help(), self.examples)))

    def error(self, message: str) -> NoReturn:
        """Print the mistake and what to try; raise SystemExit."""
        print(f"{self.prog}: {printable(message, LINE)}\ntry: {self.prog} --help", file=sys.stderr)
        raise SystemExit(USAGE)


def make_parser(verb: str | None = None) -> Parser:
    """Return the whole command's parser. Only the module of `verb` is imported: the other verbs have no options yet."""
    return _whole({verb})


def full_parser() -> Parser:
    """Return the whole command's parser with every verb's options, for references and shells."""
    return _whole(set(VERBS))


def _whole(filled: Container[str | None]) -> Parser:
    parser = Parser(prog="convscope", description=ABOUT)
    parser.add_argument("--version", action="version", version=__version__, help="print the version and exit")
    verbs = parser.add_subparsers(
        title="verbs (see convscope VERB --help)", metavar="VERB", dest="verb", parser_class=Parser
    )
    for name, about in VERBS.items():
        added = verbs.add_parser(name, help=about)
        if name in filled:
            _fill(added, name)
    return parser


def verb_parser(verb: str) -> Parser:
    """Return the parser of one verb by itself, as `convscope VERB` uses it."""
    parser = Parser(prog=f"convscope {verb}")
    _fill(parser, verb)
    return parser


def _fill(parser: Parser, verb: str) -> None:
    """Give a verb's parser its arguments, from the verb's own module, and its examples."""
    import_module(f"{__package__}.{verb}").add_arguments(parser)
    parser.examples = examples_of(verb)
