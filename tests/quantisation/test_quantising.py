"""`quantise`: what it writes, what it measures, and when it writes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope import modelfile, pretrained
from convscope.data import Dataset, Split
from convscope.errors import InputError, UsageError
from convscope.evaluation import evaluate
from convscope.evaluation.intervals import paired_interval
from convscope.prediction import load
from convscope.quantisation import quantise, quantising
from tests.samples import sample

pytestmark = pytest.mark.medium

NARROW = {"pictures.scaled": (-0.4, 0.4), "relu1": (0.0, 0.1)}  # most of what is larger is cut off
FORMULA = "conv(4, 3, bias=False) + bn + relu + maxpool(2) + fc"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model whose mean scores are 0, so that each class is the likeliest of some pictures."""
    network, spec, weights, classes = sample(FORMULA, (1, 12, 11), 3)
    facts = {"training": {"plan": "own"}, "test": {"accuracy": 0.1, "loss": 9.0}, "baseline": 1}
    path = tmp_path / "model.onnx"
    modelfile.write(path, network, spec, weights, classes, facts)
    scores = load(path).predictor.run(pictures(200, 5).images)[0]
    weights["fc1.bias"] = weights["fc1.bias"] - scores.mean(0)
    modelfile.write(path, network, spec, weights, classes, facts)
    return path


def pictures(n: int, seed: int) -> Split:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, 1, 1, 11)) * rng.random((n, 1, 12, 1))  # stripes, so that classes differ
    return Split(images.astype(np.uint8), np.arange(n) % 3)


def dataset(test: bool = True) -> Dataset:
    return Dataset("some", ("class 0", "class 1", "class 2"), pictures(90, 0), pictures(60, 1) if test else None)


def answers(path: Path, data: Dataset) -> Dataset:
    """Return the data with the labels that the model gives, so that it is right always."""
    assert data.test is not None
    model = load(path)
    labels = model.predictor.run(data.test.images)[0].argmax(1)
    return replace(data, test=Split(data.test.images, labels.astype(np.int64)))


def test_it_writes_a_model_file_that_says_where_it_comes_from(model: Path) -> None:
    data = answers(model, dataset())
    made = quantise(model, data, most_loss=100)
    assert made.path == model.with_name("model.int8.onnx")
    file = modelfile.read(made.path)
    assert file.quantised
    assert file.formula == "conv(4, 3) + relu + maxpool(2) + fc"
    assert (made.bytes_after, made.folded, made.pictures) == (len(file.data), 1, 90)
    said = file.facts["quantised"]
    assert said["from"] == {"digest": load(model).digest, "formula": FORMULA, "bytes": made.bytes_before}
    assert said["before"]["accuracy"] == made.before.accuracy == 1.0
    assert said["after"]["accuracy"] == made.after.accuracy == file.facts["test"]["accuracy"]
    assert said["measured"] == {"data": "some", "split": "test", "n": 60}
    assert file.facts["training"] == {"plan": "own"}
    assert "baseline" not in file.facts


def test_the_figures_are_those_of_evaluate(model: Path) -> None:
    data = answers(model, dataset())
    made = quantise(model, data, most_loss=100)
    before, after = (evaluate(path, data) for path in (model, made.path))
    assert (made.before.accuracy, made.before.loss) == (before.accuracy, before.loss)
    assert (made.after.accuracy, made.after.loss) == (after.accuracy, after.loss)
    right = [e.confusion.trace() for e in (before, after)]
    assert made.won - made.lost == right[1] - right[0]
    assert made.difference == pytest.approx((right[1] - right[0]) / 60)
    assert made.interval == paired_interval(made.lost, made.won, 60.0, 60)
    assert made.to_json()["only_before_right"] == made.lost


def test_what_loses_too_much_is_not_written(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = answers(model, dataset())
    monkeypatch.setattr(quantising, "ranges_of", lambda file, shown: NARROW)
    with pytest.raises(InputError) as caught:
        quantise(model, data)
    assert caught.value.key == "quantise.lost"
    assert caught.value.exit_code == 3
    assert not model.with_name("model.int8.onnx").exists()
    made = quantise(model, data, most_loss=100)
    assert made.difference < -0.1
    assert made.lost > made.won


def test_the_bound_itself_is_no_loss_too_much(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = answers(model, dataset())
    monkeypatch.setattr(quantising, "ranges_of", lambda file, shown: NARROW)
    lost = -100 * quantise(model, data, most_loss=100).difference
    assert 10 < lost < 100
    assert quantise(model, data, most_loss=lost).path.exists()
    with pytest.raises(InputError, match="loses more"):
        quantise(model, data, most_loss=lost - 1e-3)


def test_bytes_without_a_sign_where_those_with_one_lose_too_much(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, asked = quantising.measure, []

    def bad(model: Any, task: Any) -> Any:
        found = known(model, task)
        asked.append(model.file.quantised)
        return replace(found, right=found.right & False) if model.file.quantised == "int8" else found

    data = answers(model, dataset())
    assert quantise(model, data, most_loss=50).weights == "int8"
    monkeypatch.setattr(quantising, "measure", bad)
    made = quantise(model, data, most_loss=50)
    assert asked == ["", "int8", "uint8"]
    assert made.weights == modelfile.read(made.path).quantised == "uint8"
    assert "quantise.unsigned" in [note.key for note in made.notes]


def test_values_are_measured_on_training_pictures_alone(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    known = quantising.ranges_of
    monkeypatch.setattr(quantising, "ranges_of", lambda file, some: (shown.append(some), known(file, some))[1])
    data = dataset()
    quantise(model, data, most_loss=100, pictures=20)
    rows = {picture.tobytes() for picture in data.train.images}
    assert len(shown[0]) == 20
    assert all(picture.tobytes() in rows for picture in shown[0])


def test_data_without_a_split_is_parted(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    known = quantising.ranges_of
    monkeypatch.setattr(quantising, "ranges_of", lambda file, some: (shown.append(some), known(file, some))[1])
    made = quantise(model, dataset(test=False), most_loss=100, pictures=40)
    assert (len(shown[0]), made.before.n) == (40, 50)


def test_what_is_refused(model: Path, tmp_path: Path) -> None:
    data = dataset()
    for given, key in (
        ({"most_loss": -0.1}, "quantise.most"),
        ({"pictures": 3}, "quantise.few"),
        ({"out": tmp_path / "small.txt"}, "quantise.ending"),
        ({"out": model}, "quantise.itself"),
    ):
        with pytest.raises(UsageError) as caught:
            quantise(model, data, **given)  # type: ignore[arg-type]
        assert caught.value.key == key
    few = replace(data, train=data.train.head(9))
    with pytest.raises(InputError, match="too few training pictures"):
        quantise(model, few)
    small = quantise(model, data, most_loss=100).path
    with pytest.raises(InputError, match="already"):
        quantise(small, data)


def test_a_folder_is_where_it_goes(model: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    made = quantise(model, dataset(), tmp_path / "there", most_loss=100)
    assert made.path == tmp_path / "there" / "model.int8.onnx"
    again = made.path.read_bytes()
    quantise(model, dataset(), tmp_path / "there", most_loss=100)
    assert made.path.read_bytes() == again  # the same bytes each time


def test_a_network_that_ships_stays_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert quantising.target_of(pretrained.path("lite0"), None) == Path("lite0.int8.onnx")
