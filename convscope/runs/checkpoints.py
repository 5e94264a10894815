"""Checkpoints of a run: written whole, the newest two kept, and the newest whole one chosen to go on from."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path

from ..errors import EnvironmentFault, InputError, phrase
from ..files import remove, write_faults
from . import tensor_files
from .records import CheckpointFacts
from .tensor_files import Arrays

FORMAT = "convscope.checkpoint/1"
KEPT = 2
# What the system says where the file itself may be whole: to begin anew would cost what it holds.
FOR_NOW = (errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Every tensor that training changes, by name, and where training stands."""

    tensors: Arrays
    facts: CheckpointFacts


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, complete or not at all, then remove all but it and the one before.

    Later ones go too: they were damaged, or training would have gone on from them.
    """
    path = folder / f"{checkpoint.facts.step:010d}.safetensors"
    tensor_files.write(path, checkpoint.tensors, checkpoint.facts.to_json(), FORMAT)
    there = sorted(folder.glob("*.safetensors"))
    at = there.index(path) if path in there else len(there)
    for other in (*there[: max(0, at + 1 - KEPT)], *there[at + 1 :]):
        with write_faults(other):
            if other.is_symlink() or not other.is_dir():
                remove(other)


def read_checkpoint(path: Path) -> Checkpoint:
    """Return one checkpoint. Raises InputError for damage and for another kind or version."""
    tensors, facts = tensor_files.read(path, FORMAT)
    return Checkpoint(tensors, CheckpointFacts.from_json(facts, str(path)))


def newest_checkpoint(folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """Return the newest checkpoint that is whole, None without any, and what is wrong with newer ones.

    Raises EnvironmentFault where the system does not let one be read that may be whole.
    """
    faults: list[str] = []
    for path in sorted(folder.glob("*.safetensors"), reverse=True):
        try:
            return read_checkpoint(path), faults
        except InputError as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in FOR_NOW:
                raise EnvironmentFault.of(error, hint=phrase("checkpoint.unread.try")) from error
            faults.append(str(error))
    return None, faults


def newest_step(folder: Path) -> int:
    """Return the step of the newest checkpoint, 0 without any: it may be later than the last line of the log."""
    return max((int(path.stem) for path in folder.glob("*.safetensors") if path.stem.isdecimal()), default=0)
