"""docs/benchmarks.md is what the report makes of the results; tables and plots say what the rows say."""

from __future__ import annotations

import copy
import re
from xml.etree import ElementTree

import pytest

from benchmarks import __main__ as everything
from benchmarks import frontier_report, report, results
from benchmarks.svg import Curve, Dot, apart, curves, decades, dots
from benchmarks.tables import of_result

RESULTS = report.found(results.FOLDER)


def test_the_page_is_what_the_results_say() -> None:
    page, plots = report.report(RESULTS)
    assert (report.DOCS / "benchmarks.md").read_text() == page, "make bench-report"
    text = report.README.read_text()
    assert report.MARKS[0] in text
    assert report.readme(text, RESULTS) == text, "make bench-report"
    drawn = {path.stem: path.read_text() for path in (report.DOCS / "benchmarks").glob("*.svg")}
    assert drawn == plots, "make bench-report"


@pytest.mark.medium
def test_every_plot_is_shown_and_every_result_is_there() -> None:
    page, plots = report.report(RESULTS)
    assert set(re.findall(r"\(benchmarks/([\w-]+)\.svg\)", page)) == set(plots)
    changed = copy.deepcopy(RESULTS)
    for result in changed.values():
        for row in result["rows"]:
            for name, value in row.items():
                if isinstance(value, float):
                    row[name] = value * (0.999 if value <= 1 else 1.5)  # an accuracy stays one
    assert report.report(changed)[0] != page


def test_results_of_two_machines_each_name_theirs() -> None:
    other = {name: copy.deepcopy(RESULTS["scale"]) for name in ("scale", "ddp")}
    other["ddp"]["machine"]["processor"] = "Some Other Processor"
    page = report.report(other)[0]
    assert page.count("**Machine**: ") == 2
    for name in other:
        section = page.split(f"## {report.TITLES[name]}\n")[1].split("\n## ")[0]
        assert f" on {other[name]['machine']['processor']}: " in section


def test_one_command_runs_every_benchmark() -> None:
    found = everything.commands()
    assert found[0] == ["environments"]
    assert found[-1] == ["report"]
    assert {"environments", "training", "page_drawing", "report"} <= {name for name, *_ in found}
    assert ["training", "--first-step", "--seeds", "0", "1", "2", "3", "4"] in found
    assert not {"results", "svg", "tables", "__main__", "pictures"} & {name for name, *_ in found}


def test_a_table_groups_by_words_and_takes_means_of_figures() -> None:
    rows = [
        {"name": "a", "seed": 0, "seconds": 1.0, "accuracy": 0.98, "load": 9.0},
        {"name": "b", "seed": 0, "seconds": 50.0, "accuracy": None},
        {"name": "a", "seed": 1, "seconds": 3.0, "accuracy": 0.99},
    ]
    for row in rows:
        row.pop("accuracy") if row["accuracy"] is None else None
    table = [
        "| name | time, s | accuracy, % | n |",
        "|---|--:|--:|--:|",
        "| a | 2.00 ± 1.41 | 98.50 ± 0.71 | 2 |",
        "| b | 50.0 |  | 1 |",
    ]
    assert of_result(rows).splitlines() == table


def marks(svg: str, kind: str) -> list[dict[str, str]]:
    return [dict(node.attrib) for node in ElementTree.fromstring(svg).iter(f"{{http://www.w3.org/2000/svg}}{kind}")]


def test_dots_stand_where_their_values_are() -> None:
    rows = [
        Dot("one", (1, 1, 1), "1 s"),
        Dot("ten", (10, 5, 20), "10 s", ours=True),
        Dot("hundred", (100, 100, 100), ""),
        Dot("none", None, "never <"),
    ]
    drawn = dots("<title>", "s", rows)
    x = [float(c["cx"]) for c in marks(drawn, "circle")]
    assert x[1] - x[0] == pytest.approx(x[2] - x[1], abs=0.2)  # equal factors, equal distances
    assert [c["class"] for c in marks(drawn, "circle")] == ["theirs", "ours", "theirs"]
    whisker = marks(drawn, "rect")[1]
    assert float(whisker["width"]) == pytest.approx((x[1] - x[0]) * 0.60206, abs=0.2)  # log10(20 / 5)


def test_curves_rise_to_the_right_and_leave_out_what_is_below() -> None:
    drawn = curves("t", "s", [Curve("c", [(1, 0.5), (10, 0.99), (100, 0.999)])], (0.9, 0.99, 0.999))
    (low, high), level = marks(drawn, "circle"), [m for m in marks(drawn, "line") if "y1" in m and m["y1"] == m["y2"]]
    assert float(high["cy"]) < float(low["cy"])
    assert float(high["cx"]) > float(low["cx"])
    assert float(low["cy"]) == pytest.approx(float(level[1]["y1"]), abs=0.1)


@pytest.mark.parametrize(
    ("low", "high", "found"), [(3, 30, [2, 5, 10, 20, 50]), (1, 1, [1, 2]), (0.012, 0.2, [0.01, 0.02, 0.05, 0.1, 0.2])]
)
def test_ticks_enclose_the_values(low: float, high: float, found: list[float]) -> None:
    assert decades(low, high) == pytest.approx(found)
    with pytest.raises(ValueError, match="logarithmic"):
        decades(0, 1)


def test_labels_do_not_touch() -> None:
    line = Curve("", [])
    placed = apart([(10, 100, line), (10, 103, line), (10, 105, line), (400, 104, line)])
    assert sorted((x, y) for x, y, _ in placed) == [(10, 100), (10, 115), (10, 130), (400, 104)]


def test_the_frontier_takes_means_of_each_line_in_each_precision() -> None:
    base = {
        "line": "99 %",
        "data": "mnist",
        "parameters": 1_000,
        "epochs": 0.6,
        "pictures_per_second": 9_000.0,
        "limit_gflops": 200.0,
    }
    runs = [("bfloat16", 0, 2.0, 0.990, 100.0), ("float32", 0, 5.0, 0.991, 60.0), ("bfloat16", 1, 4.0, 0.992, 110.0)]
    rows = [{**base, "precision": p, "seed": s, "seconds": t, "accuracy": a, "gflops": g} for p, s, t, a, g in runs]
    place = {"date": "2026-11-25", "versions": {"torch": "2"}, "machine": {"processor": "P"}}
    result = {"what": "What.", "rows": rows, **place}
    text, plots = frontier_report.section(result)
    assert (
        "| 99 % | bfloat16 | mnist | 1,000 | 0.6 | 99.10 ± 0.14 | 3.00 ± 1.41 | 9,000 ± 0 | 105 ± 7 | 200 | 2 |" in text
    )
    assert "| 99 % | float32 | mnist | 1,000 | 0.6 | 99.10 | 5.00 | 9,000 | 60.0 | 200 | 1 |" in text
    assert [c["class"] for c in marks(plots["frontier"], "circle")] == ["theirs", "ours"]


def test_a_plot_of_a_result_has_a_dot_for_each_label_at_its_mean() -> None:
    plot = report.Plot("t", "a", "what", "us", "µs", ("n", "1"))
    rows = [{"what": "convscope", "n": "1", "us": u} for u in (1.0, 3.0)]
    rows += [{"what": "other", "n": "1", "us": 4.0}, {"what": "other", "n": "256", "us": 1000.0}]
    ours, theirs = marks(plot.drawn(rows), "circle")
    assert (ours["class"], theirs["class"]) == ("ours", "theirs")
    assert "2.00 µs" in plot.drawn(rows)
    assert "4.00 µs" in plot.drawn(rows)
    assert float(ours["cx"]) < float(theirs["cx"])
