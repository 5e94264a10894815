"""A foreign ONNX file, ready to be looked at: what it reads, what it gives, and its steps for some pictures.

>>> file = open_foreign("squeezenet.onnx", shape=(3, 224, 224))                        # doctest: +SKIP
>>> [step.label for step in file.steps(pictures)[0]][:3]                               # doctest: +SKIP
['Conv', 'Relu', 'MaxPool']
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import InputError, Phrase, phrase
from ..formula import Conv, Flatten, Layer
from ..formula.geometry import times
from ..pictures.decoding_pool import map_in_order
from .attention import attentions_of
from .axes import as_maps
from .graph import Op, fold
from .input_shape import declared, hinting, input_shape, layout, size_is_guess
from .layers import Known, attributes_said, known
from .laying import laid
from .opening import QUANTISED, Opened, open_model
from .patterns import merged
from .running import Session
from .scaling import scaling
from .sidecar import Facts, facts
from .step import PICTURE, Array, Step
from .telling import ForeignFile, foreign_file

MOST_TOGETHER = 32  # pictures that are computed at a time; more costs memory and gains nothing (docs/log.md)
MOST_NUMBERS = 1 << 25  # in all that the graph makes of them


class Part(NamedTuple):
    """A step without its numbers: `inputs` are the values of the graph that it reads, `sources` the parts that make
    them, −1 the picture; `shape` is what it makes of one picture.
    """

    op: Op
    name: str
    label: str
    layer: Layer | None
    inputs: tuple[str, ...]
    sources: tuple[int, ...]
    shape: tuple[int, ...]
    parameters: int


class Foreign:
    """An opened file. `shape` (C, H, W) is what it reads, rows and columns by a guess where `guessed`; `outputs` are
    the names of what it gives.

    `mean` and `std`, one a channel, are a scaling within the graph, before its first layer: the steps begin with what
    that makes. `facts` is what the file and what lies beside it say of its input and its classes; `quantised` says that
    its weights are whole numbers with a scale. With `bgr` the graph reads the channels in the order blue, green, red:
    everything here still takes and gives pictures in the order red, green, blue.
    """

    def __init__(
        self, path: Path, opened: Opened, facts: Facts, shape: Sequence[int] | None, output: str | int | None, bgr: bool
    ) -> None:
        self.path, self.metadata, self.facts, self.bgr = path, opened.metadata, facts, bgr
        self.shape = c, _, _ = input_shape(opened, shape, facts)
        self.guessed = size_is_guess(opened, shape, facts)
        from onnx import helper

        self.channels_last, self.rank = layout(opened)
        self._type = opened.picture.type.tensor_type.elem_type
        with hinting(self.guessed):
            self.graph = fold(opened, self._fed_shape)
        self.maps = laid(self.graph, "nc" if self.rank == 2 else "nhwc" if self.channels_last else "nchw")
        self.outputs = tuple(value.name for value in opened.model.graph.output)
        self.output = output_named(self.outputs, output)
        if self.graph.value(self.output) not in {op.output for op in self.graph.ops}:
            raise InputError("foreign.output.constant", got=self.output)
        found = scaling(self.graph, c)
        self._picture, self._before = found.value, set(found.within)
        self.mean, self.std = tuple(found.mean.tolist()), tuple(found.std.tolist())
        self.reads_bytes = np.dtype(helper.tensor_dtype_to_np_dtype(self._type)).kind in "iu"
        self.quantised = any(node.op_type in QUANTISED for node in opened.model.graph.node)

    @property
    def guess(self) -> tuple[Phrase, ...]:
        """That its rows and columns are a guess, where nothing says them."""
        return (phrase("foreign.size.guess", size=times(self.shape[1:])),) if self.guessed else ()

    @property
    def _fed_shape(self) -> tuple[int, ...]:
        c, h, w = self.shape
        return (1, h, w, c) if self.channels_last else (1, c, h, w) if self.rank == 4 else (1, c * h * w)

    @cached_property
    def _known(self) -> dict[str, Known | None]:
        """What each value of the graph is: None for those within a layer."""
        graph = self.maps
        several = merged(graph) | attentions_of(graph)
        self._hidden = {name for name, one in several.items() if one is None}
        return {op.output: known(graph, op) for op in graph.ops} | several

    @property
    def rounds(self) -> bool:
        """Whether it rounds values between layers, which the layers that are shown do not."""
        return any(one is not None and one.rounded for one in self._known.values())

    @cached_property
    def _session(self) -> Session:
        _ = self._known
        wanted = [op.output for op in self._shown] + [self.graph.value(self.output)]
        wanted += [self._picture] if self._picture != self.graph.picture else []
        return Session(self.graph.opened.model, self.graph.picture, self._fed_shape, wanted)

    @cached_property
    def _scores(self) -> Session:
        n = "pictures" if self.open_batch else 1
        shape = (n, *self._fed_shape[1:])
        return Session(self.graph.opened.model, self.graph.picture, shape, [self.graph.value(self.output)], threads=1)

    @property
    def open_batch(self) -> bool:
        """Whether the file leaves open how many pictures it reads at a time."""
        return declared(self.graph.opened)[0] == 0

    @cached_property
    def together(self) -> int:
        """How many pictures are computed at a time: 1 where the file reads one, or makes of two pictures together
        anything else than of each alone.
        """
        if not self.open_batch:
            return 1
        two = np.random.default_rng(0).random((2, *self.shape), np.float32)
        alone = np.concatenate([self._scored(two[:1]), self._scored(two[1:])])
        try:
            both = self._scored(two)
        except InputError:  # of the runtime: sizes within the graph are for one picture
            return 1
        close = both.shape == alone.shape and np.allclose(both, alone, 1e-3, 1e-5, equal_nan=True)
        numbers = sum(math.prod(shape) for shape in self.graph.shapes.values())
        return max(1, min(MOST_TOGETHER, MOST_NUMBERS // max(1, numbers))) if close else 1

    @cached_property
    def _shown(self) -> list[Op]:
        """The operators that the output is made of, without those within a layer or before the first."""
        graph = self.maps
        _ = self._known
        needed = {graph.value(self.output)}
        for op in reversed(graph.ops):
            if op.output in needed:
                needed.update(graph.value(name) for name in op.inputs if name)
        hidden = self._hidden | self._before | {self._picture}
        return [op for op in graph.ops if op.output in needed and op.output not in hidden]

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of the output for one picture, (1, …)."""
        return self.graph.shapes[self.graph.value(self.output)]

    @property
    def last_operator(self) -> str:
        """The operator that makes the output, but for a rounding of it."""
        makers, name = {op.output: op for op in self.graph.ops}, self.graph.value(self.output)
        while name in makers and makers[name].kind in ("QuantizeLinear", "DequantizeLinear"):
            name = makers[name].inputs[0]
        return makers[name].kind if name in makers else ""

    def is_flat(self, value: str) -> bool:
        """Whether a value of the graph is a row of numbers (1, units)."""
        return len(self.maps.shapes[self.maps.value(value)]) == 2

    def outline(self) -> list[Part]:
        """Return the steps without what they compute; a value that is no step of its own stands for what it is of."""
        graph, found, counted = self.maps, list[Part](), set[str]()
        written = {op.output: op for op in self.graph.ops}
        places = dict.fromkeys((self._picture, graph.picture, *self._before), PICTURE)
        for op in self._shown:
            one = self._known[op.output]
            read = tuple(name for name in (op.inputs if one is None else one.sources) if name in places)
            learned = [name for name in (op.inputs if one is None else one.learned) if name in graph.constants]
            roots = {root for name in learned for root in graph.roots[name]} - counted
            counted |= roots
            sources = tuple(places[name] for name in read)
            sources = tuple(dict.fromkeys(sources)) if one is None or one.layer is None else sources
            parameters = sum(graph.learned[root] for root in roots)
            places[op.output] = len(found)
            layer = None if one is None else one.layer
            label = (one.label if one is not None else "") or attributes_said(written[op.output])
            found.append(Part(op, op.name, label, layer, read, sources, op.shape, parameters))
        return found

    def scores(self, x: Array) -> Array:
        """Return the output (N, …), float32, for `x` (N, C, H, W) as the graph reads it."""
        _ = self._scores  # opened once, before the threads
        size = self.together if len(x) > 1 else 1
        made = map_in_order(self._scored, [x[i : i + size] for i in range(0, len(x), size)])
        return np.concatenate(list(made)).astype(np.float32)

    def _scored(self, x: Array) -> Array:
        with hinting(self.guessed):
            made = self._scores.run(self._fed(x))[self.graph.value(self.output)]
        return made if len(x) > 1 else _of_one(made)

    def steps(self, x: Array) -> tuple[list[Step], Array]:
        """Return the steps for `x` (N, C, H, W) as the graph reads it, and the scaled pictures that they begin with."""
        with hinting(self.guessed):
            runs = [self._session.run(self._fed(one[None])) for one in x]
        if self._picture == self.graph.picture:
            scaled = x.astype(np.float32).reshape(len(x), *self.shape)
        else:
            scaled = np.concatenate([run[self._picture] for run in runs]).astype(np.float32)
            scaled = scaled[:, ::-1] if self.bgr else scaled
        steps: list[Step] = []
        moved: list[int] = []  # where each part's step stands, since one part may be two steps
        for part in self.outline():
            op, layer, one = part.op, part.layer, self._known[part.op.output]
            sources = tuple(PICTURE if s == PICTURE else moved[s] for s in part.sources)
            axes = self.maps.axes.get(op.output, "")
            made = [as_maps(run[op.output], axes) if axes else run[op.output] for run in runs]
            output = np.concatenate([_of_one(value) for value in made])
            tensors = {} if one is None else dict(one.tensors)
            if self.bgr and PICTURE in sources:
                layer = layer if isinstance(layer, Conv) and layer.groups == 1 else None
                tensors = {**tensors, "weight": tensors["weight"][:, ::-1]} if layer else {}
            label, count, rounded = part.label, part.parameters, 0.0 if one is None else one.rounded
            on_maps = any(not self.is_flat(name) for name in part.inputs) and not isinstance(layer, Flatten)
            if layer is not None and on_maps and output.ndim == 2:
                steps.append(Step(op.name, label, sources, output[:, :, None, None], layer, tensors, count))
                sources, layer, tensors, count, label = (len(steps) - 1,), Flatten(), {}, 0, "Flatten"
            moved.append(len(steps))
            steps.append(Step(op.name, label, sources, output, layer, tensors, count, rounded))
        return steps, scaled

    def _fed(self, pictures: Array) -> Array:
        from onnx import helper

        dtype = helper.tensor_dtype_to_np_dtype(self._type)
        pictures = pictures[:, ::-1] if self.bgr else pictures
        pictures = pictures.transpose(0, 2, 3, 1) if self.channels_last else pictures
        return np.ascontiguousarray(pictures.reshape(-1, *self._fed_shape[1:]), dtype)


