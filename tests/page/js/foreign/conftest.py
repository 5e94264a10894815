"""The page's reader of ONNX files in Node.js, started once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.page.js.foreign.node import Reader, reader


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Return what reads files as the page does."""
    with reader(tmp_path_factory.mktemp("foreign")) as found:
        yield found
