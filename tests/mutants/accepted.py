"""accepted.txt: faults that no test has to notice, each with its reason.

A line that begins with "#" is the reason for the lines below it; each of those is the name of a fault as the run prints
it, where "*" stands for anything.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

LIST = Path(__file__).parent / "accepted.txt"


@functools.cache
def _listed() -> list[tuple[re.Pattern[str], str]]:
    found, why = [], ""
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            why = line.lstrip("# ")
        elif line.strip():
            found.append((re.compile(".*".join(map(re.escape, line.strip().split("*")))), why))
    return found


def reason(name: str) -> str | None:
    """Return why nothing has to notice the fault `name`; None where something has to."""
    return next((why for pattern, why in _listed() if pattern.fullmatch(name)), None)
