"""A foreign graph with its input's shape fixed: what doesn't depend on the picture computed, the rest with its shapes.

Every shape is inferred, node by node with the numbers that shapes are made of, and priced before anything of its size
is allocated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, phrase
from .opening import MOST_RANK, Opened
from .running import compute
from .step import Array

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto, TypeProto

MOST_NUMBERS = 250_000_000  # in all that is computed of one picture: 1 GB, as of a torch module (a ViT-B: 590 MB)
MOST_CONSTANTS = 300_000_000  # in all weights and what is computed of them
MOST_COST = 10**12  # multiply-adds for one picture: half a minute of one core
SMALL = 4096  # numbers of a constant that shapes may be made of
SAME = {"Identity", "Dropout"}  # hand their input on
SAME_OF_ONE = {"Concat", "Sum", "Mean", "Max", "Min"}  # likewise, where they read nothing else
SHAPED_AS_READ = {"GroupNormalization"}  # whose schema of opset 18, taken back later, onnx infers nothing by
FRESH = {"Constant", "ConstantOfShape", "DequantizeLinear"}  # whose results are learned, not what they are made of
RESHAPES = {"Reshape", "Unsqueeze", "Squeeze", "Flatten"}


@dataclass(frozen=True, eq=False)
class Op:
    """A node that depends on the picture; one for each of its outputs that is used."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    output: str
    shape: tuple[int, ...]
    attributes: dict[str, Any]
    beside: tuple[str, ...] = ()  # all that its node makes, where that is several


@dataclass(eq=False)
class Graph:
    """What computes `outputs` from `picture`; `constants` by name, and which learned tensors each is made of."""

    opened: Opened
    picture: str
    shapes: dict[str, tuple[int, ...]]
    ops: list[Op] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)
    roots: dict[str, frozenset[str]] = field(default_factory=dict)
    learned: dict[str, int] = field(default_factory=dict)  # numbers of each learned tensor
    same: dict[str, str] = field(default_factory=dict)  # values that are others: of Identity and Dropout
    cost: int = 0
    axes: dict[str, str] = field(default_factory=dict)  # what those of each value are, once laid as maps (laying.py)
    apart: set[str] = field(default_factory=set)  # values of operators that are none on maps

    def value(self, name: str) -> str:
        """Return the name of what `name` is the same as."""
        while name in self.same:
            name = self.same[name]
        return name


def fold(opened: Opened, shape: tuple[int, ...]) -> Graph:
    """Return the graph for an input of `shape`; raises InputError where a shape cannot be known or is too large."""
    return _Folding(opened, shape).run()


