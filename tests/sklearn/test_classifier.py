"""A classifier beside the training that it stands for, within scikit-learn's tools, and in a pickle."""

from __future__ import annotations

import pickle
import subprocess
import sys
from inspect import signature
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import convscope
from convscope.errors import InputError
from convscope.sklearn import ConvClassifier
from convscope.sklearn.classifier import class_names
from convscope.training import session
from convscope.training.options import TrainOptions
from convscope.training.recipes import named

DIGITS, LABELS = load_digits(return_X_y=True)
X, Y = DIGITS[:300], LABELS[:300]
PIXELS = np.floor(X / 16 * 255 + 0.5).astype(np.uint8).reshape(-1, 8, 8)
FAST = {"arch": "conv(8, 3) + relu + fc", "epochs": 8, "flips": "no", "augment": "no", "random_state": 3}


def fitted(**changes: object) -> ConvClassifier:
    return ConvClassifier(**{**FAST, **changes}).fit(X, Y)


def weights_of(classifier: ConvClassifier) -> dict[str, np.ndarray]:
    return classifier.model_.file.weights


@pytest.mark.slow
def test_it_is_the_training_that_train_does(tmp_path: Path) -> None:
    data = convscope.datasets.arrays(PIXELS, Y)
    asked = {name: value for name, value in FAST.items() if name != "random_state"}
    result = convscope.train(data, **asked, recipe="fast", balance="none", seed=3, threads=1, out=tmp_path / "run")
    made = fitted()
    theirs = result.load()
    for name, array in theirs.file.weights.items():
        np.testing.assert_array_equal(weights_of(made)[name], array)
    answers = theirs.predict(PIXELS[:, None], top=10, invert="no", always=True)
    proba = made.predict_proba(X)
    for row, answer in zip(proba, answers, strict=True):
        for label, probability in answer.top:
            assert row[int(label)] == pytest.approx(probability, abs=1e-5)
    assert made.model_.calibration is not None
    assert made.model_.calibration.temperature == pytest.approx(result.calibration.temperature)


HERE_ALONE = {"channels", "shape", "pixel_range", "class_weight", "random_state", "n_jobs", "verbose"}
TRAINS_ALONE = {
    *("data", "balance", "seed", "threads"),  # here X, class_weight, random_state and n_jobs
    *("size", "data_root", "label_from", "group_by", "changes", "cache", "strict"),  # of pictures in files
    *("out", "resume", "stop", "keep_seconds"),  # of a run that stays
}


def test_what_it_has_in_common_with_train_is_of_the_same_name_type_and_default() -> None:
    own, trains = (signature(one).parameters for one in (ConvClassifier, convscope.train))
    assert own.keys() - trains.keys() == HERE_ALONE
    assert trains.keys() - own.keys() == TRAINS_ALONE
    for name in own.keys() - HERE_ALONE:
        assert (name, own[name].default) == (name, trains[name].default)
        assert (name, own[name].annotation) == (name, trains[name].annotation)


