"""What the lab's API is asked and what it answers: frozen records, each the same as a type in page/js/lab/api.js."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from ..errors import UsageError, phrase
from ..explain.payload.encoding import Record
from ..explain.payload.run_records import Pixels, Snapshot
from ..runs.json_fields import Scalar
from ..runs.records import LogLine
from ..web.error_json import Fault

RunState = Literal["starting", "running", "stopped", "finished", "failed", "damaged"]
CurvePoint = tuple[int, float, float]  # step, loss, accuracy
AUTO = "auto"
MOST_SEED, MOST_HELD_OUT, MOST_SIZE = 2**53, 10**9, 2048


@dataclass(frozen=True, slots=True)
class Scores(Record):
    """Accuracy (0…1) and loss in nats on some pictures."""

    accuracy: float
    loss: float


@dataclass(frozen=True, slots=True)
class RunData(Record):
    """The data of a run: its name, how many pictures of each split, and their shape (C, H, W)."""

    set: str
    train: int
    validation: int | None
    test: int | None
    shape: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Asked(Record):
    """What was chosen in the form for a run that this lab started: a data id, and rows and columns."""

    data: str
    size: int | None


@dataclass(frozen=True, slots=True)
class RunSummary(Record):
    """One run, as the list shows it. What is not known while a run starts is None."""

    id: str  # the name of its directory
    state: RunState
    message: Fault | None  # why it failed, or what is damaged
    formula: str
    plan: str | None  # the plan's name, where it has one
    classes: tuple[str, ...]
    seed: float | None
    epochs: float | None  # of the whole schedule
    steps: int | None  # of the whole schedule
    recipe: str
    batch: int
    data: RunData | None
    step: int  # done so far
    loss: float | None  # as trained, at the last step line
    accuracy: float | None
    validation: Scores | None  # at the last epoch's end
    test: Scores | None  # once it is finished
    seconds: float  # of training so far
    curve: tuple[CurvePoint, ...]
    measured: tuple[CurvePoint, ...]  # at each epoch's end, on the pictures held out
    look: str | None  # where its see-through page is, once it is finished
    report: str | None = None  # where its report.html is, if it has one
    asked: Asked | None = None
    label_smoothing: float = 0.0  # share of each label that is spread over all classes: the floor of its loss
    is_fit: bool = False  # one fit, without steps: a linear layer on frozen features

    @classmethod
    def bare(cls, id: str, state: RunState, message: Fault | None) -> Self:
        """Return the summary of a run of which nothing else is known."""
        return cls(
            id=id,
            state=state,
            message=message,
            formula="",
            plan=None,
            classes=(),
            seed=None,
            epochs=None,
            steps=None,
            recipe="",
            batch=0,
            data=None,
            step=0,
            loss=None,
            accuracy=None,
            validation=None,
            test=None,
            seconds=0,
            curve=(),
            measured=(),
            look=None,
        )


@dataclass(frozen=True, slots=True)
class DataChoice(Record):
    """Data that can be trained on. The id is what requests name it by; it is never a path."""

    id: str
    name: str
    kind: Literal["named", "folder", "own"]  # own: dropped on the lab


@dataclass(frozen=True, slots=True)
class RecipeChoice(Record):
    """A recipe: its plan on MNIST and on other pictures, and what the form shows of it. AUTO is what `convscope train`
    does by itself; what it trains from scratch is said here.
    """

    id: str
    plan: str
    general: str
    about: str
    epochs: float
    batch: int
    lr: float


@dataclass(frozen=True, slots=True)
class PlanChoice(Record):
    """A plan that has a name."""

    id: str
    formula: str
    about: str


@dataclass(frozen=True, slots=True)
class Offer(Record):
    """What can be trained."""

    data: tuple[DataChoice, ...]
    recipes: tuple[RecipeChoice, ...]
    plans: tuple[PlanChoice, ...]


@dataclass(frozen=True, slots=True)
class Measurement(Record):
    """Figures on `n` pictures, with the accuracy's 95 % interval."""

    accuracy: float
    loss: float
    n: int
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class RunReport(Record):
    """What a report says of a run besides its summary: every setting, the machine, and how sure its figures are.

    `understood` are the sentences that were said before the training, `notes` what a reader of the figures has to know,
    each by its key and words.
    """

    recipe: Mapping[str, Scalar]
    machine: Mapping[str, Scalar]
    budget: str | None
    test: Measurement | None
    validation: Measurement | None
    understood: tuple[Mapping[str, object], ...] = ()
    notes: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, eq=False)
class LiveSnapshot(Snapshot):
    """A snapshot of a run as it comes: on `n` pictures, and the picture (C, H, W) that its maps and scores are of."""

    n: int
    picture: Pixels
    on: str  # "held-out" or "training sample": which pictures the figures are of


@dataclass(frozen=True, eq=False)
class Recording:
    """A finished run as the static page replays it: what the events of a live one would have told."""

    run: RunSummary
    lines: tuple[LogLine, ...]
    snapshots: tuple[LiveSnapshot, ...]
    look: str  # where its see-through page is

    def to_json(self) -> dict[str, object]:
        return {
            "run": self.run.to_json(),
            "lines": [line.to_json() for line in self.lines],
            "snapshots": [shot.to_json() for shot in self.snapshots],
            "look": self.look,
        }


@dataclass(frozen=True, slots=True)
class DescribeRequest:
    """A formula to describe on some data, brought to `size` rows and columns."""

    formula: str = ""
    data: str = "mnist"
    size: int | None = None

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Return the request that a body holds. Raises UsageError for a value of another kind."""
        return cls(
            text_of(body, "formula", ""), text_of(body, "data", "mnist"), whole(body.get("size"), "size", 1, MOST_SIZE)
        )


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """A training to start. What is None is left to `convscope train`."""

    data: str = "mnist"
    formula: str = ""  # a formula or a plan's name; empty: the recipe's own plan
    recipe: str = "fast"  # AUTO: what `convscope train` takes by itself
    epochs: float | None = None
    seed: int | None = None
    val: int | None = None  # pictures held out
    size: int | None = None  # rows and columns that pictures of a folder are brought to

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Return the request that a body holds. Raises UsageError for an unknown field or a value of another kind."""
        known = cls.__slots__
        if strange := sorted(set(body) - set(known)):
            raise UsageError("lab.field", got=strange[0][:80], expected=", ".join(sorted(known)))
        return cls(
            text_of(body, "data", "mnist"),
            text_of(body, "formula", ""),
            text_of(body, "recipe", "fast"),
            number_of(body, "epochs"),
            whole(body.get("seed"), "seed", 0, MOST_SEED),
            whole(body.get("val"), "val", 0, MOST_HELD_OUT),
            whole(body.get("size"), "size", 1, MOST_SIZE),
        )


def text_of(body: Mapping[str, object], name: str, default: str) -> str:
    """Return a text of a request, or `default` where it is left out. Raises UsageError."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise UsageError("value.text", name=name, got=repr(value)[:80])
    return value


def number_of(body: Mapping[str, object], name: str) -> float | None:
    """Return a number of a request, or None where it is left out. Raises UsageError."""
    value = body.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise UsageError("value.number", name=name, got=repr(value)[:80])
    return value


def whole(value: object, name: str, low: int, high: int) -> int | None:
    """Return a whole number of a request, or None where it is left out. Raises UsageError."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(
            "value.range",
            name=name,
            got=repr(value)[:80],
            expected=phrase("value.range.whole", low=low, high=f"{high:,}"),
        )
    return value
