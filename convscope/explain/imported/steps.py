"""What any torch module does to pictures, step by step: traced where torch can trace it, else as its layers are
called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, fx, nn

from ...formula import Flatten, GlobalAvgPool, Layer
from ..capture import capture, untouched
from . import translation
from .translation import SAME

PICTURE = -1


@dataclass(frozen=True, eq=False)
class Step:
    """One layer or function at work. `sources`: the steps it reads, −1 the pictures. `layer`: what it is in the
    formula, if it is.

    `output` (N, …) as it was computed; `module` holds its weights, None for a function.
    """

    name: str
    label: str
    sources: tuple[int, ...]
    output: Tensor = field(repr=False)
    layer: Layer | None
    module: nn.Module | None


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


class _Recorder(fx.Interpreter):
    """Runs a traced module and writes down each step."""

    def record(self, x: Tensor) -> list[Step] | None:
        """Return the steps, None where the module takes or gives something else than one tensor."""
        self.places: dict[fx.Node, int] = {}
        self.found: list[Step] = []
        given = self.run(x)
        (end,) = (node for node in self.graph.nodes if node.op == "output")
        last = end.args[0]
        if not isinstance(given, Tensor) or self.places.get(last) != len(self.found) - 1:
            return None
        return self.found

    def run_node(self, n: fx.Node) -> Any:
        made = super().run_node(n)
        if n.op == "placeholder":
            self.places[n] = PICTURE
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
        if isinstance(layer, GlobalAvgPool) and made.dim() == 2:  # mean over rows and columns: a pooling and a flatten
            self.found.append(Step(name, label, sources, made[:, :, None, None], layer, module))
            name, label, sources, layer = f"{name}_flat", "flatten", (len(self.found) - 1,), Flatten()
        self.places[n] = len(self.found)
        self.found.append(Step(name, label, sources, made, layer if isinstance(layer, Layer) else None, module))


def _read(n: fx.Node) -> list[fx.Node]:
    """Return the nodes that a step reads, as often as it reads them: twice for x + x."""
    read: list[fx.Node] = []
    fx.node.map_arg((n.args, n.kwargs), read.append)
    return read


def _called(module: nn.Module, x: Tensor) -> list[Step]:
    """Return the layers as they were called; each reads the newest step that made just what it was given."""
    with capture(module) as calls, torch.no_grad():
        last = module(x)
    found: list[Step] = []

    def place(wanted: Tensor) -> int:
        for i in range(len(found) - 1, -1, -1):
            if _equal(found[i].output, wanted):
                return i
        if _equal(x, wanted):
            return PICTURE
        for i in range(len(found) - 1, -1, -1):  # flattened on the way
            if wanted.dim() == 2 and found[i].output.dim() == 4 and _equal(found[i].output.flatten(1), wanted):
                found.append(Step(f"flatten{len(found)}", "flatten", (i,), wanted, Flatten(), None))
                return len(found) - 1
        found.append(Step(f"between{len(found)}", "?", (len(found) - 1,), wanted, None, None))
        return len(found) - 1

    for call in calls:
        sources = tuple(place(given) for given in call.inputs)
        layer = translation.of_module(call.module)
        if layer is not SAME:
            known = layer if isinstance(layer, Layer) else None
            found.append(Step(call.name or "module", _label(call.module), sources, call.output, known, call.module))
    if isinstance(last, Tensor) and not (found and _equal(found[-1].output, last)):
        place(last)
    return found


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.equal(a, b)


def _label(module: nn.Module) -> str:
    """Return what a module calls itself, one line of it."""
    return str(module).split("\n")[0].rstrip("(")
