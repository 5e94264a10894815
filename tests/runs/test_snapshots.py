"""Snapshots come in order, without those that a power cut tore."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from convscope.runs.records import SnapshotFacts
from convscope.runs.snapshots import Snapshot, read_snapshots, write_snapshot


def test_they_come_in_order_without_those_that_a_power_cut_tore(tmp_path: Path) -> None:
    for step in (0, 100, 20, 50, 70):
        facts = SnapshotFacts(step, 9, step / 100, 0.5, "training", None)
        write_snapshot(tmp_path, Snapshot({"w": np.arange(4, dtype=np.float32)}, facts))
    (tmp_path / "0000000050.safetensors").write_bytes(b"")
    torn = tmp_path / "0000000070.safetensors"
    torn.write_bytes(torn.read_bytes()[:-4] + bytes(4))
    found = list(read_snapshots(tmp_path))
    assert [snapshot.facts.step for snapshot in found] == [0, 20, 100]
    assert found[1].facts.accuracy == 0.2
    assert found[1].tensors["w"].tolist() == [0, 1, 2, 3]
