"""A network of others, asked from Python: what it makes of pictures, step by step or in scores alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import nn

from ...errors import InputError, UsageError, phrase
from ...foreign.endings import Ending, ending, ending_of, scored, undone
from ...foreign.preprocessing import Asked, reading_spec, within
from ...foreign.reading import Foreign, open_foreign
from ...foreign.step import Array, Step
from ...foreign.telling import ForeignFile, model_or_foreign
from ...pictures.input_spec import InputSpec
from ...prediction import Model
from ..capture import untouched
from .chosen import check_module, chosen, read_by
from .steps import steps

MOST_BYTES = 1 << 29  # of what every step made of some pictures, kept at once
Recorded = tuple[list[Step], Array]


@dataclass(frozen=True, eq=False)
class Imported:
    """A network that reads (pictures − mean) / std of `reads`; `spec` is what its steps begin with. `record` and `run`
    take what it reads, and give its steps with what the first of them reads, or what it gives (N, …); `ends` says what
    its scores become.
    """

    name: str
    reads: InputSpec
    spec: InputSpec
    record: Callable[[Array], Recorded]
    run: Callable[[Array], Array]
    ends: Callable[[], Ending]

    @cached_property
    def ending(self) -> Ending:
        """What its scores become, found out when it is first asked."""
        return self.ends()

    def require_scores(self) -> None:
        """Raise InputError where it gives maps."""
        if self.ending == "maps":
            raise InputError("foreign.maps", where=self.name)

    def steps(self, pictures: Array) -> Recorded:
        """Return the steps up to the scores, and what the first of them reads."""
        found, x = self.record(scaled(self.reads, pictures))
        return list(scored(found)), x

    def parts(self, pictures: Array) -> Iterator[Recorded]:
        """Yield what `steps` gives, of one picture, then of as many at a time as memory is for."""
        size, at = 1, 0
        while at < len(pictures):
            found, x = self.steps(pictures[at : at + size])
            yield found, x
            at += len(x)
            size = max(1, MOST_BYTES * len(x) // max(1, sum(step.output.nbytes for step in found)))

    def scores(self, pictures: Array) -> Array:
        """Return the scores (N, K) before softmax or sigmoid. Raises InputError where it gives maps."""
        self.require_scores()
        made = self.run(scaled(self.reads, pictures))
        return undone(made.reshape(len(made), -1), self.ending)


def network_of(asked: Any) -> Model | nn.Module | ForeignFile | Foreign:
    """Return what a network is asked by: the path of an ONNX file is read. Raises UsageError for what is no network."""
    if isinstance(asked, (str, os.PathLike)):
        read = model_or_foreign(asked)
        return read if isinstance(read, ForeignFile) else Model(read)
    if not isinstance(asked, (Model, nn.Module, ForeignFile, Foreign)):
        raise UsageError("explain.module", got=type(asked).__name__, hint=phrase("explain.module.try"))
    return asked


def imported(
    network: nn.Module | ForeignFile | Foreign,
    pictures: Array,
    asked: Asked = Asked(),  # noqa: B008 - frozen
) -> Imported:
    """Return a network of others as one that reads `pictures` (N, C, H, W): floats as it reads them; uint8 divided by
    255 for a module, for a file brought to what its metadata and the files beside it say, else to 0…1; what is `asked`
    goes first. Raises InputError for pictures that are none, and for a file that is refused.
    """
    if not isinstance(pictures, np.ndarray) or pictures.ndim != 4 or not len(pictures):
        raise InputError("explain.pictures", got=type(pictures).__name__, expected=phrase("explain.pictures.expected"))
    if pictures.dtype != np.uint8 and pictures.dtype.kind != "f":
        got, expected = f"{pictures.dtype} {pictures.shape}", phrase("explain.pictures.expected")
        raise InputError("explain.pictures", got=got, expected=expected)
    return _module(network, pictures) if isinstance(network, nn.Module) else _file(network, pictures, asked)


def _module(module: nn.Module, pictures: Array) -> Imported:
    check_module(module)
    c, h, w = map(int, pictures.shape[1:])
    unit = 255.0 if pictures.dtype == np.uint8 else 1.0
    spec = InputSpec((c, h, w), (0.0,) * c, (unit,) * c)

    def record(x: Array) -> Recorded:
        return steps(module, read_by(module, torch.from_numpy(x))), x

    def run(x: Array) -> Array:
        with untouched(module), torch.no_grad():
            made: Array = chosen(module(read_by(module, torch.from_numpy(x))), None).float().cpu().numpy()
        return made

    def ends() -> Ending:
        try:
            return ending(record(scaled(spec, pictures[:1]))[0])
        except InputError:  # a program that torch cannot look into: its scores are what it gives
            return "logits"

    return Imported(type(module).__name__, spec, spec, record, run, ends)


def _file(read: ForeignFile | Foreign, pictures: Array, asked: Asked) -> Imported:
    shape = tuple(map(int, pictures.shape[1:]))
    file = read if isinstance(read, Foreign) else open_foreign(read, shape, bgr=asked.bgr)
    if file.shape != shape:
        raise InputError("foreign.shape", where=str(file.path), got=shape, expected=str(file.shape))
    c = file.shape[0]
    spec = InputSpec(file.shape, (0.0,) * c, (1.0,) * c)
    if pictures.dtype == np.uint8:
        spec, _ = reading_spec(file, asked)
    ends = lambda: ending_of(file.last_operator, file.output_shape)  # noqa: E731
    return Imported(str(file.path), spec, within(spec, file), file.steps, file.scores, ends)


def scaled(spec: InputSpec, pictures: Array) -> Array:
    """Return what a network reads whose input is (pictures − mean) / std, float32."""
    mean, std = (np.array(v, np.float32).reshape(-1, 1, 1) for v in (spec.mean, spec.std))
    read: Array = (pictures.astype(np.float32) - mean) / std
    return read
