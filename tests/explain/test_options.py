"""How large a page may be: what was asked for is kept; else five megabytes, or more where the weights need it."""

from __future__ import annotations

import numpy as np
import pytest

import convscope
from convscope import modelfile
from convscope.explain.options import LookOptions
from tests.samples import sample


@pytest.mark.parametrize(
    ("weights", "megabytes"), [(0, 5.0), (2_500_000, 5.0), (2_500_001, 7.6), (12_400_000, 17.4), (90_000_000, 20.0)]
)
def test_a_page_has_five_megabytes_or_up_to_twenty_where_weights_need_them(weights: int, megabytes: float) -> None:
    assert LookOptions().page_megabytes(weights) == megabytes
    assert LookOptions(megabytes=3).page_megabytes(weights) == 3


@pytest.mark.medium
def test_what_weights_need_is_said(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "wide.onnx"
    modelfile.write(path, *sample("fc(5000) + relu + fc", (1, 12, 12), 3))
    picture = np.zeros((1, 1, 12, 12), np.uint8)
    assert any("the page may have 9" in note for note in convscope.look(path, picture).notes)
    assert not any("the page may have" in note for note in convscope.look(path, picture, megabytes=4).notes)
