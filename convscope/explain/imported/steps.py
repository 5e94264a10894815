"""What any torch module does to pictures, step by step: traced where torch can trace it, else as its layers are
called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, fx, nn

from ...errors import InputError, phrase
from ...foreign.step import PICTURE, Array, Step
from ...formula import ChannelShuffle, ChannelSlice, Conv, Flatten, GlobalAvgPool, Layer, MaxPool, Pad
from ..capture import capture, untouched
from . import graphs, laying, translation
from .attending import gathered
from .chosen import chosen
from .translation import SAME

VIEWS = ("view", "reshape", "flatten")
SPLITS = ("chunk", "split", "split_with_sizes", "tensor_split")


def steps(module: nn.Module, x: Tensor, output: str | int | None = None) -> list[Step]:
    """Return the steps from `x` (N, C, H, W), as `module` reads it, to its scores, of several outputs `output`; the
    module is left as it was.

    Functions between its layers are steps too where torch.fx can trace the module or torch.export can export it; else
    only the layers that hold no others, and an unnamed step stands for what happens between two of them. A TorchScript
    program is what it is converted to; raises InputError for one that torch cannot convert.
    """
    script = isinstance(module, torch.jit.ScriptModule)
    with untouched(module), torch.no_grad():
        for trace in (graphs.converted,) if script else (graphs.traced, graphs.exported):
            try:
                found = _Recorder(trace(module, x)).record(x, output)
            except Exception:  # the module's own code, run on stand-ins for tensors, may raise anything
                continue
            if found is not None:
                return found
    if script:
        raise InputError("module.script.inside", hint=phrase("module.script.inside.try"))
    return _called(module, x, output)


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
        tensors: Mapping[str, Tensor] | None = None,
        parameters: Iterable[Tensor] = (),
    ) -> None:
        """Add a step with its layer's tensors, and the parameters that it has."""
        new = {id(p): p.numel() for p in parameters if id(p) not in self._counted}
        self._counted |= new.keys()
        arrays = {key: tensor.numpy() for key, tensor in (tensors or {}).items()}
        output = _numpy(made)
        if isinstance(layer, (GlobalAvgPool, MaxPool, Pad)) and made.dim() == 2:  # of maps, and then a row: two steps
            self.found.append(Step(name, label, sources, output[:, :, None, None], layer))
            name, label, sources, layer = f"{name}_flat", "flatten", (len(self.found) - 1,), Flatten()
        self.found.append(Step(name, label, sources, output, layer, arrays, sum(new.values())))


def _numpy(made: Tensor) -> Array:
    made = made.detach().cpu()
    return (made.float() if made.dtype == torch.bfloat16 else made).numpy().copy()


