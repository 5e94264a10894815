"""torch's own layers and functions as layers of the formula, where it has them to the letter; None where it has not."""

from __future__ import annotations

import operator
from typing import Any, TypeAlias

import torch
import torch.nn.functional as fun
from torch import nn

from ...errors import PlanError
from ...formula import layers as f
from ...formula.network import Add


class Same:
    """What hands its input on unchanged."""


SAME = Same()
SOFTMAX = (nn.Softmax, nn.LogSoftmax)

Found: TypeAlias = f.Layer | Same | None


def of_module(module: nn.Module) -> Found:
    """Return the layer that `module` computes in evaluation mode, SAME where it changes nothing, None if there is none.

    >>> of_module(nn.Conv2d(1, 16, 5, padding=2))
    Conv(channels=16, kernel=5, stride=1, pad=2, dilation=1, groups=1, bias=True)
    """
    try:
        return _of_module(module)
    except (PlanError, TypeError):  # an option beyond what the formula allows
        return None


def _of_module(m: Any) -> Found:
    kind = type(m)
    if kind is nn.Conv2d:
        pad: Any = {"valid": 0, "same": "same"}.get(m.padding) if isinstance(m.padding, str) else m.padding
        if m.padding_mode != "zeros":
            return None
        return f.Conv(m.out_channels, m.kernel_size, m.stride, pad, m.dilation, m.groups, m.bias is not None)
    if kind is nn.MaxPool2d:
        return None if m.dilation not in (1, (1, 1)) or m.return_indices else _pool(f.MaxPool, m)
    if kind is nn.AvgPool2d:
        odd = m.divisor_override is not None or (not m.count_include_pad and m.padding not in (0, (0, 0)))
        return None if odd else _pool(f.AvgPool, m)
    if kind is nn.AdaptiveAvgPool2d:
        return f.GlobalAvgPool() if m.output_size in (1, (1, 1)) else None
    if kind in (nn.BatchNorm1d, nn.BatchNorm2d):
        return f.BatchNorm() if m.running_mean is not None else None
    if kind is nn.LeakyReLU:
        return f.LeakyReLU(m.negative_slope)
    if kind is nn.PReLU:
        return f.PReLU() if m.num_parameters == 1 else None
    if kind in (nn.Dropout, nn.Dropout2d):
        return f.Dropout(m.p) if m.p < 1 else SAME
    if kind is nn.Flatten:
        return f.Flatten() if (m.start_dim, m.end_dim) == (1, -1) else None
    if kind is nn.Linear:
        return f.FC(m.out_features)
    plain: dict[Any, Found] = {nn.ReLU: f.ReLU(), nn.Sigmoid: f.Sigmoid(), nn.Tanh: f.Tanh(), nn.Identity: SAME}
    return plain.get(kind)


def _pool(kind: type[f.MaxPool] | type[f.AvgPool], m: Any) -> f.Layer:
    return kind(m.kernel_size, m.stride, m.padding)  # ceil_mode: the sizes are compared with what was computed


def of_call(target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], out: torch.Tensor) -> Found:
    """Return the layer that a call of a function, or of a tensor's method by its name, computes; `args` begin with the
    tensor.

    `out` is what it gave: a view, a reshape or a flatten is told by that.
    """
    name = target if isinstance(target, str) else getattr(target, "__name__", "")
    x = args[0] if args else None
    if not isinstance(x, torch.Tensor):
        return None
    if target in (operator.add, operator.iadd, torch.add) or name in ("add", "add_", "__add__"):
        tensors = len(args) == 2 and isinstance(args[1], torch.Tensor) and args[1].shape == x.shape
        return Add() if tensors and kwargs.get("alpha", 1) == 1 else None
    if name in ("flatten", "view", "reshape", "squeeze", "contiguous", "clone", "to", "float", "detach"):
        return _reshaped(x, out)
    if name in ("mean", "adaptive_avg_pool2d"):
        whole = x.dim() == 4 and out.shape in ((*x.shape[:2], 1, 1), x.shape[:2])
        return f.GlobalAvgPool() if whole else None
    try:
        return _of_function(target, name, args, kwargs)
    except (PlanError, TypeError):
        return None


def _reshaped(x: torch.Tensor, out: torch.Tensor) -> Found:
    if out.shape == x.shape:
        return SAME
    return f.Flatten() if x.dim() == 4 and out.shape == (len(x), x[0].numel()) else None


def _of_function(target: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Found:
    plain = {"relu": f.ReLU(), "relu_": f.ReLU(), "sigmoid": f.Sigmoid(), "tanh": f.Tanh()}
    if name in plain:
        return plain[name]
    if name in ("dropout", "dropout2d"):
        return f.Dropout(_given(args, kwargs, 1, "p", 0.5))
    if name == "leaky_relu":
        return f.LeakyReLU(_given(args, kwargs, 1, "negative_slope", 0.01))
    if target in (fun.max_pool2d, torch.max_pool2d) or name in ("max_pool2d", "boolean_dispatch"):
        return _of_module(_module(nn.MaxPool2d, args, kwargs))
    if target in (fun.avg_pool2d,) or name == "avg_pool2d":
        return _of_module(_module(nn.AvgPool2d, args, kwargs))
    return None


def _module(kind: type[nn.Module], args: tuple[Any, ...], kwargs: dict[str, Any]) -> nn.Module:
    """Return the module of which a function is the naked form: the same options in the same order."""
    return kind(*args[1:], **{k: v for k, v in kwargs.items() if k != "input"})


def _given(args: tuple[Any, ...], kwargs: dict[str, Any], place: int, name: str, default: float) -> Any:
    return args[place] if len(args) > place else kwargs.get(name, default)


def tensors(module: nn.Module, layer: f.Layer) -> dict[str, torch.Tensor]:
    """Return a layer's weights and statistics as the formula names them, on the CPU in float32.

    The formula's BatchNorm adds 1e-5 to the variance; another epsilon is put into the variance, so that the sum is the
    same.
    """
    given: dict[str, Any] = {
        **dict(module.named_parameters(recurse=False)),
        **dict(module.named_buffers(recurse=False)),
    }
    made = {name: t.detach().to("cpu", torch.float32).clone() for name, t in given.items() if t is not None}
    if isinstance(layer, f.BatchNorm):
        channels = made["running_mean"]
        eps: Any = module.eps
        return {
            "weight": made.get("weight", torch.ones_like(channels)),
            "bias": made.get("bias", torch.zeros_like(channels)),
            "running_mean": channels,
            "running_var": made["running_var"].double().add(eps - 1e-5).float(),
        }
    if isinstance(layer, f.FC):
        return {"weight": made["weight"], "bias": made.get("bias", torch.zeros(len(made["weight"])))}
    return {name: t for name, t in made.items() if name in ("weight", "bias")}
