"""From a plan to its numbers, layer by layer: sizes, what a stride drops, parameters, MACs, receptive field.

`trace` writes a plan out as a Network: a flat list of nodes in the order they are computed, each naming the nodes it
reads. Every back end (torch, ONNX, the page) walks this list, so they cannot differ in what a formula means.

    >>> network = trace(parse("conv(16, 5) + relu + fc"))
    >>> network.nodes[0].size_how, network.nodes[0].parameters_how
    ('floor((28 − 5 + 2×0)/1) + 1 = 24', '16 × (1×5×5 + 1) = 416')
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..errors import PlanError, phrase
from .geometry import Pair, Shape, times
from .kinds import Add, Concat, Conv, Flatten, GlobalAvgPool, Layer, LogSoftmax, Mul, ReLU, Sigmoid, Softmax
from .kinds.base import Given, weighted
from .network import PICTURE, Network, Node
from .plan import Branches, Gate, Plan, Skip, SqueezeExcite, walk
from .receptive_field import ReceptiveField

MAX_PARAMETERS = 500_000_000  # one ONNX file holds 2 GiB
MAX_NUMBERS = 500_000_000  # in one layer's output for one picture
MAX_FIELD = 2**53 - 1  # pixels of a receptive field and between two: what a page's numbers hold exactly
MAX_PICTURE = 1 << 26  # numbers of the picture itself: 8192×8192; several are decoded at a time


def trace(plan: Plan, input: Shape = (1, 28, 28), classes: int = 10) -> Network:
    """Write `plan` out for pictures of shape `input` (C, H, W). Allocates nothing of the network's size.

    Raises PlanError where a layer does not fit what reaches it, or where the whole is too large to build or keep.
    """
    if len(input) != 3 or not all(isinstance(n, int) and n >= 1 for n in input):
        raise PlanError("input.whole", got=input, hint="(1, 28, 28)")
    if classes < 1:
        raise PlanError("classes.none", got=classes)
    if math.prod(input) > MAX_PICTURE:
        raise PlanError("input.large", got=times(input), expected=phrase("value.most.numbers", n=f"{MAX_PICTURE:,}"))
    tracer = Tracer(input, classes, rows=sum(layer.takes == "rows" for layer in _leaves(plan)))
    tracer.add_plan(plan)
    if isinstance(last := tracer.nodes[-1].layer, (Softmax, LogSoftmax)):
        where = phrase("layer.place", n=len(tracer.nodes), layer=last)
        raise PlanError("softmax.last", where=where, hint=phrase("layer.softmax.try"))
    network = Network(plan, input, classes, tuple(tracer.nodes))
    if network.parameters > MAX_PARAMETERS:
        most = max(network.nodes, key=lambda n: n.parameters)
        raise PlanError(
            "parameters.many",
            got=phrase("parameters.many.got", n=f"{network.parameters:,}", layer=most.layer, how=most.parameters_how),
            expected=phrase("value.most", n=f"{MAX_PARAMETERS:,}"),
            hint=phrase("parameters.many.try"),
        )
    return network


class Tracer:
    """Collects nodes. A layer added without sources reads the node at `last`, which is the last one added but where a
    branch begins; `rows` layers that take rows are to come.
    """

    def __init__(self, picture: Shape, classes: int, rows: int = 0) -> None:
        self.picture, self.classes, self.rows_left = picture, classes, rows
        self.nodes: list[Node] = []
        self.last = PICTURE
        self.counts: dict[str, int] = {}

    def add_plan(self, plan: Plan) -> None:
        """Add the layers of a plan one after another, with the flatten that an fc implies."""
        for layer in walk(plan):
            if isinstance(layer, Skip):
                self._add_skip(layer)
            elif isinstance(layer, Gate):
                self._add_gate(layer.body)
            elif isinstance(layer, SqueezeExcite):
                channels = self._shape(self.last)[0]
                between = Conv(max(1, channels // layer.ratio), 1)
                self._add_gate(GlobalAvgPool() + between + ReLU() + Conv(channels, 1) + Sigmoid())
            elif isinstance(layer, Branches):
                self._add_branches(layer)
            else:
                assert isinstance(layer, Layer)
                if layer.takes == "rows" and not self._flat(self.last):
                    self.add(Flatten())
                self.add(layer)

    def _add_skip(self, skip: Skip) -> None:
        begin = self.last
        self.add_plan(skip.body)
        through, self.last = self.last, begin
        if skip.shortcut is not None:
            self.add_plan(skip.shortcut)
        before, after = self._shape(self.last), self._shape(through)
        if before != after or self._flat(self.last) != self._flat(through):
            raise PlanError(
                "skip.shape",
                where=str(skip),
                got=phrase("skip.shape.got", before=times(before), after=times(after)),
                hint=phrase("skip.shape.try"),
            )
        self.add(Add(), (through, self.last))

    def _add_gate(self, body: Plan) -> None:
        begin = self.last
        self.add_plan(body)
        self.add(Mul(), (begin, self.last))

    def _add_branches(self, plan: Branches) -> None:
        begin, ends = self.last, list[int]()
        for branch in plan.branches:
            self.last = begin
            self.add_plan(branch)
            ends.append(self.last)
        self.add(Concat(), tuple(ends))

    def add(self, layer: Layer, sources: tuple[int, ...] = ()) -> None:
        """Add a node that reads `sources`; raise PlanError where the layer cannot take what they make."""
        sources = sources or (self.last,)
        if layer.reads == "units":  # a larger one first: what has fewer numbers counts for several
            sources = tuple(sorted(sources, key=lambda source: -math.prod(self._shape(source))))
        shapes, flat = tuple(map(self._shape, sources)), self._flat(sources[0])
        self.rows_left -= layer.takes == "rows"
        given = Given(shapes, flat, self.classes, self.rows_left <= 0)
        try:
            if any(self._flat(source) != flat for source in sources):
                raise PlanError("sources.mixed", got=self._shown(sources), hint=phrase("sources.mixed.try"))
            if flat and layer.takes == "maps":
                raise PlanError(
                    "maps.needed",
                    got=phrase("maps.needed.got", n=shapes[0][0]),
                    hint=phrase("maps.needed.try"),
                )
            sizes = layer.sizes(given)
            if math.prod(sizes.output) > MAX_NUMBERS:
                raise PlanError(
                    "output.large", got=times(sizes.output), expected=phrase("value.most.numbers", n=f"{MAX_NUMBERS:,}")
                )
        except PlanError as error:
            error.where = phrase("layer.place", n=len(self.nodes) + 1, layer=layer)
            raise
        self.counts[layer.name] = self.counts.get(layer.name, 0) + 1
        weights = layer.weights(shapes[0], sizes.output)
        field, grid = layer.reach([self._reach(source) for source in sources], sizes.output, sizes.flat)
        if max(map(abs, field.size + field.jump + field.start)) > MAX_FIELD:
            where = phrase("layer.place", n=len(self.nodes) + 1, layer=layer)
            raise PlanError("field.large", where=where, expected=phrase("value.most.pixels", n=f"{MAX_FIELD:,}"))
        self.nodes.append(
            Node(
                name=_numbered(layer.name, self.counts[layer.name]),
                layer=layer,
                sources=sources,
                inputs=shapes,
                output=sizes.output,
                flat=sizes.flat,
                weights=weights,
                buffers=layer.buffers(shapes[0]),
                parameters=weighted(weights),
                parameters_how=layer.parameters_how(shapes[0], sizes.output),
                macs=layer.macs(shapes[0], sizes.output),
                size_how=sizes.how,
                dropped=sizes.dropped,
                field=field,
                grid=grid,
            )
        )
        self.last = len(self.nodes) - 1

    def _shape(self, index: int) -> Shape:
        return self.picture if index == PICTURE else self.nodes[index].output

    def _flat(self, index: int) -> bool:
        return index != PICTURE and self.nodes[index].flat

    def _reach(self, index: int) -> tuple[ReceptiveField, Pair]:
        if index == PICTURE:
            return ReceptiveField((1, 1), (1, 1), (0, 0)), self.picture[1:]
        return self.nodes[index].field, self.nodes[index].grid

    def _shown(self, sources: tuple[int, ...]) -> str:
        shapes = ((self._flat(at), self._shape(at)) for at in sources)
        return ", ".join(str(shape[0]) if flat else times(shape) for flat, shape in shapes)


def _numbered(kind: str, number: int) -> str:
    """Return a node's name: "conv1", and "relu6_1" where the kind's own ends in a digit."""
    return f"{kind}_{number}" if kind[-1].isdigit() else f"{kind}{number}"


def _leaves(plan: Plan) -> Iterator[Layer]:
    for layer in walk(plan):
        for part in layer.inner:
            yield from _leaves(part)
        if isinstance(layer, Layer):
            yield layer
