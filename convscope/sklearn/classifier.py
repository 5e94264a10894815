"""`ConvClassifier`: a training of convscope behind scikit-learn's methods."""

from __future__ import annotations

import contextlib
import math
import tempfile
from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_array, check_is_fitted, check_X_y, validate_data

from ..data import Dataset, arrays
from ..data.resize_dataset import fitted_pictures
from ..errors import FormulaError, InputError, PlanError, UsageError
from ..formula import resolve, trace
from ..modelfile.reading import checked
from ..prediction import Model
from .labels import class_names, counted
from .layout import as_pixels, given_range, layout_of, pixel_range, reading, warn_of_cut
from .verbose import told

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from ..formula import Plan
    from ..training.events import Event
    from ..training.options import TrainOptions
    from ..training.recipes import Recipe

    Floats = NDArray[np.float64]

TOO_SMALL = "fc(64) + relu + fc"  # in place of a recipe's own plan, for what its poolings leave nothing of


class ConvClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A convolutional network, trained as `convscope.train` does, with scikit-learn's methods.

    X is (n, H, W), (n, C, H, W), (n, H, W, C) with C 1 or 3, or (n, features). The axis of 1 or 3 numbers is that of
    the channels; `channels`, "first" or "last", says it where both could be. A row of features becomes a picture of
    `shape`, (H, W), (C, H, W) or (H, W, C); without it a square number of features becomes a square, any other one row.
    uint8 numbers are pixels. Of any other X the least number of the training data becomes black, 0, and the highest
    white, 255, unless `pixel_range` gives the two.

    `arch`, `recipe`, `from_`, `tune`, `epochs`, `budget`, `batch_size`, `lr`, `flips`, `augment`, `val` and `device`
    are those of `convscope.train`. Without `arch` and `from_` the recipe's own plan is trained, or, where its poolings
    leave nothing of so small a picture, `fc(64) + relu + fc`. Rows that are no squares are never mirrored. A sixth of
    the samples, or `val` of them, is held out to calibrate the probabilities; `val=0` trains on all, uncalibrated.

    `class_weight` is None (each sample counts the same), "balanced", or a weight for each class. `random_state` decides
    the first weights, the order, and what is held out. `n_jobs` is the number of threads: None is 1, with which the
    same seed gives the same bits; -1 every CPU that is free. `verbose=1` prints what was understood of X and some ten
    lines of how far training is (in a notebook it shows the curves), `verbose=2` a line an epoch. `progress` is called
    with each line of the log instead.

    After `fit`: `classes_`, (K,); `n_features_in_`, the numbers of one sample; `model_file_`, the bytes of the model
    file, which any ONNX runtime opens; `model_`, the same ready to predict; `formula_`, what was trained; `layout_` and
    `pixel_range_`, how a sample becomes a picture. These bytes are what a pickle holds: where it is loaded they are
    verified, and predict by ONNX Runtime, without torch.

    >>> ConvClassifier("conv(8, 3) + relu + fc", epochs=5).fit(X, y).predict_proba(X[:1]).shape  # doctest: +SKIP
    (1, 10)
    """

    def __init__(
        self,
        arch: str | Plan | None = None,
        *,
        recipe: str | Recipe | None = None,
        from_: str | os.PathLike[str] | None = None,
        tune: str | None = None,
        epochs: float | None = None,
        budget: str | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        flips: str | None = None,
        augment: str | None = None,
        val: int | None = None,
        channels: str = "auto",
        shape: Sequence[int] | None = None,
        pixel_range: tuple[float, float] | None = None,
        class_weight: str | Mapping[Any, float] | None = None,
        random_state: Any = None,
        device: str = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
        progress: Callable[[Event], None] | None = None,
    ) -> None:
        self.arch = arch
        self.recipe = recipe
        self.from_ = from_
        self.tune = tune
        self.epochs = epochs
        self.budget = budget
        self.batch_size = batch_size
        self.lr = lr
        self.flips = flips
        self.augment = augment
        self.val = val
        self.channels = channels
        self.shape = shape
        self.pixel_range = pixel_range
        self.class_weight = class_weight
        self.random_state = random_state
        self.device = device
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.progress = progress

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:  # noqa: N803
        """Train on X as above and labels y (n,). A sample of weight 0 takes no part, one of weight 2 counts twice.

        Raises ValueError, before anything is trained, for what cannot be.
        """
        with in_scikit_learns_words():
            self._options(None)  # what is asked, before the data is looked at
        X, y = self._to_fit(X, y)  # noqa: N806
        check_classification_targets(y)
        layout = layout_of(X.shape[1:], self.channels, self.shape)
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        weights = weights * compute_sample_weight(self.class_weight, y)
        X, y, classes, weights = counted(X, y, weights)  # noqa: N806
        low, high = pixel_range(X) if self.pixel_range is None else given_range(self.pixel_range)
        warn_of_cut(X, low, high)
        if self.verbose and self.progress is None:
            print(reading(layout, low, high), flush=True)
        pictures, labels = as_pixels(layout.pictures(X), low, high), np.searchsorted(classes, y)
        with in_scikit_learns_words():
            data = arrays(pictures, labels, class_names(classes), weights=weights)
            with told(self.verbose if self.progress is None else 0) as shown:
                model_file = _train(self._options(data), self.progress or shown)
        self.classes_, self.layout_, self.pixel_range_ = classes, layout, (low, high)
        self.n_features_in_ = math.prod(layout.sample)
        self.model_file_, self._model = model_file, _opened(model_file)
        self.formula_ = self._model.formula
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Return the most probable class of each sample, (n,), of equal ones the first."""
        scores = self.predict_log_proba(X)
        found: NDArray[Any] = self.classes_[scores.argmax(1)]
        return found

    def predict_proba(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Return how probable each class of `classes_` is for each sample, (n, K), calibrated on those held out."""
        proba: Floats = np.exp(self.predict_log_proba(X))
        return proba

    def predict_log_proba(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Return the logarithms of these, (n, K), exact where a probability is next to nothing."""
        check_is_fitted(self)
        X = self._to_predict(X)  # noqa: N806
        model = self._model
        warn_of_cut(X, *self.pixel_range_)
        pixels = as_pixels(self.layout_.pictures(X), *self.pixel_range_)
        if pixels.shape[1:] != model.spec.shape:  # a pretrained network reads larger pictures, in colour
            pixels = fitted_pictures(pixels, model.spec.shape, model.spec.rule)
        logits, _ = model.predictor.run(pixels)
        temperature = 1.0 if model.calibration is None else model.calibration.temperature
        scores = logits.astype(np.float64) / temperature
        scores -= scores.max(1, keepdims=True)
        logs: Floats = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        return logs

    @property
    def model_(self) -> Model:
        """The model file, ready to predict pictures of any kind. Those of X are what `pixel_range_` makes of them."""
        check_is_fitted(self)
        return self._model

    def _to_fit(self, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:  # noqa: N803
        """Return samples and labels as arrays of finite numbers; raise what scikit-learn raises for others."""
        if _dimensions(X) <= 2:
            X, y = validate_data(self, X, y)  # noqa: N806 - sets n_features_in_ and feature_names_in_
        else:
            X, y = check_X_y(X, y, allow_nd=True, estimator=self)  # noqa: N806
            self.__dict__.pop("feature_names_in_", None)
        return X, y

    def _to_predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return samples of the shape that was fitted as an array of finite numbers."""
        wanted: tuple[int, ...] = self.layout_.sample
        if len(wanted) == 1 and _dimensions(X) <= 2:
            found: NDArray[Any] = validate_data(self, X, reset=False)
        else:
            found = check_array(X, allow_nd=True, ensure_2d=False, estimator=self)
        if found.shape[1:] != wanted:
            shape = ", ".join(map(str, wanted))
            raise ValueError(f"X has shape {found.shape}, but ConvClassifier is expecting (n, {shape}) as input")
        return found

    def _options(self, data: Dataset | None) -> TrainOptions:
        """Return what is asked of a training on `data`. Raises UsageError, FormulaError, PlanError."""
        from ..training.options import TrainOptions
        from ..training.recipes import Recipe, named

        arch, recipe, flips, augment = self.arch, self.recipe, self.flips, self.augment
        if self.from_ is None:
            recipe = named(recipe or "fast")  # named, so that nothing else is tried
        if data is not None and isinstance(recipe, Recipe) and arch is None and not _fits(recipe.general_plan, data):
            arch = TOO_SMALL
        if data is not None and data.shape[1] == 1:  # a row of features, which a mirror or a shift would exchange
            flips, augment = flips or "no", augment or "no"
        state = self.random_state
        return TrainOptions(
            data=data,
            arch=arch,
            recipe=recipe,
            from_=self.from_,
            tune=self.tune,
            epochs=self.epochs,
            budget=self.budget,
            batch_size=self.batch_size,
            lr=self.lr,
            flips=flips,
            augment=augment,
            balance="none",  # class_weight says it
            seed=int(state if isinstance(state, Integral) else check_random_state(state).randint(2**31 - 1)),
            val=self.val,
            device=self.device,
            threads=_threads(self.n_jobs),
        )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_file_")  # the parameter from_ ends as what was fitted does

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_model"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "model_file_" in state:
            self._model = _opened(self.model_file_)


@contextlib.contextmanager
def in_scikit_learns_words() -> Iterator[None]:
    """Raise a mistake in what was asked or given as the ValueError that scikit-learn's users expect."""
    try:
        yield
    except (UsageError, InputError, PlanError, FormulaError) as error:
        raise ValueError(str(error)) from error


def _dimensions(X: Any) -> int:  # noqa: N803
    return int(X.ndim) if hasattr(X, "ndim") else np.asarray(X).ndim


def _fits(plan: str, data: Dataset) -> bool:
    """Whether a plan leaves something of pictures so small."""
    try:
        trace(resolve(plan), data.shape, len(data.classes))
    except PlanError:
        return False
    return True


def _threads(n_jobs: int | None) -> int | None:
    """Return the threads of a training; None for every CPU that is free."""
    if n_jobs is None or n_jobs == -1:
        return 1 if n_jobs is None else None
    return n_jobs


def _train(options: TrainOptions, progress: Callable[[Event], None] | None) -> bytes:
    """Return the bytes of the model file. The run directory is gone when this returns."""
    from ..training.context import ignore
    from ..training.session import train_with

    with tempfile.TemporaryDirectory(prefix="convscope-") as folder:
        options = replace(options, out=Path(folder) / "run")
        result = train_with(options, progress or ignore, stop=lambda: False, keep_seconds=math.inf, brief=True)
        return result.model.read_bytes()


def _opened(data: bytes) -> Model:
    """Return a model file that is in memory, verified, ready to predict. Raises InputError."""
    return Model(checked(Path("model_file_"), data))
