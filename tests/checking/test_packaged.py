"""Reports that ship: the same as the check gives."""

from __future__ import annotations

import json

import pytest

from convscope import datasets
from convscope.checking import check
from convscope.checking.checks import look_at
from convscope.checking.packaged import PackagedReport, shipped
from convscope.errors import EnvironmentFault
from tests.checking.made import clean, dataset, halved, read, split, texture


def as_json(report: PackagedReport) -> dict[str, object]:
    return json.loads(json.dumps(report.to_json()))


def test_a_report_comes_back_whole() -> None:
    train, test = read([texture(0), texture(1), halved(texture(1)), texture(0)]), clean(3)
    data = dataset(split(train, [0, 1, 1, 0]), split(test, [0, 1, 0]))
    report = look_at(data)
    again = PackagedReport.from_json(as_json(PackagedReport.of(report))).report(data)
    assert again.findings == report.findings
    assert len(report.findings) > 1
    for rows in ("exact", "alike", "groups"):
        assert getattr(again.copies, rows).tolist() == getattr(report.copies, rows).tolist()
    assert again.leaking("test").tolist() == report.leaking("test").tolist() == [True, True, False]


@pytest.mark.medium
def test_only_known_sets_have_one() -> None:
    assert shipped(dataset(split(clean(2)))) is None
    mnist = datasets.load("mnist")
    assert shipped(mnist) is not None
    assert check(mnist).pictures == 70_000
    assert shipped(datasets.arrays(mnist.train.images[:50], mnist.train.labels[:50])) is None


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("name", datasets.NAMES)
def test_what_ships_is_what_the_check_gives(name: str) -> None:
    try:
        data = datasets.load(name)
    except EnvironmentFault as fault:
        pytest.skip(str(fault))
    known = shipped(data)
    assert known is not None
    assert as_json(PackagedReport.of(known)) == as_json(PackagedReport.of(look_at(data)))