class _Folding:
    def __init__(self, opened: Opened, shape: tuple[int, ...]) -> None:
        self.opened = opened
        self.graph = Graph(opened, opened.picture.name, {opened.picture.name: shape})
        self.types: dict[str, int] = {opened.picture.name: opened.picture.type.tensor_type.elem_type}
        self.numbers = self.held = 0

    def run(self) -> Graph:
        from onnx import numpy_helper

        for name, tensor in self.opened.tensors.items():
            self._constant(name, numpy_helper.to_array(tensor), None)
        known = {self.opened.picture.name, *self.opened.tensors, ""}
        for node in self.opened.model.graph.node:
            if not known.issuperset(node.input) or any(name in known for name in node.output if name):
                raise InputError("foreign.node", where=_called(node))
            known.update(node.output)
            self._add(node)
        return self.graph

    def _add(self, node: NodeProto) -> None:
        graph = self.graph
        inputs = [graph.value(name) for name in node.input]
        hands_on = node.op_type in SAME or (node.op_type in SAME_OF_ONE and len(inputs) == 1)
        if hands_on and inputs and inputs[0] and node.output[0]:
            graph.same[node.output[0]] = inputs[0]
            return
        outputs = self._infer(node, inputs)
        held = [name for name in inputs if name]
        if node.op_type == "Shape" and inputs[0] in graph.shapes:
            self._constant(node.output[0], _shape_of(node, graph.shapes[inputs[0]]), frozenset())
        elif all(name in graph.constants for name in held):
            self._compute(node, inputs, outputs)
        else:
            attributes = {one.name: _attribute(one) for one in node.attribute}
            for i, (name, (kind, shape)) in enumerate(outputs.items()):
                graph.shapes[name], self.types[name] = shape, kind
                self.numbers += math.prod(shape)
                title = node.name or (name if not name.isdecimal() else f"{node.op_type}_{name}")
                graph.ops.append(
                    Op(
                        node.op_type,
                        f"{title}.{i}" if i and node.name else title,
                        tuple(inputs),
                        name,
                        shape,
                        attributes,
                        tuple(node.output) if len(node.output) > 1 else (),
                    )
                )
            self._pay(node, inputs, outputs)

    def _infer(self, node: NodeProto, inputs: list[str]) -> dict[str, tuple[int, tuple[int, ...]]]:
        """Return the element type and shape of each output; raises InputError where one cannot be known."""
        import onnx
        from onnx import numpy_helper, shape_inference

        types: dict[str, TypeProto] = {}
        data: dict[str, TensorProto] = {}
        for name, own in zip(inputs, node.input, strict=True):
            if not name:
                continue
            constant = self.graph.constants.get(name)
            shape = self.graph.shapes[name] if constant is None else constant.shape
            kind = self.types[name]
            types[own] = onnx.helper.make_tensor_type_proto(kind, shape)
            if constant is not None and constant.size <= SMALL:
                data[own] = numpy_helper.from_array(np.array(constant, order="C"))
        if node.op_type in SHAPED_AS_READ:
            return {node.output[0]: (self.types[inputs[0]], self._shape(inputs[0]))}
        try:
            schema = onnx.defs.get_schema(node.op_type, self.opened.opset, "")
            opset = onnx.helper.make_opsetid("", self.opened.opset)
            made = shape_inference.infer_node_outputs(schema, node, types, data, opset_imports=[opset])
        except Exception as error:  # of the library, whose classes have no base in common
            raise InputError("foreign.shapes", where=_called(node), got=str(error).strip().split("\n")[0]) from error
        found: dict[str, tuple[int, tuple[int, ...]]] = {}
        for name in node.output:
            if not name:
                continue
            tensor = made[name].tensor_type if name in made else None
            if (
                tensor is None
                or not tensor.HasField("shape")
                or not all(d.HasField("dim_value") for d in tensor.shape.dim)
            ):
                if found:  # such as the mask of a dropout, the indices of a pooling
                    continue
                raise InputError("foreign.shapes", where=_called(node))
            shape = tuple(d.dim_value for d in tensor.shape.dim)
            if len(shape) > MOST_RANK or any(n < 0 for n in shape) or math.prod(shape) > MOST_CONSTANTS:
                raise InputError("foreign.value", where=_called(node), got="×".join(map(str, shape)))
            found[name] = tensor.elem_type, shape
        return found

    def _pay(self, node: NodeProto, inputs: list[str], outputs: dict[str, tuple[int, tuple[int, ...]]]) -> None:
        """Add what a node costs for one picture; raises InputError beyond the bounds."""
        sizes = [self._size(name) for name in inputs if name]
        made = max((math.prod(shape) for _, shape in outputs.values()), default=0)
        self.graph.cost += sum(sizes) + made * self._depth(node, inputs)
        if self.numbers > MOST_NUMBERS or self.graph.cost > MOST_COST:
            key, most = (
                ("foreign.numbers", MOST_NUMBERS) if self.numbers > MOST_NUMBERS else ("foreign.cost", MOST_COST)
            )
            raise InputError(key, where=_called(node), expected=phrase("value.most", n=f"{most:,}"))

    def _depth(self, node: NodeProto, inputs: list[str]) -> int:
        """Return how many products each number of a node's output takes, at most."""
        window = next((tuple(a.ints) for a in node.attribute if a.name == "kernel_shape"), ())
        shapes = [self._shape(name) for name in inputs if name]
        if node.op_type == "Conv" and len(shapes) > 1:
            return math.prod(shapes[1][1:])
        if node.op_type in ("MatMul", "Gemm"):
            return max(shapes[0] or (1,))
        if node.op_type in (
            "ConvTranspose",
            "Einsum",
            "ConvInteger",
            "QLinearConv",
            "LSTM",
            "GRU",
            "RNN",
            "GridSample",
        ):
            return max(math.prod(shape) for shape in shapes[1:] or shapes)
        return math.prod(abs(n) for n in window) or 1

    def _shape(self, name: str) -> tuple[int, ...]:
        return self.graph.constants[name].shape if name in self.graph.constants else self.graph.shapes[name]

    def _size(self, name: str) -> int:
        return math.prod(self._shape(name))

    def _compute(self, node: NodeProto, inputs: list[str], outputs: dict[str, tuple[int, tuple[int, ...]]]) -> None:
        """Compute what depends on nothing but constants."""
        graph = self.graph
        for _, shape in outputs.values():
            self._hold(math.prod(shape), node)
        shape = next(iter(outputs.values()))[1]
        made: list[Array]
        if node.op_type == "ConstantOfShape":  # weights that are all the same: one number
            value = next((_attribute(a) for a in node.attribute), np.zeros(1, np.float32))
            made = [np.broadcast_to(value.reshape(()), shape)]
        elif node.op_type in RESHAPES:
            made = [graph.constants[inputs[0]].reshape(shape)]
        elif node.op_type == "Constant":
            made = [_constant_of(node)]
        else:
            feeds = {own: graph.constants[name] for own, name in zip(node.input, inputs, strict=True) if name}
            made = compute(node, feeds, self.opened.opset, list(outputs))
        roots = frozenset().union(*(graph.roots[name] for name in inputs if name))
        for name, value in zip(outputs, made, strict=True):
            own = None if node.op_type in FRESH else roots
            self._constant(name, np.asarray(value), own)

    def _hold(self, count: int, node: NodeProto) -> None:
        self.held += count
        if self.held > MOST_CONSTANTS:
            most = phrase("value.most", n=f"{MOST_CONSTANTS:,}")
            raise InputError("foreign.constants", where=_called(node), expected=most)

    def _constant(self, name: str, value: Array, roots: frozenset[str] | None) -> None:
        """Add a constant; without `roots` it is learned itself if it holds numbers with a fraction, more than one."""
        from onnx import helper

        graph = self.graph
        graph.constants[name] = value
        self.types[name] = helper.np_dtype_to_tensor_dtype(value.dtype)
        if roots is None:
            floats = value.dtype.kind == "f" and value.ndim > 0
            roots = frozenset({name}) if floats else frozenset()
            if floats:
                graph.learned[name] = value.size
        graph.roots[name] = roots


def _called(node: NodeProto) -> str:
    return f"{node.op_type} {node.name or next(iter(node.output), '')}"


def _shape_of(node: NodeProto, shape: tuple[int, ...]) -> Array:
    given = {one.name: one.i for one in node.attribute}
    return np.array(shape[given.get("start", 0) : given.get("end", len(shape))], np.int64)


def _constant_of(node: NodeProto) -> Array:
    (attribute,) = node.attribute
    value = _attribute(attribute)
    kind = {"value_int": np.int64, "value_ints": np.int64, "value_float": np.float32, "value_floats": np.float32}
    return np.asarray(value, kind.get(attribute.name))


def _attribute(attribute: Any) -> Any:
    from onnx import helper, numpy_helper

    value = helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if attribute.HasField("t"):
        return numpy_helper.to_array(attribute.t)
    return tuple(value) if isinstance(value, (list, tuple)) or hasattr(value, "extend") else value
