"""Pictures through a model, in order: decoding and computing overlap, and what cannot be read keeps its place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar

from ..errors import InputError, UsageError
from ..pictures.decoding_pool import decode_in_order, map_in_order
from ..pictures.input_spec import INVERT
from ..pictures.legibility import legibility_notes
from ..pictures.preprocessing import Preprocessed, check_centring, preprocess
from .answer import Prediction, predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..calibration.prediction_sets import SetRule
    from ..pictures.input_spec import InputSpec
    from ..pictures.preprocessing import Picture, Pixels
    from ..rejection import Rejection

    Floats = NDArray[np.float32]

Item = TypeVar("Item")


class Computes(Protocol):
    """What computes pictures: `batch` of them at a time, in so many `threads` at once."""

    batch: int
    threads: int

    def answers(self, pictures: Pixels) -> tuple[Floats, Floats | None]:
        """Return probabilities (N, K) of uint8 (N, C, H, W), and how foreign each picture is, where that is known."""


class Answers(Protocol):
    """What `stream` asks of a model, one of convscope's or of others."""

    @property
    def spec(self) -> InputSpec: ...

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def rejection(self) -> Rejection | None: ...

    @property
    def predictor(self) -> Computes: ...

    def set_rule(self, level: float) -> SetRule: ...


def stream(
    model: Answers,
    pictures: Sequence[Picture],
    top: int,
    invert: str | None,
    sets: float | None,
    centre: bool,
    always: bool,
) -> Iterator[Prediction | InputError]:
    """Yield for each picture, in order, its prediction or the error why it has none; the options as in Model.predict.

    Only a bounded number of pictures is in memory at a time.
    """
    rule = rule_of(model, top, invert, sets)
    if centre:
        check_centring(model.spec)
    if not len(pictures):
        return
    threshold, predictor = threshold_of(model, always), model.predictor  # opened once, before the threads
    decoded = decode_in_order(lambda picture: preprocess(model.spec, picture, invert, centre=centre), pictures)
    threads, parts = predictor.threads, batches(decoded, predictor.batch)
    if len(pictures) <= predictor.batch:
        threads = 1
    for batch in map_in_order(lambda batch: _predict(model, predictor, batch, top, rule, threshold), parts, threads):
        yield from batch


def rule_of(model: Answers, top: int, invert: str | None, sets: float | None) -> SetRule | None:
    """Check the options; return the rule for sets if they are asked for."""
    if invert not in (None, *INVERT):
        raise UsageError("invert.choice", words=", ".join(INVERT), got=invert)
    if top < 1:
        raise UsageError("value.top", got=top)
    return None if sets is None else model.set_rule(sets)


def threshold_of(model: Answers, always: bool) -> float:
    """Return above which score a picture is none of the classes."""
    return math.inf if always or model.rejection is None else model.rejection.threshold


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of `size` items, the last one of what is left."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _predict(
    model: Answers,
    predictor: Computes,
    batch: list[Preprocessed | InputError],
    top: int,
    rule: SetRule | None,
    threshold: float,
) -> list[Prediction | InputError]:
    """Return the predictions of decoded pictures, errors in their places."""
    import numpy as np

    good = [picture for picture in batch if not isinstance(picture, InputError)]
    if not good:
        return [error for error in batch if isinstance(error, InputError)]
    read = np.stack([picture.pixels for picture in good])
    notes = [(*picture.notes, *more) for picture, more in zip(good, legibility_notes(model.spec, read), strict=True)]
    (probabilities, outsiders), inverted = predictor.answers(read), [p.inverted for p in good]
    found = iter(predictions(probabilities, model.classes, top, inverted, notes, rule, outsiders, threshold))
    return [picture if isinstance(picture, InputError) else next(found) for picture in batch]