class _Recorder(fx.Interpreter):
    """Runs a traced module and writes down each step."""

    def record(self, x: Tensor, output: str | int | None) -> list[Step] | None:
        """Return the steps up to one output, None where that is no step."""
        self.places: dict[fx.Node, int] = {}
        self.steps = _Steps()
        self.held: dict[fx.Node, Tensor] = {}  # parameters and buffers
        self.made: dict[fx.Node, Tensor] = {}
        self.axes = laying.Axes(len(x))
        self.learned: dict[fx.Node, list[Tensor]] = {}  # what a constant is made of
        self.several: dict[fx.Node, tuple[tuple[int, ...], Sequence[Any]]] = {}  # what is read, and made
        self.picture = x.numel()
        self.frozen = next(self.module.parameters(), None) is None  # a program whose parameters became constants
        wanted = chosen(self.run(x), output)
        last = next((n for n, made in self.made.items() if made is wanted), None)
        place = None if last is None else self.places.get(last)
        return None if place is None or place == PICTURE else gathered(needed(self.steps.found, place))

    def run_node(self, n: fx.Node) -> Any:
        made = super().run_node(n)
        if n.op == "placeholder":
            self.places[n] = PICTURE
            self.axes.note(n, "nchw", made)
            self.made[n] = made
        elif n.op == "get_attr" and isinstance(made, Tensor):
            self.held[n] = made
        elif n.op.startswith("call_") and isinstance(made, Tensor) and not self._sources(_read(n)):
            self.held[n] = made  # a constant, such as a token once for each picture
            self.learned[n] = self._parameters(_read(n))
        elif n.op.startswith("call_") and isinstance(made, Tensor):
            self._add(n, made)
            self.made[n] = made.clone()  # what a later step does in place must not reach the record
            return self.made[n]
        elif n.op.startswith("call_") and isinstance(made, (tuple, list)):
            self.several[n] = self._sources(_read(n)), made
        return made

    def _add(self, n: fx.Node, made: Tensor) -> None:
        if (shuffle := self._shuffled(n, made)) is not None:
            whole, first = shuffle
            self._put(n, n.name, str(whole), (self.places[first],), made, whole)
            return
        args, kwargs = self.fetch_args_kwargs_from_env(n)
        module: nn.Module | None = None
        tensors: dict[str, Tensor] = {}
        if n.op == "call_module":
            module = self.fetch_attr(str(n.target))
            label, name = _label(module), str(n.target)
        else:
            name = _module_of(n) or n.name
            label = translation.called(n.target)
        values = {node: self.made[node] for node in _read(n) if node in self.made}
        found = self.axes.read(n, label if module is None else "", module, args, kwargs, made, values)
        layer, tensors = found.layer, found.tensors
        for node in self.axes.turned:
            self._lay(node)
        self.axes.turned.clear()
        read = [node for node in _read(n) if node not in self.held] if tensors and module is None else _read(n)
        sources = self._sources(read)
        split = n.args[0] if n.args else None
        owner: nn.Module | None = None  # of several tensors, as an attention gives them
        if isinstance(split, fx.Node) and split in self.several:
            at = n.args[1] if len(n.args) > 1 else 0
            layer, label = self._slice(n), f"{translation.called(split.target)}[{at}]"
            if split.op == "call_module":
                owner = self.fetch_attr(str(split.target))
                name, label = str(split.target), _label(owner)
                query = split.args[0] if split.args else None
                attends = isinstance(owner, nn.MultiheadAttention) and at == 0
                if attends and isinstance(query, fx.Node) and query in self.axes.of:
                    self.axes.note(n, self.axes.of[query], made)  # laid as the query is: places may be counted first
        if isinstance(module, nn.Conv2d) and module.padding_mode != "zeros" and len(sources) == 1:
            self._add_padded(n, module, args[0], sources, made)
            return
        if layer is SAME and sources:
            self.places[n] = sources[0]
            return
        if isinstance(layer, Layer) and layer.reads == "units" and len(sources) == 1:  # x² is x·x
            sources = sources * 2
        if isinstance(layer, Layer) and layer.reads == "units":  # the largest first: the others are stretched over it
            sizes = {PICTURE: self.picture, **{s: self.steps.found[s].output.size for s in sources if s != PICTURE}}
            sources = tuple(sorted(sources, key=lambda source: -sizes[source]))
        known = layer if isinstance(layer, Layer) else None
        parameters = self._parameters(_read(n))
        parameters += [p for m in (module, owner) if m is not None for p in m.parameters()]
        self._put(n, name, label, sources, made, known, tensors, parameters)

    def _lay(self, node: fx.Node) -> None:
        """Lay what a step made as maps once more, its axes being others than was guessed."""
        place = self.places.get(node, PICTURE)
        if place != PICTURE:
            made = _numpy(laying.as_maps(self.made[node], self.axes.of[node]))
            self.steps.found[place] = replace(self.steps.found[place], output=made)

    def _parameters(self, read: Sequence[fx.Node]) -> list[Tensor]:
        """Return the parameters that some nodes are, or are made of."""
        own = [[self.held[node]] if self._learned(node) else self.learned.get(node, []) for node in read]
        return [tensor for tensors in own for tensor in tensors]

    def _learned(self, node: fx.Node) -> bool:
        tensor = self.held.get(node)
        constant = self.frozen and tensor is not None and tensor.is_floating_point() and tensor.numel() > 1
        return isinstance(tensor, nn.Parameter) or constant

    def _put(self, n: fx.Node, name: str, label: str, sources: tuple[int, ...], made: Tensor, *more: Any) -> None:
        self.steps.add(name, label, sources, laying.as_maps(made, self.axes.of.get(n, "")), *more)
        self.places[n] = len(self.steps.found) - 1

    def _sources(self, read: Sequence[fx.Node]) -> tuple[int, ...]:
        """Return the steps that some nodes are, or that those of several tensors read."""
        each = ((self.places[node],) if node in self.places else self.several.get(node, ((), ()))[0] for node in read)
        return tuple(place for places in each for place in places)

    def _slice(self, n: fx.Node) -> ChannelSlice | None:
        """Return which channels one of several tensors is, where together they are the channels of what was split."""
        whole, at = n.args[0], n.args[1] if len(n.args) > 1 else 0
        if not isinstance(whole, fx.Node) or not whole.args or not isinstance(at, int):
            return None
        before, parts = self.made.get(whole.args[0]), self.several[whole][1]  # type: ignore[arg-type]
        maps = all(isinstance(part, Tensor) and part.dim() == 4 for part in parts)
        if before is None or not maps or translation.called(whole.target) not in SPLITS:
            return None
        counts = [part.shape[1] for part in parts]
        if before.dim() != 4 or sum(counts) != before.shape[1] or parts[0].shape[2:] != before.shape[2:]:
            return None
        return ChannelSlice(sum(counts[:at]), sum(counts[: at + 1]))

    def _add_padded(
        self, n: fx.Node, module: nn.Conv2d, before: Tensor, sources: tuple[int, ...], made: Tensor
    ) -> None:
        """Add a convolution whose padding is no zeros as two steps: the padding, and the convolution without any."""
        left, right, top, bottom = module._reversed_padding_repeated_twice
        padded = nn.functional.pad(before, (left, right, top, bottom), mode=module.padding_mode)
        pad = Pad((top, left, bottom, right), module.padding_mode)
        self._put(n, f"{n.target}.pad", str(pad), sources, padded, pad)
        given: Any = module
        sizes = (given.kernel_size, given.stride, 0, given.dilation)
        conv = Conv(module.out_channels, *sizes, module.groups, module.bias is not None)
        tensors = translation.tensors(module, conv)
        self._put(n, str(n.target), _label(module), (self.places[n],), made, conv, tensors, module.parameters())

    def _shuffled(self, n: fx.Node, made: Tensor) -> tuple[ChannelShuffle, fx.Node] | None:
        """Return the shuffle of channels that `n` ends, and what that reads: maps seen as (N, groups, C/groups, H, W),
        the second and third axis turned round, and seen as maps again.
        """
        swap = _unpacked(n.args[0]) if n.args and translation.called(n.target) in VIEWS else None
        split = swap.args[0] if swap is not None and translation.called(swap.target) == "transpose" else None
        if swap is None or not isinstance(split, fx.Node) or translation.called(split.target) not in VIEWS:
            return None
        first, apart = split.args[0], self.made.get(split)
        whole = self.made.get(first) if isinstance(first, fx.Node) else None
        if not isinstance(first, fx.Node) or apart is None or whole is None or first not in self.places:
            return None
        shuffles = apart.dim() == 5 and whole.shape == made.shape and apart.shape[3:] == whole.shape[2:]
        return (ChannelShuffle(apart.shape[1]), first) if shuffles and swap.args[1:] in ((1, 2), (2, 1)) else None


