"""`evaluate`: a model file measured on labelled pictures, by default on those of its own run that it has not seen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..calibration.scoring import reliability
from ..data.listing import SPLITS
from ..data.relabelling import labels_before
from ..errors import InputError, Phrase, UsageError, phrase
from ..pictures.preprocessing import preprocess_stack
from ..runs.manifest import MANIFEST, read_manifest
from .classes import matched, missing
from .figures import Evaluation, Measured, check_classes, listed, score
from .origins import find_origins
from .refusals import refusals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data import Dataset, Split
    from ..data.dataset import Labels, PictureFile, Rows
    from ..data.listing import LeftOut
    from ..data.reading import Progress
    from ..foreign.predicting import ForeignModel
    from ..modelfile.provenance import TrainedOn
    from ..prediction import Model


@dataclass(frozen=True, eq=False)
class Data:
    """Labelled pictures, what to call them, and whether they are those that the model was trained with; if so,
    `held_out` are the rows of the training pictures that it has not seen. Of other pictures `learned` are the SHA-256
    of the files that it was trained on, as far as its run says: some may be among them.
    """

    dataset: Dataset
    name: str
    own: bool
    held_out: Rows | None = None
    notes: tuple[Phrase, ...] = ()
    learned: frozenset[str] = frozenset()


class Task(NamedTuple):
    """What is measured: the data, which of its pictures ("train", "validation", "test", "all"), and they themselves."""

    found: Data
    name: str
    part: Split


class Reading(NamedTuple):
    """How pictures are read: as `data.load` says."""

    data_root: str | os.PathLike[str] | None
    label_from: str | None
    cache: bool
    progress: Progress | None


def evaluate(
    model: Model | ForeignModel | str | os.PathLike[str],
    data: Dataset | str | os.PathLike[str] | None = None,
    split: str | None = None,
    data_root: str | os.PathLike[str] | None = None,
    label_from: str | None = None,
    *,
    cache: bool = True,
    progress: Progress | None = None,
) -> Evaluation:
    """Return how good a model file is on labelled pictures; its field `measured` says on which.

    `data` is a name, a path or a Dataset. It is left out for a run directory, which remembers its own. `split` is
    "train", "validation" (the data's own, or what training held out) or "test"; left out, it is the first of test and
    validation that the data has, else all its pictures if the model was not trained on them.

    `label_from` is a regular expression that finds the label of a picture in its path, as in `datasets.load`.
    Pictures are taken from the `cache` of decoded ones and kept there; `progress` is told how many are read.

    Intervals count copies once, exact and near ones; where pictures are copies of some that the model was trained on,
    figures are given without these too. Pictures are brought to the model's size and channels by its own rule; classes
    are matched by name. ONNX Runtime computes, never torch. Loss and calibration error are those of the probabilities
    that `predict` gives. An ONNX file of others is read as `predict` reads it, and `notes` say how; where it names no
    classes, its scores are in the order of the data's. Raises UsageError for a model file without data, InputError
    where model, data and split do not fit together.
    """
    from ..foreign.predicting import ForeignModel, load_foreign
    from ..foreign.telling import ForeignFile, model_or_foreign
    from ..prediction import Model

    if split not in (None, *SPLITS):
        raise UsageError("split.unknown", got=split, expected=", ".join(SPLITS))
    path = None if isinstance(model, (Model, ForeignModel)) else Path(model)
    if not isinstance(model, (Model, ForeignModel)):
        file = model_or_foreign(model)
        model = load_foreign(file) if isinstance(file, ForeignFile) else Model(file)
    check_classes(len(model.classes))
    return measure(model, task_of(model, path, data, split, Reading(data_root, label_from, cache, progress)))


def task_of(
    model: Model | ForeignModel,
    path: Path | None,
    data: Dataset | str | os.PathLike[str] | None,
    split: str | None,
    reading: Reading,
) -> Task:
    """Return what `evaluate` measures, read; the model is the one at `path`, None where it came without one."""
    found = own_data(model, path, reading) if data is None else given_data(model, path, data, reading)
    return Task(found, *chosen(found, split, model.provenance.data))


def measure(model: Model | ForeignModel, task: Task) -> Evaluation:
    """Return the figures of a model on the pictures of a task."""
    found, name, part = task
    model, said = named_after(model, found.dataset)
    labels = matched(part.labels, found.dataset.classes, model.classes)
    groups, leaked = find_origins(found.dataset, "train" if name == "all" else name, found.held_out)
    logits, inverted, refused = np.zeros((0, len(model.classes)), np.float32), 0, None
    if len(part):
        pictures, swapped = preprocess_stack(model.spec, part.images)
        (logits, outsiders), inverted = model.predictor.outsiders(pictures), int(swapped.sum())
        if model.rejection is not None and outsiders is not None:
            refused = refusals(outsiders, model.rejection.threshold, logits.argmax(1), labels, groups)
    temperature = 1.0 if model.calibration is None else model.calibration.temperature
    scores = logits.astype(np.float64) / temperature
    figures = score(scores, labels, model.classes, groups, seen(found, part.files, groups, leaked))
    before = labels_before(found.dataset, part)
    calibrated = model.calibration is not None and len(part) > 0
    notes = [
        *said,
        *found.notes,
        *found.dataset.notes,
        *left_out(found.dataset.left_out),
        *missing(labels, model.classes),
    ]
    if len(part) > 1 and not model.open_batch:
        notes.append(phrase("evaluation.single"))
    if inverted:
        notes.append(phrase("note.inverted", n=f"{inverted:,}", all=f"{len(part):,}"))
    if said and len(part) and figures.interval[0] <= figures.confusion.sum(1).max() / len(part):
        notes.append(phrase("evaluation.chance"))
    return replace(
        figures,
        measured=Measured(found.name, name, len(part)),
        inverted=inverted,
        refusals=refused,
        temperature=temperature,
        uncalibrated=reliability(logits, labels) if calibrated else None,
        before_changes=None if before is None else score(scores, _known(before, found, model), model.classes, groups),
        notes=tuple(notes),
    )


def named_after(model: Model | ForeignModel, dataset: Dataset) -> tuple[Model | ForeignModel, tuple[Phrase, ...]]:
    """Return a model whose classes have names, those of the data where an ONNX file of others has none, and what is to
    be said of such a file. Raises InputError where it has not as many.
    """
    from ..prediction import Model

    if isinstance(model, Model):
        return model, ()
    if model.named or set(dataset.classes) <= set(model.classes):
        return model, model.notes
    if len(model.classes) != len(dataset.classes):
        expected, hint = f"{len(model.classes)}", phrase("evaluation.unnamed.try")
        raise InputError("evaluation.unnamed", got=len(dataset.classes), expected=expected, hint=hint)
    ordered = phrase("evaluation.order", names=listed(dataset.classes))
    return model.with_classes(dataset.classes), (*model.notes, ordered)


def _known(labels: Labels, found: Data, model: Model | ForeignModel) -> Labels:
    return matched(labels, found.dataset.classes, model.classes)


def seen(
    found: Data, files: Sequence[PictureFile] | None, groups: Rows, leaked: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Return which pictures (n,) of these files training has seen: of the run's own data those `leaked`, of other
    pictures the very files that it was trained on and their copies, which share a number in `groups`. None where
    nothing says.
    """
    if found.own:
        return leaked
    if not found.learned or files is None:
        return None
    same = np.array([file.digest in found.learned for file in files], bool)
    return np.isin(groups, groups[same])


def chosen(found: Data, split: str | None, trained_on: TrainedOn | None) -> tuple[str, Split]:
    """Return which pictures are measured: "train", "validation", "test" or "all", and they themselves.

    Raises InputError for a split that is not there, and where training has seen all there is.
    """
    dataset = found.dataset
    held = trained_on.validation if trained_on is not None else 0
    if split == "train":
        return split, dataset.train
    if split == "test" and dataset.test is None:
        raise InputError("split.test.none", where=dataset.name, hint=phrase("split.test.none.try"))
    if split != "validation" and dataset.test is not None:
        return "test", dataset.test
    if dataset.validation is not None:
        return "validation", dataset.validation
    if found.held_out is not None:
        return "validation", dataset.train.take(found.held_out)
    if split == "validation" and not held:
        raise InputError("split.held", hint=phrase("split.held.try"))
    if split == "validation":
        raise InputError("split.data", where=dataset.name, hint=phrase("split.data.try"))
    if found.own:
        raise InputError("split.unseen", where=found.name, hint=phrase("split.unseen.try"))
    return "all", dataset.train


def left_out(files: Sequence[LeftOut]) -> tuple[Phrase, ...]:
    """Return a note for each reason why files were left out: how many, why, and the first of them."""
    by_reason: dict[str, list[LeftOut]] = {}
    for file in files:
        by_reason.setdefault(str(file.reason), []).append(file)
    alike = sorted(by_reason.values(), key=len, reverse=True)
    return tuple(
        phrase("note.left.out", n=f"{len(some):,}", reason=some[0].reason, first=some[0].path) for some in alike
    )


def own_data(model: Model | ForeignModel, path: Path | None, reading: Reading) -> Data:
    """Return the data that the run at `path` was trained on, as far as it is still there, and say what has changed.

    Raises UsageError where the path is no run.
    """
    from ..data.run_data import load_run_data

    if path is None or not path.is_dir():
        where = str(path or model.file.path)
        raise UsageError("evaluation.data", where=where, hint=phrase("evaluation.data.try"))
    try:
        found = load_run_data(path, cache=reading.cache, progress=reading.progress)
    except InputError as error:
        if error.key != "run.arrays":
            raise
        raise InputError("evaluation.arrays", where=str(path), hint=phrase("evaluation.arrays.try")) from None
    name, changes = found.source.name or found.dataset.name, found.changes
    said = changes.said()
    if changes.other:
        return Data(found.dataset, name, own=False, notes=(phrase("note.data.other", name=name),))
    notes = () if said is None else (phrase("note.data.files", name=name, changes=said),)
    return Data(found.dataset, name, own=True, held_out=found.held_out, notes=notes)


def given_data(
    model: Model | ForeignModel, path: Path | None, data: Dataset | str | os.PathLike[str], reading: Reading
) -> Data:
    from ..data import Dataset
    from ..data.run_data import held_out_rows, load_run_data

    dataset = data if isinstance(data, Dataset) else _load(model, data, reading)
    name = dataset.name if isinstance(data, Dataset) else os.fspath(data)
    if path is not None and path.is_dir():
        found = load_run_data(path, dataset)
        said = found.changes.said()
        if said is None or (dataset.test is None and not found.changes.lost):  # new test pictures are measured too
            notes = () if said is None else (phrase("note.data.new", name=name, changes=said),)
            return Data(found.dataset, name, own=True, held_out=found.held_out, notes=notes)
    trained_on = model.provenance.data
    if trained_on is None or trained_on.fingerprint != dataset.fingerprint:
        return Data(dataset, name, own=False, learned=_learned(path))
    held_out = held_out_rows(dataset, trained_on.validation, trained_on.held_out)
    return Data(dataset, name, own=True, held_out=held_out)


def _learned(path: Path | None) -> frozenset[str]:
    """Return the SHA-256 of the files that the run at `path`, or that whose model.onnx this is, was trained on."""
    run = path.parent if path is not None and path.name == "model.onnx" else path
    if run is None or not (run / MANIFEST).is_file():
        return frozenset()
    return frozenset(row.sha256 for row in read_manifest(run) or () if row.split == "train" and row.sha256)


def _load(model: Model | ForeignModel, data: str | os.PathLike[str], reading: Reading) -> Dataset:
    from ..data import load

    channels, height, width = model.spec.shape
    return load(
        data,
        size=(height, width),
        channels=channels,
        known_classes=model.classes if model.named else None,
        white=model.spec.white,
        rule=model.spec.rule,
        data_root=reading.data_root,
        label_from=reading.label_from,
        cache=reading.cache,
        progress=reading.progress,
    )
