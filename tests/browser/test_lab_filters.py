"""Chapter 4 in Chromium, filters: on the lab's photo, and on one's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser.chromium import until
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


def test_filters_are_chosen_typed_and_summed(lab: LabPage) -> None:
    lab.open("filters", "&at=60.56")
    window, products = (
        lab.table(".window-sums section .number-table"),
        lab.table(".window-sums > :last-child .number-table"),
    )
    assert sum(map(sum, products)) == 9 * window[1][1] - sum(map(sum, window))
    assert f"Σ = {sum(map(sum, products)):.3f}" in lab.shown(".filtering .sum-of-window")
    lab.press("emboss")
    emboss = [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
    total = sum(
        w * v for weights, values in zip(emboss, window, strict=True) for w, v in zip(weights, values, strict=True)
    )
    assert f"Σ = {total:.3f}" in lab.shown(".filtering .sum-of-window")
    lab.type(lab.all(".kernel-editor input")[8], "3")
    assert f"Σ = {total + window[2][2]:.3f}" in lab.shown(".filtering .sum-of-window")
    lab.press("5×5")
    assert len(lab.all(".kernel-editor input")) == 25
    assert f"Σ = {total + window[2][2]:.3f}" not in lab.shown(
        ".filtering .sum-of-window"
    )  # its window begins one pixel further


def test_a_photo_of_ones_own(lab: LabPage, tmp_path: Path) -> None:
    photo = np.full((30, 40, 3), (0, 200, 0), np.uint8)
    Image.fromarray(photo).save(tmp_path / "green.png")
    (tmp_path / "text.png").write_text("no picture")
    lab.open("filters", "&at=3.3")
    upload = lab.one("#own-photo")
    upload.send_keys(str(tmp_path / "text.png"))
    until(lambda: "no picture that" in lab.shown(".photo"))
    upload.send_keys(str(tmp_path / "green.png"))
    until(lambda: "40×30" in lab.shown(".filter-row"))
    assert lab.table(".window-sums section .number-table") == [[117.0] * 3] * 3  # 0.587 · 200
    assert "38×28" in lab.shown(".filter-row")
    assert lab.errors() == []
