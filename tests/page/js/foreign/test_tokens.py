"""A vision transformer dropped on the page: the same layers as Python finds, computed to its scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.page.js.foreign.node import Reader
from tests.page.js.foreign.test_reading import compared
from tests.transformer import Attends, ViT, exported


@pytest.mark.parametrize(
    ("how", "opset", "token"),
    [("module", 17, True), ("softmax", 17, True), ("softmax", 14, True), ("product", 17, False)],
)
@pytest.mark.medium
def test_only_attention_is_a_box(page: Reader, how: Attends, opset: int, token: bool, tmp_path: Path) -> None:
    said = compared(page, exported(ViT(how, token), opset), tmp_path / "vit.onnx")
    boxes = [node for node in said["nodes"] if node["kind"] == "opaque"]
    assert [node["text"] for node in boxes] == ["attention(heads=2)"] * 2
    assert all("program" in node for node in boxes), "computed whole"
