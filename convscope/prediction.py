"""Predicting with a model file: pictures in, class names and probabilities out. ONNX Runtime, never torch.

>>> model = load("runs/2025-11-24-mnist")
>>> model.predict("seven.png")
[Prediction(label='7', probability=0.9998, top=(...), inverted=False)]
"""

from __future__ import annotations

import math
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import EnvironmentFault, InputError, UsageError
from .machine.cpus import available_cpus
from .modelfile import ModelFile, read
from .pictures.input_spec import INVERT
from .pictures.preprocessing import SMALL, all_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from .build import Net
    from .formula import Network, Plan
    from .pictures.input_spec import InputSpec
    from .pictures.preprocessing import Picture, Pixels

    Floats = NDArray[np.float32]

BATCH = 32  # pictures at a time; more costs memory and gains nothing (docs/log.md)
GROUP = 256  # small picture files at a time: so many are read before another thread has its turn


class Score(NamedTuple):
    """A class and how probable the model finds it, 0…1."""

    label: str
    probability: float


class Prediction(NamedTuple):
    """What a model says of one picture: the most probable class, and the first few in order. `inverted`: dark and light
    swapped first.
    """

    label: str
    probability: float
    top: tuple[Score, ...]
    inverted: bool = False

    def to_json(self) -> dict[str, object]:
        """Return {label, probability, top: [{label, probability}]}, with "inverted": true if it was."""
        told: dict[str, object] = {"label": self.label, "probability": self.probability}
        told["top"] = [{"label": label, "probability": probability} for label, probability in self.top]
        return told | ({"inverted": True} if self.inverted else {})


class Predictor:
    """A model file's graph in ONNX Runtime: uint8 (N, C, H, W) in, logits and probabilities (N, K) out.

    One thread a run, runs side by side over batches: quicker than threads within a run, for one picture and for many.
    """

    def __init__(self, file: ModelFile) -> None:
        self.shape = file.spec.shape
        self._session = _session(file.data)

    def run(self, pictures: Pixels) -> tuple[Floats, Floats]:
        """Return logits and probabilities, float32 (N, K). Raises InputError for pictures of another shape or type."""
        logits, probabilities = self._run(pictures, ["logits", "probabilities"])
        return logits, probabilities

    def probabilities(self, pictures: Pixels, batch: int = BATCH) -> Floats:
        """Return the second of what `run` returns. `batch`: how many pictures are computed at a time."""
        return self._run(pictures, ["probabilities"], batch)[0]

    def _run(self, pictures: Pixels, wanted: list[str], batch: int = BATCH) -> list[Floats]:
        import numpy as np

        if pictures.dtype != np.uint8 or pictures.shape[1:] != self.shape or pictures.ndim != 4:
            got, expected = f"{pictures.dtype} {pictures.shape}", f"uint8 (N, {', '.join(map(str, self.shape))})"
            raise InputError("the pictures do not fit the model", got=got, expected=expected)
        if len(pictures) <= batch:
            return list(self._session.run(wanted, {"pictures": pictures}))
        batches = [pictures[i : i + batch] for i in range(0, len(pictures), batch)]
        parts = _side_by_side(lambda some: self._session.run(wanted, {"pictures": some}), batches)
        return [np.concatenate(part) for part in zip(*parts, strict=True)]


