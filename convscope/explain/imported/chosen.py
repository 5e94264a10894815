"""A torch module that gives several things, or reads another precision: its output is chosen, its input cast."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

from ...errors import InputError, phrase


def check_module(module: Any) -> None:
    """Raise InputError for what is no module: weights alone."""
    if isinstance(module, Mapping):
        raise InputError("module.weights", got=f"{len(module)}", hint=phrase("module.weights.try"))


def in_single(module: nn.Module) -> nn.Module:
    """Return a module in half precision as a copy in float32, since layers that round so coarsely are compared with
    nothing; any other as it is.
    """
    held = (t.dtype for t in chain(module.parameters(), module.buffers()))
    halves = any(dtype in (torch.float16, torch.bfloat16) for dtype in held)
    return copy.deepcopy(module).float() if halves and not isinstance(module, torch.jit.ScriptModule) else module


def read_by(module: nn.Module, x: Tensor) -> Tensor:
    """Return pictures in the precision and on the device of the module's own numbers."""
    held = next((t for t in chain(module.parameters(), module.buffers()) if t.is_floating_point()), x)
    return x.to(held.device, held.dtype)


def chosen(made: Any, output: str | int | None) -> Tensor:
    """Return the tensor that is meant of what a module gave: of several the one that `output` names or counts.

    Raises InputError where there are several and nothing chooses, or none.
    """
    parts = _parts(made)
    alone = next(iter(parts.values())) if len(parts) == 1 else None
    found: Tensor | None = alone if output is None else parts.get(str(output))
    if found is None and isinstance(output, int) and 0 <= output < len(parts):  # counted, where they have names
        found = list(parts.values())[output]
    if found is None:
        shapes = ", ".join(f"{name}: {tuple(tensor.shape)}" for name, tensor in list(parts.items())[:8])
        first = next(iter(parts), "0")
        shown = first if first.isdecimal() else f'"{first}"'
        raise InputError(
            "module.outputs", got=shapes or type(made).__name__, hint=phrase("module.outputs.try", name=shown)
        )
    return found


def _parts(made: Any) -> dict[str, Any]:
    """Return the tensors in what a module gave, by name or number."""
    if isinstance(made, Tensor):
        return {"0": made}
    if isinstance(made, Mapping):
        return {str(name): part for name, part in made.items() if isinstance(part, Tensor)}
    if is_dataclass(made):
        named = {field.name: getattr(made, field.name) for field in fields(made)}
        return {name: part for name, part in named.items() if isinstance(part, Tensor)}
    if isinstance(made, (tuple, list)):
        return {str(i): part for i, part in enumerate(made) if isinstance(part, Tensor)}
    return {}
