"""What a finished run's figures are: of each split, of calibration, and of a simple classifier beside the network.

Accuracy and calibration error are fractions 0…1, losses are in nats per picture. Lines of the log that version 0.1
wrote know accuracy and loss alone: what they lack is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from ..errors import InputError, Phrase
from .json_fields import Fields

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SplitFigures:
    """How good the network is on `n` pictures, each accuracy with its 95 % interval.

    `balanced_accuracy` is the mean over the classes that have pictures; `ece` the expected calibration error.
    `without_leaks` are the figures without the pictures that training has seen, where there are any.
    """

    accuracy: float
    loss: float
    n: int | None = None
    interval: Interval | None = None
    balanced_accuracy: float | None = None
    balanced_interval: Interval | None = None
    ece: float | None = None
    never_predicted: tuple[str, ...] = ()
    without_leaks: SplitFigures | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "accuracy": self.accuracy,
            "loss": self.loss,
            "n": self.n,
            "interval": self.interval and list(self.interval),
            "balanced_accuracy": self.balanced_accuracy,
            "balanced_interval": self.balanced_interval and list(self.balanced_interval),
            "ece": self.ece,
            "never_predicted": list(self.never_predicted),
            "without_leaks": self.without_leaks and self.without_leaks.to_json(),
        }

    @classmethod
    def from_json(cls, fields: Fields) -> Self:
        return cls(
            accuracy=fields.number("accuracy"),
            loss=fields.number("loss"),
            n=fields.if_there(fields.integer, "n"),
            interval=fields.if_there(lambda name: _interval(fields, name), "interval"),
            balanced_accuracy=fields.if_there(fields.number, "balanced_accuracy"),
            balanced_interval=fields.if_there(lambda name: _interval(fields, name), "balanced_interval"),
            ece=fields.if_there(fields.number, "ece"),
            never_predicted=fields.if_there(fields.texts, "never_predicted") or (),
            without_leaks=fields.if_there(lambda name: cls.from_json(fields.within(name)), "without_leaks"),
        )


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """What dividing the scores by one `temperature` did to the probabilities of `n` pictures held out."""

    temperature: float
    n: int
    loss_before: float
    loss_after: float
    ece_before: float
    ece_after: float

    def to_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, fields: Fields) -> Self:
        losses = (fields.number(name) for name in cls.__slots__[2:])
        return cls(fields.number("temperature"), fields.integer("n"), *losses)


@dataclass(frozen=True, slots=True)
class BaselineFigures:
    """What a classifier of a few lines makes of `n` of the pictures that the network is measured on, in `seconds`.

    `name` says what it is. `majority` is the accuracy of calling every picture by the largest class's name.
    """

    name: Phrase
    n: int
    accuracy: float
    interval: Interval
    majority: float
    seconds: float

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name.to_json(),
            "n": self.n,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "majority": self.majority,
            "time": {"seconds": self.seconds},
        }

    @classmethod
    def from_json(cls, fields: Fields) -> Self:
        return cls(
            name=Phrase.from_json(fields.raw("name")),
            n=fields.integer("n"),
            accuracy=fields.number("accuracy"),
            interval=_interval(fields, "interval"),
            majority=fields.number("majority"),
            seconds=fields.within("time").number("seconds"),
        )


def _interval(fields: Fields, name: str) -> Interval:
    ends = fields.numbers(name)
    if len(ends) != 2:
        raise InputError("field.type", name=name, where=fields.where, got=ends)
    return ends[0], ends[1]
