"""A foreign network as the table of `describe`: its layers, their sizes, parameters, MACs and receptive fields."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ConvscopeError, Phrase, phrase, printable
from ..formula import Layer, ReceptiveField
from ..formula.description import table
from ..formula.geometry import Pair, Shape, times
from ..formula.kinds.base import Given
from .endings import ending_of
from .reading import Foreign
from .step import PICTURE

WHOLE = {"ConvInteger", "MatMulInteger", "QLinearConv", "QLinearMatMul"}  # operators that compute in whole numbers


@dataclass(frozen=True)
class Row:
    """One layer: its shapes are (C, H, W); `field` is None where what it sees is not known, `how` "" likewise."""

    name: str
    text: str
    output: tuple[int, ...]
    parameters: int
    macs: int | None
    sources: tuple[int, ...]
    field: ReceptiveField | None
    size_how: str = ""
    parameters_how: str = ""


@dataclass(frozen=True)
class LayerTable:
    """What a network that convscope did not build holds, layer by layer. `str()` is the table; `to_json()` its numbers.

    `title`: the file's or the class's name; `shape` (C, H, W) is what it reads, `output` what it makes of one picture.
    """

    title: str
    shape: Shape
    output: tuple[int, ...]
    rows: tuple[Row, ...]

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @property
    def macs(self) -> int:
        """Of the layers that are known: boxes count for nothing."""
        return sum(row.macs or 0 for row in self.rows)

    @property
    def boxes(self) -> int:
        return sum(row.macs is None for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Return title, input [C, H, W], output, layers, and the totals of parameters and MACs."""
        return {
            "title": self.title,
            "input": list(self.shape),
            "output": list(self.output),
            "layers": [
                {
                    "name": row.name,
                    "layer": row.text,
                    "known": row.macs is not None,
                    "reads": ["picture" if s == PICTURE else self.rows[s].name for s in row.sources],
                    "output": list(row.output),
                    "parameters": row.parameters,
                    "macs": row.macs,
                    "receptive_field": row.field
                    and {"size": list(row.field.size), "jump": list(row.field.jump), "start": list(row.field.start)},
                    "size_how": row.size_how,
                    "parameters_how": row.parameters_how,
                }
                for row in self.rows
            ],
            "parameters": self.parameters,
            "macs": self.macs,
        }

    def __str__(self) -> str:
        head = ("", "layer", "output", "parameters", "MACs", "sees", "jump", "start")
        rows = [_cells(row, i) for i, row in enumerate(self.rows)]
        total = ("", "total", "", f"{self.parameters:,}", f"{self.macs:,}", "", "", "")
        output = "×".join(map(str, self.output[1:]))
        lines = [printable(self.title), f"input {times(self.shape)}, output {output}", ""]
        lines += table([head, *rows, total], right={3, 4, 5, 6, 7}, rules={1, len(rows) + 1})
        sums = [(printable(r.name), r.size_how, r.parameters_how) for r in self.rows if r.parameters_how or _telling(r)]
        if sums:
            lines += ["", "how the sizes and the parameters come about: O = floor((I − K + 2P)/S) + 1"]
            lines += table(sums, right=set(), rules=set())
        if self.boxes:
            lines += ["", f"{self.boxes} of {len(self.rows)} are no layers of the formula: their MACs are not counted"]
        return "\n".join(lines)


@dataclass(frozen=True)
class ForeignDescription(LayerTable):
    """What an ONNX file holds, layer by layer."""

    file: Foreign

    def to_json(self) -> dict[str, Any]:
        """Return the same with the path in place of the title; `guessed`: whether rows and columns of `input` are."""
        made = super().to_json()
        del made["title"]
        return {"path": str(self.file.path), **made, "guessed": self.file.guessed}

    @property
    def guess(self) -> tuple[Phrase, ...]:
        """That the rows and columns counted with are a guess, where nothing says them."""
        return (phrase("describe.size.guess", size=times(self.shape[1:])),) if self.file.guessed else ()

    def __str__(self) -> str:
        return "\n\n".join([super().__str__(), *map(str, self.guess)])


def describe_foreign(file: Foreign) -> ForeignDescription:
    """Return the table of a file; nothing of it is computed but the shapes."""
    parts = file.outline()
    last = parts[-1] if parts else None
    ends = (
        last is not None
        and last.op.output == file.graph.value(file.output)
        and ending_of(last.label, last.shape) != "logits"
    )
    flats = [len(part.shape) == 2 for part in parts]
    told = [(part.name, part.label, part.layer, part.shape, part.sources, part.parameters) for part in parts]
    rows = rows_of(told, file.shape, flats, ends)
    return ForeignDescription(file.path.name, file.shape, file.output_shape, rows, file)


Told = tuple[str, str, Layer | None, tuple[int, ...], tuple[int, ...], int]


