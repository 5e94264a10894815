"""What any torch module does to pictures, step by step: traced where torch can trace it, else as its layers are
called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, fx, nn

from ...foreign.step import PICTURE, Array, Step
from ...formula import Flatten, GlobalAvgPool, Layer
from ..capture import capture, untouched
from . import translation
from .translation import SAME


def steps(module: nn.Module, x: Tensor) -> list[Step]:
    """Return the steps from `x` (N, C, H, W), as `module` reads it, to its scores; the module is left as it was.

    Functions between its layers are steps too where torch.fx can trace the module; else only the layers that hold no
    others, and an unnamed step stands for what happens between two of them.
    """
    with untouched(module), torch.no_grad():
        try:
            graph = fx.Tracer().trace(module)
            found = _Recorder(fx.GraphModule(module, graph)).record(x)
        except Exception:  # the module's own code, run on stand-ins for tensors, may raise anything
            found = None
    return _called(module, x) if found is None else found


class _Steps:
    """Collects steps; every parameter is counted at the first step that has it."""

    def __init__(self) -> None:
        self.found: list[Step] = []
        self._counted: set[int] = set()

    def add(
        self,
        name: str,
        label: str,
        sources: tuple[int, ...],
        made: Tensor,
        layer: Layer | None = None,
        module: nn.Module | None = None,
        read: Iterable[Tensor] = (),
    ) -> None:
        """Add a step; `read` are the parameters that a function was given."""
        parameters = [*(() if module is None else module.parameters()), *read]
        new = {id(p): p.numel() for p in parameters if id(p) not in self._counted}
        self._counted |= new.keys()
        tensors = {} if module is None or layer is None else translation.tensors(module, layer)
        arrays = {key: tensor.numpy() for key, tensor in tensors.items()}
        output = _numpy(made)
        if isinstance(layer, GlobalAvgPool) and made.dim() == 2:  # mean over rows and columns: a pooling and a flatten
            self.found.append(Step(name, label, sources, output[:, :, None, None], layer))
            name, label, sources, layer = f"{name}_flat", "flatten", (len(self.found) - 1,), Flatten()
        self.found.append(Step(name, label, sources, output, layer, arrays, sum(new.values())))


def _numpy(made: Tensor) -> Array:
    made = made.detach().cpu()
    return (made.float() if made.dtype == torch.bfloat16 else made).numpy().copy()


class _Recorder(fx.Interpreter):
    """Runs a traced module and writes down each step."""

    def record(self, x: Tensor) -> list[Step] | None:
        """Return the steps, None where the module takes or gives something else than one tensor."""
        self.places: dict[fx.Node, int] = {}
        self.steps = _Steps()
        self.parameters: dict[fx.Node, nn.Parameter] = {}
        given = self.run(x)
        (end,) = (node for node in self.graph.nodes if node.op == "output")
        last = end.args[0]
        if not isinstance(given, Tensor) or self.places.get(last) != len(self.steps.found) - 1:
            return None
        return self.steps.found

    def run_node(self, n: fx.Node) -> Any:
        made = super().run_node(n)
        if n.op == "placeholder":
            self.places[n] = PICTURE
        elif isinstance(made, nn.Parameter):
            self.parameters[n] = made
        elif n.op.startswith("call_") and isinstance(made, Tensor):
            self._add(n, made)
            return made.clone()  # what a later step does in place must not reach the record
        return made

    def _add(self, n: fx.Node, made: Tensor) -> None:
        args, kwargs = self.fetch_args_kwargs_from_env(n)
        module: nn.Module | None = None
        if n.op == "call_module":
            module = self.fetch_attr(str(n.target))
            layer, label, name = translation.of_module(module), _label(module), str(n.target)
        else:
            layer = translation.of_call(n.target, args, kwargs, made)
            name = n.name
            label = n.target if isinstance(n.target, str) else getattr(n.target, "__name__", str(n.target))
        sources = tuple(self.places[node] for node in _read(n) if node in self.places)
        if layer is SAME and sources:
            self.places[n] = sources[0]
            return
        known = layer if isinstance(layer, Layer) else None
        read = [self.parameters[node] for node in _read(n) if node in self.parameters]
        self.steps.add(name, label, sources, made, known, module, read)
        self.places[n] = len(self.steps.found) - 1


def _read(n: fx.Node) -> list[fx.Node]:
    """Return the nodes that a step reads, as often as it reads them: twice for x + x."""
    read: list[fx.Node] = []
    fx.node.map_arg((n.args, n.kwargs), read.append)
    return read


def _called(module: nn.Module, x: Tensor) -> list[Step]:
    """Return the layers as they were called; each reads the newest step that made just what it was given."""
    with capture(module) as calls, torch.no_grad():
        last = module(x)
    collected = _Steps()
    outputs: list[Tensor] = []

    def add(name: str, label: str, sources: tuple[int, ...], made: Tensor, *more: Any) -> int:
        collected.add(name, label, sources, made, *more)
        outputs.append(made)
        return len(outputs) - 1

    def place(wanted: Tensor) -> int:
        for i in range(len(outputs) - 1, -1, -1):
            if _equal(outputs[i], wanted):
                return i
        if _equal(x, wanted):
            return PICTURE
        for i in range(len(outputs) - 1, -1, -1):  # flattened on the way
            if wanted.dim() == 2 and outputs[i].dim() == 4 and _equal(outputs[i].flatten(1), wanted):
                return add(f"flatten{len(outputs)}", "flatten", (i,), wanted, Flatten())
        return add(f"between{len(outputs)}", "?", (len(outputs) - 1,), wanted)

    for call in calls:
        sources = tuple(place(given) for given in call.inputs)
        layer = translation.of_module(call.module)
        if layer is not SAME:
            known = layer if isinstance(layer, Layer) else None
            add(call.name or "module", _label(call.module), sources, call.output, known, call.module)
    if isinstance(last, Tensor) and not (outputs and _equal(outputs[-1], last)):
        place(last)
    return collected.found


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.equal(a, b)


def _label(module: nn.Module) -> str:
    """Return what a module calls itself, one line of it."""
    return str(module).split("\n")[0].rstrip("(")
