"""A run that was copied without its empty folders, as many tools copy, goes on."""

from __future__ import annotations

from pathlib import Path

from convscope.runs.directory import Run


def test_empty_folders_come_back(tmp_path: Path) -> None:
    Run.create(tmp_path / "one", {}).close()
    for name in ("checkpoints", "snapshots"):
        (tmp_path / "one" / name).rmdir()
    Run.reopen(tmp_path / "one").close()
    assert {"checkpoints", "snapshots"} <= {entry.name for entry in (tmp_path / "one").iterdir() if entry.is_dir()}
