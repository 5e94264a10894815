"""A foreign ONNX file that predicts: pictures in, class names and probabilities out, as of a model of one's own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from ..calibration.prediction_sets import SetRule, set_rule
from ..errors import InputError, Phrase, UsageError, phrase
from ..machine.cpus import available_cpus
from ..modelfile.provenance import Provenance
from ..pictures.input_spec import InputSpec
from ..prediction.answer import Prediction
from ..prediction.streaming import stream
from .endings import LEAST, Ending, ending_of, probabilities
from .preprocessing import Asked, reading_spec
from .reading import MOST_TOGETHER, Foreign, open_foreign
from .telling import ForeignFile, foreign_file

if TYPE_CHECKING:
    import os

    from ..pictures.preprocessing import Picture, Pixels
    from .step import Array


class ForeignModel:
    """What `predict` needs of a model. Made by `load_foreign`; `notes` say how pictures are read and what is guessed.

    One sigmoid output is a question with two answers: "no" and "yes", or the name of its one class.
    """

    def __init__(
        self,
        file: Foreign,
        spec: InputSpec,
        classes: tuple[str, ...] | None,
        notes: tuple[Phrase, ...],
        digest: str,
    ) -> None:
        self.file, self.spec, self.notes = file, spec, notes
        self.digest = digest  # the SHA-256 of the file, in hex
        self.rejection = self.calibration = None  # nothing says when a picture is none of its classes
        self.provenance, self.named = Provenance(), classes is not None  # nor what it was trained on
        self.ending: Ending = ending_of(file.last_operator, file.output_shape)
        if self.ending == "maps":
            raise InputError("foreign.maps", where=str(file.path), got="×".join(map(str, file.output_shape)))
        count = math.prod(file.output_shape[1:])
        named = classes or tuple(map(str, range(count)))
        if len(named) != count:
            raise UsageError("module.names", got=len(named), expected=f"{count}")
        self._alone = count == 1 and self.ending == "sigmoid"
        self.classes = ("no", *(classes or ("yes",))) if self._alone else named

    @property
    def open_batch(self) -> bool:
        """Whether the file leaves open how many pictures it reads at a time."""
        return self.file.open_batch

    def with_classes(self, names: Sequence[str]) -> ForeignModel:
        """Return the same with these names of its classes, in the order of its scores."""
        made = copy(self)
        made.classes, made.named = tuple(names), True
        return made

    @property
    def predictor(self) -> ForeignPredictor:
        """What computes pictures."""
        return ForeignPredictor(self)

    def stream(
        self,
        pictures: Sequence[Picture],
        top: int = 3,
        invert: str | None = None,
        sets: float | None = None,
        centre: bool = False,
        always: bool = True,
    ) -> Iterator[Prediction | InputError]:
        """Yield for each picture, in order, its prediction or the error why it has none; always a class."""
        yield from stream(self, pictures, top, invert, sets, centre, always)

    def set_rule(self, level: float) -> SetRule:
        """Raise InputError: no pictures were held out that say which classes a set holds."""
        return set_rule(None, level)

    def probabilities(self, pictures: Array) -> Array:
        """Return what the file means for uint8 pictures (N, C, H, W): float (N, K)."""
        mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (self.spec.mean, self.spec.std))
        made = self.file.scores((pictures - mean) / std).reshape(len(pictures), -1)
        if self.ending == "logits" and made.shape[1] > 1:
            made = probabilities(made, "softmax")
        elif self.ending == "log_softmax":
            made = np.exp(made)
        return np.concatenate([1 - made, made], 1) if self._alone else made


class ForeignPredictor:
    """A foreign file's graph in ONNX Runtime: some batches of pictures, each on a CPU of its own, are computed at a
    time. `batch` is 1 where the file reads one picture.
    """

    def __init__(self, model: ForeignModel) -> None:
        self._model, self.threads = model, 1  # a call uses every CPU
        self.batch = MOST_TOGETHER * available_cpus()

    def answers(self, pictures: Pixels) -> tuple[Array, None]:
        """Return probabilities (N, K); how foreign a picture is is not known."""
        return self._model.probabilities(pictures), None

    def outsiders(self, pictures: Pixels) -> tuple[Array, None]:
        """Return scores (N, K) whose softmax are the probabilities, each as a share of a picture's; and the same."""
        return np.log(np.maximum(self._model.probabilities(pictures), LEAST)), None


def load_foreign(
    path: str | os.PathLike[str] | ForeignFile,
    classes: Sequence[str] | None = None,
    shape: Sequence[int] | None = None,
    output: str | int | None = None,
    asked: Asked = Asked(),  # noqa: B008 - frozen
) -> ForeignModel:
    """Open a foreign file to predict with; raises ConvscopeError for one that is refused or gives no scores."""
    read = path if isinstance(path, ForeignFile) else foreign_file(path)
    file = open_foreign(read, shape, output, asked.bgr)
    spec, notes = reading_spec(file, asked)
    if len(file.outputs) > 1 and output is None:
        names = ", ".join(file.outputs[:6])
        notes = (*notes, phrase("foreign.outputs", n=f"{len(file.outputs)}", name=file.output, names=names))
    count = math.prod(file.output_shape[1:])
    beside = file.facts.classes if len(file.facts.classes) == count else ()
    made = ForeignModel(file, spec, tuple(classes or beside) or None, notes, read.digest)
    if made.ending == "logits" and count > 1:
        made.notes = (*made.notes, phrase("foreign.logits"))
    return made
