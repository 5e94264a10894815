"""Faults of the page on trial: the tests are imported and collected once, and a forked child runs them with each fault.

A fault of the page is in no Python module, so that what is imported can stay; it is read when a test joins the page.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import IO

import pytest

from tests.mutants.areas import MOST_ASKED
from tests.mutants.page_mutants import in_place_of, stand_in
from tests.mutants.python_mutants import Mutant
from tests.mutants.trial import SAID, apart, ending, run


def page_trials(
    faults: Sequence[Mutant], tests: Sequence[str], jobs: int, seconds: float
) -> Iterator[tuple[Mutant, str]]:
    """Yield every fault with what came of it, `jobs` at a time; after `seconds` it hung.

    Raises RuntimeError where `tests` can't be collected.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(reading)
            apart()
            stand_in()
            with os.fdopen(writing, "w", buffering=1) as answers:
                code = run(
                    tests, _Each(faults, partial(ending, seconds=seconds, tests=tests), jobs, answers), capture=False
                )
        finally:
            os._exit(code)
    os.close(writing)
    found = 0
    with os.fdopen(reading) as answers:
        for line in answers:
            number, end = json.loads(line)
            found += 1
            yield faults[number], end
    os.waitpid(pid, 0)
    if found != len(faults):
        raise RuntimeError(f"the tests could not be collected: {SAID}")


class _Each:
    """A pytest plugin: in place of running the tests once, a child for each fault runs them."""

    def __init__(
        self, faults: Sequence[Mutant], ending: Callable[[int], Callable[[], str | None]], jobs: int, answers: IO[str]
    ) -> None:
        self.faults, self.ending, self.jobs, self.answers = faults, ending, jobs, answers

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed:
            return None  # pytest says so
        running: list[tuple[int, Callable[[], str | None]]] = []
        waiting = list(range(len(self.faults)))[::-1]
        while waiting or running:
            while waiting and len(running) < self.jobs:
                number = waiting.pop()
                pid = os.fork()
                if pid == 0:
                    self.answers.close()
                    apart()
                    in_place_of(self.faults[number].path, self.faults[number].source)
                    session.items.sort(key=partial(_place, self.faults[number].path))
                    return None  # pytest goes on and runs the tests
                running.append((number, self.ending(pid)))
            for one in list(running):
                end = one[1]()
                if end is not None:
                    running.remove(one)
                    self.answers.write(json.dumps([one[0], end]) + "\n")
            time.sleep(0.01)
        return True


def _place(path: str, item: pytest.Item) -> int:
    """Return where a test of a fault in `path` comes: first those of its file or folder, then those that see most."""
    own = path.removesuffix(".js").split("/")[-2:]
    if any(name in item.path.stem for name in own):
        return 0
    return 1 if item.name.startswith(MOST_ASKED) else 2
