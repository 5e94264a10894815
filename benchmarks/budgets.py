"""Seconds to an accuracy, worked out from the rows of `benchmarks.training`: one rule for convscope and for its peers.

A budget is a schedule of so many epochs. *Seconds to 99 %* are the mean seconds, over the seeds, of the quickest budget
whose mean test accuracy over those seeds is 99 % or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.results import Row, Summary, summary


@dataclass(frozen=True)
class Budget:
    """One budget of one method over all its seeds, in the order of the seeds.

    `cpu` and `wall`: seconds of CPU time and by the wall clock.
    """

    method: str
    epochs: float
    seeds: tuple[int, ...]
    cpu: tuple[float, ...]
    wall: tuple[float, ...]
    accuracies: tuple[float, ...]

    @property
    def accuracy(self) -> Summary:
        return summary(self.accuracies)


def budgets(rows: Sequence[Row], method: str) -> list[Budget]:
    """Return a method's budgets, quickest first: those that every run of its schedule came to before its cap.

    Where the learning rate depends on where the schedule ends (its rows name a schedule), only the end of it is a
    budget.
    """
    runs: dict[object, list[Row]] = {}
    for row in rows:
        if row["name"] == method:
            runs.setdefault(row["schedule"], []).append(row)
    found = []
    for schedule, members in runs.items():
        members = sorted(members, key=lambda row: row["seed"])
        of_run = [{b["epochs"]: b for b in row["budgets"]} for row in members]
        for epochs in of_run[0]:
            if not all(epochs in run for run in of_run) or (schedule is not None and epochs != schedule):
                continue
            parts = [run[epochs] for run in of_run]
            columns = (tuple(float(part[name]) for part in parts) for name in ("cpu", "seconds", "accuracy"))
            found.append(Budget(method, float(epochs), tuple(row["seed"] for row in members), *columns))
    return sorted(found, key=lambda budget: summary(budget.cpu).mean)


def reached(of_method: Sequence[Budget], accuracy: float) -> Budget | None:
    """Return the quickest budget whose mean accuracy is at least that, or None."""
    good = (b for b in of_method if b.accuracy.mean >= accuracy - 1e-12)
    return min(good, key=lambda b: summary(b.cpu).mean, default=None)


def ratio(theirs: Budget, ours: Budget) -> Summary:
    """Return how many times as long theirs takes, seed by seed where both have it (interleaved runs), else mean by
    mean.
    """
    pairs = [theirs.cpu[theirs.seeds.index(s)] / ours.cpu[ours.seeds.index(s)] for s in theirs.seeds if s in ours.seeds]
    return summary(pairs or [summary(theirs.cpu).mean / summary(ours.cpu).mean])
