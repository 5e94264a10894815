"""Checkpoints: the newest two are kept, and the newest whole one is gone on from."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from convscope.errors import EnvironmentFault, InputError
from convscope.runs import tensor_files
from convscope.runs.checkpoints import (
    FORMAT,
    Checkpoint,
    newest_checkpoint,
    newest_step,
    read_checkpoint,
    write_checkpoint,
)
from convscope.runs.records import CheckpointFacts, Tally


def checkpoint(step: int) -> Checkpoint:
    facts = CheckpointFacts(step, (Tally(0.5, 3, 4),), Tally(2.0, 3, 4), False, 1.25)
    return Checkpoint({"w": np.arange(4, dtype=np.float32) + step}, facts)


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    assert newest_checkpoint(tmp_path) == (None, [])
    assert newest_step(tmp_path) == 0
    for step in (1, 20, 300, 4000):
        write_checkpoint(tmp_path, checkpoint(step))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["0000000300.safetensors", "0000004000.safetensors"]
    found, faults = newest_checkpoint(tmp_path)
    assert found is not None
    assert np.array_equal(found.tensors["w"], checkpoint(4000).tensors["w"])
    assert (found.facts, faults) == (checkpoint(4000).facts, [])
    assert newest_step(tmp_path) == 4000


def test_a_damaged_one_gives_way_to_the_one_before(tmp_path: Path) -> None:
    for step in (10, 20):
        write_checkpoint(tmp_path, checkpoint(step))
    newest = tmp_path / "0000000020.safetensors"
    data = bytearray(newest.read_bytes())
    data[-1] ^= 1
    newest.write_bytes(data)
    found, faults = newest_checkpoint(tmp_path)
    assert found is not None
    assert found.facts.step == 10
    assert faults == [f"{newest}: is damaged or incomplete"]
    (tmp_path / "0000000010.safetensors").write_bytes(b"")
    found, faults = newest_checkpoint(tmp_path)
    assert found is None
    assert len(faults) == 2


def test_facts_that_lack_something_are_named_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "0000000001.safetensors"
    facts = checkpoint(1).facts.to_json()
    for name in facts:
        tensor_files.write(path, {}, {n: value for n, value in facts.items() if n != name}, FORMAT)
        with pytest.raises(InputError, match=rf"0000000001\.safetensors: the field {name} is missing"):
            read_checkpoint(path)


def test_what_is_later_than_a_new_one_was_damaged_and_goes(tmp_path: Path) -> None:
    """Else two damaged ones would be kept as the newest two, and the one that training can go on from removed."""
    for step in (20, 30):
        (tmp_path / f"{step:010d}.safetensors").write_bytes(b"damaged")
    write_checkpoint(tmp_path, checkpoint(10))
    (tmp_path / "0000000005.safetensors").mkdir()  # no file is this: it is left alone
    write_checkpoint(tmp_path, checkpoint(11))
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == ["0000000005.safetensors", "0000000010.safetensors", "0000000011.safetensors"]
    found, faults = newest_checkpoint(tmp_path)
    assert found is not None
    assert (found.facts.step, faults) == (11, [])


@pytest.mark.parametrize("number", [errno.EACCES, errno.EMFILE, errno.ENOMEM])
def test_one_that_may_be_whole_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """What the system refuses for now would cost a training its hours if it began anew."""
    write_checkpoint(tmp_path, checkpoint(10))

    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(EnvironmentFault, match=rf"0000000010\.safetensors: cannot be read: {os.strerror(number)}"):
        newest_checkpoint(tmp_path)
