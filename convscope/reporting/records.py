"""What a report shows, as frozen values; docs/report.md says what each part means.

Accuracies and probabilities are fractions 0…1, intervals 95 % ones, losses in nats. A picture is a data: address.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from ..calibration.diagram import Bin
from ..errors import Phrase
from ..evaluation.health import Health

Interval = tuple[float, float]


class Record:
    """A frozen dataclass that JSON can hold."""

    __slots__ = ()

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON takes them: phrases by key, what is not finite as None."""
        return {field.name: _as_json(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]


def _as_json(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (Record, Phrase, Bin, Health)):
        return value.to_json()
    if isinstance(value, tuple):
        return [_as_json(one) for one in value]
    return value


@dataclass(frozen=True, slots=True)
class Facts(Record):
    """What was trained, on what, by what."""

    data: str
    set: str
    formula: str
    plan: str | None
    recipe: str
    epochs: float
    seed: int
    seconds: float | None  # of training; None where it is not finished
    parameters: int
    macs: int
    input: tuple[int, ...]  # (C, H, W)
    train: int
    validation: int
    test: int
    machine: str
    versions: tuple[tuple[str, str], ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class CurvePoint(Record):
    """Where the curve of the training pictures passes, or that of those held out: at the end of an epoch both, of a
    short training at every line of steps the first alone.
    """

    epoch: float
    loss: float | None
    accuracy: float | None
    held_out_loss: float | None = None
    held_out_accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class SplitRow(Record):
    """Figures on one split. `of` says which: "test", "validation", "all", "train", with "without leaks" or "as the
    folder has it" after a comma; "baseline" and "majority" are what a simple classifier, and the largest class, come
    to on the pictures of the first row.
    """

    of: str
    n: int | None
    accuracy: float
    interval: Interval | None
    balanced_accuracy: float | None = None
    balanced_interval: Interval | None = None
    loss: float | None = None
    ece: float | None = None
    name: Phrase | None = None


@dataclass(frozen=True, slots=True)
class ClassRow(Record):
    """Figures of a class; None where there is nothing to count."""

    n: int
    precision: float | None
    precision_interval: Interval
    recall: float | None
    recall_interval: Interval
    f1: float | None


@dataclass(frozen=True, slots=True)
class Answer(Record):
    """What the network says of one picture: true class, class said (indices), its probability, the loss."""

    picture: str
    path: str
    label: int
    said: int
    probability: float
    loss: float


@dataclass(frozen=True, slots=True)
class Measured(Record):
    """The pictures that the report is about: which split of which data, figures of each class, and the confusion
    matrix, as [true class, class said, count] of the cells that are not empty.
    """

    split: str
    data: str
    n: int
    cells: tuple[tuple[int, int, int], ...]
    per_class: tuple[ClassRow, ...]
    wrong: tuple[Answer, ...]  # the worst of each cell, the worst of all first
    right: tuple[Answer, ...]  # of each class the least sure
    before: tuple[Bin, ...]  # without the temperature
    after: tuple[Bin, ...] | None  # with it
    temperature: float | None
    fitted_on: bool  # whether the temperature was fitted on these very pictures


@dataclass(frozen=True, slots=True)
class LabelQuestion(Record):
    """A picture whose label is doubted: the label it has, the class suggested, and how probable the network finds
    both.
    """

    picture: str
    path: str
    digest: str
    split: str
    label: int
    suggested: int
    given_probability: float
    probability: float


@dataclass(frozen=True, slots=True)
class CopyPair(Record):
    """Two pictures that are one: exact or nearly, where each lies, and each one's class."""

    exact: bool
    pictures: tuple[str, str]
    paths: tuple[str, str]
    splits: tuple[str, str]
    labels: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Copies(Record):
    """How many pictures are copies of an earlier one, exact and near ones, and some of them: those that matter most;
    `looked` whether near ones were looked for at all.
    """

    exact: int
    near: int
    leaks: int  # measured pictures that training has seen
    looked: bool
    pairs: tuple[CopyPair, ...]


@dataclass(frozen=True, slots=True)
class Strength(Record):
    """The accuracy on pictures changed by so much, with one of them as it then looks."""

    amount: str
    accuracy: float
    interval: Interval
    picture: str


@dataclass(frozen=True, slots=True)
class Change(Record):
    """A kind of change: "brighter", "darker", "turned", "blurred" or "smaller", mildest first."""

    kind: str
    strengths: tuple[Strength, ...]


@dataclass(frozen=True, slots=True)
class Robustness(Record):
    """Accuracy on `n` pictures as they are, and changed."""

    n: int
    accuracy: float
    interval: Interval
    picture: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class OutsiderKind(Record):
    """Made-up pictures that belong to none of the classes: "shuffled", "noise" or "blank"; the share that is refused,
    one of them, and for other bounds the share of own pictures refused with that of these.
    """

    kind: str
    caught: float
    interval: Interval
    picture: str
    curve: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Outsiders(Record):
    """What the bound for "none of these" does on `n` measured pictures of the classes, and on made-up ones. It was
    fitted on `held_out` pictures, of which it refuses the share `held_out_refused`.
    """

    threshold: float
    level: float
    n: int
    refused: float
    interval: Interval
    held_out: int
    held_out_refused: float
    kinds: tuple[OutsiderKind, ...]


@dataclass(frozen=True, slots=True)
class SubsetFit(Record):
    """A training on `n` pictures, and its accuracy on the measured ones."""

    n: int
    accuracy: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Forecast(Record):
    """What `more` training pictures of the same kind would add to the accuracy, with a 95 % interval."""

    more: int
    gain: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class SubsetCurve(Record):
    """Trainings on parts of the pictures, measured on the same ones, and what more would give."""

    fits: tuple[SubsetFit, ...]
    forecasts: tuple[Forecast, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class LayerRow(Record):
    """A line of the network's table."""

    name: str
    layer: str
    output: str
    parameters: int
    macs: int
    sees: str


@dataclass(frozen=True, slots=True)
class Credit(Record):
    """Whom pictures are from, where their licence asks that it is said."""

    data: str
    authors: str
    source: str
    licence: str
    licence_text: str


@dataclass(frozen=True, slots=True)
class Report(Record):
    """A whole report. A part that is None or empty could not be made: `missing` says which, and why."""

    title: str
    language: str
    classes: tuple[str, ...]
    facts: Facts
    command: str | None
    understood: tuple[Phrase, ...]
    notes: tuple[Phrase, ...]
    curve: tuple[CurvePoint, ...]
    rows: tuple[SplitRow, ...]
    layers: tuple[LayerRow, ...]
    measured: Measured | None = None
    questions: tuple[LabelQuestion, ...] = ()
    asked: int | None = None  # how many questions there are in all; None where none could be asked
    copies: Copies | None = None
    outsiders: Outsiders | None = None
    robustness: Robustness | None = None
    subsets: SubsetCurve | None = None
    health: Health | None = None
    changes: tuple[tuple[str, str, str, str], ...] = ()  # label changes applied: path, SHA-256, from, to
    missing: tuple[tuple[str, Phrase], ...] = ()
    credit: Credit | None = None
