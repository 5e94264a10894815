"""`convscope VERB …`: find the verb, run it, and turn what goes wrong into one message and an exit code."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from collections.abc import Sequence
from types import CodeType
from typing import NoReturn

from ..caller import command_line
from ..errors import (
    ENVIRONMENT,
    INTERRUPTED,
    OK,
    USAGE,
    ConvscopeError,
    EnvironmentFault,
    UsageError,
    did_you_mean,
    phrase,
    system_reason,
)
from ..leaving import stay_to_the_end
from ..machine.memory import require_limits
from .outputs import guard_outputs
from .parser import VERBS, make_parser, verb_parser

# What the system refuses for reasons of its own or of a name, at whatever call; anything else would be a bug.
REFUSED = {
    getattr(errno, name)
    for name in (
        *("EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO"),
        *("EMFILE", "ENFILE", "ENOMEM", "ENAMETOOLONG", "ELOOP", "ENOTDIR"),
    )
    if hasattr(errno, name)
}

# What torch and Python say in a RuntimeError where memory, or another thread, is refused.
NO_MEMORY = ("can't allocate memory", "out of memory", "can't start new thread")

LIGHT = ("describe", "info")  # verbs that take no memory to speak of
HEAVY = ("train", "look", "lab", "report")  # and those that import torch, or all that there is


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code: 0 ok, 1 bug, 2 usage, 3 bad input, 4 environment, 5 interrupted.

    Raises SystemExit where argparse does: after --help and --version, and for options that it cannot read.
    """
    with command_line():
        return _main(list(sys.argv[1:] if argv is None else argv))


def _main(words: list[str]) -> int:
    verb = next((word for word in words if not word.startswith("-")), None)
    if verb is not None and verb not in VERBS:
        report(UsageError("verb.unknown", where="convscope", got=ascii(verb), hint=did_you_mean(verb, list(VERBS))))
        return USAGE
    try:
        code = _run(verb, words)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:  # where `script` does not see to it
        print("stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe went away, as `| head` does
        return OK
    except Exception as error:
        fault = _fault(error)
        if "--json" in words:
            answer(fault or ConvscopeError("error.bug", what=f"{type(error).__name__}: {error}"))
        if fault is None:
            raise
        report(fault)
        return fault.exit_code


def answer(error: ConvscopeError) -> None:
    """Print an error for a program that reads along: one line of JSON."""
    with contextlib.suppress(OSError):  # nobody reads any more
        print(json.dumps({"error": error.to_json()}), flush=True)


def report(error: ConvscopeError) -> None:
    """Print an error. Of several processes that train together the first reports for all; the others report only what
    their own machine lacks, or that they have lost another.
    """
    rank = os.environ.get("RANK", "0") if "TORCHELASTIC_RUN_ID" in os.environ else "0"
    if rank == "0":
        print(error, file=sys.stderr)
    elif isinstance(error, EnvironmentFault):
        print(f"process {rank}: {error.line()}", file=sys.stderr)


def script() -> NoReturn:
    """Run as the installed command."""
    guard_outputs()
    try:
        code = main()
    except (OSError, MemoryError) as error:  # no file or memory is left, not even to say so in full
        if isinstance(error, OSError) and error.errno not in REFUSED:
            raise
        os.write(2, f"the system refused: {getattr(error, 'strerror', None) or 'no memory'}\n".encode())
        os._exit(ENVIRONMENT)
    finally:
        stay_to_the_end()
    raise SystemExit(code)


def _fault(error: Exception) -> ConvscopeError | None:
    """Return what went wrong where it is the machine's doing or a path's; None for a bug."""
    if isinstance(error, ConvscopeError):
        return error
    refused = isinstance(error, RuntimeError) and any(said in str(error) for said in NO_MEMORY)
    if refused or isinstance(error, MemoryError):
        return EnvironmentFault("memory.gone", hint=phrase("memory.short.try"))
    if isinstance(error, OSError) and error.errno in REFUSED:
        where = "" if error.filename is None else str(error.filename)
        return EnvironmentFault("system.refused", reason=system_reason(error), where=where)
    return None


def _run(verb: str | None, words: list[str]) -> int:
    """Run the verb. Raises EnvironmentFault where one of the packages that it works with is not installed."""
    parser = make_parser(verb)
    try:
        if verb is not None and words[0] == verb:  # options and positionals in any order, which subparsers do not know
            args = verb_parser(verb).parse_intermixed_args(words[1:])
        else:
            args = parser.parse_args(words)
    except SystemExit:
        sys.stdout.flush()  # of --help: here a full disk is still reported
        raise
    if verb is None:
        parser.print_help()
        return OK
    if verb not in LIGHT:
        require_limits(*((900, 256) if verb in HEAVY else (192, 128)))  # megabytes with which they just work (log.md)
    if verb in HEAVY:
        _require_folder()
    try:
        return int(args.run(args))
    except ImportError as error:
        own = __package__.split(".")[0]
        if (error.name or own).split(".")[0] == own and _is_ours(error):
            raise
        if isinstance(error, ModuleNotFoundError):
            hint = "pip install convscope"
            raise EnvironmentFault("package.missing", verb=verb, got=error.name, hint=hint) from error
        reason = str(error.__cause__ or error).strip().partition("\n")[0]  # numpy's own words fill a screen
        raise _broken(verb, reason) from error
    except Exception as error:  # torch, where /dev/urandom can't be read: a RuntimeError
        if isinstance(error, ConvscopeError) or not _while_importing(error):
            raise
        raise _broken(verb, str(error).strip().partition("\n")[0]) from error


def _require_folder() -> None:
    """Raise EnvironmentFault where the folder that we are in was removed: Intel's library of sums, which torch loads
    when it first multiplies, ends the process there.
    """
    try:
        os.getcwd()
    except FileNotFoundError:
        raise EnvironmentFault("folder.gone", hint=phrase("folder.gone.try")) from None


def _broken(verb: str, reason: str) -> EnvironmentFault:
    return EnvironmentFault("package.broken", verb=verb, reason=reason, hint=phrase("package.broken.try"))


def _is_ours(error: Exception) -> bool:
    """Whether an import failed in a module of ours, and not in one of another package that it wanted."""
    return _of_ours([code for code in _passed(error) if not code.co_filename.startswith("<frozen importlib")][-1])


def _while_importing(error: Exception) -> bool:
    """Whether it was raised while another package was imported: below the top level of one of its modules."""
    return any(code.co_name == "<module>" and not _of_ours(code) for code in _passed(error))


def _of_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(os.path.dirname(os.path.dirname(__file__)))


def _passed(error: Exception) -> list[CodeType]:
    """Return the code that an error has passed through, from this module's to what raised it."""
    at, codes = error.__traceback__, []
    while at is not None:
        codes.append(at.tb_frame.f_code)
        at = at.tb_next
    return codes
