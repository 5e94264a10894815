"""How a model came to be, read from its facts; those of other writers lose only what is of another form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.explain.look import SLIDES
from convscope.modelfile import read
from convscope.modelfile.provenance import Provenance, TrainedOn
from convscope.runs.records import Figures

FACTS = {
    "training": {"data": {"set": "mnist", "fingerprint": "e2", "validation": 5}, "time": {"seconds": 3}},
    "test": {"accuracy": 0.5, "loss": 1},
}
WHOLE = Provenance(TrainedOn("mnist", "e2", 5), 3.0, Figures(0.5, 1.0))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["training", "test", "data", "time", "set", "seconds"]), inner, max_size=4)
    ),
)


def test_the_shipped_model_says_how_it_came_to_be() -> None:
    found = read(SLIDES).provenance
    assert found.data is not None
    assert (found.data.set, found.data.validation, found.data.fingerprint[:6]) == ("mnist", 5_000, "e20d34")
    assert (found.seconds, found.test) == (125.929, Figures(0.9943, 0.12106289710834513))


def test_each_part_stands_for_itself() -> None:
    training = FACTS["training"]
    assert Provenance.from_json(FACTS) == WHOLE
    assert Provenance.from_json({"training": training}) == Provenance(WHOLE.data, 3.0, None)
    assert Provenance.from_json({**FACTS, "training": "by hand"}) == Provenance(test=WHOLE.test)
    assert Provenance.from_json({**FACTS, "training": {**training, "data": {"set": 3}}}) == Provenance(
        None, 3.0, WHOLE.test
    )
    assert Provenance.from_json({**FACTS, "test": {"accuracy": "good", "loss": 1}}) == Provenance(WHOLE.data, 3.0)
    assert Provenance.from_json({**FACTS, "test": {"accuracy": 0.5, "loss": float("inf")}}) == Provenance(WHOLE.data, 3)
    assert Provenance.from_json({**FACTS, "test": None}) == Provenance(WHOLE.data, 3.0)


def test_seconds_without_end_are_not_told() -> None:
    assert Provenance.from_json({"training": {"time": {"seconds": float("inf")}}}) == Provenance()


@given(JSON)
@pytest.mark.medium
def test_facts_of_any_form_are_read(facts: object) -> None:
    assert isinstance(Provenance.from_json(facts), Provenance)