def open_foreign(
    path: str | os.PathLike[str] | ForeignFile,
    shape: Sequence[int] | None = None,
    output: str | int | None = None,
    bgr: bool = False,
) -> Foreign:
    """Open a file, read already or not, for pictures of `shape` (C, H, W), which counts where the file leaves its sizes
    open. `output` names which of several outputs is looked at; the first, if it is left out.

    Raises InputError for a file that is refused (bounds, external data, operators of other domains, control flow).
    """
    read = path if isinstance(path, ForeignFile) else foreign_file(path)
    file = read.path
    try:
        opened = open_model(read.data)
        return Foreign(file, opened, facts(file, opened.metadata), shape, output, bgr)
    except InputError as error:
        error.where = f"{file}: {error.where}" if error.where else str(file)
        raise


def _of_one(value: Array) -> Array:
    """Return what was made of one picture as (1, …), also where its first axis counts something else; of more than
    three axes besides, those in the middle as one, as a page shows maps.
    """
    value = value if value.ndim and len(value) == 1 else value[None]
    return value if value.ndim <= 4 else value.reshape(1, value.shape[1], -1, value.shape[-1])


def output_named(names: Sequence[str], wanted: str | int | None) -> str:
    """Return which of several outputs is meant: by its name, or counted from 0; the first where nothing is said."""
    found = 0 if wanted is None else wanted
    if isinstance(found, str) and found not in names and found.isdecimal():
        found = int(found)
    if isinstance(found, int):
        found = names[found] if 0 <= found < len(names) else str(found)
    if found not in names:
        raise InputError("foreign.output", got=wanted, expected=", ".join(names[:8]))
    return found
