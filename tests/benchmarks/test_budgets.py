"""Seconds to an accuracy, on rows small enough to work out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.budgets import budgets, ratio, reached


def run(name: str, seed: int, *ends: tuple[float, float, float], schedule: int | None = None) -> dict[str, Any]:
    found = [{"epochs": e, "schedule": 0, "seconds": 2 * cpu, "cpu": cpu, "accuracy": a} for e, cpu, a in ends]
    return {"name": name, "seed": seed, "schedule": schedule, "budgets": found}


ROWS = [
    run("peer", 1, (1, 12, 0.980), (2, 24, 0.992)),
    run("peer", 0, (1, 10, 0.990), (2, 20, 0.990), (3, 30, 0.999)),  # its third epoch has no second run beside it
    run("ours", 0, (0.6, 2, 0.991)),
    run("ours", 1, (0.6, 4, 0.989)),
    run("ours", 2, (0.6, 3, 0.993)),
]


def test_a_budget_is_what_every_seed_came_to() -> None:
    first, second = budgets(ROWS, "peer")
    assert (first.epochs, first.seeds, first.cpu, first.wall) == (1, (0, 1), (10, 12), (20, 24))
    assert (second.epochs, second.accuracies) == (2, (0.990, 0.992))


def test_an_accuracy_is_reached_by_the_mean_over_the_seeds() -> None:
    found = budgets(ROWS, "peer")
    assert reached(found, 0.985).epochs == 1  # 0.980 and 0.990: their mean and no less
    assert reached(found, 0.986).epochs == 2
    assert reached(found, 0.991).epochs == 2
    assert reached(found, 0.9911) is None


def test_the_quickest_budget_counts_even_if_a_longer_one_is_no_better() -> None:
    rows = [run("peer", 0, (1, 10, 0.99), (2, 20, 0.98), (3, 30, 0.99))]
    assert reached(budgets(rows, "peer"), 0.99).epochs == 1


def test_only_the_end_of_a_schedule_that_knows_its_end_is_a_budget() -> None:
    rows = [
        run("cycle", 0, (1, 10, 0.97), (2, 20, 0.99), schedule=2),
        run("cycle", 0, (1, 9, 0.98), schedule=1),
    ]
    assert [(b.epochs, b.cpu) for b in budgets(rows, "cycle")] == [(1, (9,)), (2, (20,))]


def test_ratios_are_of_the_same_seeds() -> None:
    theirs, ours = budgets(ROWS, "peer")[0], budgets(ROWS, "ours")[0]
    found = ratio(theirs, ours)  # 10/2 and 12/4
    assert (found.n, found.mean, found.least, found.most) == (2, 4, 3, 5)
    apart = ratio(budgets([run("x", 7, (1, 30, 0.9))], "x")[0], ours)
    assert (apart.n, apart.mean) == (1, pytest.approx(10))
