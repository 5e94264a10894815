"""How a training went, as `look` shows it: every sound line of the log, whatever stands beside it."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convscope.errors import InputError
from convscope.explain.look import SLIDES
from convscope.explain.payload.history import read_history
from convscope.explain.payload.run_records import LogPoint
from convscope.runs.snapshots import Snapshot, read_snapshots, write_snapshot
from tests.lab.rundirs import run_dir, step, text


@pytest.mark.parametrize(
    "damaged",
    [
        b"{",
        b"\0\0\0",
        b"[" * 100_000,
        b'{"kind": "step", "step": 2}',
        b'{"kind": "new", "step": 2}',
        json.dumps({**step(2), "loss": float("nan")}).encode(),
        json.dumps({**step(2), "lr": float("inf")}).encode(),
        json.dumps({**step(2), "loss": 10**400}).encode(),
    ],
    ids=lambda line: line[:40].decode("latin-1"),
)
def test_a_damaged_line_hides_only_itself(tmp_path: Path, damaged: bytes) -> None:
    path = run_dir(tmp_path, "one")
    (path / "log.jsonl").write_bytes(text([step(1)]) + damaged + b"\n" + text([step(4)]) + b'{"kind": "st')
    found = read_history(path)
    assert found is not None
    assert found.log == (LogPoint(1, 1.0), LogPoint(4, 0.25))


@pytest.mark.parametrize("lost", ["scores", "picture", "confusion", "kernels"])
def test_a_snapshot_that_lacks_a_tensor_hides_only_itself(tmp_path: Path, lost: str) -> None:
    path = run_dir(tmp_path, "one")
    shipped = list(read_snapshots(SLIDES / "snapshots"))[:3]
    for at, one in enumerate(shipped):
        tensors = {name: tensor for name, tensor in one.tensors.items() if at != 1 or name != lost}
        write_snapshot(path / "snapshots", Snapshot(tensors, one.facts))
    found = read_history(path)
    assert found is not None
    assert [snapshot.step for snapshot in found.snapshots] == [shipped[0].facts.step, shipped[2].facts.step]
    assert found.picture is not None
    assert (found.picture == shipped[2].tensors["picture"]).all()


def test_a_run_without_a_log_and_snapshots_has_no_history(tmp_path: Path) -> None:
    path = run_dir(tmp_path, "one")
    (path / "log.jsonl").unlink()
    assert read_history(path) is None
    with pytest.raises(InputError, match="no run is here"):
        read_history(tmp_path)


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("confusion", np.full((10, 10), np.nan, np.float32)),
        ("confusion", np.int32(3)),
        ("scores", np.full(10, np.inf, np.float32)),
        ("scores", np.zeros((2, 10), np.float32)),
        ("maps.conv1", np.zeros((2, 2), np.float32)),
        ("maps.conv1", np.full((1, 2, 2), np.nan, np.float32)),
        ("kernels", np.zeros((16, 25), np.float16)),
        ("picture", np.zeros((1, 28, 28), np.float32)),
    ],
)
@pytest.mark.medium
def test_a_snapshot_whose_tensors_no_training_writes_hides_only_itself(
    tmp_path: Path, name: str, tensor: np.ndarray
) -> None:
    path = tmp_path / "run"
    shutil.copytree(SLIDES, path)
    whole = list(read_snapshots(path / "snapshots"))
    write_snapshot(path / "snapshots", replace(whole[0], tensors=whole[0].tensors | {name: np.asarray(tensor)}))
    history = read_history(path)
    assert history is not None
    assert [shot.step for shot in history.snapshots] == [shot.facts.step for shot in whole[1:]]


def test_a_pipe_among_the_snapshots_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "run"
    shutil.copytree(SLIDES, path)
    os.mkfifo(path / "snapshots" / "0000000000.safetensors.safetensors")
    history = read_history(path)
    assert history is not None
    assert len(history.snapshots) == len(list((SLIDES / "snapshots").iterdir()))
