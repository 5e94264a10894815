"""`convscope VERB …`: find the verb, run it, and turn what goes wrong into one message and an exit code."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from ..errors import INTERRUPTED, OK, USAGE, ConvscopeError, EnvironmentFault, InputError, UsageError, did_you_mean
from .parser import VERBS, make_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code: 0 ok, 1 bug, 2 usage, 3 bad input, 4 environment, 5 interrupted.

    Raises SystemExit where argparse does: after --help and --version, and for options that it cannot read.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    verb = next((word for word in words if not word.startswith("-")), None)
    if verb is not None and verb not in VERBS:
        report(UsageError("verb.unknown", where="convscope", got=ascii(verb), hint=did_you_mean(verb, list(VERBS))))
        return USAGE
    try:
        return _run(verb, words)
    except ConvscopeError as error:
        report(error)
        if "--json" in words:
            answer(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe went away, as `| head` does
        sys.stdout = None  # nothing left to flush to
        return OK
    except Exception as error:
        if "--json" in words:
            answer(ConvscopeError("error.bug", what=f"{type(error).__name__}: {error}"))
        raise


def answer(error: ConvscopeError) -> None:
    """Print an error for a program that reads along: one line of JSON."""
    with contextlib.suppress(OSError):  # nobody reads any more
        print(json.dumps({"error": error.to_json()}), flush=True)


def report(error: ConvscopeError) -> None:
    """Print an error. Of several processes that train together the first reports for all; the others report only errors
    of their own input or machine.
    """
    rank = os.environ.get("RANK", "0") if "TORCHELASTIC_RUN_ID" in os.environ else "0"
    if rank == "0":
        print(error, file=sys.stderr)
    elif isinstance(error, (InputError, EnvironmentFault)):
        print(f"process {rank}: {error.line()}", file=sys.stderr)


def script() -> NoReturn:
    """Run as the installed command; any terminal takes the output, whatever its encoding."""
    streams = [stream for stream in (sys.stdout, sys.stderr) if stream is not None]
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code = main()
    try:
        for stream in streams:
            stream.flush()
    except BrokenPipeError:
        sys.stdout = None
    raise SystemExit(code)


def _run(verb: str | None, words: list[str]) -> int:
    """Run the verb. Raises EnvironmentFault where one of the packages that it works with is not installed."""
    parser = make_parser(verb)
    args = parser.parse_args(words)
    if verb is None:
        parser.print_help()
        return OK
    try:
        return int(args.run(args))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == __package__.split(".")[0]:
            raise
        raise EnvironmentFault("package.missing", verb=verb, got=error.name, hint="pip install convscope") from error
