"""docs/pictures.md, of the rows of benchmarks.pictures: its figures are worked out here, its words stand here."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import tables
from benchmarks.results import Result, Row, summary


@dataclass(frozen=True)
class Aim:
    """What is aimed at on a folder: a least share of what `figure` names, within so many CPU seconds where some are."""

    folder: str
    figure: str
    least: float
    seconds: float | None
    what: str
    method: str = "convscope"


AIMS = (
    Aim("photos", "accuracy", 0.96, 120, "parts of ten photographs, 60 each; test from another part of each"),
    Aim("bdpq", "accuracy", 0.99, 30, "four letters that are each other's mirrors, 120 each; test in other fonts"),
    Aim("imbalance", "balanced_accuracy", 0.90, 30, "O, Q, C in 41 fonts, 500, 20 and 5; test in other fonts"),
    Aim("latin", "accuracy", 0.99, None, "26 letters, 120 each; test in other fonts"),
    Aim("hangul", "accuracy", 0.99, None, "40 syllables, 60 each; test in another font"),
    Aim("digits", "accuracy", 0.975, 10, "scikit-learn's digits, 8×8 pixels; a fifth for test, drawn by the seed"),
    Aim("stamps", "accuracy", 0.80, None, "316 stamps in 11 topics of 11 to 67; five parts, copies in one part"),
    Aim("elpv", "accuracy", 0.85, 60, "solar cells, 1,803 that work, 821 with faults; a fifth for test"),
    Aim("fashion-mnist", "accuracy", 0.935, None, "60,000 clothes in ten classes", "convscope-accurate"),
)
BESIDE = {"hog-svm": "HOG + linear SVM", "colours-forest": "colours + forest", "fastai": "fastai, as long"}
PARTS = ("stamps",)  # whose rows are parts of one whole: their pictures count alike


def page(result: Result) -> str:
    """Return the page's text."""
    rows = result["rows"]
    return f"{HEAD}\n{_table(rows)}\n{NOTES}\n{_aims(rows)}\n{textwrap.fill(tables.footnote(result), 120)}\n"


def _table(rows: Sequence[Row]) -> str:
    head = ["folder", "%", "by seed or part", "s", *(cell for name in BESIDE.values() for cell in (name, "s"))]
    lines = []
    for aim in AIMS:
        own = _of(rows, aim.folder, aim.method)
        if not own:
            continue
        balanced = aim.figure == "balanced_accuracy"
        cells = [f"{aim.folder}: {aim.what}{' (balanced)' if balanced else ''}", f"**{_percent(_mean(own, aim))}**"]
        cells += [", ".join(_percent(row[aim.figure]) for row in own), tables.figure(_seconds(own))]
        for method in BESIDE:
            beside = _of(rows, aim.folder, method)
            cells += [_percent(_mean(beside, aim)), tables.figure(_seconds(beside))] if beside else ["", ""]
        lines.append(cells)
    return tables.markdown(head, lines)


def _aims(rows: Sequence[Row]) -> str:
    lines = []
    for aim in AIMS:
        own = _of(rows, aim.folder, aim.method)
        wanted = f"{aim.folder}, {_percent(aim.least)} %" + (f" within {aim.seconds:g} s" if aim.seconds else "")
        if not own:
            lines.append([wanted, "not measured", ""])
            continue
        mean, seconds = _mean(own, aim), _seconds(own)
        reached = mean >= aim.least and (aim.seconds is None or seconds <= aim.seconds)
        spread = f" ± {100 * summary(row[aim.figure] for row in own).sd:.1f}" if len(own) > 1 else ""
        word = "yes" if reached else "**no**"
        ece = f"{100 * summary(row['ece'] for row in own).mean:.1f}"
        lines.append([wanted, f"{word}: {_percent(mean)}{spread} % in {tables.figure(seconds)} s, n = {len(own)}", ece])
    table = tables.markdown(["aim", "reached", "calibration error, %"], lines, words=2)
    return f"## What was aimed at\n\n{table}\n"


def _of(rows: Sequence[Row], folder: str, method: str) -> list[Row]:
    return sorted((r for r in rows if (r["folder"], r["method"]) == (folder, method)), key=lambda row: int(row["seed"]))


def _mean(rows: Sequence[Row], aim: Aim) -> float:
    """Return the mean over seeds; of parts of one whole, over their pictures."""
    if aim.folder in PARTS:
        return sum(row[aim.figure] * row["n"] for row in rows) / sum(int(row["n"]) for row in rows)
    return summary(row[aim.figure] for row in rows).mean


def _seconds(rows: Sequence[Row]) -> float:
    return summary(row["cpu_seconds"] for row in rows).mean


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


HEAD = """# Folders of one's own pictures

<!-- Written by `python -m benchmarks.pictures`; do not edit. -->

What `convscope train FOLDER` makes of folders without an option, beside what anybody would try first.

    python -m benchmarks.pictures photos bdpq imbalance latin hangul digits elpv
    python -m benchmarks.pictures stamps --folds 5
    python -m benchmarks.pictures fashion-mnist --methods convscope-accurate --seeds 0

Every method is a process of its own on one thread. CPU seconds are all that the system counts for it, imports, decoding
and measuring included; other work on the machine lengthens them. A run chooses nothing by its test pictures; but two
choices of the default were made with an eye on test figures of photos and imbalance while it was written: that few
photographs are also shown nearer and moved, and how classes of unlike sizes weigh when the penalty is chosen. So the
figures of these two folders are optimistic.
"""
NOTES = """
Accuracy on test, %, the mean of the seeds; of parts, over all pictures; *balanced*: the mean of the classes. What is
empty was not run. A head on few pictures draws nothing by chance, so that its seeds agree where the test pictures are
given. Fashion-MNIST without an option is trained from scratch by recipe `fast`, in seconds; what reaches its aim is
`convscope train fashion-mnist --recipe accurate`: the row of that folder is of this command, seed 0.

- **HOG + linear SVM**: `convscope.baseline.features.hog` at 48 pixels, scikit-learn's LinearSVC, C by three-fold
  cross-validation. **Colours + forest**: 4×4×4 colours, scikit-learn's RandomForestClassifier of 300 trees.
- **fastai, as long**: an xresnet18 from scratch as its book has it (64 pixels, aug_transforms, one cycle), for as many
  CPU seconds as convscope took, of which some go into its imports.
"""
