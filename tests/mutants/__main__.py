"""python -m tests.mutants [AREA …]: put small faults into the core, one at a time, and count which the tests notice.

Which tests run which lines is found out once (build/mutants/covering.json; --anew does it again). A fault's tests are
those that run its statement: its mirror's first, then the quickest, up to MOST_SECONDS of them. What survives is listed
unless accepted.txt has it, with the reason. Slow tests and child processes don't count: the truth is rather better.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from tests.mutants import covering, page_mutants, python_mutants
from tests.mutants.accepted import reason
from tests.mutants.areas import AREAS, PAGE, PAGE_TESTS, TESTS, files
from tests.mutants.page_trials import page_trials
from tests.mutants.python_mutants import Mutant
from tests.mutants.trial import SAID, in_place_of, on_trial, warm_up

MOST_SECONDS = 60.0
RESULTS = Path(__file__).parent / "results"
Trial = Callable[[], str | None]


def main() -> int:
    """Try faults of some areas, or of all; exit code 1 where one survived that is not accepted."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"of {', '.join(AREAS | PAGE)} (default: all)")
    parser.add_argument("--count", type=int, default=150, help="faults an area, at random (default: 150; 0: all)")
    parser.add_argument("--seed", type=int, default=0, help="another seed takes others (default: 0)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only files whose path has this in it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at once (default: one a CPU)")
    parser.add_argument("--anew", action="store_true", help="find out again which tests run which lines")
    asked = parser.parse_args()
    if asked.anew or not (covering.KEPT.exists() or set(asked.areas or AREAS) <= set(PAGE)):
        sources = [file for patterns in AREAS.values() for file in files(patterns)]
        request = json.dumps({"sources": sources, "tests": TESTS})
        subprocess.run([sys.executable, "-m", "tests.mutants.covering", request], check=True)
    covered = Covered()
    warm_up()
    left = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder  # of what killed tests leave behind
        for area in asked.areas or AREAS | PAGE:
            left += _area(area, asked, covered)
    return int(left > 0)


def _area(area: str, asked: argparse.Namespace, covered: Covered) -> int:
    """Try an area's faults, write what came of them, and return how many survived that are not accepted."""
    total, chosen = _sample(area, asked.count, asked.seed, asked.only)
    ended: dict[str, list[Mutant]] = {"killed": [], "hung": [], "survived": [], "accepted": []}
    chosen = [fault for fault in chosen if fault.before != fault.after]
    control = replace(chosen[0], source=Path(chosen[0].path).read_text(encoding="utf-8"))
    began = time.monotonic()
    without = page_trials([control], PAGE_TESTS[area], 1, 1200) if area in PAGE else _tried([control], covered, 1, 20)
    if [end for _, end in without] != ["survived"]:
        raise RuntimeError(f"{area}: without a fault the tests are red, too: {SAID}")
    limit = 60 + 5 * (time.monotonic() - began)
    of_page = area in PAGE
    tried = page_trials(chosen, PAGE_TESTS[area], asked.jobs, limit) if of_page else _tried(chosen, covered, asked.jobs)
    for fault, end in tried:
        known = end == "survived" and reason(fault.name) is not None
        ended["accepted" if known else end].append(fault)
        if end == "survived" and not known:
            print(f"    {fault.path}:{fault.lines[0]} {fault.name.partition(' ')[2]}", flush=True)
    counts = {end: len(faults) for end, faults in ended.items()}
    print(f"{area}: {sum(counts.values())} of {total:,}: {counts}", flush=True)
    if not asked.only:
        survived = sorted(fault.name for fault in ended["survived"])
        record = {
            "area": area,
            "faults": total,
            "tried": sum(counts.values()),
            **counts,
            "seed": asked.seed,
            "left": survived,
        }
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{area}.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return counts["survived"]


def _sample(area: str, count: int, seed: int, text: str) -> tuple[int, list[Mutant]]:
    """Return how many faults an area has, and some of them at random, of files whose path has `text` in it."""
    language = page_mutants if area in PAGE else python_mutants
    paths = [path for path in files((AREAS | PAGE)[area]) if text in path]
    places = [(path, k) for path, n in zip(paths, language.count(paths), strict=True) for k in range(n)]
    Random(f"{area} {seed}").shuffle(places)
    return len(places), [language.mutant(path, k) for path, k in places[: count or None]]


class Covered:
    """Which tests run which lines."""

    def __init__(self) -> None:
        found = json.loads(covering.KEPT.read_text(encoding="utf-8")) if covering.KEPT.exists() else {}
        self.lines: dict[str, dict[str, list[str]]] = found.get("lines", {})
        self.seconds: dict[str, float] = found.get("seconds", {})

    def tests(self, fault: Mutant) -> list[str]:
        """Return the tests that run a fault's statement; of a statement of the module's own level those that run the
        module."""
        lines = self.lines.get(fault.path, {})
        every = {test for ran in lines.values() for test in ran}
        found = {test for line in fault.lines for test in lines.get(str(line), ())}
        if not found and not _in_function(fault):
            found = every
        room, name = fault.path.removeprefix("convscope/").removesuffix(".py").rpartition("/")[::2]
        mirror = f"tests/{room}/test_{name}.py".replace("//", "/")
        ordered = sorted(found, key=lambda test: (not test.startswith(mirror), self.seconds[test]))
        return list(_within(ordered, self.seconds))


def _in_function(fault: Mutant) -> bool:
    return (
        bool(fault.where) and not fault.where.rpartition(".")[2][:1].isupper() and not fault.before.startswith("def ")
    )


def _within(tests: list[str], seconds: dict[str, float]) -> Iterator[str]:
    spent = 0.0
    for test in tests:
        spent += seconds[test]
        if spent > MOST_SECONDS and spent != seconds[test]:
            return
        yield test


def _tried(faults: list[Mutant], covered: Covered, jobs: int, most: int | None = None) -> Iterator[tuple[Mutant, str]]:
    """Yield every fault of Python with what came of it by its first `most` tests, `jobs` at a time."""
    running: list[tuple[Mutant, Trial]] = []
    waiting = faults[::-1]
    while waiting or running:
        while waiting and len(running) < jobs:
            fault = waiting.pop()
            tests = covered.tests(fault)[:most]
            if not tests:
                yield fault, "survived"
                continue
            limit = 90 + 10 * sum(covered.seconds[test] for test in tests)
            running.append((fault, on_trial(in_place_of(fault.path, fault.source), tests, limit)))
        for one in list(running):
            end = one[1]()
            if end is not None:
                running.remove(one)
                yield one[0], end
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
