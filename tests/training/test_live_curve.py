"""A training in a notebook: one output that grows, is kept by nbconvert, and elsewhere nothing at all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from convscope.errors import UsageError
from convscope.notebook.curve import POINTS, Curve, plot, thinned
from convscope.training import live_curve
from convscope.training.events import Event
from convscope.training.live_curve import LiveCurve, Shown, shown_live
from convscope.training.session import train
from tests.toys import squares

ROOT = Path(__file__).parents[2]


def test_a_plot_has_its_points_where_they_belong() -> None:
    drawn = plot("loss", [Curve("training", [(0, 0.0), (50, 2.0), (100, 1.0)]), Curve("held", [(100, 5.0)])], 100, 0, 2)
    assert '<polyline points="44.0,130.0 168.0,22.0 292.0,76.0"' in drawn
    assert re.findall(r'<circle cx="(\S+)" cy="(\S+)"', drawn) == [("292.0", "22.0")]  # above the range: at its end
    assert "NaN" not in plot("none", [Curve("training", [(0, 0.0)])], 0, 0, 0)


def test_of_many_points_the_first_and_the_last_are_kept() -> None:
    points = [(float(i), 0.0) for i in range(10_001)]
    kept = thinned(points)
    assert (len(kept), kept[0], kept[-1]) == (POINTS, points[0], points[-1])
    assert kept == sorted(set(kept))


def events_of(tmp_path: Path) -> list[Event]:
    events: list[Event] = []
    train(
        squares(),
        arch="conv(4, 3) + relu + fc",
        epochs=2,
        val=30,
        out=tmp_path / "r",
        threads=1,
        progress=events.append,
    )
    return events


@pytest.mark.medium
def test_it_says_what_the_log_says(tmp_path: Path) -> None:
    events, states, now = events_of(tmp_path), [], [0.0]
    curve = LiveCurve(states.append, lambda: now[0])
    for event in events:
        curve(event)
    assert len(states) == 1  # the first event; no more within half a second
    now[0] = live_curve.BETWEEN
    curve(events[-1])
    final = states[-1]
    assert len(states) == 2
    assert isinstance(final, Shown)
    steps, result = curve.training, curve.result
    assert result is not None
    assert result.validation is not None
    assert f"step {steps[-1].step} of {steps[-1].step} · loss {steps[-1].loss:.4f}" in repr(final)
    assert f"validation accuracy {100 * result.validation.accuracy:.2f} %" in repr(final)
    html = final._repr_html_()
    assert html.count("<svg") == 2
    assert "<script" not in html
    line = re.search(r'<polyline points="([^"]+)"', html)
    assert line is not None
    assert len(line[1].split()) == len(steps)


@pytest.mark.medium
def test_outside_of_notebooks_nothing_is_shown_or_imported(tmp_path: Path) -> None:
    code = (
        "import sys, convscope\nfrom tests.toys import squares\n"
        f"convscope.train(squares(), arch='fc', epochs=1, out={str(tmp_path / 'r')!r})\n"
        "assert not {'IPython', 'marimo'} & set(sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_ends_early_says_so_and_an_error_before_it_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[object] = []
    monkeypatch.setattr(live_curve, "live_output", lambda: states.append)
    with pytest.raises(UsageError):
        train("mnist", recipe="none")
    assert states == []
    with pytest.raises(KeyboardInterrupt), shown_live() as live:
        assert live is not None
        live(live_curve.LoadingLine(3, 7))
        raise KeyboardInterrupt
    assert [repr(state) for state in states] == ["pictures: 3 of 7", "pictures: 3 of 7 · stopped"]


@pytest.mark.slow
def test_a_notebook_keeps_one_output_in_its_last_state(tmp_path: Path) -> None:
    code = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nimport convscope\nfrom tests.toys import squares\n"
        "convscope.train(squares(), arch='conv(4, 3) + fc', epochs=2, out='run')"
    )
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(made, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    curve, result = made.cells[0].outputs
    assert (curve.output_type, result.output_type) == ("display_data", "execute_result")
    assert "accuracy" in curve.data["text/plain"].splitlines()[1]
    assert result.data["text/plain"].startswith("Result(run=")
    page, _ = HTMLExporter().from_notebook_node(made)
    assert page.count('aria-label="loss"') == 1
    assert "run/model.onnx" in page
