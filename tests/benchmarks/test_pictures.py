"""Folders of one's own pictures: how they are split, and the page, from rows made by hand and from those measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import recall_score

from benchmarks import results
from benchmarks.pictures import NAME, PAGE, figures_of, split_of
from benchmarks.pictures_report import page


def row(folder: str, seed: int, accuracy: float, method: str = "convscope", **more: Any) -> results.Row:
    shares = {"n": 100, "accuracy": accuracy, "balanced_accuracy": accuracy / 2, "ece": 0.02}
    return {"folder": folder, "method": method, "seed": seed, **shares, "cpu_seconds": 20.0, "seconds": 30.0} | more


def page_of(*rows: results.Row) -> str:
    machine = results.Machine(processor="P", features=[], cores=1, memory_gib=1.0, system="S")
    return page(results.Result(name=NAME, what="", machine=machine, versions={}, date="2026-01-02", rows=list(rows)))


def test_an_aim_is_reached_by_the_mean_in_its_seconds() -> None:
    text = page_of(row("bdpq", 0, 0.99), row("bdpq", 1, 1.0), row("bdpq", 0, 0.5, "fastai"))
    assert "| **99.5** | 99.0, 100.0 | 20.0 |  |  |  |  | 50.0 | 20.0 |" in text
    assert "| bdpq, 99.0 % within 30 s | yes: 99.5 ± 0.7 % in 20.0 s, n = 2 | 2.0 |" in text
    assert "| latin, 99.0 % | not measured |  |" in text
    assert "**no**: 99.5" in page_of(row("bdpq", 0, 0.995, cpu_seconds=31.0))
    assert "**no**: 98.9" in page_of(row("bdpq", 0, 0.989))


def test_classes_of_unlike_sizes_count_the_same_and_parts_by_their_pictures() -> None:
    assert "| imbalance, 90.0 % within 30 s | yes: 95.0 % in" in page_of(
        row("imbalance", 0, 0.1, balanced_accuracy=0.95)
    )
    text = page_of(row("stamps", 0, 0.7, n=10), row("stamps", 1, 0.9, n=30))
    assert "| stamps, 80.0 % | yes: 85.0 ± 14.1 % in" in text


def test_the_page_says_what_was_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(results.read(NAME))


def test_figures_of_names_are_scikit_learns() -> None:
    labels, predicted = np.array(["b", "b", "b", "a"]), np.array(["b", "c", "b", "a"])
    made = figures_of(predicted, labels)
    recall = recall_score(labels, predicted, labels=["a", "b"], average="macro")
    assert made == {"n": 4, "accuracy": 0.75, "balanced_accuracy": recall}


def test_a_fifth_of_each_class_is_the_test_and_the_seed_says_which(tmp_path: Path) -> None:
    for label, count in (("x", 10), ("y", 5)):
        (tmp_path / "given" / label).mkdir(parents=True)
        for number in range(count):
            (tmp_path / "given" / label / f"{number}.png").write_bytes(b"")
    drawn = []
    for seed in (0, 0, 1):
        made = Path(split_of(str(tmp_path / "given"), tmp_path / f"{len(drawn)}", seed, 0))
        parts = {
            part: {str(p.relative_to(made / part)) for p in (made / part).rglob("*.png")} for part in ("train", "test")
        }
        assert len(parts["train"] | parts["test"]) == 15
        assert sorted(name[0] for name in parts["test"]) == ["x", "x", "y"]
        drawn.append(parts["test"])
    assert drawn[0] == drawn[1] != drawn[2]
    assert split_of("fashion-mnist", tmp_path, 0, 0) == "fashion-mnist"
