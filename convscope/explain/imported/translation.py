"""torch's own layers and functions as layers of the formula, where it has exactly these, else None.

Which module is which kind stands in `convscope.nn.table`, with what builds it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as fun
from torch import nn

from ...errors import PlanError
from ...formula import FC, BatchNorm, Layer
from ...nn.table import SAME as SAME
from ...nn.table import TORCH, Found

SOFTMAX = (nn.Softmax, nn.LogSoftmax)

_MODULES: dict[type[nn.Module], Callable[[Any], Found]] = {
    nn.Identity: lambda m: SAME,
    **{module: read for row in TORCH.values() for module, read in row.modules.items()},
}
_FUNCTIONS = {name: read for row in TORCH.values() for name, read in row.functions.items()}
_NAMES = {fun.max_pool2d: "max_pool2d"}  # which calls itself otherwise


def of_module(module: nn.Module) -> Found:
    """Return the layer that `module` computes in evaluation mode, SAME where it changes nothing, None if there is none.

    >>> of_module(nn.Conv2d(1, 16, 5, padding=2))
    Conv(channels=16, kernel=5, stride=1, pad=2, dilation=1, groups=1, bias=True)
    """
    read = _MODULES.get(type(module))
    try:
        return None if read is None else read(module)
    except (PlanError, TypeError):  # an option beyond what the formula allows
        return None


def of_call(target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], out: torch.Tensor) -> Found:
    """Return the layer that a call of a function, or of a tensor's method by its name, computes; `args` begin with the
    tensor, or the tensors that are joined.

    `out` is what it gave: a view or a reshape that flattens is recognised by its shape.
    """
    name = target if isinstance(target, str) else _NAMES.get(target, getattr(target, "__name__", ""))
    read = _FUNCTIONS.get(name)
    first = args[0] if args else kwargs.get("input", kwargs.get("tensors"))
    tensors = first if isinstance(first, (list, tuple)) else [first]
    if read is None or not tensors or not all(isinstance(tensor, torch.Tensor) for tensor in tensors):
        return None
    named = {} if args else {"input": first, "tensors": first}
    try:
        return read(out, *(args or (first,)), **{k: v for k, v in kwargs.items() if k not in named})
    except (PlanError, TypeError, AttributeError):  # likewise, or tensors where the layer takes one
        return None


def tensors(module: nn.Module, layer: Layer) -> dict[str, torch.Tensor]:
    """Return a layer's weights and statistics as the formula names them, on the CPU in float32."""
    given: dict[str, torch.Tensor | None] = {
        **dict(module.named_parameters(recurse=False)),
        **dict(module.named_buffers(recurse=False)),
    }
    tensors = {name: t.detach().to("cpu", torch.float32).clone() for name, t in given.items() if t is not None}
    if isinstance(layer, BatchNorm):
        channels = tensors["running_mean"]
        return {
            "weight": tensors.get("weight", torch.ones_like(channels)),
            "bias": tensors.get("bias", torch.zeros_like(channels)),
            "running_mean": channels,
            "running_var": tensors["running_var"],
        }
    if isinstance(layer, FC):
        return {"weight": tensors["weight"], "bias": tensors.get("bias", torch.zeros(len(tensors["weight"])))}
    return {name: t for name, t in tensors.items() if name in ("weight", "bias")}