@pytest.mark.parametrize(
    "asked",
    [
        {"arch": "fc", "recipe": "plain", "epochs": 2.5, "batch_size": 7, "lr": 0.5, "val": 3, "device": "cpu"},
        {"arch": "fc", "recipe": "plain", "budget": "30s", "flips": "yes", "augment": "no"},
        {"from_": "lite0", "tune": "head"},
    ],
)
def test_what_is_asked_reaches_train(asked: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[TrainOptions] = []

    def watched(options: TrainOptions, *_: object, **__: object) -> None:
        seen.append(options)
        raise InputError("file.unreadable", where="here", reason="seen")

    monkeypatch.setattr(session, "train_with", watched)
    with pytest.raises(ValueError, match="seen"):
        ConvClassifier(**asked, random_state=5, n_jobs=2).fit(X, Y)
    options = seen[0]
    wanted = {name: named(value) if name == "recipe" else value for name, value in asked.items()}
    assert {name: getattr(options, name) for name in asked} == wanted
    assert (options.seed, options.threads) == (5, 2)


@pytest.mark.medium
def test_every_form_of_the_same_pictures_gives_the_same_bits() -> None:
    colour = np.random.default_rng(0).integers(0, 256, (60, 3, 6, 7), np.uint8)
    labels = np.arange(60) % 2
    how = {**FAST, "epochs": 2}
    first = ConvClassifier(**how).fit(colour, labels)
    for given, more in (
        (colour.transpose(0, 2, 3, 1), {}),
        (colour.reshape(60, -1), {"shape": (3, 6, 7)}),
        (colour.astype(np.float32), {"pixel_range": (0, 255)}),
    ):
        other = ConvClassifier(**how, **more).fit(given, labels)
        assert other.n_features_in_ == 126
        np.testing.assert_array_equal(other.predict_proba(given), first.predict_proba(colour))


@pytest.mark.medium
def test_grey_pictures_of_three_axes_are_rows_of_their_numbers() -> None:
    np.testing.assert_array_equal(
        ConvClassifier(**FAST).fit(PIXELS, Y).predict_proba(PIXELS), fitted().predict_proba(X)
    )


@pytest.mark.medium
def test_labels_come_back_as_they_were_given() -> None:
    names = np.array(["zero", "one", "", "two"])[Y % 4]
    made = ConvClassifier(**FAST).fit(X, names)
    assert made.classes_.tolist() == sorted(set(names.tolist()))
    assert made.score(X, names) > 0.5
    assert set(made.predict(X).tolist()) <= set(names.tolist())
    assert made.model_.classes == ("0", "1", "2", "3")  # an empty name is none for a model file
    assert class_names(np.array([1.5, 2.0])) == ("1.5", "2.0")


@pytest.mark.medium
def test_a_weight_of_nothing_is_no_sample_to_the_bit() -> None:
    weights = np.where(np.arange(len(X)) % 3 == 0, 0.0, 2.5)
    kept = weights > 0
    some = ConvClassifier(**FAST).fit(X, Y, sample_weight=weights)
    alone = ConvClassifier(**FAST).fit(X[kept], Y[kept])
    np.testing.assert_array_equal(some.predict_proba(X), alone.predict_proba(X))


@pytest.mark.medium
def test_heavier_samples_win_where_two_disagree() -> None:
    rng = np.random.default_rng(0)
    twice = np.repeat(rng.integers(0, 256, (40, 5, 5), np.uint8), 2, axis=0)
    labels = np.tile([0, 1], 40)  # every picture has both labels
    for heavy in (0, 1):
        weights = np.where(labels == heavy, 5.0, 1.0)
        made = ConvClassifier("fc", epochs=60, val=0, random_state=0).fit(twice, labels, sample_weight=weights)
        proba = made.predict_proba(twice)[:, heavy]
        assert proba.mean() == pytest.approx(5 / 6, abs=0.08)
        by_class = ConvClassifier("fc", epochs=60, val=0, random_state=0, class_weight={heavy: 5.0, 1 - heavy: 1.0})
        np.testing.assert_array_equal(by_class.fit(twice, labels).predict_proba(twice)[:, heavy], proba)


@pytest.mark.medium
def test_heavier_samples_win_in_a_head_on_frozen_features_too(tmp_path: Path) -> None:
    (tmp_path / "start.onnx").write_bytes(fitted().model_file_)
    twice, labels = np.repeat(PIXELS[:40], 2, axis=0), np.tile([0, 1], 40)  # every picture has both labels
    how = {"from_": tmp_path / "start.onnx", "tune": "head", "val": 0, "random_state": 0}
    for heavy in (0, 1):
        weights = np.where(labels == heavy, 5.0, 1.0)
        made = ConvClassifier(**how).fit(twice, labels, sample_weight=weights)
        assert (made.predict(twice) == heavy).all()


@pytest.mark.medium
def test_balanced_is_the_weights_that_train_gives(tmp_path: Path) -> None:
    """Class weights and weights of the samples are one sum: the losses' weights are those of balance="weights"."""
    some = (Y < 3) & ((Y != 2) | (np.arange(len(Y)) % 4 == 0))
    made = ConvClassifier(**{**FAST, "val": 0}, class_weight="balanced").fit(PIXELS[some], Y[some])
    data = convscope.datasets.arrays(PIXELS[some], Y[some])
    asked = {name: value for name, value in FAST.items() if name != "random_state"}
    result = convscope.train(
        data, **asked, recipe="fast", balance="weights", seed=3, threads=1, val=0, out=tmp_path / "run"
    )
    for name, array in result.load().file.weights.items():
        np.testing.assert_allclose(weights_of(made)[name], array, rtol=1e-3, atol=1e-4)


@pytest.mark.medium
def test_x_on_another_scale_than_the_fits_is_no_silent_guess() -> None:
    quick = ConvClassifier(**{**FAST, "epochs": 1}).fit(X, Y)
    with pytest.warns(UserWarning, match="cut off: is X on the scale that fit was given"):
        quick.predict(X * 20)
    with pytest.warns(UserWarning, match="lie beyond 0"):
        ConvClassifier(**{**FAST, "epochs": 1, "pixel_range": (0, 1)}).fit(X, Y)


@pytest.mark.medium
def test_it_works_in_scikit_learns_tools() -> None:
    quick = ConvClassifier(**{**FAST, "epochs": 3})
    search = GridSearchCV(quick, {"lr": [0.01, 0.1]}, cv=2, error_score="raise").fit(X, Y)
    assert search.best_score_ > 0.2
    piped = make_pipeline(MinMaxScaler(), quick)
    assert len(cross_val_score(piped, X, Y, cv=2, error_score="raise")) == 2
    calibrated = CalibratedClassifierCV(quick, cv=2).fit(X, Y)
    np.testing.assert_allclose(calibrated.predict_proba(X).sum(1), 1)
    again = clone(search.best_estimator_)
    assert again.get_params() == search.best_estimator_.get_params()
    with pytest.raises(NotFittedError):
        again.predict(X)


@pytest.mark.slow
def test_a_pickle_predicts_the_same_where_torch_cannot_be_imported(tmp_path: Path) -> None:
    made = fitted()
    (tmp_path / "c.pickle").write_bytes(pickle.dumps(made))
    np.save(tmp_path / "x.npy", X)
    code = """
import pickle, sys
import numpy as np
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] == 'torch':
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Gone())
made = pickle.loads(open('c.pickle', 'rb').read())
np.save('proba.npy', made.predict_proba(np.load('x.npy')))
"""
    root = str(Path(convscope.__file__).parents[1])
    subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r})\n{code}"], cwd=tmp_path, check=True
    )
    np.testing.assert_array_equal(np.load(tmp_path / "proba.npy"), made.predict_proba(X))


