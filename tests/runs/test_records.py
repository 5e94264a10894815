"""Records are written and read back as they were, and what is wrong with JSON is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.errors import InputError, phrase
from convscope.runs.json_fields import Fields
from convscope.runs.records import (
    CheckpointFacts,
    DataSource,
    EpochLine,
    Figures,
    LogLine,
    ResultLine,
    SnapshotFacts,
    StepLine,
    Tally,
    log_line,
)
from convscope.runs.result_figures import BaselineFigures, CalibrationFigures, SplitFigures

counts = st.integers(0, 2**53)
numbers = st.floats(allow_nan=False, allow_infinity=False)
figures = st.builds(Figures, numbers, numbers)
fractions = st.floats(0, 1)
intervals = st.none() | st.tuples(fractions, fractions)
few = st.builds(SplitFigures, fractions, numbers, st.none() | counts, intervals, st.none() | fractions)
splits = st.builds(
    SplitFigures,
    fractions,
    numbers,
    counts,
    intervals,
    fractions,
    intervals,
    fractions,
    st.lists(st.text()).map(tuple),
    st.none() | few,
)
notes = st.lists(st.sampled_from([phrase("value.none"), phrase("value.and", one=phrase("value.none"), other="b")]))
calibrations = st.none() | st.builds(CalibrationFigures, numbers, counts, *[numbers] * 4)
baselines = st.none() | st.builds(
    BaselineFigures,
    st.just(phrase("value.none")),
    counts,
    numbers,
    st.tuples(fractions, fractions),
    numbers,
    numbers,
)
tallies = st.builds(Tally, numbers, counts, counts)
lines = st.one_of(
    st.builds(StepLine, counts, *[numbers] * 6),
    st.builds(EpochLine, counts, numbers, figures, st.none() | figures, numbers),
    st.builds(
        ResultLine,
        counts,
        st.none() | splits,
        st.none() | splits,
        numbers,
        numbers,
        calibrations,
        baselines,
        notes.map(tuple),
    ),
)
STEP = StepLine(21, 0.0449, 1.746, 1.11, 0.464, 0.0187, 1.13)
EPOCH = EpochLine(468, 1.0, Figures(0.939, 0.709), None, 3.5)


def again(value: object) -> Any:
    return json.loads(json.dumps(value))


@given(lines)
@pytest.mark.medium
def test_a_line_of_the_log_comes_back(line: LogLine) -> None:
    assert log_line(again(line.to_json()), "") == line


@given(st.builds(CheckpointFacts, counts, st.lists(tallies).map(tuple), tallies, st.booleans(), numbers))
@pytest.mark.medium
def test_facts_of_a_checkpoint_come_back(facts: CheckpointFacts) -> None:
    assert CheckpointFacts.from_json(again(facts.to_json()), "") == facts


@given(st.builds(SnapshotFacts, counts, counts, numbers, numbers, st.text(), st.none() | st.text()))
@pytest.mark.medium
def test_facts_of_a_snapshot_come_back(facts: SnapshotFacts) -> None:
    assert SnapshotFacts.from_json(again(facts.to_json()), "") == facts


@pytest.mark.parametrize("name", [None, "mnist"])
def test_where_data_is_from_comes_back(name: str | None) -> None:
    source = DataSource(name, 28, None, "digits", "e20d", (1, 28, 28), 50, 10, 0)
    assert DataSource.from_json(Fields(again(source.to_json()), "")) == source


def test_lines_are_those_of_the_documentation() -> None:
    assert json.dumps(STEP.to_json()) == (
        '{"kind": "step", "step": 21, "epoch": 0.0449, "loss": 1.746, "batch_loss": 1.11, "accuracy": 0.464, '
        '"lr": 0.0187, "time": {"seconds": 1.13}}'
    )
    assert json.dumps(EPOCH.to_json()) == (
        '{"kind": "epoch", "step": 468, "epoch": 1.0, "train": {"accuracy": 0.939, "loss": 0.709}, '
        '"validation": null, "time": {"seconds": 3.5}}'
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "other"}, "a line of an unknown kind, got other, expected step, epoch, result"),
        ({"loss": "1"}, "the field loss is of another type, got '1', expected a number"),
        ({"loss": True}, "the field loss is of another type"),
        ({"step": -1}, "the field step is of another type, got -1, expected a whole number"),
        ({"time": 3}, "log, time: is not a JSON object, got 3"),
        ({"time": {}}, "log, time: the field seconds is missing"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        log_line({**STEP.to_json(), **change}, "log")


@pytest.mark.parametrize("value", [None, [], 3, "step", {}, {"kind": 1}])
def test_what_is_no_line_at_all_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="log: "):
        log_line(value, "log")


@pytest.mark.parametrize("tally", [None, [1.0, 2], [1.0, 2, 3, 4], [1.0, 2.5, 3]])
def test_a_tally_of_another_form_is_refused(tally: object) -> None:
    with pytest.raises(InputError, match="file, recent: "):
        CheckpointFacts.from_json(
            {**CheckpointFacts(1, (), Tally(0.0, 0, 0), False, 0.0).to_json(), "recent": [tally]}, "file"
        )
