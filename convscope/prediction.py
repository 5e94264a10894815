"""Predicting with a model file: pictures in, class names and probabilities out. ONNX Runtime, never torch.

>>> model = load("runs/2025-11-24-mnist")
>>> model.predict("seven.png")
[Prediction(label='7', probability=0.9998, top=(...), inverted=False)]
"""

from __future__ import annotations

import math
import os
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from .calibration.prediction_sets import SetRule, set_rule
from .errors import EnvironmentFault, InputError, UsageError, phrase
from .modelfile import ModelFile, read
from .pictures.decoding_pool import decode_in_order, map_in_order
from .pictures.input_spec import INVERT
from .pictures.legibility import legibility_notes
from .pictures.preprocessing import Preprocessed, check_centring, pictures_of, preprocess, preprocess_stack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from .calibration import Calibration
    from .errors import Phrase
    from .formula import Network, Plan
    from .modelfile.provenance import Provenance
    from .nn import Net
    from .pictures.input_spec import InputSpec
    from .pictures.preprocessing import Picture, Pixels

    Floats = NDArray[np.float32]

Item = TypeVar("Item")

BATCH = 32  # pictures at a time; more costs memory and gains nothing (docs/log.md)


class Score(NamedTuple):
    """A class and how probable the model finds it, 0…1."""

    label: str
    probability: float


class Prediction(NamedTuple):
    """What a model says of one picture: the most probable class, and the first few in order. `inverted`: dark and light
    swapped first. `set`: where sets were asked for, the classes among which the true one is, the most probable first.
    `notes`: what was done to the picture, and what makes it hard to read.
    """

    label: str
    probability: float
    top: tuple[Score, ...]
    inverted: bool = False
    set: tuple[str, ...] | None = None
    notes: tuple[Phrase, ...] = ()

    @property
    def note(self) -> str:
        """The notes as one line of English, "" for none."""
        return "; ".join(map(str, self.notes))

    def to_json(self) -> dict[str, object]:
        """Return {label, probability, top: [{label, probability}]}, with "set": [label] where sets were asked for,
        "inverted": true if it was, and "note" if there is one.
        """
        fields: dict[str, object] = {"label": self.label, "probability": self.probability}
        fields["top"] = [{"label": label, "probability": probability} for label, probability in self.top]
        if self.set is not None:
            fields["set"] = list(self.set)
        return fields | ({"inverted": True} if self.inverted else {}) | ({"note": self.note} if self.notes else {})


