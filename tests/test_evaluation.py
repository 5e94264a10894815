"""Figures against scikit-learn, SciPy and torch."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics

from convscope import data, modelfile, prediction
from convscope.errors import InputError, UsageError
from convscope.evaluation import cross_entropy, evaluate, matched, score, wilson
from convscope.formula import parse, trace
from convscope.pictures.input_spec import InputSpec
from convscope.pictures.resizing import RESIZE_RULE
from tests.strategies import random_weights


@pytest.mark.parametrize(("n", "k", "seed"), [(500, 10, 0), (7, 5, 1), (60, 2, 2), (1, 3, 3)])
def test_every_figure_is_scikit_learns(n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, k)).astype(np.float32) * 3
    labels = rng.integers(0, k, n)
    labels[rng.random(n) < 0.5] = logits.argmax(1)[0]
    e = score(logits, labels, [f"c{i}" for i in range(k)])
    predicted, every = logits.argmax(1), list(range(k))
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, predicted, labels=every, zero_division=np.nan
    )
    assert e.accuracy == metrics.accuracy_score(labels, predicted)
    assert np.array_equal(e.confusion, metrics.confusion_matrix(labels, predicted, labels=every))
    np.testing.assert_allclose(e.precision, precision)
    np.testing.assert_allclose(e.recall, recall)
    np.testing.assert_allclose(e.f1, f1)
    probabilities = torch.from_numpy(logits).double().softmax(1).numpy()
    assert e.loss == pytest.approx(metrics.log_loss(labels, probabilities, labels=every))
    assert e.n == n


def test_the_loss_is_the_lectures() -> None:
    for p, expected in ((0.9, 0.10536), (0.3, 1.20397), (0.1, 2.30259)):  # S17
        assert cross_entropy(np.log([[p, 1 - p]]), np.array([0])) == pytest.approx(expected, abs=5e-6)


def test_the_loss_of_large_scores_is_finite() -> None:
    assert cross_entropy(np.array([[1000.0, 0.0], [0.0, 1000.0]], np.float32), np.array([0, 0])) == 500.0


@given(st.integers(1, 20_000), st.data())
def test_the_interval_is_scipys(n: int, more: st.DataObject) -> None:
    correct = more.draw(st.integers(0, n))
    expected = binomtest(correct, n).proportion_ci(0.95, "wilson")
    assert wilson(correct, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_no_pictures_make_no_figures() -> None:
    e = score(np.zeros((0, 3)), np.zeros(0, np.int64), ["a", "b", "c"])
    assert math.isnan(e.accuracy)
    assert math.isnan(e.loss)
    assert e.interval == (0.0, 1.0)
    assert e.confusion.shape == (3, 3)


def test_json_says_all_of_it() -> None:
    e = score(np.array([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]]), np.array([0, 1, 1]), ("cat", "dog"))
    got = e.to_json()
    assert list(got) == ["n", "inverted", "accuracy", "loss", "confusion", "classes", "interval", "per_class"]
    assert (got["n"], got["confusion"], got["classes"]) == (3, [[1, 0], [1, 1]], ["cat", "dog"])
    assert got["per_class"][1] == {"name": "dog", "n": 2, "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)}


FORMULA, SHAPE = "conv(3, 3) + relu + fc", (1, 5, 4)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model file of random weights that knows three animals and held out 4 pictures of `animals`."""
    network = trace(parse(FORMULA), SHAPE, 3)
    facts = {"training": {"data": {"validation": 4, "fingerprint": animals().fingerprint}}}
    path = tmp_path / "model.onnx"
    modelfile.write(path, network, InputSpec(SHAPE), random_weights(network, 0), ("cat", "dog", "owl"), facts)
    return path


def animals() -> data.Dataset:
    rng = np.random.default_rng(1)
    images, labels = rng.integers(0, 256, (31, *SHAPE), dtype=np.uint8), rng.integers(0, 2, 31)
    return data.arrays(images[:20], labels[:20], ["owl", "cat"], test=(images[20:], labels[20:]))


