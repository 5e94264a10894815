"""A foreign ONNX file that predicts: pictures in, class names and probabilities out, as of a model of one's own."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..calibration.prediction_sets import SetRule, set_rule
from ..errors import InputError, Phrase, UsageError, phrase
from ..pictures.decoding_pool import decode_in_order
from ..pictures.input_spec import INVERT, InputSpec
from ..pictures.preprocessing import preprocess
from ..prediction.answer import Prediction, predictions
from .endings import Ending, ending_of, probabilities
from .preprocessing import Asked, reading_spec
from .reading import Foreign, open_foreign

if TYPE_CHECKING:
    import os

    from ..pictures.preprocessing import Picture
    from .step import Array


class ForeignModel:
    """What `predict` needs of a model. Made by `load_foreign`; `notes` say how pictures are read and what is guessed.

    One sigmoid output is a question with two answers: "no" and "yes", or the name of its one class.
    """

    rejection = None

    def __init__(self, file: Foreign, spec: InputSpec, classes: tuple[str, ...] | None, notes: tuple[Phrase, ...]):
        self.file, self.spec, self.notes = file, spec, notes
        self.ending: Ending = ending_of(file.last_operator, file.output_shape)
        if self.ending == "maps":
            raise InputError("foreign.maps", where=str(file.path), got="×".join(map(str, file.output_shape)))
        count = math.prod(file.output_shape[1:])
        named = classes or tuple(map(str, range(count)))
        if len(named) != count:
            raise UsageError("module.names", got=len(named), expected=f"{count}")
        self._alone = count == 1 and self.ending == "sigmoid"
        self.classes = ("no", *(classes or ("yes",))) if self._alone else named

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the file, in hex."""
        return hashlib.sha256(self.file.path.read_bytes()).hexdigest()

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
        if sets is not None:
            self.set_rule(sets)
        if invert not in (None, *INVERT):
            raise UsageError("invert.choice", words=", ".join(INVERT), got=invert)
        for picture in decode_in_order(lambda one: preprocess(self.spec, one, invert, centre=centre), pictures):
            if isinstance(picture, InputError):
                yield picture
                continue
            shares = self.probabilities(picture.pixels[None])
            yield predictions(shares, self.classes, top, [picture.inverted], [picture.notes])[0]

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


def load_foreign(
    path: str | os.PathLike[str],
    classes: Sequence[str] | None = None,
    shape: Sequence[int] | None = None,
    output: str | int | None = None,
    asked: Asked = Asked(),  # noqa: B008 - frozen
) -> ForeignModel:
    """Open a foreign file to predict with; raises ConvscopeError for one that is refused or gives no scores."""
    file, facts = open_foreign(path, shape, output, asked.bgr)
    spec, note = reading_spec(file, facts, asked)
    notes: tuple[Phrase, ...] = (note,)
    if len(file.outputs) > 1 and output is None:
        names = ", ".join(file.outputs[:6])
        notes = (*notes, phrase("foreign.outputs", n=f"{len(file.outputs)}", name=file.output, names=names))
    count = math.prod(file.output_shape[1:])
    beside = facts.classes if len(facts.classes) == count else ()
    made = ForeignModel(file, spec, tuple(classes or beside) or None, notes)
    if made.ending == "logits" and count > 1:
        made.notes = (*made.notes, phrase("foreign.logits"))
    return made
