"""What more training pictures would give: the same training on a quarter and on half of them, the error carried on."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..data import Dataset
from ..data.dataset import Rows
from ..data.subset import Subset
from ..errors import Interrupted
from ..evaluation import wilson
from ..evaluation.intervals import independent
from ..pictures.preprocessing import preprocess_stack
from ..reporting.part import Part
from ..reporting.records import Forecast, SubsetCurve, SubsetFit
from .options import TrainOptions
from .session import train_with
from .settings import RunSettings
from .starting import is_pretrained

SHARES = (0.25, 0.5)
DRAWS = 2  # trainings of each share where they are cheap
CHEAP = 120.0  # seconds of all trainings
FEWEST = 16  # training pictures of which a quarter teaches anything
RESAMPLED = 1_000  # times, for the interval
ROUND = (1, 2, 5)  # times a power of ten: how many more pictures

Right = np.ndarray[Any, np.dtype[np.float64]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SubsetPlan:
    """Which trainings there will be: so many draws of each share, and about how many seconds they take."""

    draws: int
    seconds: float

    @classmethod
    def of(cls, seconds: float) -> SubsetPlan:
        """Return the plan for a run whose training took so many seconds: each of its trainings takes as many steps."""
        draws = DRAWS if DRAWS * len(SHARES) * seconds <= CHEAP else 1
        return cls(draws, draws * len(SHARES) * seconds)

    @property
    def trainings(self) -> int:
        return self.draws * len(SHARES)


def subset_curve(
    settings: RunSettings, dataset: Dataset, train: Subset, held: Subset | None, part: Part, plan: SubsetPlan,
    groups: Rows | None = None, progress: Progress | None = None,
) -> SubsetCurve:  # fmt: skip
    """Train on parts of the training pictures with the run's settings and as many steps, measure on `part`, and return
    the curve. Pictures of one group (N,) stay together. Raises as `train` does.
    """
    began = time.perf_counter()
    right: list[tuple[int, Right]] = []
    with tempfile.TemporaryDirectory(prefix="convscope-") as folder:
        for number, (share, draw) in enumerate((share, draw) for share in SHARES for draw in range(plan.draws)):
            rows = subset_rows(train, share, draw, groups)
            if progress is not None:
                progress(number, plan.trainings)
            some, out = Subset(train.split, rows), Path(folder) / f"{number}"
            right.append((len(rows), _fit(settings, dataset, some, held, part, out)))
    right.append((len(train), (part.logits.argmax(1) == part.labels).astype(np.float64)))
    worth = float(len(part)) if part.groups is None else independent(part.groups)
    fits = tuple(SubsetFit(n, float(one.mean()), wilson(float(one.mean()) * worth, worth)) for n, one in right)
    forecasts = tuple(forecast(right, part.groups, more) for more in more_pictures(len(train)))
    return SubsetCurve(fits, forecasts, round(time.perf_counter() - began, 1))


def subset_rows(train: Subset, share: float, draw: int, groups: Rows | None = None) -> Rows:
    """Return the rows of a share of the training pictures, drawn group by group: of each class that share, one picture
    at least.
    """
    rng = np.random.default_rng((draw, round(1000 * share)))
    labels = train.labels
    origin = np.arange(len(train)) if groups is None else groups
    taken = np.zeros(len(train), bool)
    shuffled = rng.permutation(np.unique(origin))
    place = {group: i for i, group in enumerate(shuffled.tolist())}
    order = np.argsort([place[group] for group in origin.tolist()], kind="stable")
    for label in np.unique(labels).tolist():
        mine = order[labels[order] == label]
        wanted = max(1, round(share * len(mine)))
        cut = mine[:wanted]
        taken[mine[np.isin(origin[mine], origin[cut])]] = True
    return train.rows[taken]


def _fit(settings: RunSettings, dataset: Dataset, train: Subset, held: Subset | None, part: Part, out: Path) -> Right:
    """Return which pictures of a part a network trained on `train` recognises, 0 or 1 (n,)."""
    validation = None if held is None else held.split.take(held.rows)
    some = Dataset(f"{dataset.name}", dataset.classes, train.split.take(train.rows), validation=validation)
    try:
        result = train_with(_options(settings, some, out))
    except Interrupted:  # it says how to go on in a folder that is gone now
        raise KeyboardInterrupt from None
    model = result.load()
    read, _ = preprocess_stack(model.spec, part.pictures.split.images[part.pictures.rows])
    said = model.predictor.run(read)[0].argmax(1)
    right: Right = (said == part.labels).astype(np.float64)
    return right


def _options(settings: RunSettings, some: Dataset, out: Path) -> TrainOptions:
    """Return what asks for the run's training on other pictures: as many steps, from the same start."""
    common = TrainOptions(
        data=some,
        seed=settings.seed,
        val=0 if some.validation is None else None,
        balance=settings.balance,
        device=settings.device,
        threads=settings.threads,
        out=out,
    )
    start = settings.start
    if start is not None and settings.is_fit:  # its features are cached, its taps are chosen anew
        size = some.shape[1] if is_pretrained(start.name) else None  # which is chosen, too, where none is asked for
        return replace(common, from_=start.name, tune=start.tune, size=size)
    epochs = max(1e-3, settings.steps / settings.recipe.batches(len(some.train)))
    common = replace(common, recipe=settings.recipe, epochs=epochs)
    if start is not None:
        return replace(common, from_=start.name, tune=start.tune)
    return replace(common, arch=settings.formula)


