"""A foreign graph with every value laid as maps: what its axes are is followed from the picture on, and operators say
what they do to maps (N, C, H, W) whatever order their own axes have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .axes import GUESSED, PLAIN, as_maps, axis_of, column, maps_shape, order, row, same_maps, turned
from .graph import Graph, Op

ONE_AXIS = 13  # the opset from which on a softmax is along one axis; before, over all from its axis on
MOST_TURNS = 64  # values whose axes may turn out to be others than was guessed
RESHAPES = ("Reshape", "Flatten", "Squeeze", "Unsqueeze")
JOINS = ("Add", "Sub", "Mul", "Div", "Sum", "Max", "Min", "Pow", "PRelu", "Where")
SAME = ""  # instead of axes: the maps are those that were read
WINDOWS = ("Conv", "ConvTranspose", "MaxPool", "AveragePool", "BatchNormalization", "InstanceNormalization")


class _Turn(Exception):
    """A value's axes are not as they were guessed."""

    def __init__(self, name: str, axes: str) -> None:
        super().__init__(name)
        self.name, self.axes = name, axes


def laid(graph: Graph, picture: str) -> Graph:
    """Return the same graph as maps, where `picture` says what the picture's axes are. `axes` has what those of every
    value are in the file; `apart` the operators that are none on maps, which no reader must take for one.
    """
    known: dict[str, str] = {}
    while True:
        try:
            return _Laying(graph, picture, known).run()
        except _Turn as turn:
            if len(known) == MOST_TURNS or turn.name in known:
                return graph
            known[turn.name] = turn.axes


