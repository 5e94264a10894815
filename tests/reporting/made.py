"""A part and a report with everything in it, for the tests."""

from __future__ import annotations

import numpy as np

from convscope.calibration.diagram import Bin
from convscope.data.dataset import PictureFile, Split
from convscope.data.subset import Subset
from convscope.errors import phrase
from convscope.evaluation.health import BadWeights, Health, LayerHealth
from convscope.reporting import records
from convscope.reporting.part import Part
from convscope.reporting.pictures import address_of

HOSTILE = "<img src=x onerror=window.hacked=1>"
CLASSES = ("apple", HOSTILE, "a cherry with a long name")


def part(n: int = 90, k: int = 3, seed: int = 0, files: bool = True) -> Part:
    """Return a part whose network is right in about three of four pictures."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, k, n)
    logits = rng.normal(size=(n, k))
    logits[np.arange(n), labels] += 1.5
    images = rng.integers(0, 256, (n, 1, 8, 8), dtype=np.uint8)
    named = tuple(PictureFile(f"test/{i}.png", f"{i:064x}") for i in range(n)) if files else None
    split = Split(images, labels.astype(np.int64), named)
    return Part("test", "fruit", Subset.whole(split), split.labels, logits, tuple(f"class {c}" for c in range(k)), 2.0)


def whole_report(language: str = "auto") -> records.Report:
    """Return a report of three classes in which no part is missing."""
    picture = address_of(np.random.default_rng(0).integers(0, 256, (3, 12, 12), dtype=np.uint8))
    about: records.Interval = (0.6, 0.9)
    answers = tuple(records.Answer(picture, f"test/{i}.png", 0, 1, 0.9 - i / 100, 2.5 - i / 10) for i in range(3))
    sure = tuple(records.Answer(picture, f"test/r{i}.png", i, i, 0.6, 0.5) for i in range(3))
    rows = tuple(records.ClassRow(10, 0.8, about, None if i == 2 else 0.7, about, 0.75) for i in range(3))
    cells = ((0, 0, 7), (0, 1, 3), (1, 1, 10), (2, 2, 10))
    bins = (Bin(5, 2, 0.5), Bin(25, 24, 0.95))
    strengths = tuple(records.Strength(f"× {s}", 0.7 - s / 10, about, picture) for s in (1, 2, 3))
    kinds = ("brighter", "darker", "turned", "blurred", "smaller")
    pair = records.CopyPair(False, (picture, picture), ("train/a.png", "test/b.png"), ("train", "test"), (0, 1))
    curve = ((0.0, 0.5), (0.1, 0.9))
    others = tuple(records.OutsiderKind(k, 0.8, about, picture, curve) for k in ("shuffled", "noise", "blank"))
    return records.Report(
        title=f"run {HOSTILE}",
        language=language,
        classes=CLASSES,
        facts=records.Facts(
            data="/pictures/fruit",
            set="fruit",
            formula="conv(4, 3) + relu + fc",
            plan=None,
            recipe="fast",
            epochs=2.5,
            seed=0,
            seconds=3.25,
            parameters=1234,
            macs=56789,
            input=(3, 12, 12),
            train=100,
            validation=20,
            test=30,
            machine="x86_64, cpu",
            versions=(("torch", "2"),),
            fingerprint="0" * 64,
        ),
        command="convscope train --epochs=2.5 -- /pictures/fruit",
        understood=(phrase("planned.size.colour", height=12, width=12),),
        notes=(phrase("note.never", classes="apple"),),
        curve=(
            records.CurvePoint(1, 0.9, 0.6, 1.0, 0.5),
            records.CurvePoint(2, 0.5, 0.7, 0.8, 0.6),
            records.CurvePoint(2.5, 0.4, 0.8, 0.7, 0.7),
        ),
        rows=(
            records.SplitRow("test", 30, 0.8, about, 0.7, about, 0.61, 0.05),
            records.SplitRow("test, before", 30, 0.7, about, 0.7, about, 0.71, 0.05),
            records.SplitRow("test, without leaks", 28, 0.78, about, 0.7, about, 0.65, 0.05),
            records.SplitRow("baseline", 30, 0.5, about, name=phrase("baseline.gradients", n="100")),
            records.SplitRow("majority", 30, 0.4, None),
        ),
        layers=(records.LayerRow("conv1", "conv(4, 3)", "4×10×10", 112, 10800, "3×3"),),
        measured=records.Measured("test", "fruit", 30, cells, rows, answers, sure, bins, bins, 0.5, False),
        questions=(records.LabelQuestion(picture, "test/0.png", "0" * 64, "test", 0, 1, 0.05, 0.9),),
        asked=1,
        copies=records.Copies(0, 1, 1, True, (pair,)),
        outsiders=records.Outsiders(2.5, 0.95, 30, 0.05, about, 40, 0.05, others),
        robustness=records.Robustness(30, 0.8, about, picture, tuple(records.Change(k, strengths) for k in kinds)),
        subsets=records.SubsetCurve(
            tuple(records.SubsetFit(n, 0.5 + n / 400, about) for n in (25, 50, 100)),
            (records.Forecast(50, 0.02, (-0.01, 0.04)), records.Forecast(100, 0.03, (-0.01, 0.06))),
            12.0,
        ),
        health=Health(
            30,
            (
                LayerHealth("conv1", "relu1", ("dead", None, "linear", "duplicate"), (-1, -1, -1, 1)),
                LayerHealth("fc1", "fc1", (None, None), (-1, -1)),
            ),
            (BadWeights("conv1.weight", 2, 0),),
        ),
        changes=(("train/a, b.png", "", "apple", ""),),
        credit=records.Credit("Fruit", "A. Author", "http://example.org/fruit", "CC BY 4.0", "http://example.org/by"),
    )
