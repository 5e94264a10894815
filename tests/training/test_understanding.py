"""What is said before a training: one line for each thing that a reader may doubt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from convscope import data
from convscope.checking import check
from convscope.data.understanding import understood as understood_data
from convscope.formula import parse, trace
from convscope.training.options import TrainOptions
from convscope.training.resolve import resolve_settings
from convscope.training.understanding import understood
from convscope.training.workers import SingleWorker


def said(dataset: data.Dataset, **asked: Any) -> list[str]:
    """Return all lines but those of `data.understood`."""
    report = check(dataset)
    settings = resolve_settings(TrainOptions(dataset, threads=1, **asked), dataset, SingleWorker(), report.copies)
    network = trace(parse(settings.formula), dataset.shape, len(dataset.classes))
    lines, of_data = understood(dataset, settings, network, report), understood_data(dataset)
    assert lines[: len(of_data)] == of_data
    return [str(line) for line in lines[len(of_data) :]]


def noise(n: int = 200, channels: int = 1, seed: int = 0) -> data.Dataset:
    rng = np.random.default_rng(seed)
    images, other = rng.integers(0, 256, (2, n, channels, 28, 20), dtype=np.uint8)
    labels = np.arange(n) % 2
    return data.arrays(images, labels, ["a", "b"], test=(other[:9], labels[:9]))


def test_every_line_of_a_training() -> None:
    assert said(noise(), recipe="plain", arch="fc") == [
        "training on 167 pictures; 33 more are held out of training (seed 0), to validate and to calibrate by",
        "pictures of 28 x 20 pixels, grey",
        "network fc (as asked), 1,122 parameters; recipe plain: 500 epochs, 1,000 steps of 64 pictures",
        "left and right are never exchanged: a quick classifier recognises 55.7 % of 167 pictures, too few to tell "
        'whether mirrored ones mean the same (flips="yes" exchanges them)',
    ]


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"val": 0}, "training on all 200 pictures: none are held out, so nothing calibrates the probabilities"),
        (
            {"recipe": "slides"},
            "training on all 200 pictures, as recipe slides does: nothing calibrates the probabilities",
        ),
        (
            {"val": 50, "seed": 7},
            "training on 150 pictures; 50 more are held out of training (seed 7), to validate and to calibrate by",
        ),
    ],
)
@pytest.mark.medium
def test_what_is_held_out(asked: dict[str, Any], line: str) -> None:
    assert said(noise(), arch="fc", **asked)[0] == line


@pytest.mark.medium
def test_validation_pictures_of_the_datas_own_and_colour() -> None:
    dataset = noise(channels=3)
    own = noise(n=40, channels=3, seed=1).train
    lines = said(replace(dataset, validation=own), arch="fc")
    assert lines[:2] == [
        "training on 200 pictures; the 40 validation pictures are what validates and calibrates",
        "pictures of 28 x 20 pixels, in colour",
    ]


def test_why_this_network_and_a_step_of_fewer_pictures_than_a_batch() -> None:
    lines = said(noise(n=30), val=0, recipe="fast", epochs=3)
    assert lines[-2].startswith("network general (that of recipe fast for pictures of any kind), ")
    assert lines[-2].endswith(" parameters; recipe fast: 3 epochs, 3 steps of 30 pictures")
    drawn = np.zeros((40, 1, 28, 28), np.uint8)
    drawn[:, 0, 8:20, 8:20] = np.random.default_rng(0).integers(100, 256, (40, 12, 12))
    lines = said(data.arrays(drawn, np.arange(40) % 2, ["a", "b"]), val=0)
    assert lines[-3].startswith("network fast (that of recipe fast for centred pictures of 28 x 28), ")
    assert lines[-1].startswith("all pictures are light on dark: ")


def test_what_the_check_finds_is_said_with_what_mends_it() -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (60, 1, 9, 9), dtype=np.uint8), np.arange(60) % 2
    images[40:] = images[:20]
    lines = said(data.arrays(images, labels, ["a", "b"], test=(images[:25], labels[:25])), arch="fc", val=0)
    findings = lines[: lines.index(next(line for line in lines if line.startswith("training on all 60 pictures")))]
    assert any(line.startswith("test pictures that are copies of train pictures: 25 of 25 (") for line in findings)
    assert any(line.startswith("exact copies of other pictures: ") for line in findings)
    assert all("; " in line for line in findings)


def test_a_part_that_is_put_off_is_said() -> None:
    dataset = noise()
    report = check(dataset, seconds=0.0)
    settings = resolve_settings(TrainOptions(dataset, "fc", threads=1), dataset, SingleWorker(), report.copies)
    network = trace(parse(settings.formula), dataset.shape, 2)
    lines = understood(dataset, settings, network, report)
    assert report.put_off
    assert all(part in lines for part in report.put_off)
