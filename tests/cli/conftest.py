"""What a verb says here is in the words of the command line, also where a test runs it without `main`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convscope.caller import command_line


@pytest.fixture(autouse=True)
def _as_a_command() -> Iterator[None]:
    with command_line():
        yield