class Predictor:
    """A model file's graph in ONNX Runtime: uint8 (N, C, H, W) in, logits and probabilities (N, K) out.

    One thread a run, and as many runs at a time as there are CPUs: quicker than threads within a run.
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
            raise InputError("pictures.model", got=got, expected=expected)
        if len(pictures) <= batch:
            return list(self._session.run(wanted, {"pictures": pictures}))
        batches = [pictures[i : i + batch] for i in range(0, len(pictures), batch)]
        parts = map_in_order(lambda some: self._session.run(wanted, {"pictures": some}), batches)
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
    def calibration(self) -> Calibration | None:
        """How the probabilities were fitted to pictures held out of training; None where they are not."""
        return self.file.metadata.calibration

    @property
    def facts(self) -> dict[str, Any]:
        """What the file says of its training and testing, as JSON: "training", "test", "versions"."""
        return self.file.facts

    @property
    def provenance(self) -> Provenance:
        """What the facts say of training and test, as far as they are as convscope writes them."""
        return self.file.provenance

    @cached_property
    def predictor(self) -> Predictor:
        """The graph in ONNX Runtime."""
        return Predictor(self.file)

    def module(self) -> Net:
        """Return a new torch module with the file's weights, in evaluation mode. Imports torch.

        It gives the logits; `predict`'s probabilities are softmax(logits / `calibration`.temperature).
        """
        from .nn import build, load_weights

        return load_weights(build(self.network, self.spec), self.file.weights).eval()

    def predict(
        self,
        pictures: Picture | Iterable[Picture],
        top: int = 3,
        invert: str | None = None,
        sets: float | None = None,
        centre: bool = False,
    ) -> list[Prediction]:
        """Return a prediction for each picture: one, or any number of them.

        A picture is a file's path or its bytes, a Pillow image, or an array (H, W), (C, H, W) or (H, W, C); an array
        (N, C, H, W) is N of them. Any size: it is brought to the model's by its own rule. `invert` as on the command
        line; if left out, the model's own rule. With `sets`, 0.9 say, each prediction lists the classes among which the
        true one is in so large a share of all pictures; `set_rule` says what the model's held-out pictures allow.
        `centre` cuts out what is drawn, scales it and puts it in the middle, for a model of one channel that learned
        from light drawings on a dark ground.
        Raises InputError for the first picture that cannot be read, for sets of a model that held out too few pictures,
        and for an array (3, H, W) alone before a model of one channel: three pictures or three colours.
        """
        import numpy as np

        rule = self._rule(top, invert, sets)
        stack = isinstance(pictures, np.ndarray) and pictures.dtype == np.uint8
        if stack and cast("Pixels", pictures).shape[1:] == self.spec.shape and not centre:
            read, inverted = preprocess_stack(self.spec, cast("Pixels", pictures), invert)
            notes, probabilities = legibility_notes(self.spec, read), self.predictor.probabilities(read)
            return _without_errors(predictions(probabilities, self.classes, top, inverted, notes, rule))
        return _without_errors(self.stream(pictures_of(self.spec, pictures), top, invert, sets, centre))

    def set_rule(self, level: float) -> SetRule:
        """Return which classes a set holds whose level is `level`, and what the model's held-out pictures allow.

        Raises UsageError for a level that is none, InputError where too few pictures were held out.
        """
        return set_rule(self.calibration, level)

    def stream(
        self,
        pictures: Sequence[Picture],
        top: int = 3,
        invert: str | None = None,
        sets: float | None = None,
        centre: bool = False,
    ) -> Iterator[Prediction | InputError]:
        """Yield for each picture, in order, its prediction or the error why it has none.

        Decoding and predicting overlap, and only a bounded number of pictures is in memory at a time.
        """
        rule = self._rule(top, invert, sets)
        if len(pictures):
            _ = self.predictor  # opened once, before the threads
        if centre:
            check_centring(self.spec)
        decoded = decode_in_order(lambda picture: preprocess(self.spec, picture, invert, centre=centre), pictures)
        threads = 1 if len(pictures) <= BATCH else None
        for batch in map_in_order(lambda batch: self._predict(batch, top, rule), batches(decoded, BATCH), threads):
            yield from batch

    def _rule(self, top: int, invert: str | None, sets: float | None) -> SetRule | None:
        """Check the options; return the rule for sets if they are asked for."""
        if invert not in (None, *INVERT):
            raise UsageError("invert.choice", words=", ".join(INVERT), got=invert)
        if top < 1:
            raise UsageError("value.top", got=top)
        return None if sets is None else self.set_rule(sets)

    def _predict(
        self, batch: list[Preprocessed | InputError], top: int, rule: SetRule | None
    ) -> list[Prediction | InputError]:
        """Return the predictions of decoded pictures, errors in their places."""
        import numpy as np

        good = [picture for picture in batch if not isinstance(picture, InputError)]
        if not good:
            return [error for error in batch if isinstance(error, InputError)]
        read = np.stack([picture.pixels for picture in good])
        notes = [(*picture.notes, *more) for picture, more in zip(good, legibility_notes(self.spec, read), strict=True)]
        probabilities, inverted = self.predictor.probabilities(read, len(good)), [p.inverted for p in good]
        found = iter(predictions(probabilities, self.classes, top, inverted, notes, rule))
        return [picture if isinstance(picture, InputError) else next(found) for picture in batch]

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
    sets: float | None = None,
    centre: bool = False,
) -> list[Prediction]:
    """Return a prediction for each picture; see Model.predict."""
    return (model if isinstance(model, Model) else load(model)).predict(pictures, top, invert, sets, centre)


def predictions(
    probabilities: Floats,
    classes: Sequence[str],
    top: int,
    inverted: Iterable[bool],
    notes: Iterable[tuple[Phrase, ...]],
    rule: SetRule | None = None,
) -> list[Prediction | InputError]:
    """Return what probabilities (N, K) say of N pictures: the `top` classes, of equal ones the first, and their sets by
    `rule`; or an error where one is not a number. `inverted` and `notes` are of the N pictures.
    """
    # In plain Python: for the few classes of a row, numpy's calls cost more than the sorting.
    found: list[Prediction | InputError] = []
    for row, swapped, said in zip(probabilities.tolist(), inverted, notes, strict=True):
        if not all(map(math.isfinite, row)):
            hint = phrase("answer.finite.try")
            found.append(InputError("answer.finite", hint=hint))
            continue
        first = sorted(range(len(row)), key=row.__getitem__, reverse=True)[:top]
        scores = tuple([Score(classes[k], row[k]) for k in first])
        members = None if rule is None else tuple([classes[k] for k in rule.members(row)])
        found.append(Prediction(*scores[0], scores, bool(swapped), members, said))
    return found


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of `size` items, the last one of what is left."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _without_errors(results: Iterable[Prediction | InputError]) -> list[Prediction]:
    """Return all predictions. Raises the first error."""
    found = []
    for result in results:
        if isinstance(result, InputError):
            raise result
        found.append(result)
    return found


def _session(data: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise EnvironmentFault("onnxruntime.missing", got=str(error), hint="pip install onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors; they are raised as well
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