class _Laying:
    def __init__(self, graph: Graph, picture: str, known: Mapping[str, str]) -> None:
        self.given, self.known = graph, known
        shape = graph.shapes[graph.picture]
        self.made = replace(
            graph,
            shapes={graph.picture: maps_shape(shape, picture)},
            ops=[],
            constants=dict(graph.constants),
            roots=dict(graph.roots),
            same=dict(graph.same),
            axes={graph.picture: picture},
            apart=set(),
        )
        self.guessed = set[str]()

    def run(self) -> Graph:
        for op in self.given.ops:
            self._lay(op)
        return self.made

    def _lay(self, op: Op) -> None:
        rule = _RULES.get(op.kind, _Laying._other)
        if op.kind in RESHAPES:
            rule = _Laying._reshaped
        found = rule(self, op)
        if found == SAME:
            return
        if isinstance(found, str):  # the axes, the operator being the same of maps
            found = op, found
        if found is None:
            self._guess(op)
        elif isinstance(found, tuple):
            self._add(found[0], found[1], op)

    def _add(self, made: Op, axes: str, op: Op) -> None:
        axes = self.known.get(op.output, axes)
        self.made.axes[op.output] = axes
        shape = maps_shape(op.shape, axes)
        self.made.shapes[op.output] = shape
        self.made.ops.append(replace(made, shape=shape, inputs=tuple(self.made.value(name) for name in made.inputs)))

    def _guess(self, op: Op) -> None:
        """Add an operator whose result's axes nothing says; it is apart where it reads what does not stand as maps."""
        read = [name for name in op.inputs if name in self.made.shapes or name in self.made.same]
        axes = self.known.get(op.output, GUESSED.get(len(op.shape), "") if op.shape[:1] == (1,) else "")
        if len(op.shape) == 3 and op.kind in WINDOWS:
            axes = PLAIN[3]
        if not all(self._plain(name) for name in read) or len(axes) == 3:
            self.made.apart.add(op.output)
        self.guessed.add(op.output)
        inputs = tuple(self.made.value(name) for name in op.inputs)
        self.made.shapes[op.output] = maps_shape(op.shape, axes) if axes else op.shape
        self.made.ops.append(replace(op, shape=self.made.shapes[op.output], inputs=inputs))
        if axes:
            self.made.axes[op.output] = axes

    def _plain(self, name: str) -> bool:
        shape = self._shape(name)
        return self.made.axes.get(name, PLAIN.get(len(shape), "") if shape[:1] == (1,) else "") in ("nc", "nchw")

    def _shape(self, name: str) -> tuple[int, ...]:
        return self.given.shapes[name]

    def _axes(self, op: Op, at: int = 0) -> str:
        """Return what the axes of a value that an operator reads are, "" where that is not known, or it is constant."""
        return self.made.axes.get(op.inputs[at], "") if at < len(op.inputs) else ""

    def _is_constant(self, name: str) -> bool:
        return name in self.given.constants

    def _along(self, name: str, axes: str) -> str:
        """Return the name of a constant laid as values with these axes are, as many axes as they have."""
        constant = self.given.constants[name]
        if axes in ("nc", "nchw") or constant.ndim == 0 or constant.ndim > len(axes):
            return name
        own = f"{name} along {axes}"
        whole = constant.reshape((1,) * (len(axes) - constant.ndim) + constant.shape)
        self._constant(own, as_maps(whole, axes), name)
        return own

    def _constant(self, name: str, value: Any, of: str) -> None:
        self.made.constants[name] = value
        self.made.roots[name] = self.given.roots.get(of, frozenset())

    # What each operator does to axes: None where that is not known, the axes where it is the same of maps.

    def _other(self, op: Op) -> str | None:
        """One value, number by number."""
        axes, varying = self._axes(op), [name for name in op.inputs if name and not self._is_constant(name)]
        same = len(varying) == 1 and varying[0] == op.inputs[0] and self._shape(op.inputs[0]) == op.shape
        return axes if axes and same and op.kind in UNARY else None

    def _joined(self, op: Op) -> tuple[Op, str] | None:
        varying = [name for name in op.inputs if name and not self._is_constant(name)]
        whole = [name for name in varying if self._shape(name) == op.shape and name in self.made.axes]
        sure = [name for name in whole if name not in self.guessed]
        if not whole:
            return None
        axes = self.made.axes[(sure or whole)[0]]
        for name in varying:
            own = self.made.axes.get(name, "")
            if len(self._shape(name)) == len(axes) and own != axes:
                if name not in self.guessed:
                    return None
                raise _Turn(name, axes)
        if axes not in ("nc", "nchw") and any(len(self._shape(name)) != len(axes) for name in varying):
            return None
        inputs = tuple(self._along(n, axes) if n and self._is_constant(n) else n for n in op.inputs)
        return replace(op, inputs=inputs), axes

    def _turned(self, op: Op) -> str | None:
        axes = self._axes(op)
        perm = op.attributes.get("perm", tuple(reversed(range(len(op.shape)))))
        if not axes:
            return None
        after = turned(axes, perm)
        if not same_maps(axes, after) or op.output in self.known:
            return None
        return self._same(op, after)

    def _same(self, op: Op, axes: str) -> str:
        """Take what an operator makes for what it reads: maps are not changed by it."""
        self.made.axes[op.output] = axes
        self.made.same[op.output] = op.inputs[0]
        return SAME

    def _reshaped(self, op: Op) -> str | tuple[Op, str] | None:
        axes, before = self._axes(op), self._shape(op.inputs[0]) if not self._is_constant(op.inputs[0]) else ()
        if not axes:
            return None
        if before == op.shape:
            return self._same(op, axes)
        one = column(before, axes, op.shape)
        if one:
            return replace(op, kind="Tokens", inputs=op.inputs[:1], attributes={}), one
        pixel = {4: "nchw", 3: "ncl"}.get(len(op.shape), "")
        if axes == "nc" and pixel and op.shape == (*before, 1, 1)[: len(op.shape)]:
            return replace(op, kind="Pixels", inputs=op.inputs[:1], attributes={}), pixel
        if axes == "ncl" and op.shape == (*before, 1):
            return self._same(op, "nchw")
        if self._in_groups(op, axes, before):
            return op, "ncl"
        flat = row(before, axes, op.shape)
        return (replace(op, kind="Flatten", inputs=op.inputs[:1], attributes={}), "nc") if flat else None

    def _in_groups(self, op: Op, axes: str, before: tuple[int, ...]) -> bool:
        """Whether maps are laid behind one another in groups, each of which is then normalised as one map."""
        reading = {one.kind for one in self.given.ops if op.output in one.inputs}
        apart = axes == "nchw" and len(op.shape) == 3 and op.shape[0] == before[0] and before[1] % op.shape[1] == 0
        return apart and reading == {"InstanceNormalization"}

    def _stretched(self, op: Op) -> tuple[Op, str] | str | None:
        """Numbers that are stretched only to be joined with others, which stretches them as well."""
        axes, reading = self._axes(op), [one for one in self.given.ops if op.output in one.inputs]
        joins = all(one.kind in JOINS and one.shape == op.shape for one in reading)
        stretched = axes in ("nc", "nchw") and len(axes) == len(op.shape) and reading and joins
        others = all(any(self._is_whole(name, op) for name in one.inputs) for one in reading)
        return self._same(op, axes) if stretched and others else None

    def _is_whole(self, name: str, op: Op) -> bool:
        return name != op.output and not self._is_constant(name) and self._shape(name) == op.shape

    def _multiplied(self, op: Op) -> tuple[Op, str] | None:
        axes, weight = self._axes(op), self.given.constants.get(op.inputs[1])
        if len(axes) < 3 or axes[-1] != "c" or weight is None or weight.ndim != 2:
            return None
        own = f"{op.inputs[1]} as filters"
        self._constant(own, weight.T[:, :, None, None], op.inputs[1])
        return replace(op, kind="Conv", inputs=(op.inputs[0], own), attributes={}), axes

    def _normalised(self, op: Op) -> tuple[Op, str] | None:
        axes, rank = self._axes(op), len(op.shape)
        last = op.attributes.get("axis", -1) % rank == rank - 1
        if not axes or not last or axes[-1] != "c":
            return None
        return replace(op, attributes={**op.attributes, "axis": 1}), axes

    def _shared(self, op: Op) -> tuple[Op, str] | None:
        axes, rank = self._axes(op), len(op.shape)
        single = self.given.opened.opset >= ONE_AXIS
        axis = op.attributes.get("axis", -1 if single else 1) % rank
        if not axes or len(axis_of(axes, axis)) > 1:
            return None
        if axes in ("nc", "nchw"):
            return op, axes
        if not single and axis != rank - 1:
            return None
        return replace(op, attributes={**op.attributes, "axis": axis_of(axes, axis)[0]}), axes

    def _reduced(self, op: Op) -> tuple[Op, str] | None:
        axes = self._axes(op)
        given = op.attributes.get("axes")
        if given is None and len(op.inputs) > 1 and op.inputs[1] in self.given.constants:
            given = tuple(self.given.constants[op.inputs[1]].reshape(-1).tolist())
        if not axes or not given:
            return None
        over = {axis % len(axes) for axis in given}
        keeps = op.attributes.get("keepdims", 1)
        left = axes if keeps else "".join(a for i, a in enumerate(axes) if i not in over)
        if 0 in {order(axes).index(i) for i in over} or (left not in PLAIN.values() and not keeps):
            return None
        maps = tuple(sorted({at for axis in over for at in axis_of(axes, axis)}))
        return replace(op, inputs=op.inputs[:1], attributes={**op.attributes, "axes": maps}), left

    def _concatenated(self, op: Op) -> tuple[Op, str] | None:
        varying = [name for name in op.inputs if not self._is_constant(name)]
        known = [name for name in varying if name in self.made.axes]
        sure = [name for name in known if name not in self.guessed] or known
        if not sure:
            return None
        axes = self.made.axes[sure[0]]
        for name in varying:
            if self.made.axes.get(name) != axes:
                if name not in self.guessed or len(self._shape(name)) != len(axes):
                    return None
                raise _Turn(name, axes)
        at = axis_of(axes, op.attributes["axis"])[0]
        inputs = tuple(self._along(n, axes) if self._is_constant(n) else n for n in op.inputs)
        return replace(op, inputs=inputs, attributes={"axis": at}), axes

    def _sliced(self, op: Op) -> tuple[Op, str] | None:
        axes = self._axes(op)
        given: list[Any] = [op.attributes.get(name) for name in ("starts", "ends", "axes")]
        for i, name in enumerate(op.inputs[1:4]):
            given[i] = self.given.constants[name].reshape(-1).tolist() if name in self.given.constants else given[i]
        starts, ends, along = given
        steps = self.given.constants.get(op.inputs[4]) if len(op.inputs) > 4 else None
        if not axes or starts is None or ends is None or (steps is not None and set(steps.reshape(-1).tolist()) != {1}):
            return None
        over = [axis_of(axes, axis)[0] for axis in (range(len(starts)) if along is None else along)]
        attributes = {"starts": tuple(starts), "ends": tuple(ends), "axes": tuple(over)}
        return replace(op, inputs=op.inputs[:1], attributes=attributes), axes

    def _picked(self, op: Op) -> tuple[Op, str] | None:
        """One place of places in one row, whose axis is gone: a slice of one, and a row of numbers."""
        axes, index = self._axes(op), self.given.constants.get(op.inputs[1])
        axis = op.attributes.get("axis", 0)
        if len(axes) != 3 or index is None or index.size != 1 or axes[axis % 3] != "l":
            return None
        left = axes.replace("l", "") if index.ndim == 0 else axes
        if left not in ("nc", axes):
            return None
        at = int(index.reshape(())) % self._shape(op.inputs[0])[axis % 3]
        attributes = {"starts": (at,), "ends": (at + 1,), "axes": (2,)}
        return replace(op, kind="Slice", inputs=op.inputs[:1], attributes=attributes), left

    def _split(self, op: Op) -> tuple[Op, str] | None:
        axes = self._axes(op)
        if not axes:
            return None
        at = axis_of(axes, op.attributes.get("axis", 0))[0]
        return replace(op, inputs=op.inputs[:1], attributes={**op.attributes, "axis": at}), axes


UNARY = {
    *("Relu", "LeakyRelu", "Sigmoid", "Tanh", "Clip", "Elu", "Selu", "Celu", "HardSigmoid", "HardSwish", "Exp", "Log"),
    *("Sqrt", "Abs", "Neg", "Reciprocal", "Floor", "Ceil", "Round", "Sign", "Erf", "Softplus", "Softsign", "Mish"),
    *("Gelu", "Cast", "QuantizeLinear", "DequantizeLinear", "Identity", "Dropout"),
}
_RULES: dict[str, Callable[[_Laying, Op], Any]] = {
    **dict.fromkeys(JOINS, _Laying._joined),
    "Transpose": _Laying._turned,
    "MatMul": _Laying._multiplied,
    "LayerNormalization": _Laying._normalised,
    **dict.fromkeys(("Softmax", "LogSoftmax"), _Laying._shared),
    **dict.fromkeys(("ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum"), _Laying._reduced),
    "Concat": _Laying._concatenated,
    "Slice": _Laying._sliced,
    "Gather": _Laying._picked,
    "Split": _Laying._split,
    "Expand": _Laying._stretched,
}
