"""What a run writes down, as frozen values: lines of the log, facts of checkpoints and snapshots, where data is from.

`to_json` gives what docs/run-directory.md describes; `from_json` reads it back and raises InputError that names file
and field. Loss is in nats per picture, accuracy a fraction 0…1, seconds are those of training in all sessions so far.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InputError, Phrase
from .json_fields import Fields
from .label_changes import LabelChanges
from .result_figures import BaselineFigures, CalibrationFigures, SplitFigures


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a network is on some pictures."""

    accuracy: float
    loss: float

    def to_json(self) -> dict[str, object]:
        return {"accuracy": self.accuracy, "loss": self.loss}

    @classmethod
    def from_json(cls, fields: Fields) -> Figures:
        return cls(fields.number("accuracy"), fields.number("loss"))


@dataclass(frozen=True, slots=True)
class StepLine:
    """The steps since the last such line: their mean loss and accuracy, and the last step's own loss and rate."""

    step: int
    epoch: float  # share of the training pictures shown so far
    loss: float
    batch_loss: float
    accuracy: float
    lr: float
    seconds: float

    def to_json(self) -> dict[str, object]:
        return {
            "kind": "step",
            "step": self.step,
            "epoch": self.epoch,
            "loss": self.loss,
            "batch_loss": self.batch_loss,
            "accuracy": self.accuracy,
            "lr": self.lr,
            "time": {"seconds": self.seconds},
        }

    @classmethod
    def from_json(cls, fields: Fields) -> StepLine:
        return cls(
            fields.integer("step"),
            fields.number("epoch"),
            fields.number("loss"),
            fields.number("batch_loss"),
            fields.number("accuracy"),
            fields.number("lr"),
            fields.within("time").number("seconds"),
        )


