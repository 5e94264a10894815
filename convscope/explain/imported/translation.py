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
from ...formula import FC, BatchNorm, Conv, GroupNorm, Layer, LayerNorm, PReLU, Scale
from ...nn.table import SAME as SAME
from ...nn.table import TORCH, Found

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
    args, kwargs = _plain(target, args, kwargs)
    read = _FUNCTIONS.get(called(target))
    first = args[0] if args else kwargs.get("input", kwargs.get("tensors"))
    tensors = first if isinstance(first, (list, tuple)) else [first]
    if read is None or not tensors or not all(isinstance(tensor, torch.Tensor) for tensor in tensors):
        return None
    named = {} if args else {"input": first, "tensors": first}
    try:
        return read(out, *(args or (first,)), **{k: v for k, v in kwargs.items() if k not in named})
    except (PlanError, TypeError, AttributeError):  # likewise, or tensors where the layer takes one
        return None


def called(target: Any) -> str:
    """Return what a function, a method or an operator of a graph is called."""
    if isinstance(target, torch._ops.OpOverload):
        return target._schema.name.rpartition("::")[2]
    if isinstance(target, str):
        return target
    return str(_NAMES.get(target) or getattr(target, "__name__", target))


def _plain(target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return an operator's arguments as its function takes them: sizes as tuples, a stride that is left out as None."""
    if not isinstance(target, torch._ops.OpOverload):
        return args, kwargs
    return tuple(map(_size, args)), {name: _size(v) for name, v in kwargs.items()}


def _size(value: Any) -> Any:
    whole = isinstance(value, list) and all(isinstance(n, int) for n in value)
    return (tuple(value) or None) if whole else value


def of_weighted(
    target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Layer, dict[str, torch.Tensor]] | None:
    """Return the layer and its tensors of a function that is given weights, None for any other call."""
    read = _WEIGHTED.get(called(target))
    args, kwargs = _plain(target, args, kwargs)
    try:
        made = None if read is None else read(*args, **kwargs)
    except (PlanError, TypeError, AttributeError):
        return None
    if made is None:
        return None
    layer, found = made
    return layer, {name: t.detach().to("cpu", torch.float32).clone() for name, t in found.items() if t is not None}


def of_constant(
    target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], x: torch.Tensor
) -> tuple[Layer, dict[str, torch.Tensor]] | None:
    """Return the scaling and its tensors of a sum, difference, product or quotient of `x`, one of two arguments, and a
    constant: a number, or a tensor with no more than one number a channel. None for any other call.
    """
    kind = ARITHMETIC.get(called(target))
    if kind is None or len(args) != 2 or kwargs not in ({}, {"alpha": 1}) or x.dim() not in (2, 4):
        return None
    first = args[0] is x
    other = _by_channel(args[1] if first else args[0], x)
    if kind == "rsub":
        kind, first = "sub", not first
    if other is None or (kind == "div" and not first):
        return None
    one = torch.ones_like(other)
    weight = {"mul": other, "div": 1 / other}.get(kind, one if first or kind == "add" else -one)
    bias = -other if kind == "sub" and first else other
    tensors = {"weight": weight[:, None, None]}
    return (Scale(False), tensors) if kind in ("mul", "div") else (Scale(), {**tensors, "bias": bias[:, None, None]})


ARITHMETIC = {
    **dict.fromkeys(("add", "add_", "iadd", "__add__", "__radd__", "__iadd__"), "add"),
    **dict.fromkeys(("sub", "sub_", "isub", "subtract", "__sub__", "__isub__"), "sub"),
    **dict.fromkeys(("rsub", "__rsub__"), "rsub"),
    **dict.fromkeys(("mul", "mul_", "imul", "multiply", "__mul__", "__rmul__", "__imul__"), "mul"),
    **dict.fromkeys(("div", "div_", "truediv", "itruediv", "divide", "__truediv__", "__itruediv__"), "div"),
}


def _by_channel(constant: Any, x: torch.Tensor) -> torch.Tensor | None:
    """Return one number a channel where a constant has no more than that, laid along `x`, maps or rows."""
    if isinstance(constant, (int, float)) and not isinstance(constant, bool):
        return torch.full((x.shape[1],), float(constant))
    if not isinstance(constant, torch.Tensor) or constant.dim() > x.dim():
        return None
    numbers: torch.Tensor = constant.detach().to("cpu", torch.float32).reshape(-1)
    if numbers.numel() == 1:
        return numbers.expand(x.shape[1]).clone()
    laid = (1,) * (x.dim() - constant.dim()) + tuple(constant.shape)
    return numbers.clone() if laid == (1, x.shape[1]) + (1,) * (x.dim() - 2) else None


