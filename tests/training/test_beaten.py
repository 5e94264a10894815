"""What a simple classifier makes of the pictures that the network is measured on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from convscope import data
from convscope.checking.copies import find_copies
from convscope.evaluation import wilson
from convscope.runs.records import DataSource
from convscope.training import beaten
from convscope.training.beaten import KNOWN, baseline_of
from convscope.training.parts import Parts


def tinted(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Reddish and bluish noise, which colours tell apart."""
    rng, labels = np.random.default_rng(seed), np.arange(n) % 2
    images = rng.integers(0, 80, (n, 3, 12, 12), dtype=np.uint8)
    images[np.arange(n), labels * 2] += 150
    return images, labels


def parts(tested: bool = True) -> Parts:
    images, labels = tinted(80, 0)
    dataset = data.arrays(images, labels, ["red", "blue"], test=tinted(30, 1) if tested else None)
    source = DataSource(None, None, None, "s", dataset.fingerprint, dataset.shape, 80, 0, 30)
    return Parts.of(dataset, source)


def test_it_is_measured_on_the_test_pictures_and_beside_the_network() -> None:
    made = parts()
    right = np.eye(2)[np.arange(30) % 2].astype(np.float32)
    found = baseline_of(made, {"test": right})
    assert found is not None
    figures, sentence = found
    assert (figures.n, figures.accuracy, figures.majority) == (30, 1.0, 0.5)
    assert figures.interval == wilson(30, 30)
    assert sentence is not None  # neither is better
    assert sentence.key == "note.baseline"


def test_copies_count_once_in_its_interval() -> None:
    made = parts()
    assert made.dataset.test is not None
    same = replace(made.dataset.test, images=made.dataset.test.images[[0, 1] * 15])
    dataset = replace(made.dataset, test=same)
    found = baseline_of(
        replace(made, dataset=dataset, copies=find_copies(dataset)), {"test": np.zeros((30, 2), np.float32)}
    )
    assert found is not None
    assert found[0].interval == wilson(2.0, 2.0)


def test_without_pictures_to_measure_on_there_is_none() -> None:
    assert baseline_of(parts(tested=False), {}) is None


def test_of_packaged_data_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    made = parts()
    known = next(iter(KNOWN.values()))
    monkeypatch.setattr(beaten, "KNOWN", {made.dataset.fingerprint: known})
    assert baseline_of(made, {}) == (known, None)
    assert known.interval[0] < known.accuracy < known.interval[1]


@pytest.mark.slow
def test_what_is_known_of_mnist_is_so() -> None:
    dataset = data.mnist()
    source = DataSource(None, None, None, "mnist", dataset.fingerprint, dataset.shape, 60_000, 0, 10_000)
    made = Parts.of(dataset, source)
    known = KNOWN.pop(dataset.fingerprint)
    try:
        found = baseline_of(made, {"test": np.zeros((10_000, 10), np.float32)})
    finally:
        KNOWN[dataset.fingerprint] = known
    assert found is not None
    assert replace(found[0], seconds=known.seconds) == known
