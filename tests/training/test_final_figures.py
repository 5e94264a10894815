"""What a training comes to: its temperature by the pictures held out, and figures of the calibrated probabilities."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from convscope import modelfile
from convscope.calibration import Calibration
from convscope.calibration.temperature import calibrate
from convscope.data import Split
from convscope.data.subset import Subset
from convscope.errors import phrase
from convscope.evaluation import evaluate, score
from convscope.pictures.input_spec import InputSpec
from convscope.training.final_figures import calibration_figures, final_figures, split_figures
from convscope.training.session import train
from convscope.training.validation import LabelledImages
from convscope.training.workers import SingleWorker
from tests.toys import small, toy

CLASSES = ("a", "b", "c")


def measured_on(first: int, last: int) -> LabelledImages:
    images, labels = (tensor.numpy() for tensor in toy(n=120))
    split = Split(images[first:last], labels[first:last])
    return LabelledImages.of(Subset.whole(split), CLASSES, InputSpec((1, 8, 8)), torch.device("cpu"))


def finite(value: float, key: str) -> None:
    assert np.isfinite(value), key


def test_figures_are_those_of_the_calibrated_probabilities() -> None:
    net, held, test = small(), measured_on(0, 50), measured_on(50, 120)
    final = final_figures(net, held, test, SingleWorker(), finite)
    expected = calibrate(held.scores(net), held.labels)
    assert isinstance(expected, Calibration)
    assert final.calibration == expected
    assert final.test is not None
    assert final.validation is not None
    scaled = score(test.scores(net) / expected.temperature, test.labels, CLASSES)
    assert final.test.loss == pytest.approx(scaled.loss, rel=1e-6)
    assert final.validation.loss == pytest.approx(expected.after.nll, abs=1e-6)
    assert final.test.accuracy == test.evaluate(net).accuracy


def test_without_enough_pictures_the_reason_is_kept_and_the_scores_are_as_they_were() -> None:
    net, test = small(), measured_on(50, 120)
    few = final_figures(net, measured_on(0, 29), test, SingleWorker(), finite)
    none = final_figures(net, None, None, SingleWorker(), finite)
    assert few.calibration == phrase("calibration.few", n="29", least="30")
    assert few.test is not None
    assert few.test.to_json() == test.evaluate(net).to_json()
    assert (none.calibration, none.validation, none.test) == (phrase("calibration.none"), None, None)


def test_what_a_reader_has_to_know_is_said() -> None:
    net, test = small(), measured_on(50, 120)
    for held, tested, note in (
        (measured_on(0, 29), test, "not calibrated: 29 different pictures were held out, 30 are needed"),
        (None, test, "not calibrated: no pictures were held out"),
        (
            None,
            None,
            "no figure: there are no test pictures, and none were held out; more pictures give one, or val=N",
        ),
    ):
        assert str(final_figures(net, held, tested, SingleWorker(), finite).notes[0]).endswith(note)
    final = final_figures(net, measured_on(0, 40), test, SingleWorker(), finite)
    assert final.test is not None
    assert final.notes == final.test.warnings
    assert calibration_figures(final.calibration) is not None
    assert calibration_figures(phrase("calibration.none")) is None


def test_a_log_has_the_figures_of_an_evaluation_also_without_leaks() -> None:
    logits = np.eye(3)[[0, 1, 2, 0, 0]] * 4
    whole = score(logits, np.array([0, 1, 2, 1, 1]), CLASSES, leaked=np.array([True, False, False, False, False]))
    figures = split_figures(whole)
    assert figures is not None
    assert (figures.n, figures.accuracy, figures.interval) == (5, 0.6, whole.interval)
    assert figures.balanced_accuracy == pytest.approx((1 + 1 / 3 + 1) / 3)
    assert figures.without_leaks is not None
    assert figures.without_leaks.n == 4
    assert split_figures(replace(whole, n=0)) is None
    assert split_figures(None) is None


def test_scores_that_are_no_numbers_are_told_of_by_part() -> None:
    net, told = small(), []
    with torch.no_grad():
        next(net.parameters()).fill_(float("nan"))

    def stop(value: float, key: str) -> None:
        if not np.isfinite(value):
            told.append(key)
            raise ArithmeticError

    for held, test in ((measured_on(0, 40), None), (None, measured_on(0, 40))):
        with pytest.raises(ArithmeticError):
            final_figures(net, held, test, SingleWorker(), stop)
    assert told == ["training.diverged.validation", "training.diverged.test"]


@pytest.mark.medium
def test_the_model_file_of_a_training_is_calibrated_by_what_it_held_out(tmp_path: Path) -> None:
    from convscope import data

    images, labels = (tensor.numpy() for tensor in toy(n=200))
    dataset = data.arrays(images[:120], labels[:120], CLASSES, test=(images[120:], labels[120:]))
    result = train(dataset, arch="conv(4, 3) + relu + gap + fc", epochs=2, val=40, threads=1, out=tmp_path / "r")
    model = result.load()
    held = evaluate(model, dataset, "validation")
    assert model.calibration is not None
    assert (model.calibration.n, held.n) == (40, 40)
    assert held.loss == pytest.approx(model.calibration.after.nll, abs=1e-5)
    assert result.test is not None
    assert evaluate(model, dataset).loss == pytest.approx(result.test.loss, rel=1e-5)
    assert "calibration" not in modelfile.read(result.model).facts