@pytest.mark.medium
def test_what_is_pickled_is_the_model_file_and_is_verified() -> None:
    made = fitted()
    state = made.__getstate__()
    assert "_model" not in state
    assert state["model_file_"] == made.model_.file.data
    broken = bytearray(made.model_file_)
    broken[len(broken) // 2] ^= 1
    with pytest.raises(InputError):
        ConvClassifier().__setstate__({**state, "model_file_": bytes(broken)})


@pytest.mark.medium
def test_the_model_file_predicts_by_itself(tmp_path: Path) -> None:
    made = fitted()
    (tmp_path / "digits.onnx").write_bytes(made.model_file_)
    answers = convscope.predict(tmp_path / "digits.onnx", PIXELS[:, None], invert="no")
    assert [int(answer.label) for answer in answers] == made.predict(X).tolist()


@pytest.mark.slow
def test_a_pretrained_network_is_given_pictures_of_its_own_size() -> None:
    made = ConvClassifier(from_="lite0", random_state=0).fit(PIXELS[:60], Y[:60] % 2)
    assert made.model_.spec.shape[1] >= 96
    assert made.score(PIXELS[:60], Y[:60] % 2) > 0.9
    assert made.predict(PIXELS[60:62]).shape == (2,)


@pytest.mark.medium
def test_small_pictures_are_trained_by_what_fits_them() -> None:
    made = ConvClassifier(epochs=1, random_state=0).fit(X[:, :10], Y % 2)
    assert made.formula_ == "fc(64) + relu + fc"
    assert ConvClassifier(epochs=1, random_state=0).fit(X, Y % 2).formula_.startswith("conv(32, 5")


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"arch": "conv("}, "formula, column"),
        ({"recipe": "fats"}, "fast"),
        ({"arch": "fc", "from_": "lite0"}, "a plan of its own"),
        ({"epochs": -1}, "epochs"),
        ({"n_jobs": -5}, "threads"),
        ({"arch": "conv(4, 9) + fc"}, "nothing is left"),
        ({"class_weight": "even"}, "class_weight"),
        ({"pixel_range": (1, 0)}, "pixel_range"),
        ({"shape": (3, 3)}, "64 features"),
        ({"device": "tpu"}, "device"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_trained(how: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ConvClassifier(**how).fit(X, Y)


@pytest.mark.parametrize("weights", [np.ones(3), -np.ones(300), np.full(300, np.nan)])
def test_weights_that_are_none_are_refused(weights: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"[Ss]ample_weight|NaN"):
        ConvClassifier(**FAST).fit(X, Y, sample_weight=weights)


def test_a_class_without_any_weight_is_named() -> None:
    with pytest.raises(ValueError, match="every sample of the class"):
        ConvClassifier(**FAST).fit(X, Y, sample_weight=(Y != 7).astype(float))


@pytest.mark.medium
def test_pictures_of_another_shape_are_refused() -> None:
    made = ConvClassifier(**FAST).fit(PIXELS, Y)
    for other in (PIXELS[:, :7], X, PIXELS[:, None]):
        with pytest.raises(ValueError, match=r"expecting \(n, 8, 8\)"):
            made.predict(other)


def test_without_scikit_learn_the_import_says_what_to_install() -> None:
    code = """
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] == 'sklearn':
            raise ModuleNotFoundError(name, name='sklearn')
sys.meta_path.insert(0, Gone())
try:
    import convscope.sklearn
except ImportError as error:
    print(error)
"""
    root = Path(convscope.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "convscope.sklearn needs scikit-learn: pip install 'convscope[sklearn]'\n"
