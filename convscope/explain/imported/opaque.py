"""A module that no formula describes: its steps as the page's nodes, with the maps that Python captured.

A step that is exactly a layer of the formula stays open: its sums are shown. Every other is a labelled box with its
output.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from ...errors import ConvscopeError, InputError, phrase
from ...formula import Layer, Node, ReceptiveField
from ...formula.geometry import Pair, Shape
from ...formula.kinds import Flatten
from ...formula.kinds.base import Given
from ...formula.network import Network
from ...formula.tracing import Tracer
from ...nn import Net, load_weights
from ...pictures.input_spec import InputSpec
from ..payload.encoding import Array
from ..payload.nodes import page_field, page_node
from ..payload.records import Field, PageNode
from . import translation
from .rebuilding import agree
from .steps import PICTURE, Step

NOWHERE = Field((0, 0), (0, 0), (0, 0))  # of a box: what it reads of the picture is not known


def look(
    found: Sequence[Step], spec: InputSpec, x: Tensor
) -> tuple[tuple[PageNode, ...], dict[str, Array], dict[str, Array]]:
    """Return the payload's `nodes` and `tensors`, and what each node made, (n, …) by name, for steps from `x`, the
    pictures as the module reads them.

    Steps that make no maps or numbers for each picture are passed over. Raises InputError where no step makes maps, or
    the last one no scores.
    """
    made = _Nodes(spec, x)
    for step in found:
        if step.output.dim() in (2, 3, 4) and len(step.output) == len(x) and step.output.is_floating_point():
            made.add(step)
        else:
            made.pass_over(step)
    if not made.nodes or made.places[-1] != len(made.nodes) - 1 or made.outputs[-1].flatten(1).shape[1] < 2:
        raise InputError("module.scores", expected=phrase("module.scores.expected"))
    outputs = {node.name: y.numpy() for node, y in zip(made.nodes, made.outputs, strict=True)}
    return tuple(made.nodes), made.tensors, outputs


class _Nodes:
    """Collects nodes; `places` says which node each step became, the picture being −1."""

    def __init__(self, spec: InputSpec, x: Tensor) -> None:
        self.shape, self.picture = spec.shape, x.to("cpu", torch.float32)
        self.nodes: list[PageNode] = []
        self.outputs: list[Tensor] = []
        self.tensors: dict[str, Array] = {}
        self.places: list[int] = []
        self.reaches: list[tuple[ReceptiveField, Pair] | None] = []  # fields, and the grids that units stand for

    def pass_over(self, step: Step) -> None:
        self.places.append(self._sources(step)[0])

    def add(self, step: Step) -> None:
        """Add a step as a node of its own kind where that computes the very same, else as an opaque one."""
        sources = self._sources(step)
        y = step.output.to("cpu", torch.float32).contiguous()
        name = self._name(step.name)
        node = None if step.layer is None else self._open(step, sources, y)
        self.nodes.append(replace(node or self._box(step, sources, y), name=name))
        if node is None:
            self.reaches.append(None)
        elif step.module is not None and step.layer is not None:
            for key, tensor in translation.tensors(step.module, step.layer).items():
                self.tensors[f"{name}.{key}"] = tensor.numpy()
        self.places.append(len(self.nodes) - 1)
        self.outputs.append(y)

    def _sources(self, step: Step) -> list[int]:
        return [PICTURE if s == PICTURE else self.places[s] for s in step.sources] or [len(self.nodes) - 1]

    def _name(self, name: str) -> str:
        """Return a name that no node has yet."""
        taken = {node.name for node in self.nodes}
        name = name.replace("#", " ") or "module"
        return next(n for n in (name, *(f"{name} {i}" for i in range(2, len(taken) + 3))) if n not in taken)

    def _open(self, step: Step, sources: list[int], y: Tensor) -> PageNode | None:
        """Return the node of a layer that the formula has, computed anew to be sure; None where it comes out
        differently.
        """
        layer = step.layer
        assert layer is not None
        ins = [self.picture if s == PICTURE else self.outputs[s] for s in sources]
        if len({x.dim() for x in ins}) > 1 or any(x.dim() == 3 for x in ins):
            return None
        flat = ins[0].dim() == 2
        if layer.takes == "rows" and not flat:  # torch's Linear works on the last axis of maps
            return None
        try:
            node, module = _alone(layer, step.module, tuple(_shape(x) for x in ins), flat)
        except ConvscopeError:
            return None
        with torch.no_grad():
            if not agree(module(*ins), y):
                return None
        reach = self._reach(node, sources)
        self.reaches.append(reach)
        field = NOWHERE if reach is None else page_field(reach[0])
        return replace(page_node(node), sources=tuple(sources), flat=y.dim() == 2, field=field)

    def _reach(self, node: Node, sources: list[int]) -> tuple[ReceptiveField, Pair] | None:
        """Return the receptive field of a node, and the grid that its units stand for; None after an opaque one."""
        whole = ReceptiveField((1, 1), (1, 1), (0, 0)), self.shape[1:]
        known = [whole if s == PICTURE else self.reaches[s] for s in sources]
        befores = [reach for reach in known if reach is not None]
        return node.layer.reach(befores, node.output, node.flat) if len(befores) == len(known) else None

    def _box(self, step: Step, sources: list[int], y: Tensor) -> PageNode:
        return PageNode(
            name=step.name,
            kind="opaque",
            text=step.label,
            sources=tuple(sources),
            inputs=tuple(self.shape if s == PICTURE else self.nodes[s].output for s in sources),
            output=_shape(y),
            flat=y.dim() == 2,
            window=None,
            options={},
            parameters=0 if step.module is None else sum(p.numel() for p in step.module.parameters()),
            parameters_how="",
            macs=0,
            size_how="",
            dropped=(0, 0),
            field=NOWHERE,
        )


def _shape(y: Tensor) -> tuple[int, int, int]:
    """Return (C, H, W) of a result (N, …); of rows of numbers (units, 1, 1); of sequences (N, L, D) one map a part."""
    if y.dim() == 3:
        return 1, y.shape[1], y.shape[2]
    c, h, w = (*y.shape[1:], 1, 1)[:3]
    return c, h, w


def _alone(layer: Layer, module: nn.Module | None, shapes: tuple[Shape, ...], flat: bool) -> tuple[Node, nn.Module]:
    """Return the node and the torch module of one layer on inputs of these shapes, with the weights of `module`."""
    tracer = Tracer(shapes[0], 1)
    if flat:
        tracer.add(Flatten())
    tracer.add(layer, (len(tracer.nodes) - 1,) * len(shapes))
    sizes = layer.sizes(Given(shapes, flat, 1))
    node = replace(tracer.nodes[-1], inputs=shapes, output=sizes.output, size_how=sizes.how)
    with torch.random.fork_rng(devices=[]):  # first weights are drawn, though others follow
        net = Net(Network(layer, shapes[0], 1, tuple(tracer.nodes)), InputSpec(shapes[0], std=(1.0,) * shapes[0][0]))
    weights = {} if module is None else translation.tensors(module, layer)
    load_weights(net, {f"{node.name}.{k}": t.numpy() for k, t in weights.items()})
    return node, net.eval().get_submodule(node.name)
