"""From a request's pictures to its answers: decoded in threads, computed together with others', told in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, UsageError, phrase
from ..machine.cpus import available_cpus
from ..pictures.legibility import legibility_notes
from ..pictures.preprocessing import Preprocessed, check_centring, preprocess, preprocess_stack
from ..prediction.answer import Prediction, Row, predictions
from ..prediction.streaming import rule_of, threshold_of
from ..web.guard import Busy
from .batching import Batcher
from .reading import Asked, Received

if TYPE_CHECKING:
    from ..errors import Phrase
    from ..prediction.streaming import Answers
    from .limits import Limits

Result = TypeVar("Result")
Pixels = NDArray[np.uint8]
FEW = 8  # pictures, as the model reads them, that are looked at and told without a thread of their own


@dataclass(frozen=True, slots=True, eq=False)
class ReadPictures:
    """Pictures as the model reads them (n, C, H, W), which were inverted, and notes on each; of those that could not be
    read the errors, in their places.
    """

    pixels: Pixels
    inverted: list[bool]
    notes: list[tuple[Phrase, ...]]
    places: list[InputError | None]


class Answering:
    """A model that answers requests; `watch` is told how many pictures are computed together."""

    def __init__(self, model: Answers, limits: Limits, watch: Callable[[int], None]) -> None:
        predictor = model.predictor  # opened now, not by the first request
        size = limits.batch or predictor.batch
        if size > predictor.batch:
            raise UsageError("serve.batch", got=size, expected=phrase("value.most", n=predictor.batch))
        self.model, self.limits = model, limits
        self.most, self.waiting = limits.queue_of(model.spec.shape), 0
        self._batcher = Batcher(predictor, size, limits.wait / 1000, watch)
        self._pool = ThreadPoolExecutor(available_cpus(), thread_name_prefix="pictures")

    def warm(self) -> None:
        """Compute one picture, so that the first request finds all memory allocated. Raises what that raises."""
        self.model.predictor.answers(np.zeros((1, *self.model.spec.shape), np.uint8))

    async def answer(self, given: Received, asked: Asked) -> bytes:
        """Return {"predictions": […]} as JSON, a row a picture. Raises Refusal where too many pictures are waiting,
        InputError or UsageError where the options do not fit the model or the only picture cannot be read.
        """
        if self.waiting + len(given) > self.most:
            raise Busy(429, "serve.busy", got=f"{self.waiting:,}")
        self.waiting += len(given)
        try:
            return await self._answer(given, asked)
        finally:
            self.waiting -= len(given)

    def close(self) -> None:
        """End the threads."""
        self._batcher.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, given: Received, asked: Asked) -> bytes:
        model = self.model
        rule = rule_of(model, asked.top, asked.invert, asked.sets)
        if asked.centre:
            check_centring(model.spec)
        prepared = await self._prepared(given, asked)
        if given.alone and (error := prepared.places[0]) is not None:
            raise error
        found: list[Prediction | InputError] = []
        if len(prepared.pixels):
            probabilities, outsiders = await self._batcher.answers(prepared.pixels)
            top, threshold = min(asked.top, len(model.classes)), threshold_of(model, asked.always)
            tell = partial(
                predictions,
                probabilities,
                model.classes,
                top,
                prepared.inverted,
                prepared.notes,
                rule,
                outsiders,
                threshold,
            )
            found = await self._run(len(prepared.pixels), tell)
        return await self._run(len(given), partial(_json, given, prepared.places, found))

    async def _prepared(self, given: Received, asked: Asked) -> ReadPictures:
        """Return the pictures as the model reads them."""
        spec, pictures = self.model.spec, given.pictures
        if isinstance(pictures, np.ndarray) and pictures.shape[1:] == spec.shape and not asked.centre:

            def look(stack: Pixels = pictures) -> ReadPictures:
                read, inverted = preprocess_stack(spec, stack, asked.invert)
                return ReadPictures(read, inverted.tolist(), legibility_notes(spec, read), [None] * len(stack))

            return await self._run(len(pictures), look)
        loop = asyncio.get_running_loop()
        work = [loop.run_in_executor(self._pool, self._decoded, picture, asked) for picture in pictures]
        try:
            decoded = await asyncio.gather(*work)
        finally:
            for one in work:  # who is gone wants no more of them
                one.cancel()
        good = [one for one in decoded if isinstance(one, Preprocessed)]
        stack = np.stack([one.pixels for one in good]) if good else np.zeros((0, *spec.shape), np.uint8)
        legible = await self._run(len(good), partial(legibility_notes, spec, stack))
        notes = [(*one.notes, *more) for one, more in zip(good, legible, strict=True)]
        places = [one if isinstance(one, InputError) else None for one in decoded]
        return ReadPictures(stack, [one.inverted for one in good], notes, places)

    def _decoded(self, picture: bytes | Pixels, asked: Asked) -> Preprocessed | InputError:
        try:
            return preprocess(self.model.spec, picture, asked.invert, centre=asked.centre)
        except InputError as error:
            return error

    async def _run(self, pictures: int, work: Callable[[], Result]) -> Result:
        """Do something with so many pictures: at once where they are few, else in a thread."""
        if pictures <= FEW:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _json(given: Received, places: list[InputError | None], found: list[Prediction | InputError]) -> bytes:
    """Return a row for each picture, in order."""
    rest: Iterator[Prediction | InputError] = iter(found)
    results = [next(rest) if error is None else error for error in places]
    names = given.names or ("",) * len(results)
    rows = [Row(name, result).to_json() for name, result in zip(names, results, strict=True)]
    return json.dumps({"predictions": rows}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
