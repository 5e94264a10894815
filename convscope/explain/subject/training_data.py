"""The data that a model was trained on, found again."""

from __future__ import annotations

from pathlib import Path

from ... import data
from ...data.dataset import Dataset
from ...data.run_data import RunData
from ...errors import ConvscopeError, Phrase, phrase
from ...prediction import Model
from ...training.loading import load_run
from ..options import LookOptions


def find_training_data(
    model: Model, run: Path | None, options: LookOptions
) -> tuple[Dataset | None, RunData | None, tuple[Phrase, ...]]:
    """Return the data set that a model's run directory or its file's facts name, the first with what the run knows of
    it and a note on what has changed; None, and a note that says why, where it is not to be had or is another one now.
    """
    recorded = model.provenance.data
    try:
        if run is not None:
            return _of_run(run, options)
        if recorded is None or recorded.set not in data.NAMES:
            return None, None, (phrase("note.data.model"),)
        dataset = data.load(recorded.set)
    except ConvscopeError as error:
        if error.key == "run.arrays":
            return None, None, (phrase("note.data.arrays"),)
        return None, None, (phrase("note.data.lost", reason=error.line()),)
    if dataset.fingerprint != recorded.fingerprint:
        return None, None, (phrase("note.data.changed", name=dataset.name),)
    return dataset, None, ()


def _of_run(run: Path, options: LookOptions) -> tuple[Dataset | None, RunData | None, tuple[Phrase, ...]]:
    found = load_run(run, None, cache=options.cache, progress=options.progress)
    said, name = found.changes.said(), found.dataset.name
    if found.changes.other or not any(map(len, found.dataset.splits.values())):
        return None, None, (phrase("note.data.changed", name=name),)
    notes = () if said is None else (phrase("note.data.files", name=name, changes=said),)
    return found.dataset, found, notes
