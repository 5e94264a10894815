"""Looking at what flows through a torch module: the only place with hooks. The module is left as it was.

>>> with capture(net) as calls, torch.no_grad():                              # doctest: +SKIP
...     net(pictures)
>>> calls[0].name, calls[0].output.shape                                      # doctest: +SKIP
('conv1', torch.Size([4, 16, 24, 24]))
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import InputError, phrase


@dataclass(frozen=True, eq=False)
class Call:
    """One passage through a layer: its name as `named_modules` has it, "#2" behind it the second time."""

    name: str
    module: nn.Module
    inputs: tuple[Tensor, ...]
    output: Tensor


@contextlib.contextmanager
def untouched(module: nn.Module) -> Iterator[None]:
    """Put `module` in evaluation mode for a while; then undo everything that looking can change, after exceptions too.

    That is: the mode of every module in it, hooks it was given, gradients, which parameters require them, buffers, and
    the random state of torch, numpy and Python. Raises InputError for lazy layers: looking would initialise them.
    """
    if any(nn.parameter.is_lazy(t) for t in (*module.parameters(), *module.buffers())):
        raise InputError("module.lazy", hint=phrase("module.lazy.try"))
    every = list(module.modules())
    modes = [(m, m.training) for m in every if hasattr(m, "training")]  # a frozen TorchScript program has none
    modules = [m for m in every if not isinstance(m, torch.jit.ScriptModule)]  # whose hooks are out of reach
    hooks = [(held, dict(held)) for m in modules for held in _hooks(m)]
    parameters = [(p, p.requires_grad, p.grad, None if p.grad is None else p.grad.clone()) for p in module.parameters()]
    buffers = [(m, dict(m._buffers)) for m in modules]
    values = [(b, b.detach().clone()) for b in module.buffers()]
    chance = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        try:
            if modes:
                module.eval()
            yield
        finally:
            for m, mode in modes:
                m.training = mode
            for held, before in hooks:
                held.clear()
                held.update(before)
            for p, requires, gradient, value in parameters:
                p.requires_grad_(requires)
                p.grad = gradient
                if gradient is not None and value is not None:
                    gradient.data.copy_(value)
            for m, kept in buffers:
                m._buffers.clear()
                m._buffers.update(kept)
            for b, before_value in values:
                b.data.copy_(before_value)
            random.setstate(chance[0])
            np.random.set_state(chance[1])


@contextlib.contextmanager
def capture(module: nn.Module, names: Collection[str] | None = None) -> Iterator[list[Call]]:
    """Yield a list to which every passage through the layers in `names` is added, in order; the module stays
    `untouched`.

    Without `names` these are the layers that hold no others. Tensors are the very ones that were computed, with their
    graph unless gradients are off; what a later layer does in place does not reach them. Raises InputError for an
    unknown name.
    """
    known = dict(module.named_modules())
    if names is not None and (strange := sorted(set(names) - known.keys())):
        raise InputError(
            "module.layer", got=strange[0], expected=phrase("guess.any", words=", ".join(filter(None, known)))
        )
    leaves = [name for name, m in known.items() if not any(m.children())] if names is None else list(names)
    calls: list[Call] = []
    counts: dict[str, int] = {}

    def hook(name: str) -> Any:
        def added(layer: nn.Module, inputs: tuple[Any, ...], output: Any) -> Any:
            if not isinstance(output, Tensor):
                return None
            counts[name] = counts.get(name, 0) + 1
            label = name if counts[name] == 1 else f"{name}#{counts[name]}"
            calls.append(Call(label, layer, tuple(i for i in inputs if isinstance(i, Tensor)), output))
            return output.clone()  # a layer that works in place gets the copy

        return added

    with untouched(module):
        handles = [known[name].register_forward_hook(hook(name)) for name in leaves]
        try:
            yield calls
        finally:
            for handle in handles:
                handle.remove()


def _hooks(module: nn.Module) -> list[dict[Any, Any]]:
    names = (
        "_forward_hooks",
        "_forward_pre_hooks",
        "_backward_hooks",
        "_backward_pre_hooks",
        "_forward_hooks_with_kwargs",
    )
    return [getattr(module, name) for name in names if hasattr(module, name)]
