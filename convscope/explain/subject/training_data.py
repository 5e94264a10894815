"""The data that a model was trained on, found again."""

from __future__ import annotations

from pathlib import Path

from ... import data
from ...data.dataset import Dataset
from ...errors import ConvscopeError, Phrase, phrase
from ...prediction import Model
from ...runs.directory import read_run_json
from ...runs.json_fields import Fields
from ...runs.records import DataSource
from ...training.loading import load_dataset


def find_training_data(model: Model, run: Path | None) -> tuple[Dataset | None, tuple[Phrase, ...]]:
    """Return the data set that a model file's facts or its run directory name; None, and a note that says why, where it
    is not to be had or is another one now.
    """
    recorded = model.provenance.data
    try:
        if run is not None:
            source = DataSource.from_json(Fields(read_run_json(run), str(run / "run.json")).within("data"))
            if source.name is None:
                return None, (phrase("note.data.arrays"),)
            dataset = load_dataset(source.name, source.size, source.data_root, source.label_from, source.group_by)
        elif recorded is not None and recorded.set in data.NAMES:
            dataset = load_dataset(recorded.set, None, None)
        else:
            return None, (phrase("note.data.model"),)
    except ConvscopeError as error:
        return None, (phrase("note.data.lost", reason=error.line()),)
    if recorded is None or dataset.fingerprint != recorded.fingerprint:
        return None, (phrase("note.data.changed", name=dataset.name),)
    return dataset, ()
