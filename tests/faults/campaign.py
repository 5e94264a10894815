"""An attack that is repeated: what it tries, how often, and what came of it.

Every module in tests/faults/attacks names its campaigns in `CAMPAIGNS`. The tests run each a few times
(test_campaigns.py), `make faults` runs them long and writes results/, of which docs/reliability.md is made.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

KEPT = Path("build/faults")  # inputs that did harm are kept here
MOST_FAULTS = 20  # that are told; all are counted


@dataclass
class Tally:
    """What came of a campaign: how many attacks, how each ended, and every fault with a way to see it again."""

    name: str
    tried: int = 0
    faulty: int = 0
    counts: Counter[str] = field(default_factory=Counter)  # how the attacks ended: "refused", "resumed" …
    figures: dict[str, float] = field(default_factory=dict)  # the largest of what was measured: "peak MB" …
    faults: list[str] = field(default_factory=list)

    def ended(self, how: str) -> None:
        """Count one attack that ended as it may."""
        self.tried += 1
        self.counts[how] += 1

    def fault(self, what: str, data: bytes | None = None) -> None:
        """Count one attack that did harm; `data` is the input that did it, kept for a seed."""
        self.tried += 1
        self.faulty += 1
        if len(self.faults) >= MOST_FAULTS:
            return
        if data is not None:
            KEPT.mkdir(parents=True, exist_ok=True)
            kept = KEPT / f"{self.name}-{self.faulty}"
            kept.write_bytes(data)
            what = f"{what} [{kept}]"
        self.faults.append(what)

    def judge(self, wrong: str, how: str, data: bytes | None = None) -> None:
        """Count one attack: a fault where something is `wrong`, else that it ended so."""
        if wrong:
            self.fault(wrong, data)
        else:
            self.ended(how)

    def most(self, figure: str, value: float) -> None:
        """Remember the largest value of a figure."""
        self.figures[figure] = max(value, self.figures.get(figure, value))


@dataclass(frozen=True)
class Campaign:
    """One kind of attack. `attack(times, random, tally)` makes at least `times` of them and counts each."""

    name: str  # of its file in results/, too: "random-kills"
    tries: str  # what is counted: "kills"
    about: str  # one sentence for docs/reliability.md: what is attacked and what must hold
    attack: Callable[[int, Random, Tally], None]
    quick: int  # how often in the tests: seconds
    long: int  # how often by `make faults`
    needs: tuple[str, ...] = ()  # commands without which it can't run: "strace", "cc", "chromium"

    def run(self, times: int, seed: int) -> Tally:
        """Attack and tell what came of it."""
        tally = Tally(self.name)
        self.attack(times, Random(f"{self.name} {seed}"), tally)
        return tally


def all_campaigns() -> list[Campaign]:
    """Return the campaigns of every module in tests/faults/attacks, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent / "attacks")]))
    modules = [importlib.import_module(f"tests.faults.attacks.{name}") for name in names]
    return sorted((c for module in modules for c in getattr(module, "CAMPAIGNS", ())), key=lambda c: c.name)
