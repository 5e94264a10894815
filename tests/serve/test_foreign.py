"""A network that convscope did not write, behind the same routes."""

from __future__ import annotations

from pathlib import Path

import pytest

from convscope.foreign.predicting import load_foreign
from convscope.serve.access import Access
from convscope.serve.app import Service
from convscope.serve.limits import Limits
from tests.foreign.graphs import classifier
from tests.foreign.test_look import pictures, written
from tests.serve.serving import array, ask


def test_it_answers_as_predict_does(tmp_path: Path) -> None:
    model = load_foreign(written(tmp_path, classifier()), classes=list("abcde"), shape=(3, 12, 12))
    made = Service(model, Access(None, False, Limits()))
    made.warm()
    try:
        given = pictures(5)
        wanted = list(model.stream(list(given)))
        answer = array(made, given)
        for row, one in zip(answer.json()["predictions"], wanted, strict=True):
            assert row["label"] == one.label  # type: ignore[union-attr]
            assert row["probability"] == pytest.approx(one.probability, rel=1e-4)  # type: ignore[union-attr]
        assert ask(made, "/model").json()["classes"] == list("abcde")
        assert array(made, given, "?sets=0.9").status == 400  # nothing was held out that says which
    finally:
        made.answering.close()
