"""`convscope VERB …`: find the verb, run it, and turn what goes wrong into one message and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

from ..errors import INTERRUPTED, OK, USAGE, ConvscopeError, EnvironmentFault, InputError, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

VERBS = {
    "describe": "the shapes, parameters, MACs and receptive fields of a formula",
    "train": "train a network and write its model file",
    "evaluate": "accuracy, loss and confusion matrix on labelled pictures",
    "predict": "which class is in each picture",
    "look": "every number of a network in one HTML file",
    "lab": "the lecture's chapters and a workbench, in the browser",
    "info": "what a model file says of itself, verified",
}


class _Parser(argparse.ArgumentParser):
    """Answers a mistake in the house's form and with exit code 2."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}\ntry: {self.prog} --help", file=sys.stderr)
        raise SystemExit(USAGE)


def parser(verb: str | None) -> argparse.ArgumentParser:
    """Return the parser; only `verb`'s own module is imported, the others are there by name for --help."""
    top = _Parser(
        prog="convscope",
        description="A see-through CNN workbench: describe a network in one line, train it in seconds, look inside it, "
        "ship it as one file.",
    )
    top.add_argument("--version", action="store_true", help="print the version and leave")
    verbs = top.add_subparsers(metavar="VERB", parser_class=_Parser)
    for name, about in VERBS.items():
        if name == verb:
            import_module(f"convscope.cli.{name}").add(verbs)
        else:
            verbs.add_parser(name, help=about)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code: 0 ok, 1 bug, 2 usage, 3 bad input, 4 environment, 5 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    verb = next((w for w in words if not w.startswith("-")), None)
    if verb is not None and verb not in VERBS:
        print(f"convscope: no verb is called {verb!a}\ntry: {did_you_mean(verb, list(VERBS))}", file=sys.stderr)
        return USAGE
    try:
        return _run(verb, words)
    except ConvscopeError as error:
        report(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe went away, as `| head` does
        sys.stdout = None  # nothing left to flush to
        return OK


def report(error: ConvscopeError) -> None:
    """Print an error. Of several processes that train together the first speaks for all, the others of what they alone met."""
    rank = os.environ.get("RANK", "0") if "TORCHELASTIC_RUN_ID" in os.environ else "0"
    if rank == "0":
        print(error, file=sys.stderr)
    elif isinstance(error, (InputError, EnvironmentFault)):
        print(f"process {rank}: {error.line()}", file=sys.stderr)


def _run(verb: str | None, words: list[str]) -> int:
    """Run the verb. Raises EnvironmentFault where one of the packages that it works with is not installed."""
    try:
        args = parser(verb).parse_args(words)
        if args.version:
            from .. import __version__

            print(__version__)
            return OK
        if not hasattr(args, "run"):
            parser(None).print_help()
            return OK if not words else USAGE
        return int(args.run(args))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == __package__.split(".")[0]:
            raise
        raise EnvironmentFault(
            f"convscope {verb} needs a package that is not installed", got=error.name, hint="pip install convscope"
        ) from error


def script() -> NoReturn:
    """Run as the installed command; any terminal takes the output, whatever its encoding."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    raise SystemExit(main())
