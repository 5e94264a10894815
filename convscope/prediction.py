"""Predicting with a model file: pictures in, class names and probabilities out. ONNX Runtime, never torch.

>>> model = load("runs/2025-11-24-mnist")
>>> model.predict("seven.png")
[Prediction(label='7', probability=0.9998, top=(...), inverted=False)]
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import EnvironmentFault, InputError, UsageError
from .formula.value import Value
from .inputs import INVERT
from .modelfile import ModelFile, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from .build import Net
    from .formula import Network, Plan
    from .inputs import InputSpec

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]
    Picture = str | os.PathLike[str] | bytes | NDArray[Any] | Image

BATCH = 32  # pictures at a time; more costs memory and gains nothing (docs/log.md)


class Score(NamedTuple):
    """A class and how probable the model finds it, 0…1."""

    label: str
    probability: float


class Prediction(Value):
    """What a model says of one picture: the most probable class, and the first few in order. `inverted`: dark and light swapped first."""

    label: str
    probability: float
    top: tuple[Score, ...]
    inverted: bool = False

    def to_json(self) -> dict[str, object]:
        """Return {label, probability, top: [{label, probability}]}, with "inverted": true if it was."""
        told: dict[str, object] = {"label": self.label, "probability": self.probability}
        told["top"] = [score._asdict() for score in self.top]
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
        import numpy as np

        if pictures.dtype != np.uint8 or pictures.shape[1:] != self.shape or pictures.ndim != 4:
            got, expected = f"{pictures.dtype} {pictures.shape}", f"uint8 (N, {', '.join(map(str, self.shape))})"
            raise InputError("the pictures do not fit the model", got=got, expected=expected)
        starts = range(0, max(1, len(pictures)), BATCH)
        parts = list(_side_by_side(self._run, [pictures[i : i + BATCH] for i in starts]))
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def _run(self, batch: Pixels) -> tuple[Floats, Floats]:
        logits, probabilities = self._session.run(["logits", "probabilities"], {"pictures": batch})
        return logits, probabilities


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
                return self._told(self.predictor.run(given)[1], top, [False] * len(given))
        else:
            many = not (
                isinstance(given, (str, bytes, os.PathLike)) or hasattr(given, "getexif")
            )  # a Pillow image has it
        told = []
        for prediction in self.stream(list(given) if many else [given], top, invert):
            if isinstance(prediction, InputError):
                raise prediction
            told.append(prediction)
        return told

    def stream(
        self, pictures: Sequence[Picture], top: int = 3, invert: str | None = None
    ) -> Iterator[Prediction | InputError]:
        """Yield for each picture, in order, its prediction or the error why it has none. Decoding and predicting overlap."""
        _check_options(top, invert)
        size = max(1, min(BATCH, -(-len(pictures) // _workers())))
        groups = [pictures[i : i + size] for i in range(0, len(pictures), size)]
        if groups:
            _ = self.predictor  # opened once, before the threads
        for told in _side_by_side(lambda group: self._predict(group, top, invert), groups):
            yield from told

    def _predict(self, pictures: Sequence[Picture], top: int, invert: str | None) -> list[Prediction | InputError]:
        import numpy as np

        told: list[Prediction | InputError | None] = []
        pixels: list[Pixels] = []
        inverted: list[bool] = []
        for picture in pictures:
            try:
                decoded, swapped = as_read(self.spec, picture, invert)
            except InputError as error:
                told.append(error)
                continue
            pixels.append(decoded)
            inverted.append(swapped)
            told.append(None)
        if pixels:
            where = iter([i for i, t in enumerate(told) if t is None])
            _, probabilities = self.predictor.run(np.stack(pixels))
            for i, row, swapped in zip(where, probabilities, inverted, strict=True):
                try:
                    told[i] = self._told(row[None], top, [swapped])[0]
                except InputError as error:
                    told[i] = error
        return told  # type: ignore[return-value]

    def _told(self, probabilities: Floats, top: int, inverted: list[bool]) -> list[Prediction]:
        import numpy as np

        if not np.isfinite(probabilities).all():
            raise InputError(
                "the network's answer is not a number", hint="it was trained badly; convscope info tells how"
            )
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :top]
        told = []
        for row, first, swapped in zip(probabilities, order.tolist(), inverted, strict=True):
            scores = tuple(Score(self.classes[k], float(row[k])) for k in first)
            told.append(Prediction(*scores[0], scores, swapped))
        return told

    def __repr__(self) -> str:
        return f"Model({str(self.file.path)!r}: {self.formula}, {len(self.classes)} classes)"


def load(path: str | os.PathLike[str]) -> Model:
    """Load and verify a model.onnx, or the one in a run directory; raises InputError with one line that says why not."""
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


def as_read(spec: InputSpec, picture: Picture, invert: str | None = None) -> tuple[Pixels, bool]:
    """Return a picture as a model of this input reads it, uint8 (C, H, W), and whether dark and light were swapped.

    `picture` and `invert` as in Model.predict. Raises InputError where it cannot be read.
    """
    import numpy as np

    from . import images

    channels, *size = spec.shape
    if isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.shape == spec.shape:
        pixels = picture
    elif channels not in (1, 3) or spec.resize not in ("", images.RESIZE_RULE):
        why = f"{channels} channels" if channels not in (1, 3) else f"the rule {spec.resize}"
        raise InputError("this model reads arrays only, uint8 and of its own shape", got=why, expected=f"{spec.shape}")
    elif isinstance(picture, (str, bytes, os.PathLike)):
        pixels = images.decode(picture, (size[0], size[1]), channels)
    elif not isinstance(picture, np.ndarray) and hasattr(picture, "getexif"):
        pixels = images.from_image(picture, (size[0], size[1]), channels)
    else:
        pixels = images.from_array(picture, (size[0], size[1]), channels)
    rule = invert or ("no" if isinstance(picture, np.ndarray) else spec.invert)
    swap = rule == "yes" or (rule == "auto" and images.invert_needed(pixels))
    return (255 - pixels, True) if swap else (pixels, False)


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
    return min(16, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def _side_by_side(function: Callable[[Any], Any], items: list[Any]) -> Iterator[Any]:
    """Yield function(item) for each item in order, on as many threads as there are processors."""
    if len(items) == 1:
        yield function(items[0])
        return
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(_workers())
    try:
        yield from pool.map(function, items)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
