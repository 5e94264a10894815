"""From a plan to its numbers, layer by layer: sizes, what a stride drops, parameters, MACs, receptive field.

`trace` writes a plan out as a Network: a flat list of nodes in the order they are computed, each naming the node it
reads. Every back end (torch, ONNX, the page) walks this list, so they cannot differ in what a formula means.

    >>> network = trace(parse("conv(16, 5) + relu + fc"))
    >>> network.nodes[0].size_how, network.nodes[0].parameters_how
    ('floor((28 − 5 + 2×0)/1) + 1 = 24', '16 × (1×5×5 + 1) = 416')
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import PlanError
from . import costs
from .layers import FC, NAMES, AvgPool, Conv, Crop, Flatten, GlobalAvgPool, Layer, MaxPool, pair
from .network import Add, Network, Node, Pair, Shape, Window
from .plan import Plan, Skip, walk
from .receptive_field import ReceptiveField

MAX_PARAMETERS = 500_000_000  # one ONNX file holds 2 GiB
MAX_NUMBERS = 500_000_000  # in one layer's output for one picture


def trace(plan: Plan, input: Shape = (1, 28, 28), classes: int = 10) -> Network:
    """Write `plan` out for pictures of shape `input` (C, H, W). Allocates nothing of the network's size.

    Raises PlanError where a layer does not fit what reaches it, or where the whole is too large to build or keep.
    """
    if len(input) != 3 or not all(isinstance(n, int) and n >= 1 for n in input):
        raise PlanError("the input must be channels, rows and columns of 1 or more", got=input, hint="(1, 28, 28)")
    if classes < 1:
        raise PlanError("there must be one class or more", got=classes)
    if input[0] * input[1] * input[2] > MAX_NUMBERS:
        raise PlanError(
            "the input is too large", got="×".join(map(str, input)), expected=f"at most {MAX_NUMBERS:,} numbers"
        )
    tracer = _Tracer(input, classes, sum(1 for layer in _leaves(plan) if isinstance(layer, FC)))
    tracer.add_plan(plan)
    network = Network(plan, input, classes, tuple(tracer.nodes))
    if network.parameters > MAX_PARAMETERS:
        most = max(network.nodes, key=lambda n: n.parameters)
        raise PlanError(
            "too many parameters",
            got=f"{network.parameters:,} (most in {most.layer}: {most.parameters_how})",
            expected=f"at most {MAX_PARAMETERS:,}",
            hint="pool or stride before the fully connected layer, or use fewer channels",
        )
    return network


class _Tracer:
    """Collects nodes; the last one is what the next layer reads."""

    def __init__(self, input: Shape, classes: int, fcs: int) -> None:
        self.picture, self.classes, self.fcs_left = input, classes, fcs
        self.nodes: list[Node] = []
        self.counts: dict[str, int] = {}
        self.grid: Pair = (1, 1)  # rows and columns of the maps that a flat row of numbers came from

    def add_plan(self, plan: Plan) -> None:
        for layer in walk(plan):
            if isinstance(layer, Skip):
                self.add_skip(layer)
            else:
                assert isinstance(layer, Layer)
                if isinstance(layer, FC) and not self.flat:
                    self.add(Flatten())
                self.add(layer)

    def add_skip(self, skip: Skip) -> None:
        begin, before, flat = len(self.nodes) - 1, self.shape, self.flat
        self.add_plan(skip.body)
        if self.shape != before or self.flat != flat:
            raise PlanError(
                "skip adds its input to its output, so both must have one shape",
                where=str(skip),
                got=f"{_shape(before)} in, {_shape(self.shape)} out",
                hint='pad="same", stride 1 and as many channels out as in keep the shape',
            )
        self.add(Add(), other=begin)

    @property
    def shape(self) -> Shape:
        return self.nodes[-1].output if self.nodes else self.picture

    @property
    def flat(self) -> bool:
        return bool(self.nodes) and self.nodes[-1].flat

    def field(self, index: int) -> ReceptiveField:
        return self.nodes[index].field if index >= 0 else ReceptiveField((1, 1), (1, 1), (0, 0))

    def add(self, layer: Layer, other: int | None = None) -> None:
        kind = NAMES.get(type(layer), "add")
        self.counts[kind] = self.counts.get(kind, 0) + 1
        index = len(self.nodes) - 1
        where = f"layer {len(self.nodes) + 1}, {layer}"
        shape, flat = self.shape, self.flat
        if flat and isinstance(layer, (Conv, MaxPool, AvgPool, GlobalAvgPool, Crop)):
            raise PlanError(
                "needs maps (channels × rows × columns)",
                where=where,
                got=f"{shape[0]} numbers in a row",
                hint="put it before flatten and fc",
            )
        window = _window(layer)
        output, size_how, dropped = _sizes(layer, shape, window, where)
        if isinstance(layer, FC):
            self.fcs_left -= 1
            if layer.units is None and self.fcs_left:
                raise PlanError("only the last fc may go without a number", where=where, hint="fc(128) gives 128 units")
            output = (layer.units or self.classes, 1, 1)
            size_how = f"{output[0]} units"
        if output[0] * output[1] * output[2] > MAX_NUMBERS:
            raise PlanError(
                "the output is too large", where=where, got=_shape(output), expected=f"at most {MAX_NUMBERS:,} numbers"
            )
        if isinstance(layer, Conv) and shape[0] % layer.groups:
            raise PlanError(
                "groups must divide the channels that come in",
                where=where,
                got=f"{layer.groups} groups, {shape[0]} channels",
            )
        weights, buffers = costs.tensors(layer, shape, output)
        parameters, how = costs.parameters(layer, shape, output)
        field = _field(layer, self.field(index), self.grid if flat else shape[1:], window)
        self.grid = (
            shape[1:] if isinstance(layer, Flatten) and not flat else (1, 1) if isinstance(layer, FC) else self.grid
        )
        if other is not None:
            field = field.joined(self.field(other))
        self.nodes.append(
            Node(
                name=f"{kind}{self.counts[kind]}",
                layer=layer,
                source=index,
                other=other,
                input=shape,
                output=output,
                flat=flat or isinstance(layer, (Flatten, FC)),
                window=window,
                weights=weights,
                buffers=buffers,
                parameters=parameters,
                parameters_how=how,
                macs=costs.macs(layer, output, weights),
                size_how=size_how,
                dropped=dropped,
                field=field,
            )
        )


def _leaves(plan: Plan) -> Iterator[Plan]:
    for layer in walk(plan):
        if isinstance(layer, Skip):
            yield from _leaves(layer.body)
        else:
            yield layer


def _window(layer: Layer) -> Window | None:
    if isinstance(layer, Conv):
        kernel, dilation = pair(layer.kernel), pair(layer.dilation)
        if layer.pad == "same":
            pad = (dilation[0] * (kernel[0] - 1) // 2, dilation[1] * (kernel[1] - 1) // 2)
        else:
            pad = pair(layer.pad)
        return Window(kernel, pair(layer.stride), pad, dilation)
    if isinstance(layer, (MaxPool, AvgPool)):
        assert layer.stride is not None
        return Window(pair(layer.kernel), pair(layer.stride), pair(layer.pad), (1, 1))
    return None


def _sizes(layer: Layer, shape: Shape, window: Window | None, where: str) -> tuple[Shape, str, Pair]:
    """Return the output's shape, the sum that gives it, and the rows and columns that no window reads."""
    channels, height, width = shape
    if window is not None:
        rows, columns = (_axis(i, axis, window, where) for axis, i in ((0, height), (1, width)))
        how = rows[1] if rows[:2] == columns[:2] else f"rows {rows[1]}, columns {columns[1]}"
        channels = layer.channels if isinstance(layer, Conv) else channels
        return (channels, rows[0], columns[0]), how, (rows[2], columns[2])
    if isinstance(layer, GlobalAvgPool):
        return (channels, 1, 1), f"the mean of {height}×{width}", (0, 0)
    if isinstance(layer, Flatten):
        return (channels * height * width, 1, 1), f"{channels}×{height}×{width} = {channels * height * width}", (0, 0)
    if isinstance(layer, Crop):
        h, w = pair(layer.size)
        if h > height or w > width:
            raise PlanError(
                "the crop is larger than the picture", where=where, got=f"{h}×{w}", expected=f"at most {height}×{width}"
            )
        return (channels, h, w), f"the middle {h}×{w} of {height}×{width}", (height - h, width - w)
    return shape, "as before", (0, 0)