def _unpacked(node: Any) -> fx.Node | None:
    """Return the node behind those that only lay its numbers out anew."""
    while isinstance(node, fx.Node) and translation.called(node.target) in ("contiguous", "clone") and node.args:
        node = node.args[0]
    return node if isinstance(node, fx.Node) else None


def _module_of(n: fx.Node) -> str:
    """Return the path of torch's own layer that an exported operator is the work of; "" for any other."""
    stack = list(n.meta.get("nn_module_stack", {}).values())
    path, kind = stack[-1] if stack else ("", "")
    return str(path) if str(getattr(kind, "__module__", kind)).startswith("torch.nn.modules") else ""


def needed(found: Sequence[Step], last: int) -> list[Step]:
    """Return the steps that the step at `last` is made of, itself at the end."""
    kept = {last}
    for i in range(last, -1, -1):
        if i in kept:
            kept.update(found[i].sources)
    order = sorted(kept - {PICTURE})
    places = {PICTURE: PICTURE, **{old: new for new, old in enumerate(order)}}
    return [replace(found[i], sources=tuple(places[s] for s in found[i].sources)) for i in order]


def _read(n: fx.Node) -> list[fx.Node]:
    """Return the nodes that a step reads, as often as it reads them: twice for x + x."""
    read: list[fx.Node] = []
    fx.node.map_arg((n.args, n.kwargs), read.append)
    return read


def _called(module: nn.Module, x: Tensor, output: str | int | None) -> list[Step]:
    """Return the layers as they were called; each reads the newest step that made just what it was given."""
    with capture(module) as calls, torch.no_grad():
        last = chosen(module(x), output)
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
            tensors = {} if known is None else translation.tensors(call.module, known)
            more = tensors, list(call.module.parameters())
            add(call.name or "module", _label(call.module), sources, call.output, known, *more)
    end = place(last)
    return needed(collected.found, end) if end != PICTURE else collected.found


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.equal(a, b)


def _label(module: nn.Module) -> str:
    """Return what a module calls itself, one line of it."""
    return str(module).split("\n")[0].rstrip("(")