def _conv2d(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> tuple[Layer, dict[str, Any]]:
    pad: Any = {"valid": 0, "same": "same"}[padding] if isinstance(padding, str) else padding
    kernel = (weight.shape[2], weight.shape[3])
    layer = Conv(weight.shape[0], kernel, stride, pad, dilation, groups, bias is not None)
    return layer, {"weight": weight, "bias": bias}


def _convolution(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    output_padding: Any,
    groups: int,
    *how: bool,
) -> tuple[Layer, dict[str, Any]] | None:
    """The operator beneath all convolutions, which a traced program calls, with how it is computed."""
    plain = not transposed and weight.dim() == 4
    return _conv2d(input, weight, bias, stride, padding, dilation, groups) if plain else None


def _linear(
    input: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None
) -> tuple[Layer, dict[str, Any]]:
    return FC(len(weight)), {"weight": weight, "bias": torch.zeros(len(weight)) if bias is None else bias}


def _normalised(
    input: torch.Tensor,
    mean: torch.Tensor,
    var: torch.Tensor,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    cudnn_enabled: bool = False,
) -> tuple[Layer, dict[str, Any]] | None:
    one, none = torch.ones_like(mean), torch.zeros_like(mean)
    tensors = {"weight": one if weight is None else weight, "bias": none if bias is None else bias}
    return None if training else (BatchNorm(eps), {**tensors, "running_mean": mean, "running_var": var})


def _normalised_operator(
    input: torch.Tensor, weight: Any, bias: Any, mean: torch.Tensor, var: torch.Tensor, *more: Any
) -> tuple[Layer, dict[str, Any]] | None:
    return _normalised(input, mean, var, weight, bias, *more)


def _group_norm(
    input: torch.Tensor,
    num_groups: int,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> tuple[Layer, dict[str, Any]]:
    one = torch.ones(input.shape[1])
    return GroupNorm(num_groups, eps), {
        "weight": one if weight is None else weight,
        "bias": torch.zeros_like(one) if bias is None else bias,
    }


def _instance_norm(input: torch.Tensor, *args: Any, **kwargs: Any) -> tuple[Layer, dict[str, Any]] | None:
    """As many groups as channels; by running statistics it is what a batch normalisation is after training."""
    names = _INSTANCE_OPERATOR if len(args) == len(_INSTANCE_OPERATOR) else _INSTANCE_FUNCTION
    given = dict(zip(names, args, strict=False)) | kwargs
    weight, bias, eps = given.get("weight"), given.get("bias"), given.get("eps", 1e-5)
    if given.get("use_input_stats", True):
        return _group_norm(input, input.shape[1], weight, bias, eps)
    return _normalised(input, given["running_mean"], given["running_var"], weight, bias, eps=eps)


_MORE = ("use_input_stats", "momentum", "eps")
_INSTANCE_FUNCTION = ("running_mean", "running_var", "weight", "bias", *_MORE)
_INSTANCE_OPERATOR = ("weight", "bias", "running_mean", "running_var", *_MORE, "cudnn_enabled")


def _prelu(input: torch.Tensor, weight: torch.Tensor) -> tuple[Layer, dict[str, Any]] | None:
    several = weight.numel() > 1
    layer = PReLU(several)
    return (layer, {"weight": weight.reshape(-1, 1, 1) if several else weight}) if input.dim() in (2, 4) else None


_WEIGHTED: dict[str, Callable[..., tuple[Layer, dict[str, Any]] | None]] = {
    "conv2d": _conv2d,
    **dict.fromkeys(("convolution", "_convolution"), _convolution),
    "linear": _linear,
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
    "prelu": _prelu,
    "batch_norm": lambda x, *args, **kwargs: (
        _normalised_operator if len(args) > 3 and isinstance(args[2], torch.Tensor) and len(args) == 8 else _normalised
    )(x, *args, **kwargs),
}


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
    if isinstance(layer, PReLU) and layer.per_channel:
        return {"weight": tensors["weight"].reshape(-1, 1, 1)}
    own = {name: t for name, t in tensors.items() if name in ("weight", "bias")}
    if isinstance(layer, (GroupNorm, LayerNorm)) and len(own) < 2:  # without what it may learn
        norm: Any = module
        sizes = getattr(norm, "num_channels", None) or getattr(norm, "num_features", None) or norm.normalized_shape[0]
        return {"weight": torch.ones(sizes), "bias": torch.zeros(sizes)} | own
    return own