def rows_of(told: Sequence[Told], picture: Shape, flats: Sequence[bool], ends: bool) -> tuple[Row, ...]:
    """Return a row for each step: its name, label, layer, what it makes (1, …), sources and parameters.

    `flats` says which make rows of numbers, `ends` that the last makes probabilities of scores.
    """
    rows: list[Row] = []
    reaches: list[tuple[ReceptiveField, Pair] | None] = []
    whole = ReceptiveField((1, 1), (1, 1), (0, 0)), picture[1:]
    for i, (name, label, layer, made, sources, parameters) in enumerate(told):
        shapes = tuple(picture if s == PICTURE else rows[s].output for s in sources)
        befores = [whole if s == PICTURE else reaches[s] for s in sources]
        row, reach = None, None
        tokens = len(made) == 3 or any(s != PICTURE and len(told[s][3]) == 3 for s in sources)
        if layer is not None and sources and not tokens:
            flat = sources[0] != PICTURE and flats[sources[0]]
            row, reach = _known(name, layer, made, sources, parameters, shapes, flat, befores)
        output = _shape(made)
        last = ends and i == len(told) - 1
        macs = 0 if last and output[1:] == (1, 1) else None  # a softmax, its logarithm or sigmoids: no box
        rows.append(row or Row(name, label, output, parameters, macs, sources, None))
        reaches.append(reach)
    return tuple(rows)


def facts_of(description: ForeignDescription) -> dict[str, Any]:
    """Return what a file holds, by name, as JSON takes it."""
    file = description.file
    opened = file.graph.opened
    model = opened.model
    kinds = Counter(node.op_type for node in model.graph.node)
    whole = sorted(WHOLE & kinds.keys())
    uncounted = ["MACs of what is not in the formula"] * (description.boxes > 0)
    uncounted += [f"whole-number weights of {', '.join(whole)}"] if whole else []
    return {
        "model": str(file.path),
        "written by": f"{model.producer_name} {model.producer_version}".strip(),
        "opset": opened.opset,
        "input": f"{opened.picture.name} {times(file.shape)}",
        "rows and columns": " ".join(map(str, file.guess)),
        "outputs": [
            f"{value} {'×'.join(map(str, file.graph.shapes.get(file.graph.value(value), ())))}"
            for value in file.outputs
        ],
        "layers": len(description.rows),
        "not in the formula": sorted({row.text.partition("(")[0] for row in description.rows if row.macs is None}),
        "parameters": description.parameters,
        "MACs": description.macs,
        "not counted": uncounted,
        "quantised": file.quantised or bool(whole),
        "operators": dict(kinds.most_common()),
        "metadata": file.metadata,
        "size": file.path.stat().st_size,
        "digest": "none: whether the file is whole is not known",
    }


def _known(
    name: str,
    layer: Layer,
    made: tuple[int, ...],
    sources: tuple[int, ...],
    parameters: int,
    shapes: Sequence[Any],
    flat: bool,
    befores: Sequence[Any],
) -> tuple[Row | None, tuple[ReceptiveField, Pair] | None]:
    try:
        sizes = layer.sizes(Given(tuple(shapes), flat, 1))
    except ConvscopeError:
        return None, None
    if sizes.output != _shape(made):
        return None, None
    learned = sum(math.prod(shape) for _, shape in layer.weights(shapes[0], sizes.output))
    how = layer.parameters_how(shapes[0], sizes.output) if learned == parameters else ""
    reach = None
    if all(before is not None for before in befores):
        reach = layer.reach(list(befores), sizes.output, sizes.flat)
    macs = layer.macs(shapes[0], sizes.output)
    field = None if reach is None else reach[0]
    row = Row(name, str(layer), sizes.output, parameters, macs, sources, field, sizes.how, how)
    return row, reach


def _shape(shape: tuple[int, ...]) -> Shape:
    """Return (C, H, W) of a value (1, …); of rows (units, 1, 1)."""
    if len(shape) == 3:
        return 1, shape[1], shape[2]
    c, h, w = (*shape[1:], 1, 1, 1)[:3]
    return c, h, w


def _telling(row: Row) -> bool:
    return row.size_how not in ("", "as before")


def _cells(row: Row, index: int) -> tuple[str, ...]:
    text = row.text
    if row.sources != (index - 1,):
        text += f" of {', '.join('picture' if s == PICTURE else f'{s + 1}' for s in row.sources)}"
    macs = "" if row.macs is None else f"{row.macs:,}"
    field = (
        ("", "", "") if row.field is None else (times(row.field.size), *map(_two, (row.field.jump, row.field.start)))
    )
    return (
        f"{index + 1} {printable(row.name)}",
        printable(text),
        times(row.output),
        f"{row.parameters:,}",
        macs,
        *field,
    )


def _two(pair: Pair) -> str:
    a, b = (str(n).replace("-", "−") for n in pair)
    return a if a == b else f"{a}, {b}"
