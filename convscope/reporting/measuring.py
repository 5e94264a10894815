"""What a report measures: the pictures of a run that its network has not learned from, and what it says of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..checking import Copies
from ..data.relabelling import labels_before
from ..data.subset import Subset
from ..errors import ConvscopeError, EnvironmentFault, InputError, Phrase, phrase
from ..evaluation.classes import matched
from ..evaluation.measuring import Data, Reading, chosen, given_data, own_data, seen
from ..evaluation.origins import copies_in, looked_for_near, origins_among
from ..pictures.preprocessing import preprocess_stack
from .part import Part

if TYPE_CHECKING:
    from ..data import Dataset
    from ..data.dataset import Labels
    from ..prediction import Model

GONE = ("measured", "questions", "copies", "robustness", "subsets", "health")  # parts that need pictures


@dataclass(frozen=True, eq=False)
class RunPictures:
    """The pictures that a report is about, as far as they are there: `parts`, the first of which it is about; the data
    set and its copies; `own`, whether it is the run's own; what is `missing`, part by part, and why; `notes`; seconds
    that the network takes for a picture; whether near copies were looked for.
    """

    parts: tuple[Part, ...] = ()
    found: Data | None = None
    copies: Copies | None = None
    missing: tuple[tuple[str, Phrase], ...] = ()
    notes: tuple[Phrase, ...] = ()
    pace: float = 0.0
    near: bool = True


def run_pictures(
    model: Model, run: Path, data: Dataset | str | os.PathLike[str] | None, reading: Reading
) -> RunPictures:
    """Measure a model on the pictures of its run, or on `data`.

    Where the run's own data is not there any more, what needs it is missing, with the reason. Raises InputError where
    `data` cannot be used.
    """
    if data is not None:
        return _measured(model, given_data(model, run, data, reading))
    try:
        found = own_data(model, run, reading)
    except (InputError, EnvironmentFault) as error:
        return RunPictures(missing=tuple((part, _gone(error, run)) for part in GONE))
    return _measured(model, found)


def _gone(error: ConvscopeError, run: Path) -> Phrase:
    where = error.where if isinstance(error.where, Phrase) or error.where else "?"
    return phrase("report.gone", place=where, reason=error.brief(), run=run)


def _measured(model: Model, found: Data) -> RunPictures:
    copies = copies_in(found.dataset)
    began, parts = time.perf_counter(), []
    for name, pictures in splits_of(model, found):
        parts.append(_part(model, found, copies, name, pictures))
    total = sum(map(len, parts))
    pace = (time.perf_counter() - began) / total if total else 0.0
    missing = () if parts else tuple((part, phrase("report.nothing")) for part in GONE if part != "copies")
    near = looked_for_near(found.dataset)
    return RunPictures(tuple(parts), found, copies, missing, found.notes, pace, near)


def splits_of(model: Model, found: Data) -> Iterator[tuple[str, Subset]]:
    """Yield the splits that the network has not learned from: test pictures, then those that validate; of other data
    without either all there are.
    """
    dataset = found.dataset
    if dataset.test is not None and len(dataset.test):
        yield "test", Subset.whole(dataset.test)
    if dataset.validation is not None and len(dataset.validation):
        yield "validation", Subset.whole(dataset.validation)
    elif found.held_out is not None and len(found.held_out):
        yield "validation", Subset(dataset.train, found.held_out)
    elif dataset.test is None and not found.own:
        name, _ = chosen(found, None, model.provenance.data)
        yield name, Subset.whole(dataset.train)


def _part(model: Model, found: Data, copies: Copies, name: str, pictures: Subset) -> Part:
    labels = matched(pictures.labels, found.dataset.classes, model.classes)
    read, _ = preprocess_stack(model.spec, pictures.split.images[pictures.rows])
    groups, leaked = origins_among(copies, found.dataset, "train" if name == "all" else name, found.held_out)
    files = pictures.split.files
    return Part(
        name=name,
        data=found.name,
        pictures=pictures,
        labels=labels,
        logits=model.predictor.run(np.ascontiguousarray(read))[0],
        classes=model.classes,
        temperature=None if model.calibration is None else model.calibration.temperature,
        groups=groups,
        leaked=seen(found, None if files is None else [files[row] for row in pictures.rows], groups, leaked),
        before=changed_labels(found.dataset, pictures),
    )


def changed_labels(dataset: Dataset, pictures: Subset) -> Labels | None:
    """Return the labels that the folder gives pictures of a data set (n,), among its classes; None where they are the
    same.
    """
    before = labels_before(dataset, pictures.split)
    if before is None or (before[pictures.rows] == pictures.labels).all():
        return None
    rows: Labels = before[pictures.rows]
    return rows
