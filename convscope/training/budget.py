"""So much time, or such an accuracy: what `--budget` asks for. training.planning makes a schedule of it.

>>> parse("2m"), parse("99.5%")
(Budget(text='2m', seconds=120.0, accuracy=None), Budget(text='99.5%', seconds=None, accuracy=0.995))
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import UsageError, phrase

UNITS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
LONGEST = 30 * 24 * 3600.0


@dataclass(frozen=True)
class Budget:
    """Either `seconds` of training or the `accuracy` (0…1) to reach; `text` is how it was asked for."""

    text: str
    seconds: float | None = None
    accuracy: float | None = None


def parse(text: str) -> Budget:
    """Return what "30s", "2m", "1h" or "99.5%" asks for. Raises UsageError for anything else."""
    word = text.strip().lower() if isinstance(text, str) else ""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?) ?(s|m|min|h|%)", word, re.ASCII)
    if not found:
        raise UsageError("budget.kind", got=text, expected=phrase("budget.kind.expected"))
    number, unit = float(found[1]), found[2]
    if unit == "%":
        if not 0 < number < 100:
            raise UsageError("budget.accuracy", got=text, hint="--budget 99.5%")
        return Budget(word, accuracy=round(number / 100, 12))
    if not 1 <= number * UNITS[unit] <= LONGEST:
        raise UsageError("budget.time", got=text, hint="--budget 30s")
    return Budget(word, seconds=number * UNITS[unit])


def check(budget: Budget, epochs: float | None, val: int | None) -> None:
    """Raise UsageError for what does not go together with a budget."""
    if epochs is not None:
        raise UsageError("budget.epochs", got=f"--epochs {epochs:g}", hint=phrase("budget.epochs.try"))
    if budget.accuracy is not None and val == 0:
        raise UsageError("budget.validation", got="--val 0", hint=phrase("budget.validation.try"))