@dataclass(frozen=True, slots=True)
class EpochLine:
    """An epoch that ended, or was cut short by the schedule's end; `validation` where pictures are held out."""

    step: int
    epoch: float
    train: Figures
    validation: Figures | None
    seconds: float

    def to_json(self) -> dict[str, object]:
        return {
            "kind": "epoch",
            "step": self.step,
            "epoch": self.epoch,
            "train": self.train.to_json(),
            "validation": self.validation and self.validation.to_json(),
            "time": {"seconds": self.seconds},
        }

    @classmethod
    def from_json(cls, fields: Fields) -> EpochLine:
        return cls(
            fields.integer("step"),
            fields.number("epoch"),
            Figures.from_json(fields.within("train")),
            _figures(fields, "validation"),
            fields.within("time").number("seconds"),
        )


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What the finished training came to; `notes` are what a reader of its figures has to know."""

    step: int
    validation: SplitFigures | None
    test: SplitFigures | None
    seconds: float
    images_per_second: float
    calibration: CalibrationFigures | None = None
    baseline: BaselineFigures | None = None
    notes: tuple[Phrase, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {
            "kind": "result",
            "step": self.step,
            "validation": self.validation and self.validation.to_json(),
            "test": self.test and self.test.to_json(),
            "calibration": self.calibration and self.calibration.to_json(),
            "baseline": self.baseline and self.baseline.to_json(),
            "notes": [note.to_json() for note in self.notes],
            "time": {"seconds": self.seconds, "images_per_second": self.images_per_second},
        }

    @classmethod
    def from_json(cls, fields: Fields) -> ResultLine:
        time = fields.within("time")
        validation, test = (
            fields.optional(lambda name: SplitFigures.from_json(fields.within(name)), split)
            for split in ("validation", "test")
        )
        return cls(
            step=fields.integer("step"),
            validation=validation,
            test=test,
            seconds=time.number("seconds"),
            images_per_second=time.number("images_per_second"),
            calibration=fields.if_there(lambda name: CalibrationFigures.from_json(fields.within(name)), "calibration"),
            baseline=fields.if_there(lambda name: BaselineFigures.from_json(fields.within(name)), "baseline"),
            notes=fields.if_there(fields.phrases, "notes") or (),
        )


LogLine = StepLine | EpochLine | ResultLine
KINDS = ("step", "epoch", "result")


def log_line(value: object, where: str) -> LogLine:
    """Return the line of a log that JSON stands for. Raises InputError for any other JSON."""
    fields = Fields(value, where)
    kind = fields.text("kind")
    if kind == "step":
        return StepLine.from_json(fields)
    if kind == "epoch":
        return EpochLine.from_json(fields)
    if kind == "result":
        return ResultLine.from_json(fields)
    raise InputError("run.line.kind", where=where, got=kind, expected=", ".join(KINDS))


@dataclass(frozen=True, slots=True)
class Tally:
    """A loss, how many pictures were recognised, and of how many. Written as an array."""

    loss: float
    correct: int
    count: int

    def to_json(self) -> list[object]:
        return [self.loss, self.correct, self.count]

    @classmethod
    def from_json(cls, value: object, where: str) -> Tally:
        names = ("loss", "correct", "count")
        items = value if isinstance(value, list) and len(value) == len(names) else []
        fields = Fields(dict(zip(names, items, strict=False)), where)
        return cls(fields.number("loss"), fields.integer("correct"), fields.integer("count"))


@dataclass(frozen=True, slots=True)
class CheckpointFacts:
    """Where a training stands, beside its tensors.

    `recent` is one tally a step since the last step line; `epoch` their sum, losses times counts, since the epoch
    began; `reached` whether the accuracy that was asked for is reached.
    """

    step: int
    recent: tuple[Tally, ...]
    epoch: Tally
    reached: bool
    seconds: float

    def to_json(self) -> dict[str, object]:
        return {
            "step": self.step,
            "recent": [tally.to_json() for tally in self.recent],
            "epoch": self.epoch.to_json(),
            "reached": self.reached,
            "time": {"seconds": self.seconds},
        }

    @classmethod
    def from_json(cls, value: object, where: str) -> CheckpointFacts:
        fields = Fields(value, where)
        recent = tuple(Tally.from_json(item, f"{where}, recent") for item in fields.items("recent"))
        epoch = Tally.from_json(fields.raw("epoch"), f"{where}, epoch")
        return cls(
            fields.integer("step"), recent, epoch, fields.flag("reached"), fields.within("time").number("seconds")
        )


@dataclass(frozen=True, slots=True)
class SnapshotFacts:
    """Figures on a few fixed pictures, and which: "held out" or "training". `kernels` names the convolution shown."""

    step: int
    n: int
    accuracy: float
    loss: float
    pictures: str
    kernels: str | None

    def to_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, value: object, where: str) -> SnapshotFacts:
        fields = Fields(value, where)
        return cls(
            fields.integer("step"),
            fields.integer("n"),
            fields.number("accuracy"),
            fields.number("loss"),
            fields.text("pictures"),
            fields.optional(fields.text, "kernels"),
        )


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where a run's data comes from and what it is. `name`, `size`, `data_root`, `label_from` and `group_by` load it
    again, as they were given; `name` is None for arrays in memory. `shape` is (C, H, W); `train`, `validation` and
    `test` count pictures; `white` is the white level of those of more than 8 bits, 0 where none was needed; `held_out`
    says which of the training pictures validate (packed_rows.py), None where none do; `changes` are the label changes
    that were applied.
    """

    name: str | None
    size: int | None
    data_root: str | None
    set: str
    fingerprint: str
    shape: tuple[int, ...]
    train: int
    validation: int
    test: int
    label_from: str | None = None
    group_by: str | None = None
    white: int = 0
    held_out: str | None = None
    changes: LabelChanges | None = None

    def to_json(self) -> dict[str, object]:
        plain = {name: list(v) if isinstance(v := getattr(self, name), tuple) else v for name in self.__slots__}
        return {**plain, "changes": self.changes and self.changes.to_json()}

    @classmethod
    def from_json(cls, fields: Fields) -> DataSource:
        return cls(
            fields.optional(fields.text, "name"),
            fields.optional(fields.integer, "size"),
            fields.optional(fields.text, "data_root"),
            fields.text("set"),
            fields.text("fingerprint"),
            fields.integers("shape"),
            fields.integer("train"),
            fields.integer("validation"),
            fields.integer("test"),
            fields.if_there(fields.text, "label_from"),
            fields.if_there(fields.text, "group_by"),
            fields.if_there(fields.integer, "white") or 0,
            fields.if_there(fields.text, "held_out"),
            fields.if_there(lambda name: LabelChanges.from_json(fields.within(name)), "changes"),
        )


def _figures(fields: Fields, name: str) -> Figures | None:
    return None if fields.raw(name) is None else Figures.from_json(fields.within(name))