def more_pictures(n: int) -> tuple[int, ...]:
    """Return how many more pictures are worth a forecast: about half as many as there are, in a round number, and as
    many again.

    >>> more_pictures(450), more_pictures(55_000)
    ((200, 450), (20000, 55000))
    """
    return (max(round_below(n / 2), 1), n)


def round_below(value: float) -> int:
    """Return the largest of 1, 2, 5, 10, 20 … that is not above a value.

    >>> round_below(270), round_below(99)
    (200, 50)
    """
    power = 10 ** int(np.floor(np.log10(max(value, 1))))
    return int(max(one * power for one in ROUND if one * power <= max(value, 1)))


def forecast(right: list[tuple[int, Right]], groups: Rows | None, more: int) -> Forecast:
    """Return what `more` pictures would add to the accuracy, given trainings on so many pictures and which of the
    measured pictures (n,) each recognises.

    The error is a·n^−b, fitted in logarithms; for the gain itself b is not below 0. The interval is that of one
    training drawn of each size, its measured pictures resampled, group by group, for each by itself: what the trainings
    share by being measured on the same pictures is not taken off, in place of the chance in training itself.
    """
    n = max(size for size, _ in right)
    by_size: dict[int, list[Right]] = {}
    for size, one in right:
        by_size.setdefault(size, []).append(1 - one)
    sizes = np.array(sorted(by_size), np.float64)
    total = float(len(right[0][1]))
    group = np.arange(len(right[0][1])) if groups is None else np.unique(groups, return_inverse=True)[1]
    wrong = [[np.bincount(group, one) for one in by_size[int(size)]] for size in sizes]  # a group, (G,)
    sizes_of_groups = np.bincount(group).astype(np.float64)
    rng = np.random.default_rng(0)
    gains = []
    for _ in range(RESAMPLED):
        shares = []
        for ones in wrong:
            drawn = rng.integers(0, len(sizes_of_groups), len(sizes_of_groups))
            shares.append(float(ones[rng.integers(len(ones))][drawn].sum() / sizes_of_groups[drawn].sum()))
        gains.append(_gain(sizes, shares, total, n, more, least=-np.inf))
    means = [float(np.mean([one.sum() for one in ones])) / total for ones in wrong]
    low, high = np.quantile(gains, (0.025, 0.975)).tolist()
    return Forecast(more, _gain(sizes, means, total, n, more), (low, high))


def _gain(
    sizes: np.ndarray[Any, Any], shares: list[float], total: float, n: int, more: int, least: float = 0.0
) -> float:
    """Return error(n) − error(n + more) of the curve through these shares of errors, each of a total, at each size."""
    wrong = np.array(shares) * total + 0.5
    error = np.log(wrong / (total + 1))
    x, weight = np.log(sizes), wrong  # the variance of a count's logarithm is one part in the count
    middle, level = (weight @ x) / weight.sum(), (weight @ error) / weight.sum()
    b = max(least, -float((weight * (x - middle)) @ (error - level) / (weight @ (x - middle) ** 2)))
    at = [float(np.exp(level - b * (np.log(size) - middle))) for size in (n, n + more)]
    return at[0] - at[1]
