"""`quantise`: a model file in 8 bits, measured beside the one that it was made of, and not written if it loses much."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import pretrained
from ..errors import InputError, Phrase, UsageError, phrase
from ..evaluation.figures import Evaluation
from ..evaluation.intervals import Interval, paired_interval
from ..evaluation.measuring import Reading, Task, chosen, measure, task_of
from ..files import atomic_write, require_place
from ..modelfile import ModelFile, graph, serialise
from ..modelfile.quantised import KINDS, Rounding
from ..modelfile.reading import checked
from ..pictures.preprocessing import preprocess_stack
from ..prediction import Model, load
from .folding import folded
from .ranges import ranges_of
from .speed import NOT_MEASURED, Speed, compared

if TYPE_CHECKING:
    from ..data import Dataset
    from ..data.reading import Progress
    from ..pictures.preprocessing import Pixels

SEED, FEWEST = 0, 16  # of the pictures that are drawn; how many there must be
ENDING = ".int8.onnx"


@dataclass(frozen=True)
class Quantised:
    """A model file in 8 bits at `path`, its weights "int8" or "uint8" (modelfile/quantised.py): the figures of the file
    `before` and `after`, on the same pictures; how many bytes each has; how many times as many pictures a second, on
    this machine now. `pictures` (of training) said how large its values get; `folded` batch normalisations are part of
    the layers before them.
    """

    path: Path
    weights: str
    before: Evaluation
    after: Evaluation
    bytes_before: int
    bytes_after: int
    speed: Speed
    pictures: int
    folded: int
    notes: tuple[Phrase, ...] = ()

    @property
    def lost(self) -> int:
        """Pictures that only the file before gets right."""
        return int((self.before.right & ~self.after.right).sum())

    @property
    def won(self) -> int:
        """Pictures that only the file in 8 bits gets right."""
        return int((self.after.right & ~self.before.right).sum())

    @property
    def difference(self) -> float:
        """The accuracy after less the accuracy before, as a share."""
        return (self.won - self.lost) / self.before.n

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the difference, paired picture by picture."""
        return paired_interval(self.lost, self.won, self.before.worth, self.before.n)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON takes it."""
        return {
            "path": str(self.path),
            "weights": self.weights,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "difference": self.difference,
            "interval": list(self.interval),
            "only_before_right": self.lost,
            "only_after_right": self.won,
            "bytes_before": self.bytes_before,
            "bytes_after": self.bytes_after,
            "speed": self.speed.to_json(),
            "pictures": self.pictures,
            "folded": self.folded,
            "notes": [str(note) for note in self.notes],
        }


def quantise(
    model: Model | str | os.PathLike[str],
    data: Dataset | str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    *,
    most_loss: float = 0.5,
    pictures: int = 256,
    split: str | None = None,
    data_root: str | os.PathLike[str] | None = None,
    label_from: str | None = None,
    cache: bool = True,
    progress: Progress | None = None,
) -> Quantised:
    """Write a model file that computes in 8 bits, and return how good it is beside the one that it was made of.

    `data` and `split` are as in `evaluate`, which measures both files on the same pictures. So many training
    `pictures`, drawn with a fixed seed and never among those that are measured, say how large each value gets. `out` is
    by default NAME.int8.onnx beside the model. Raises InputError, and writes nothing, where more than `most_loss`
    percentage points of the accuracy are lost.
    """
    if not 0 <= most_loss <= 100:
        raise UsageError("quantise.most", got=most_loss, expected="0 … 100")
    if pictures < FEWEST:
        raise UsageError("quantise.few", got=pictures, expected=phrase("value.least", n=FEWEST))
    path = None if isinstance(model, Model) else Path(model)
    model = model if isinstance(model, Model) else load(model)
    file = model.file
    if file.quantised:
        raise InputError("quantise.already", where=str(file.path))
    target = target_of(file.path, out)
    task = _apart(task_of(model, path, data, split, Reading(data_root, label_from, cache, progress)), pictures)
    shown = _training_pictures(model, task, pictures)
    network, weights = folded(file.network, file.weights)
    given: dict[str, Any] = {"calibration": file.metadata.calibration, "rejection": file.rejection}
    parts = (network, file.spec, weights, file.classes)
    plain = checked(target, serialise(*parts, {}, **given))
    ranges = ranges_of(plain, shown)
    before, fewer = measure(model, task), len(file.network.nodes) - len(network.nodes)
    notes: tuple[Phrase, ...] = ()
    for kind in KINDS:
        small = Model(checked(target, serialise(*parts, {}, **given, rounding=Rounding(ranges, kind))))
        made = Quantised(target, kind, before, measure(small, task), len(file.data), 0, NOT_MEASURED, len(shown), fewer)
        if -100 * made.difference <= most_loss:
            break
        notes = (phrase("quantise.unsigned", n=f"{-100 * made.difference:.2f}"),)
    else:
        got = phrase("quantise.lost.got", n=f"{-100 * made.difference:.2f}")
        expected = phrase("quantise.lost.most", n=f"{most_loss:g}")
        raise InputError("quantise.lost", where=str(file.path), got=got, expected=expected, hint=_more(pictures))
    written = serialise(*parts, _facts(file, made, task.name), **given, rounding=Rounding(ranges, made.weights))
    atomic_write(target, written)
    speed = compared(model.predictor, small.predictor, shown)
    return replace(made, bytes_after=len(written), speed=speed, notes=(*before.notes, *notes, *_float_weights(network)))


def target_of(file: Path, out: str | os.PathLike[str] | None) -> Path:
    """Return where the new file goes, and raise what its writing would, as far as that shows before it is made."""
    if out is None:
        shipped = file in map(pretrained.path, pretrained.NAMES)
        folder = Path() if shipped else file.parent
        return target_of(file, folder / f"{file.stem}{ENDING}")
    target = Path(out) / f"{file.stem}{ENDING}" if os.path.isdir(out) else Path(out)
    require_place(target)
    if target.suffix.lower() != ".onnx":
        raise UsageError("quantise.ending", got=target.name, expected=".onnx")
    if target.exists() and target.resolve() == file.resolve():
        raise UsageError("quantise.itself", where=str(target), hint=f"-o {file.stem}{ENDING}")
    return target


def _apart(task: Task, pictures: int) -> Task:
    """Return the task; of data without a split, all of it new to the model, some pictures apart for the ranges."""
    if task.name != "all":
        return task
    dataset = task.found.dataset
    order = np.random.default_rng(SEED).permutation(len(dataset.train))
    count = min(pictures, len(order) // 2)
    train, test = (dataset.train.take(np.sort(rows)) for rows in (order[:count], order[count:]))
    found = replace(task.found, dataset=replace(dataset, train=train, test=test))
    return Task(found, *chosen(found, None, None))


def _training_pictures(model: Model, task: Task, count: int) -> Pixels:
    """Return so many training pictures, none held out, as the model reads them."""
    dataset, held = task.found.dataset, task.found.held_out
    rows = np.arange(len(dataset.train))
    rows = np.delete(rows, held) if held is not None and task.name != "train" else rows
    if len(rows) < FEWEST:
        raise InputError(
            "quantise.pictures", where=dataset.name, got=len(rows), expected=phrase("value.least", n=FEWEST)
        )
    drawn = np.sort(np.random.default_rng(SEED).permutation(rows)[:count])
    return preprocess_stack(model.spec, np.asarray(dataset.train.images)[drawn])[0]


def _facts(file: ModelFile, made: Quantised, split: str) -> Mapping[str, object]:
    """Return what the new file says: where it comes from, as the old one does, and what was measured of both."""
    facts = {name: value for name, value in file.facts.items() if name not in ("test", "validation", "baseline")}
    figures = {"accuracy": made.after.accuracy, "loss": made.after.loss}
    measured = made.after.measured
    return {
        **facts,
        **({split: figures} if split in ("test", "validation") else {}),
        "quantised": {
            "from": {"digest": file.digest, "formula": file.formula, "bytes": len(file.data)},
            "measured": measured and measured.to_json(),
            "before": {"accuracy": made.before.accuracy, "loss": made.before.loss},
            "after": figures,
            "difference": made.difference,
            "interval": list(made.interval),
            "pictures": made.pictures,
            "folded": made.folded,
            "weights": made.weights,
        },
    }


def _float_weights(network: Any) -> tuple[Phrase, ...]:
    """Return a note that names the layers whose weights stay as they are."""
    whole = graph.layout(network).whole
    names = [node.name for node in network.nodes if node.weights and f"{node.name}.weight" not in whole]
    return (phrase("quantise.kept", n=len(names), names=", ".join(names[:6])),) if names else ()


def _more(pictures: int) -> Phrase:
    return phrase("quantise.lost.try", n=pictures * 4)
