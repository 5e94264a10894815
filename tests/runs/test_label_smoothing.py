"""Which share of its labels a run spread: read from run.json, of this version and of others."""

from __future__ import annotations

from typing import Any

import pytest

from convscope.errors import InputError
from convscope.explain.look import SLIDES
from convscope.runs.json_fields import Fields
from convscope.runs.label_smoothing import label_smoothing
from convscope.runs.run_json import read_run_json


@pytest.mark.parametrize(
    ("settings", "share"),
    [
        ({"recipe": {"label_smoothing": 0.1}}, 0.1),
        ({"recipe": {"label_smoothing": 0.1}, "balance": "oversample"}, 0.1),
        ({"recipe": {"label_smoothing": 0.1}, "balance": "weights"}, 0.0),
        ({"recipe": {"label_smoothing": 7}}, 0.0),
        ({"recipe": {}}, 0.0),
    ],
)
def test_the_share_is_the_recipes_unless_classes_have_weights(settings: dict[str, Any], share: float) -> None:
    assert label_smoothing(Fields(settings, "run.json")) == share


def test_the_network_that_ships_learned_with_a_tenth() -> None:
    assert label_smoothing(Fields(read_run_json(SLIDES), "run.json")) == 0.1


def test_text_is_no_share() -> None:
    with pytest.raises(InputError, match="label_smoothing"):
        label_smoothing(Fields({"recipe": {"label_smoothing": "much"}}, "run.json"))
