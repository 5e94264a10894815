"""Results of benchmarks: sums checked by hand, files that merge by run, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import results


def test_a_summary_is_the_samples() -> None:
    found = results.summary([2, 4, 4, 10])  # squares about 5: 9 + 1 + 1 + 25 = 36, over n − 1 = 3
    assert (found.n, found.mean, found.median, found.least, found.most) == (4, 5, 4, 2, 10)
    assert found.sd == pytest.approx(12**0.5)
    assert results.summary([7]).sd == 0
    with pytest.raises(ValueError, match="no values"):
        results.summary([])


def test_ratios_are_taken_run_by_run() -> None:
    assert results.paired_ratios([6, 8], [2, 4]) == [3, 2]
    with pytest.raises(ValueError, match="come in pairs: 1 and 2"):
        results.paired_ratios([1], [1, 2])


def test_a_later_run_replaces_its_own_rows_and_keeps_the_others(tmp_path: Path) -> None:
    def rows(*figures: tuple[str, int, float]) -> list[results.Row]:
        return [{"name": name, "seed": seed, "seconds": seconds} for name, seed, seconds in figures]

    results.write("race", "who is first", rows(("a", 0, 1.5), ("b", 0, 3.0)), folder=tmp_path)
    path = results.write(
        "race", "who is first", rows(("a", 0, 2.5), ("a", 1, 9.0)), key=("name", "seed"), folder=tmp_path
    )
    found = results.read("race", tmp_path)
    assert tuple(found) == tuple(results.Result.__annotations__)
    assert found["rows"] == rows(("b", 0, 3.0), ("a", 0, 2.5), ("a", 1, 9.0))
    assert found["machine"] == results.machine()
    assert json.loads(path.read_text()) == found
    results.write("race", "who is first", rows(("c", 0, 1.0)), folder=tmp_path)
    assert results.read("race", tmp_path)["rows"] == rows(("c", 0, 1.0))
    assert [p.name for p in tmp_path.iterdir()] == ["race.json"]


def test_two_machines_are_not_mixed(tmp_path: Path) -> None:
    path = results.write("race", "", [{"name": "a"}], folder=tmp_path)
    path.write_text(path.read_text().replace(results.machine()["system"], "another"))
    with pytest.raises(ValueError, match="another machine"):
        results.write("race", "", [{"name": "b"}], key=("name",), folder=tmp_path)
    assert results.read("race", tmp_path)["rows"] == [{"name": "a"}]


@pytest.mark.parametrize("text", ["[]", '{"name": "race", "rows": []}', '{"name": "x"}'])
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "race.json").write_text(text)
    with pytest.raises(ValueError, match=r"race\.json: expected"):
        results.read("race", tmp_path)


def test_versions_are_what_is_installed() -> None:
    found = results.versions("pytest", "no-such-package-anywhere")
    assert found["pytest"] == pytest.__version__
    assert found["no-such-package-anywhere"] == "not installed"
