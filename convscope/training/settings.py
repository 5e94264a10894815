"""The settings of a run, everything resolved: what run.json holds, and all that a resumed run needs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ..errors import InputError, Phrase
from ..pictures.input_spec import InputSpec
from ..runs.json_fields import Fields
from ..runs.records import DataSource
from ..transfer.start import Start
from .options import MOST_SEEDS, MOST_THREADS
from .recipes import Recipe


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What determines a run's result to the bit. docs/run-directory.md says each field's meaning."""

    formula: str
    plan: str | None  # the plan's name, if it has one
    recipe: Recipe  # precision, augmentation and flips resolved
    seed: int
    epochs: float
    steps: int
    rounds: tuple[int, ...]  # steps at which the schedule's rounds end
    target: float | None  # accuracy (0…1) at which training ends with a round
    budget: str | None  # its text
    data: DataSource
    classes: tuple[str, ...]
    input: InputSpec
    device: str
    threads: int
    processor: str
    versions: dict[str, str]
    processes: int
    launch: str | None  # which launch by torchrun began it
    copies: str = "near"  # which copies stay together, besides groups: near ones too, or "exact" ones alone
    understood: tuple[Phrase, ...] = ()  # what was said before anything was trained
    balance: str = "none"  # how classes are made to count the same: by "weights", "oversample", or not
    start: Start | None = None  # the network that it begins with, None from scratch
    asked: tuple[str, ...] | None = None  # the words after `convscope train` that ask for it; None where none do
    planned_seconds: float | None = None  # that the steps, of the first round if there are several, seemed to take

    @property
    def is_fit(self) -> bool:
        """Whether the run is one fit, without steps: a linear layer, brought to its optimum on frozen features."""
        return self.start is not None and self.start.tune == "head"

    def to_json(self) -> dict[str, object]:
        """Return the fields as run.json has them."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "planned_seconds"}
        nested = {name: plain[name].to_json() for name in ("recipe", "data", "input")}
        asked = None if self.asked is None else list(self.asked)
        lists: dict[str, object] = {"rounds": list(self.rounds), "classes": list(self.classes), "asked": asked}
        said = [line.to_json() for line in self.understood]
        start = self.start and self.start.to_json()
        return {
            **plain,
            **nested,
            **lists,
            "start": start,
            "understood": said,
            "time": {"planned_seconds": self.planned_seconds},
        }

    @classmethod
    def from_json(cls, value: object, path: Path) -> RunSettings:
        """Return the settings that JSON of the run in `path` stands for. Raises InputError that names the field."""
        fields = Fields(value, str(path / "run.json"))
        steps, rounds = fields.integer("steps"), fields.integers("rounds")
        threads, seed = fields.integer("threads"), fields.integer("seed")
        if rounds[-1:] != (steps,) or any(begin >= end for begin, end in pairwise((0, *rounds))):
            raise InputError("run.numbers", where=fields.where, got=f"steps {steps}, rounds {list(rounds)}")
        if not (1 <= threads <= MOST_THREADS and seed < MOST_SEEDS):
            raise InputError("run.numbers", where=fields.where, got=f"threads {threads}, seed {seed}")
        return cls(
            formula=fields.text("formula"),
            plan=fields.optional(fields.text, "plan"),
            recipe=Recipe.from_json(fields.raw("recipe")),
            seed=seed,
            epochs=fields.number("epochs"),
            steps=steps,
            rounds=rounds,
            target=fields.optional(fields.number, "target"),
            budget=fields.optional(fields.text, "budget"),
            data=DataSource.from_json(fields.within("data")),
            classes=fields.texts("classes"),
            input=InputSpec.from_json(fields.raw("input")),
            device=fields.text("device"),
            threads=threads,
            processor=fields.text("processor"),
            versions=fields.mapping("versions"),
            processes=fields.integer("processes"),
            launch=fields.optional(fields.text, "launch"),
            copies=fields.text("copies"),
            understood=fields.phrases("understood"),
            asked=fields.if_there(fields.texts, "asked"),
            balance=fields.if_there(fields.text, "balance") or "none",
            start=fields.if_there(lambda name: Start.from_json(fields.within(name)), "start"),
            planned_seconds=(time := fields.within("time")).optional(time.number, "planned_seconds"),
        )