def _axis(i: int, axis: int, window: Window, where: str) -> tuple[int, str, int]:
    k, s, p, d = window.extent[axis], window.stride[axis], window.pad[axis], window.dilation[axis]
    o = (i - k + 2 * p) // s + 1
    how = f"floor(({i} − {k} + 2×{p})/{s}) + 1 = {o}"
    if i + 2 * p < k:
        raise PlanError(
            f"nothing is left: its {'rows' if axis == 0 else 'columns'} would be {how}",
            where=where,
            expected="1 or more",
            hint="fewer or smaller kernels and poolings before it, or pad more",
        )
    if d == 1 and s <= k:  # windows touch: only the far end can go unread
        return o, how, max(0, (i - k + 2 * p) % s - p)
    kernel = range(window.kernel[axis])
    read = {x for at in range(-p, o * s - p, s) for x in (at + d * t for t in kernel) if 0 <= x < i}
    return o, how, i - len(read)


def _field(layer: Layer, before: ReceptiveField, grid: Pair, window: Window | None) -> ReceptiveField:
    """Return the receptive field after `layer`, whose input covers `grid` rows and columns of units."""
    if window is not None:
        return before.through(window.extent, window.stride, window.pad)
    if isinstance(layer, Crop):
        h, w = pair(layer.size)
        return before.shifted(((grid[0] - h) // 2, (grid[1] - w) // 2))
    if isinstance(layer, (GlobalAvgPool, FC)):  # one window over everything
        return before.through(grid, grid, (0, 0))
    return before


def _shape(shape: Shape) -> str:
    return "×".join(map(str, shape))
