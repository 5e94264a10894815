"""A network that no formula describes: its steps as the page's nodes, with the values that its own runtime gave.

A step that is exactly a layer of the formula stays open: its sums are shown, and what it makes is computed by our own
layers and compared with the runtime's. Every other is a labelled box with its output.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...errors import ConvscopeError, InputError, phrase
from ...foreign.step import PICTURE, Array, Step
from ...formula import Layer, Node, ReceptiveField
from ...formula.geometry import Pair, Shape
from ...formula.kinds import Flatten
from ...formula.kinds.base import Given
from ...formula.network import Network
from ...formula.tracing import Tracer
from ...nn import Net, load_weights, with_weights
from ...pictures.input_spec import InputSpec
from ..payload.nodes import NOWHERE, page_field, page_node
from ..payload.records import PageNode
from .rebuilding import CLOSE, difference


@dataclass(frozen=True, eq=False)
class Shown:
    """The payload's `nodes` and `tensors`, and what each node made of the pictures `x`, (n, …) by name.

    `difference` is the largest between what our layers compute and what the runtime gave, as a share of the largest
    number of that node, `where` its name. `rounded`: the runtime rounds values between layers, which ours do not.
    """

    nodes: tuple[PageNode, ...]
    tensors: Mapping[str, Array]
    outputs: Mapping[str, Array]
    difference: float
    where: str
    x: Tensor
    modules: Mapping[str, nn.Module]  # of the open nodes
    layers: Mapping[str, Layer]  # likewise
    rounded: bool = False

    def first(self, n: int) -> Shown:
        """Return the same of the first `n` pictures alone."""
        outputs = {name: values[:n] for name, values in self.outputs.items()}
        return replace(self, outputs=outputs, x=self.x[:n])

    def after(self, place: int, maps: Tensor) -> Tensor:
        """Return what the last node makes where node `place` makes `maps`, computed by our layers from there on.

        Raises InputError where a box lies on the way: what that would make is not known.
        """
        made = {place: maps}
        for i, node in enumerate(self.nodes):
            if made.keys().isdisjoint(node.sources):
                continue
            module = self.modules.get(node.name)
            if module is None:
                raise InputError("gradcam.box", where=node.name, got=node.text, hint=phrase("gradcam.box.try"))
            made[i] = module(*(made[s] if s in made else self._given(s) for s in node.sources))
        if len(self.nodes) - 1 not in made:
            raise InputError("gradcam.score", got=self.nodes[place].name)
        return made[len(self.nodes) - 1]

    def _given(self, source: int) -> Tensor:
        return self.x if source == PICTURE else torch.from_numpy(self.outputs[self.nodes[source].name])

    def compute(
        self, tensors: Mapping[str, Array], maps: Mapping[str, Array], n: int
    ) -> Iterator[list[np.ndarray[Any, Any]]]:
        """Yield for each of the first `n` pictures what the nodes make with other weights, as the page computes it:
        those in `maps`, and boxes, make what stands there, or what the runtime gave.
        """
        open_ones = ((name, module) for name, module in self.modules.items() if name not in maps)
        modules = {name: with_weights(module, tensors, name) for name, module in open_ones}
        for i in range(n):
            made: list[Tensor] = []
            for node in self.nodes:
                if (module := modules.get(node.name)) is None:
                    given = maps.get(node.name, self.outputs[node.name])[i : i + 1]
                    made.append(torch.from_numpy(np.ascontiguousarray(given, np.float32)))
                    continue
                with torch.no_grad():
                    made.append(module(*(self.x[i : i + 1] if s == PICTURE else made[s] for s in node.sources)))
            yield [y.numpy() for y in made]


def look(found: Sequence[Step], spec: InputSpec, x: Array) -> Shown:
    """Return what a page shows of steps from `x`, the pictures as the first of them reads them.

    Steps that make no maps or numbers for each picture are passed over. Raises InputError where the last step makes
    neither scores nor maps.
    """
    made = _Nodes(spec, x, any(step.rounded for step in found))
    for step in found:
        if step.output.ndim in (2, 3, 4) and len(step.output) == len(x) and step.output.dtype.kind == "f":
            made.add(step)
        else:
            made.pass_over(step)
    if not made.nodes or made.places[-1] != (len(made.nodes) - 1,):
        raise InputError("module.scores", expected=phrase("module.scores.expected"))
    outputs = {node.name: y.numpy() for node, y in zip(made.nodes, made.outputs, strict=True)}
    return Shown(
        tuple(made.nodes), made.tensors, outputs, *made.largest, made.picture, made.modules, made.layers, made.rounds
    )


class _Nodes:
    """Collects nodes; `places` says which nodes each step became or, passed over, reads, the picture being −1.

    `outputs` are the runtime's values, `own` what our layers compute from the picture and from the boxes' values. Where
    the runtime rounds values between layers, which ours do not, each layer is judged by what it makes of the runtime's
    values: those of our own go apart from layer to layer.
    """

    def __init__(self, spec: InputSpec, x: Array, rounds: bool) -> None:
        self.rounds = rounds
        self.shape, self.picture = spec.shape, torch.from_numpy(np.ascontiguousarray(x, np.float32))
        self.nodes: list[PageNode] = []
        self.outputs: list[Tensor] = []
        self.own: list[Tensor] = []
        self.tensors: dict[str, Array] = {}
        self.modules: dict[str, nn.Module] = {}
        self.layers: dict[str, Layer] = {}
        self.places: list[tuple[int, ...]] = []
        self.reaches: list[tuple[ReceptiveField, Pair] | None] = []  # fields, and the grids that units stand for
        self.largest = 0.0, ""
        self.names: dict[str, int] = {}

    def pass_over(self, step: Step) -> None:
        self.places.append(self._sources(step))

    def add(self, step: Step) -> None:
        """Add a step as a node of its own kind where that computes the very same, else as an opaque one."""
        sources = self._sources(step)
        y = torch.from_numpy(np.ascontiguousarray(step.output, np.float32))
        name = self._name(step.name)
        opened = None if step.layer is None else self._open(step, step.layer, sources, y)
        node, own, module, apart = opened or (self._box(step, sources, y), y, None, 0.0)
        self.nodes.append(replace(node, name=name))
        if module is None:
            self.reaches.append(None)
        else:
            self.modules[name] = module
            assert step.layer is not None
            self.layers[name] = step.layer
            self.tensors |= {f"{name}.{key}": tensor for key, tensor in step.tensors.items()}
            self.largest = max(self.largest, (apart, name))
        self.places.append((len(self.nodes) - 1,))
        self.outputs.append(y)
        self.own.append(own)

    def _sources(self, step: Step) -> tuple[int, ...]:
        """Return the nodes that a step reads, as often as it reads each; a box that reads nothing reads the last."""
        found = [place for s in step.sources for place in ((PICTURE,) if s == PICTURE else self.places[s])]
        return tuple(found) or (len(self.nodes) - 1,)

    def _name(self, name: str) -> str:
        """Return a name that no node has yet."""
        name = name.replace("#", " ") or "module"
        count = self.names[name] = self.names.get(name, 0) + 1
        if count == 1:
            return name
        return self._name(f"{name} {count}")

    def _open(
        self, step: Step, layer: Layer, sources: tuple[int, ...], y: Tensor
    ) -> tuple[PageNode, Tensor, nn.Module, float] | None:
        """Return the node of a layer that the formula has, what it makes, computed anew to be sure, what computes it,
        and how far that is from the runtime's; None where it comes out differently.
        """
        ins = [self.picture if s == PICTURE else self.own[s] for s in sources]
        if len({x.dim() for x in ins}) > 1 or any(x.dim() == 3 for x in ins):
            return None
        flat = ins[0].dim() == 2
        if layer.takes == "rows" and not flat:  # torch's Linear works on the last axis of maps
            return None
        try:
            node, module = _alone(layer, step.tensors, tuple(_shape(x) for x in ins), flat)
        except ConvscopeError:
            return None
        with torch.no_grad():
            own: Tensor = module(*ins)
            if own.shape != y.shape:
                return None
            apart = difference(own, y)
            judged = apart
            if self.rounds:
                anew = module(*(self.picture if s == PICTURE else self.outputs[s] for s in sources))
                judged = difference(_unrounded(anew, y, step.rounded), y)
            if judged > CLOSE:
                return None
        reach = self._reach(node, sources)
        self.reaches.append(reach)
        field = NOWHERE if reach is None else page_field(reach[0])
        how = node.parameters_how if node.parameters == step.parameters else ""
        if not how and layer.takes == "rows" and step.parameters == node.macs:  # without a bias
            how = f"{node.output[0]} × {node.input[0]} = {step.parameters:,}"
        return (
            replace(
                page_node(node),
                sources=sources,
                flat=y.dim() == 2,
                field=field,
                parameters=step.parameters,
                parameters_how=how,
            ),
            own,
            module,
            apart,
        )

    def _reach(self, node: Node, sources: tuple[int, ...]) -> tuple[ReceptiveField, Pair] | None:
        """Return the receptive field of a node, and the grid that its units stand for; None after an opaque one."""
        whole = ReceptiveField((1, 1), (1, 1), (0, 0)), self.shape[1:]
        known = [whole if s == PICTURE else self.reaches[s] for s in sources]
        befores = [reach for reach in known if reach is not None]
        return node.layer.reach(befores, node.output, node.flat) if len(befores) == len(known) else None

    def _box(self, step: Step, sources: tuple[int, ...], y: Tensor) -> PageNode:
        sources = tuple(dict.fromkeys(sources))
        return PageNode(
            name=step.name,
            kind="opaque",
            text=step.label,
            sources=sources,
            inputs=tuple(self.shape if s == PICTURE else self.nodes[s].output for s in sources),
            output=_shape(y),
            flat=y.dim() == 2,
            window=None,
            options={},
            parameters=step.parameters,
            parameters_how="",
            macs=0,
            size_how="",
            dropped=(0, 0),
            field=NOWHERE,
        )


def _unrounded(own: Tensor, y: Tensor, step: float) -> Tensor:
    """Return `own`, brought up to half a step of rounding nearer to `y`."""
    if not step or own.shape != y.shape:
        return own
    return own + (y - own).clamp(-step / 2, step / 2)


def _shape(y: Tensor) -> tuple[int, int, int]:
    """Return (C, H, W) of a result (N, …); of rows of numbers (units, 1, 1); of sequences (N, L, D) one map a part."""
    if y.dim() == 3:
        return 1, y.shape[1], y.shape[2]
    c, h, w = (*y.shape[1:], 1, 1)[:3]
    return c, h, w


def _alone(layer: Layer, tensors: Mapping[str, Array], shapes: tuple[Shape, ...], flat: bool) -> tuple[Node, nn.Module]:
    """Return the node and the torch module of one layer on inputs of these shapes, with these weights."""
    tracer = Tracer(shapes[0], 1)
    if flat:
        tracer.add(Flatten())
    tracer.add(layer, (len(tracer.nodes) - 1,) * len(shapes))
    sizes = layer.sizes(Given(shapes, flat, 1))
    node = replace(tracer.nodes[-1], inputs=shapes, output=sizes.output, size_how=sizes.how)
    with torch.random.fork_rng(devices=[]):  # first weights are drawn, though others follow
        net = Net(Network(layer, shapes[0], 1, tuple(tracer.nodes)), InputSpec(shapes[0], std=(1.0,) * shapes[0][0]))
    load_weights(net, {f"{node.name}.{key}": tensor for key, tensor in tensors.items()})
    return node, net.eval().get_submodule(node.name)
