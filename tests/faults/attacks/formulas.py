"""Formulas for two readers: Python's parser and the page's accept the same, point at one place, build one network."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.browser.chromium import chromium
from tests.browser.test_formula_js import Asked, FormulaPage
from tests.faults.batches import SECONDS, TooLong, no_longer_than
from tests.faults.campaign import Campaign, Tally
from tests.faults.hostile_formulas import hostile_formula
from tests.faults.limited import patient

BATCH = 500
PICTURES = ((1, 28, 28), (3, 28, 20), (1, 1, 1), (1, 8192, 8192), (512, 2, 2), (1, 1 << 20, 1))


def formulas(times: int, random: Random, tally: Tally) -> None:
    """Let both read the same texts, many at a time."""
    with TemporaryDirectory() as folder, chromium(Path(folder) / "profile") as browser:
        browser.set_script_timeout(300)
        page = FormulaPage(browser, Path(folder))
        while tally.tried < times:
            asked: list[Asked] = []
            while len(asked) < BATCH:
                text = hostile_formula(random)
                if text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text):  # which no JSON holds
                    asked.append((text, random.choice(PICTURES), random.choice((1, 2, 10, 1000))))
            try:
                with no_longer_than(patient(SECONDS * 20)):
                    differing = page.differ(asked)
            except TooLong:
                tally.fault(f"Python took too long over one of {len(asked)} formulas", repr(asked).encode())
                continue
            for difference in differing:
                tally.fault(difference[:1500], difference.encode())
            for _ in range(len(asked) - len(differing)):
                tally.ended("read alike")
            tally.most("slowest in the page, ms", page.slowest())
    if tally.figures.get("slowest in the page, ms", 0) > 1000 * patient(SECONDS):
        tally.fault("a formula kept the page busy for more than 2 s")


CAMPAIGNS = (
    Campaign(
        "formulas", "formulas",
        "Formulas that are sound, large, deep, damaged or none: Python's parser and the page's accept the same, point "
        "at one place and build one network, and none keeps a page busy",
        formulas, quick=2_000, long=100_000, needs=("chromium",),
    ),
)  # fmt: skip
