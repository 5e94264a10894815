"""What a user asks of a training, checked before anything is loaded: for `train`, the command line and the lab."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..data.sources import require_source
from ..errors import UsageError, phrase
from ..formula import Plan, resolve
from ..runs.run_json import read_run_json
from . import budget as budgets
from .balance import BALANCE
from .recipes import Recipe, named
from .start_recipes import AFTER_HEAD, TUNED

if TYPE_CHECKING:
    from ..data import Dataset

TUNE = ("head", "all")
DEVICES = ("auto", "cpu", "cuda", "mps")
MOST_THREADS, MOST_SEEDS = 1024, 2**63
PLACE = ("device", "threads", "resume", "cache")  # what a resumed run may be given


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What was asked for; None is the default. `convscope.train` says what each means. Raises UsageError, FormulaError,
    PlanError.
    """

    data: str | os.PathLike[str] | Dataset | None = None
    arch: str | Plan | None = None
    recipe: str | Recipe | None = None
    from_: str | os.PathLike[str] | None = None
    tune: str | None = None
    epochs: float | None = None
    budget: str | None = None
    batch_size: int | None = None
    lr: float | None = None
    flips: str | None = None
    augment: str | None = None
    balance: str | None = None
    seed: int | None = None
    val: int | None = None
    device: str = "auto"
    threads: int | None = None
    size: int | None = None
    data_root: str | os.PathLike[str] | None = None
    label_from: str | None = None
    group_by: str | None = None
    changes: str | os.PathLike[str] | None = None
    out: str | os.PathLike[str] | None = None
    resume: str | os.PathLike[str] | None = None
    cache: bool = True
    strict: bool = False

    def __post_init__(self) -> None:
        if self.device not in DEVICES:
            raise UsageError("training.device", got=self.device, expected=", ".join(DEVICES))
        for name, most in (("threads", MOST_THREADS), ("size", 2**15)):
            number = getattr(self, name)
            if number is not None and (type(number) is not int or not 1 <= number <= most):
                raise UsageError("value.whole.from.to", name=name, low=1, high=most, got=number)
        if self.resume is not None:
            own = [getattr(self, f.name) != f.default for f in fields(self) if f.name not in (*PLACE, "data")]
            if any(own) or isinstance(self.data, (str, os.PathLike)):
                raise UsageError("training.resume", hint=phrase("training.resume.try", path=self.resume))
            return
        for name, below in (("seed", MOST_SEEDS), ("val", 2**40)):
            number = getattr(self, name)
            if number is not None and (type(number) is not int or not 0 <= number < below):
                raise UsageError("value.whole.from", name=name, least=0, got=number)
        for name, known in (("tune", TUNE), ("balance", BALANCE)):
            if getattr(self, name) not in (None, *known):
                raise UsageError("value.choice", name=name, got=getattr(self, name), expected=", ".join(known))
        self._check_start()
        self.chosen_recipe()
        if self.budget is not None:
            budgets.check(budgets.parse(self.budget), self.epochs, self.val)
        if isinstance(self.arch, str):
            resolve(self.arch)

    def chosen_recipe(self, new_head: bool = False) -> Recipe:
        """Return the recipe that was asked for, with what is asked in place of its own; of a network that was trained
        already one with a `new_head` is moved in smaller steps than one that goes on. Raises UsageError.
        """
        base: str | Recipe = "fast" if self.from_ is None else AFTER_HEAD if new_head else TUNED
        return named(self.recipe or base).changed(self.epochs, self.batch_size, self.lr, self.flips, self.augment)

    def require_places(self) -> None:
        """Raise InputError where no data is, or no run that could be resumed; neither is read beyond its settings."""
        if self.resume is not None:
            read_run_json(Path(self.resume))
        elif isinstance(self.data, (str, os.PathLike)):
            require_source(self.data, self.data_root)

    def _check_start(self) -> None:
        """Raise UsageError for what does not go together with a start, or needs one."""
        if self.from_ is None:
            if self.tune is not None:
                raise UsageError("start.tune", got=f"--tune {self.tune}", hint="--from lite0")
            return
        if self.arch is not None:
            raise UsageError("start.arch", got=f"--arch {self.arch}", hint=phrase("start.arch.try"))
        asked = {"--recipe": self.recipe, "--epochs": self.epochs, "--batch-size": self.batch_size, "--lr": self.lr}
        given = [name for name, value in {**asked, "--budget": self.budget}.items() if value is not None]
        if self.tune == "head" and given:
            raise UsageError("start.head.options", got=" ".join(given), hint="--tune all")

    def words(self) -> list[str]:
        """Return the words after `convscope train` that ask for the same. Raises TypeError for a data set or a recipe
        that is given as an object: no words name those.

        >>> TrainOptions("mnist", "lenet5", epochs=2.5).words()
        ['--arch=lenet5', '--epochs=2.5', '--', 'mnist']
        """
        made = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "data" or value == field.default:
                continue
            name = field.name.rstrip("_").replace("_", "-")
            switch = {True: f"--{name}", False: f"--no-{name}"}
            made.append(switch[value] if isinstance(value, bool) else f"--{name}={_word(value)}")
        return made if self.data is None else [*made, "--", _word(self.data)]


def asked_again(options: TrainOptions) -> TrainOptions:
    """Return what asks for the same run again, wherever it is written: its paths are found from any folder."""
    changes = None if options.changes is None else os.path.abspath(options.changes)
    data_root = None if options.data_root is None else os.path.abspath(options.data_root)
    start = options.from_
    if start is not None and os.path.exists(start):
        start = os.path.abspath(start)
    data = _from_anywhere(options.data)
    return replace(
        options, out=None, threads=None, cache=True, data=data, data_root=data_root, from_=start, changes=changes
    )


def asked_words(options: TrainOptions) -> tuple[str, ...] | None:
    """Return the words that ask for the same run again; None for data or a recipe that is given as an object."""
    try:
        return tuple(asked_again(options).words())
    except TypeError:
        return None


def _from_anywhere(data: str | os.PathLike[str] | Dataset | None) -> str | os.PathLike[str] | Dataset | None:
    """Return a path as an absolute one; a name, or pictures in memory, as they are; mnist for nothing."""
    if data is None:
        return "mnist"
    return os.path.abspath(data) if isinstance(data, (str, os.PathLike)) and os.path.exists(data) else data


def _word(value: object) -> str:
    if isinstance(value, (str, int, float, os.PathLike, Plan)):
        return str(value)
    raise TypeError(f"no word of a command stands for a {type(value).__name__}")
