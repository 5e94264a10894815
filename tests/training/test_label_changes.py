"""A training with label changes: what the run records, how it goes on, and both figures side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convscope.cli.evaluate import table
from convscope.evaluation import evaluate
from convscope.reporting.writing import NAME
from convscope.runs.manifest import read_manifest
from convscope.runs.run_json import read_run_json
from convscope.training.session import train
from convscope.training.whole_report import report
from tests.reporting.test_gather import shown
from tests.training.tiny import PLAN, RECIPE, outcome, write_pictures

pytestmark = pytest.mark.medium


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("changes")
    write_pictures(folder / "abc")
    (folder / "c.csv").write_text(
        "path,sha256,from,to\ntrain/a/0.png,,a,b\ntrain/a/3.png,,a,\ntest/b/70.png,,b,c\nnone.png,,a,b\n"
    )
    (folder / "abc" / "train" / "a" / "empty.png").unlink()
    train(folder / "abc", out=folder / "run", arch=PLAN, recipe=RECIPE, val=6, threads=1, changes=folder / "c.csv")
    return folder


def test_the_run_records_the_list_and_the_folder_stays(folder: Path) -> None:
    recorded = read_run_json(folder / "run")["data"]["changes"]  # type: ignore[call-overload,index]
    assert recorded["rows"][0] == ["train/a/0.png", "", "a", "b"]
    rows = {row.path: row for row in read_manifest(folder / "run") or ()}
    assert rows["train/a/0.png"].label == "b"
    assert rows["train/a/3.png"].reason
    assert (folder / "abc" / "train" / "a" / "0.png").exists()


def test_evaluate_gives_both_figures(folder: Path) -> None:
    (folder / "c.csv").rename(folder / "moved.csv")  # the run has it whole
    found = evaluate(folder / "run")
    assert found.n == 10
    assert found.before_changes is not None
    moved = found.confusion.sum(1) - found.before_changes.confusion.sum(1)
    assert moved.tolist() == [0, -1, 1], "one b is a c"
    assert found.confusion.sum(0).tolist() == found.before_changes.confusion.sum(0).tolist()
    assert "by the labels that the folder gives" in table(found)
    assert found.to_json()["before_changes"]["accuracy"] == found.before_changes.accuracy
    assert [note for note in found.notes if note.key == "note.changes.missing"]
    (folder / "moved.csv").rename(folder / "c.csv")


def test_the_report_has_both_too(folder: Path) -> None:
    first, again = shown(folder / "run" / NAME), report(folder / "run", quick=True)
    found = evaluate(folder / "run")
    assert found.before_changes is not None
    assert [row["of"] for row in first["rows"]][:2] == ["test", "test, before"]
    assert [row.of for row in again.rows][:2] == ["test", "test, before"]
    assert again.rows[0].accuracy == first["rows"][0]["accuracy"] == found.accuracy
    assert again.rows[1].accuracy == first["rows"][1]["accuracy"] == found.before_changes.accuracy
    assert first["changes"][0] == ["train/a/0.png", "", "a", "b"]
    assert json.dumps(first["understood"]).count("changes.said") == 1


@pytest.mark.slow
def test_a_run_goes_on_with_its_list(folder: Path, tmp_path: Path) -> None:
    """Interrupted after its third step, it ends in the same bits; without the list it would have another data set."""
    whole = outcome(folder / "run")
    steps = 0

    def stop() -> bool:
        nonlocal steps
        steps += 1
        return steps > 3

    import shutil

    from convscope.errors import Interrupted

    out = tmp_path / "run"
    given = {"arch": PLAN, "recipe": RECIPE, "val": 6, "threads": 1, "changes": folder / "c.csv"}
    with pytest.raises(Interrupted):
        train(folder / "abc", out=out, stop=stop, keep_seconds=0.0, **given)  # type: ignore[arg-type]
    shutil.copy(folder / "c.csv", tmp_path / "kept.csv")
    (folder / "c.csv").unlink()
    train(resume=out, keep_seconds=0.0, threads=1)
    shutil.copy(tmp_path / "kept.csv", folder / "c.csv")
    resumed = outcome(out)
    assert resumed["weights"] == whole["weights"]
    assert resumed["run.json"] == whole["run.json"]