class Model:
    """A model file, ready to predict. Made by `load`. The graph is opened by the first prediction."""

    def __init__(self, file: ModelFile) -> None:
        self.file = file

    @property
    def network(self) -> Network:
        return self.file.network

    @property
    def plan(self) -> Plan:
        return self.file.plan

    @property
    def formula(self) -> str:
        return self.file.formula

    @property
    def classes(self) -> tuple[str, ...]:
        return self.file.classes

    @property
    def spec(self) -> InputSpec:
        return self.file.spec

    @property
    def facts(self) -> dict[str, Any]:
        """What the file says of its training and testing: "training", "test", "versions"."""
        return self.file.facts

    @cached_property
    def predictor(self) -> Predictor:
        """The graph in ONNX Runtime."""
        return Predictor(self.file)

    def module(self) -> Net:
        """Return a new torch module with the file's weights, in evaluation mode. Imports torch."""
        from .build import build, load_weights

        return load_weights(build(self.network, self.spec), self.file.weights).eval()

    def predict(
        self, pictures: Picture | Iterable[Picture], top: int = 3, invert: str | None = None
    ) -> list[Prediction]:
        """Return a prediction for each picture: one, or any number of them.

        A picture is a file's path or its bytes, a Pillow image, or an array (H, W), (C, H, W) or (H, W, C); an array
        (N, C, H, W) is N of them. Any size: it is brought to the model's by its own rule. `invert` as on the command
        line; if left out, files and images follow the model's own rule, and arrays are taken as they are.
        Raises InputError for the first picture that cannot be read.
        """
        import numpy as np

        _check_options(top, invert)
        given: Any = pictures
        if isinstance(given, np.ndarray):
            many = given.ndim == 4
            if many and given.dtype == np.uint8 and given.shape[1:] == self.spec.shape and invert in (None, "no"):
                return _all_right(self._told(self.predictor.probabilities(given), top, [False] * len(given)))
        else:
            many = not (
                isinstance(given, (str, bytes, os.PathLike)) or hasattr(given, "getexif")
            )  # a Pillow image has it
        given = list(given) if many else [given]
        return _all_right(self.stream(given, top, invert) if len(given) != 1 else self._predict(given, top, invert))

    def stream(
        self, pictures: Sequence[Picture], top: int = 3, invert: str | None = None
    ) -> Iterator[Prediction | InputError]:
        """Yield for each picture, in order, its prediction or the error why it has none. Decoding and predicting
        overlap.
        """
        _check_options(top, invert)
        most = max(BATCH, min(GROUP, SMALL * BATCH // math.prod(self.spec.shape)))
        size = min(most, -(-len(pictures) // _workers())) if len(pictures) > 1 else 1
        groups = [pictures[i : i + size] for i in range(0, len(pictures), size)]
        if groups:
            _ = self.predictor  # opened once, before the threads
        for told in _side_by_side(lambda group: self._predict(group, top, invert), groups):
            yield from told

    def _predict(self, pictures: Sequence[Picture], top: int, invert: str | None) -> list[Prediction | InputError]:
        pixels, inverted, faults = all_read(self.spec, pictures, invert)
        told = self._told(self.predictor.probabilities(pixels, len(pixels)), top, inverted) if len(pixels) else []
        for i, fault in faults.items():  # in order, so that each comes to its own place
            told.insert(i, fault)
        return told

    def _told(self, probabilities: Floats, top: int, inverted: list[bool]) -> list[Prediction | InputError]:
        """Return what rows (N, K) say. In plain Python: for the few classes of a row, numpy's calls cost more than the
        sorting.
        """
        told: list[Prediction | InputError] = []
        for row, swapped in zip(probabilities, inverted, strict=True):
            values = row.tolist()
            if not all(map(math.isfinite, values)):
                hint = "it was trained badly; convscope info tells how"
                told.append(InputError("the network's answer is not a number", hint=hint))
                continue
            first = sorted(range(len(values)), key=values.__getitem__, reverse=True)[:top]  # of equal ones the first
            scores = tuple([Score(self.classes[k], values[k]) for k in first])
            told.append(Prediction(*scores[0], scores, swapped))
        return told

    def __repr__(self) -> str:
        return f"Model({str(self.file.path)!r}: {self.formula}, {len(self.classes)} classes)"


def load(path: str | os.PathLike[str]) -> Model:
    """Load and verify a model.onnx, or the one in a run directory; raises InputError with one line that says why
    not."""
    import numpy  # noqa: F401  # predicting needs it anyway, and the file's numbers are checked the faster for it

    return Model(read(path))


def predict(
    model: Model | str | os.PathLike[str],
    pictures: Picture | Iterable[Picture],
    top: int = 3,
    invert: str | None = None,
) -> list[Prediction]:
    """Return a prediction for each picture; see Model.predict."""
    return (model if isinstance(model, Model) else load(model)).predict(pictures, top, invert)


def _all_right(told: Iterable[Prediction | InputError]) -> list[Prediction]:
    """Return them all. Raises the first that is an error."""
    predictions = []
    for prediction in told:
        if isinstance(prediction, InputError):
            raise prediction
        predictions.append(prediction)
    return predictions


def _check_options(top: int, invert: str | None) -> None:
    if invert not in (None, *INVERT):
        raise UsageError("invert must be " + ", ".join(INVERT), got=invert)
    if top < 1:
        raise UsageError("top must be 1 or more", got=top)


def _session(data: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise EnvironmentFault(
            "onnxruntime is not installed", got=str(error), hint="pip install onnxruntime"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors; they are raised as well
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def _workers() -> int:
    return min(16, available_cpus())


def _side_by_side(function: Callable[[Any], Any], items: list[Any]) -> Iterator[Any]:
    """Yield function(item) for each item in order, on as many threads as there are processors."""
    if len(items) == 1 or _workers() == 1:
        yield from map(function, items)
        return
    from collections import deque
    from concurrent.futures import Future, ThreadPoolExecutor

    pool, waiting = ThreadPoolExecutor(_workers()), deque[Future[Any]]()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) == 4 * _workers():  # as many results wait for whoever takes them, not all there are
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
