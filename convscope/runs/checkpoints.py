"""Checkpoints of a run: written whole, the newest two kept, and the newest whole one chosen to go on from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..files import write_fault
from . import tensor_files
from .records import CheckpointFacts
from .tensor_files import Arrays

FORMAT = "convscope.checkpoint/1"
KEPT = 2


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Every tensor that training changes, by name, and where training stands."""

    tensors: Arrays
    facts: CheckpointFacts


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, complete or not at all, then remove all but the newest two."""
    tensor_files.write(
        folder / f"{checkpoint.facts.step:010d}.safetensors", checkpoint.tensors, checkpoint.facts.to_json(), FORMAT
    )
    for old in sorted(folder.glob("*.safetensors"))[:-KEPT]:
        try:
            old.unlink(missing_ok=True)
        except OSError as error:
            raise write_fault(old, error) from error


def read_checkpoint(path: Path) -> Checkpoint:
    """Return one checkpoint. Raises InputError for damage and for another kind or version."""
    tensors, facts = tensor_files.read(path, FORMAT)
    return Checkpoint(tensors, CheckpointFacts.from_json(facts, str(path)))


def newest_checkpoint(folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """Return the newest checkpoint that is whole, None without any, and what is wrong with newer ones."""
    faults: list[str] = []
    for path in sorted(folder.glob("*.safetensors"), reverse=True):
        try:
            return read_checkpoint(path), faults
        except InputError as error:
            faults.append(str(error))
    return None, faults


def newest_step(folder: Path) -> int:
    """Return the step of the newest checkpoint, 0 without any: it may be later than the last line of the log."""
    return max((int(path.stem) for path in folder.glob("*.safetensors") if path.stem.isdecimal()), default=0)