@pytest.mark.parametrize(("split", "n"), [("train", 20), ("test", 11), ("validation", 4)])
def test_a_model_file_is_measured_by_class_names(model: Path, split: str, n: int) -> None:
    dataset = animals()
    held = dataset.train.take(dataset.hold_out(4)[1])
    part = {"train": dataset.train, "test": dataset.test, "validation": held}[split]
    assert part is not None
    net = prediction.load(model).module()
    with torch.no_grad():
        logits = net(torch.from_numpy(part.images)).double()
    labels = torch.tensor([{"owl": 2, "cat": 0}[dataset.classes[i]] for i in part.labels])
    e = evaluate(model, dataset, split)
    assert e.n == n
    assert e.classes == ("cat", "dog", "owl")
    assert e.accuracy == (logits.argmax(1) == labels).double().mean()
    assert e.loss == pytest.approx(float(torch.nn.functional.cross_entropy(logits, labels)), rel=1e-5)
    assert e.confusion.sum(1).tolist() == torch.bincount(labels, minlength=3).tolist()


def test_splits_that_are_not_there(model: Path) -> None:
    dataset = animals()
    with pytest.raises(UsageError, match="unknown split, got valid, expected train, validation, test"):
        evaluate(model, dataset, "valid")
    bare = data.arrays(dataset.train.images, dataset.train.labels, ["owl", "cat"], name="zoo")
    with pytest.raises(InputError, match="zoo: has no test pictures"):
        evaluate(model, bare)
    with pytest.raises(InputError, match="not the data that the model was trained on"):
        evaluate(model, bare, "validation")


@pytest.mark.parametrize(
    "facts", [{"training": "by hand"}, {"training": {"data": {"validation": 4}}}, {"training": []}]
)
def test_facts_of_another_writer_hold_nothing_out(tmp_path: Path, facts: dict[str, object]) -> None:
    network, path = trace(parse(FORMULA), SHAPE, 3), tmp_path / "other.onnx"
    modelfile.write(path, network, InputSpec(SHAPE), random_weights(network, 0), ("cat", "dog", "owl"), facts)
    with pytest.raises(InputError, match="held nothing out"):
        evaluate(path, animals(), "validation")


def test_an_unknown_class_is_named_unless_it_has_no_pictures() -> None:
    with pytest.raises(InputError, match="no such class, got owk, expected did you mean owl"):
        matched(np.array([0, 1]), ("cat", "owk"), ("cat", "dog", "owl"))
    assert matched(np.array([0, 0]), ("cat", "owk"), ("cat", "dog", "owl")).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("logits", "labels"), [((3, 2), [0, 1]), ((2, 3), [0, 1]), ((2, 2), [0, 2]), ((2, 2), [-1, 0])]
)
def test_what_does_not_fit_is_refused(logits: tuple[int, int], labels: list[int]) -> None:
    with pytest.raises(InputError):
        score(np.zeros(logits), np.array(labels), ("a", "b"))


def test_it_measures_what_predict_is_given(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    network, shape = trace(parse("conv(4, 3) + relu + fc"), (1, 12, 11), 3), (90, 1, 12, 11)
    images = np.clip(rng.normal(20, 10, shape), 0, 255).astype(np.uint8)
    images[:, :, 3:9, 4:7] = rng.integers(180, 255, (90, 1, 6, 3))
    images[::2] = 255 - images[::2]  # dark on light, which this model inverts
    spec = InputSpec((1, 12, 11), resize=RESIZE_RULE, invert="auto")
    modelfile.write(tmp_path / "model.onnx", network, spec, random_weights(network, 3), ("a", "b", "c"))
    model = prediction.load(tmp_path / "model.onnx")
    dataset = data.arrays(images, np.arange(90) % 3, ("a", "b", "c"))
    predicted = model.predict(list(images))
    assert [p.inverted for p in predicted] == [True, False] * 45
    measured = evaluate(model, dataset, "train")
    assert measured.inverted == 45
    assert measured.accuracy == np.mean([p.label == "abc"[i % 3] for i, p in enumerate(predicted)])
    assert measured.to_json()["inverted"] == 45
