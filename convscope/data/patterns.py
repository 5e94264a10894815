"""A user's regular expression on the paths of pictures. It is matched in a process of its own, which has its time.

Some expressions take ages on some texts, `(a+)+b` for one, and Python's cannot be stopped from within. That process
ends itself, by a thread that needs no GIL, should nobody be left to end it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from collections.abc import Sequence

from ..errors import EnvironmentFault, UsageError, phrase, system_reason
from ..leaving import undone

LONGEST = 1000  # characters of an expression
SECONDS = 2.0  # for all paths, and
SECONDS_A_PATH = 1e-4

MATCH = """
import faulthandler, json, os, re, sys, warnings
warnings.simplefilter("ignore")
asked = json.load(sys.stdin)
nowhere = open(os.devnull, "w") if os.path.exists(os.devnull) else sys.stderr
faulthandler.dump_traceback_later(asked["seconds"], exit=True, file=nowhere)
pattern = re.compile(asked["pattern"])
found = (pattern.search(path) for path in asked["paths"])
json.dump([match and match[asked["group"]] for match in found], sys.stdout)
"""


def extract(pattern: str, name: str, paths: Sequence[str], option: str) -> list[str | None]:
    """Return what a regular expression finds in each path: its group called `name`, else its first group, else the
    whole match; None where it matches nowhere.

    Raises UsageError, naming the `option`, for what is no expression and for one that takes too long.

    >>> extract("(cat|dog)", "label", ["cat.1.png", "a/dog.2.png", "3.png"], "--label-from")
    ['cat', 'dog', None]
    """
    group = _group(pattern, name, option)
    limit = SECONDS + SECONDS_A_PATH * len(paths)
    asked = json.dumps({"pattern": pattern, "group": group, "paths": list(paths), "seconds": 2 * limit})
    command, pipe = [sys.executable, "-I", "-S", "-c", MATCH], subprocess.PIPE
    try:
        with (
            subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, encoding="ascii") as process,
            undone(process.kill),
        ):
            try:
                answer, said = process.communicate(asked, limit)
            except BaseException:
                process.kill()
                raise
    except subprocess.TimeoutExpired:
        hint = phrase("pattern.slow.try")
        raise UsageError("pattern.slow", where=option, got=pattern, seconds=f"{limit:.0f}", hint=hint) from None
    except OSError as error:
        raise EnvironmentFault("pattern.process", where=option, reason=system_reason(error)) from None
    if process.returncode:
        raise EnvironmentFault("pattern.process", where=option, reason=said.strip().rpartition("\n")[2])
    found: list[str | None] = json.loads(answer)
    return found


def _group(pattern: str, name: str, option: str) -> str | int:
    """Return which group of an expression is asked for. Raises UsageError for what is no expression."""
    if len(pattern) > LONGEST:
        expected = phrase("pattern.long.expected", n=f"{LONGEST:,}")
        raise UsageError("pattern.long", where=option, got=f"{len(pattern):,}", expected=expected)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a later Python may read in another way
            compiled = re.compile(pattern)
    except re.error as error:
        place = (error.pos or 0) + 1
        raise UsageError("pattern.invalid", where=option, got=pattern, reason=error.msg, character=place) from None
    except (RecursionError, OverflowError) as error:
        raise UsageError("pattern.invalid", where=option, got=pattern, reason=str(error), character=1) from None
    return name if name in compiled.groupindex else min(1, compiled.groups)
