"""Snapshots of a run: small files that show a training as it went. What they hold is made by training.snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from . import tensor_files
from .records import SnapshotFacts
from .tensor_files import Arrays

FORMAT = "convscope.snapshot/1"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What docs/run-directory.md lists: tensors by name, and figures."""

    tensors: Arrays
    facts: SnapshotFacts


def write_snapshot(folder: Path, snapshot: Snapshot) -> None:
    """Write a snapshot without waiting for the disk: training goes on, and readers leave a torn one out."""
    path = folder / f"{snapshot.facts.step:010d}.safetensors"
    tensor_files.write(path, snapshot.tensors, snapshot.facts.to_json(), FORMAT, durable=False)


def read_snapshot(path: Path) -> Snapshot:
    """Return one snapshot. Raises InputError for damage and for another kind or version."""
    tensors, facts = tensor_files.read(path, FORMAT)
    return Snapshot(tensors, SnapshotFacts.from_json(facts, str(path)))


def read_snapshots(folder: Path) -> Iterator[Snapshot]:
    """Yield the snapshots in a folder by step; one that is damaged is passed over."""
    for path in sorted(folder.glob("*.safetensors")):
        try:
            whole = read_snapshot(path)
        except InputError:
            continue
        yield whole
