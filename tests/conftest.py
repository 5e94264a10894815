"""For all tests: a cache of their own instead of the user's, no test that a slow machine can fail, and a last line that
says how many browser tests were skipped where there is no Chromium."""

from __future__ import annotations

import os
import signal
import tempfile

import pytest
from hypothesis import HealthCheck, settings

KEPT = tempfile.TemporaryDirectory(prefix="convscope-tests-")  # as long as this process
os.environ["CONVSCOPE_CACHE"] = KEPT.name
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # where a test asks ONNX Runtime itself
os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # else how many threads train hangs on what else runs, and so do last bits

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell's background job, as `make test` starts one
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what tests start must heed Ctrl-C

settings.register_profile("convscope", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("convscope"), max_examples=20)  # for `make quick`
settings.load_profile("convscope")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many browser tests were skipped for want of a Chromium, and how to get one."""
    skipped = [report for report in terminalreporter.getreports("skipped") if "chromium" in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} browser tests were skipped: there is no Chromium here. "
            "To run them too: apt-get install chromium chromium-driver fonts-noto-cjk"
        )
