"""What is drawn: the steps of a formula, of a model file or of anybody's ONNX file, and their sums."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import Phrase, UsageError, phrase
from ..formula import Network, Plan, describe
from ..formula.geometry import Pair, Shape
from ..formula.network import PICTURE
from .units import Part, parts_of

if TYPE_CHECKING:
    from ..foreign.telling import ForeignFile


@dataclass(frozen=True, slots=True)
class Source:
    """Steps that begin with a picture of `shape`, and their sums; `field` is None where it is not known, and `boxes`
    counts the steps whose multiplications nobody knows. `notes` say what of it is a guess.
    """

    parts: Sequence[Part]
    shape: Shape
    parameters: int
    macs: int
    field: Pair | None
    classes: int
    boxes: int = 0
    notes: tuple[Phrase, ...] = ()


def source_of(
    network: str | os.PathLike[str] | Plan | Network, input: Shape | None = None, classes: int | None = None
) -> Source:
    """Return what is drawn of a formula, the name of a plan, a Plan, a Network, a model file, a run directory or an
    ONNX file. Raises FormulaError, PlanError, UsageError, InputError.
    """
    if isinstance(network, Network):
        return _of_network(network)
    if isinstance(network, Plan) or not _is_file(network):
        return _of_network(describe(network if isinstance(network, Plan) else str(network), input, classes).network)
    from ..foreign.telling import ForeignFile, model_or_foreign

    if classes is not None:
        raise UsageError("draw.file", where=str(network), hint=phrase("draw.file.try"))
    file = model_or_foreign(network)
    if isinstance(file, ForeignFile):
        return _of_foreign(file, input)
    if input is not None:
        raise UsageError("draw.file", where=str(network), hint=phrase("draw.file.try"))
    return _of_network(file.network)


def _is_file(network: str | os.PathLike[str]) -> bool:
    """Whether a file is meant: it is written as one, or is a folder."""
    return isinstance(network, os.PathLike) or network.lower().endswith(".onnx") or os.path.isdir(network)


def _of_network(network: Network) -> Source:
    last = network.nodes[-1]
    field = _within(last.field.size, network.input)
    return Source(parts_of(network), network.input, network.parameters, network.macs, field, last.output[0])


def _within(field: Pair, shape: Shape) -> Pair:
    """Return a receptive field as far as it lies on the picture."""
    return min(field[0], shape[1]), min(field[1], shape[2])


def _of_foreign(read: ForeignFile, input: Shape | None) -> Source:
    from ..foreign.describing import describe_foreign
    from ..foreign.reading import open_foreign

    file = open_foreign(read, input)
    described, outline = describe_foreign(file), file.outline()
    parts: list[Part] = []
    for row, step in zip(described.rows, outline, strict=True):
        first = row.sources[0] if row.sources else PICTURE
        before = file.shape if first == PICTURE else parts[first].output
        c, h, w = (*row.output, 1, 1)[:3]
        parts.append(Part(step.layer, row.text, row.sources, before, (c, h, w), len(step.shape) == 2))
    field = described.rows[-1].field or next((row.field for row in described.rows[::-1] if row.macs), None)
    seen = None if field is None else _within(field.size, file.shape)
    scores = math.prod(outline[-1].shape[1:])
    sums = (described.parameters, described.macs, seen, scores, described.boxes)
    return Source(parts, file.shape, *sums, described.guess)
