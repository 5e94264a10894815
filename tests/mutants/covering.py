"""Which tests run which lines of the core, and how long each takes: one run of the quick tests under coverage."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

KEPT = Path("build/mutants/covering.json")


class _Recorder:
    """A pytest plugin: the test that runs is coverage's context, and its time is that of the processor."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured = measured
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, bool, bool]:
        self.measured.switch_context(item.nodeid)
        began = sum(os.times()[:4])  # child processes with it
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = sum(os.times()[:4]) - began
            self.measured.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self.failed.add(report.nodeid)


def main(sources: list[str], tests: list[str]) -> None:
    """Run `tests` and write which of them run which lines of `sources`."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    measured = coverage.Coverage(data_file=str(KEPT.with_suffix(".coverage")), config_file=False, include=sources)
    measured.start()
    recorder = _Recorder(measured)
    pytest.main(["-q", "-p", "no:cacheprovider", "-m", "not slow and not browser", *tests], plugins=[recorder])
    measured.stop()
    data = measured.get_data()
    lines = {
        str(Path(file).relative_to(Path.cwd())): {
            line: [t for t in ran if t and t not in recorder.failed]
            for line, ran in sorted(data.contexts_by_lineno(file).items())
        }
        for file in data.measured_files()
    }
    KEPT.write_text(json.dumps({"lines": lines, "seconds": recorder.seconds}), encoding="utf-8")


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    main(asked["sources"], asked["tests"])
