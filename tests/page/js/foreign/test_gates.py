"""Gates, norms and powers written by hand, dropped on the page: the layers that Python finds, with their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates import SHAPE, WRITTEN, exported
from tests.page.js.foreign.node import Reader
from tests.page.js.foreign.test_reading import compared


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.medium
def test_what_is_written_by_hand(page: Reader, name: str, tmp_path: Path) -> None:
    said = compared(page, exported(name), tmp_path / "net.onnx", size=list(SHAPE[1:]))
    assert [node["kind"] for node in said["nodes"]] == ["conv", "relu", *WRITTEN[name][1], "gap", "flatten", "fc"]
