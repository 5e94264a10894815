"""`convscope VERB …`: find the verb, run it, and turn what goes wrong into one message and an exit code."""

from __future__ import annotations

import gc
import os
import sys

from ..errors import INTERRUPTED, OK, USAGE, ConvscopeError, EnvironmentFault, InputError, did_you_mean
from .overview import VERBS, overview
from .quick import Declared, Given, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn


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
    """Print an error. Of several processes that train together the first speaks for all, the others of what they alone
    met.
    """
    rank = os.environ.get("RANK", "0") if "TORCHELASTIC_RUN_ID" in os.environ else "0"
    if rank == "0":
        print(error, file=sys.stderr)
    elif isinstance(error, (InputError, EnvironmentFault)):
        print(f"process {rank}: {error.line()}", file=sys.stderr)


def _run(verb: str | None, words: list[str]) -> int:
    """Run the verb. Raises EnvironmentFault where one of the packages that it works with is not installed."""
    try:
        if not words or words in (["-h"], ["--help"]):
            print(overview(), end="")
            return OK
        args = _read(verb, words)
        if args.version:
            from .. import __version__

            print(__version__)
            return OK
        if not hasattr(args, "run"):
            print(overview(), end="")
            return USAGE
        return int(args.run(args))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == __package__.split(".")[0]:
            raise
        raise EnvironmentFault(
            f"convscope {verb} needs a package that is not installed", got=error.name, hint="pip install convscope"
        ) from error


def _read(verb: str | None, words: list[str]) -> Any:
    """Return what the words say, an attribute an option: without argparse where they are plain enough."""
    if words == ["--version"]:
        return Given({"version": True})
    if verb is not None and words[0] == verb:
        from importlib import import_module

        declared = Declared()
        import_module(f"convscope.cli.{verb}").add(declared)
        if (given := read(declared, words[1:])) is not None:
            given.version = False
            return given
    from .parsers import parser

    return parser(verb).parse_args(words)


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
    # What was imported need not be taken apart again: 25 ms after numpy and ONNX Runtime.
    if "torch" not in sys.modules:
        os._exit(code)
    gc.freeze()  # torch has ends to tie up; its 0.3 s of last garbage collection are saved all the same
    raise SystemExit(code)
