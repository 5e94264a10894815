"""The layer kinds and torch: what builds each, and which of torch's modules and functions are exactly it.

One table serves `build`, which makes modules, and the import of anybody's modules (`convscope.explain.imported`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from ..formula import kinds as k
from ..formula.geometry import ends, pair
from ..formula.network import Node
from . import layers, read
from .read import SAME as SAME
from .read import Found as Found


@dataclass(frozen=True, slots=True)
class Torch:
    """A kind in torch. `make` builds the module of a node.

    `modules`: from a module of that very class to the layer. `functions`: by a function's or a method's name, from what
    it gave and all that it was called with. Both give None for options that the layer has not.
    """

    make: Callable[[Any, Node], nn.Module]
    modules: Mapping[type[nn.Module], Callable[[Any], Found]]
    functions: Mapping[str, Callable[..., Found]]


def _plain(kind: type[k.Layer], module: type[nn.Module], *functions: str) -> Torch:
    """Return the entry of an activation without options; `inplace` may be given, which changes no number."""

    def of_function(out: Tensor, x: Tensor, inplace: bool = False) -> Found:
        return kind()

    return Torch(lambda layer, node: module(), {module: lambda m: kind()}, dict.fromkeys(functions, of_function))


def _conv(m: Any) -> Found:
    pad: Any = {"valid": 0, "same": "same"}.get(m.padding) if isinstance(m.padding, str) else m.padding
    if m.padding_mode != "zeros":
        return None
    return k.Conv(m.out_channels, m.kernel_size, m.stride, pad, m.dilation, m.groups, m.bias is not None)


def _max_pool(m: Any) -> Found:
    return None if m.return_indices else k.MaxPool(m.kernel_size, m.stride, m.padding, m.dilation, m.ceil_mode)


def _avg_pool(m: Any) -> Found:
    sizes = (m.kernel_size, m.stride, m.padding)
    return None if m.divisor_override is not None else k.AvgPool(*sizes, m.ceil_mode, m.count_include_pad)


def _as_module(module: type[nn.Module], read: Callable[[Any], Found]) -> Callable[..., Found]:
    """Return what reads a function whose options are those of `module` in the same order."""
    return lambda out, x, *args, **kwargs: read(module(*args, **kwargs))


def _make_max(layer: k.MaxPool, node: Node) -> nn.Module:
    w = layer.window
    if w.pad == w.pad_end:
        return nn.MaxPool2d(w.kernel, w.stride, w.pad, w.dilation, ceil_mode=w.ceil)
    reach = [(n - 1) * s + e for n, s, e in zip(node.output[1:], w.stride, w.extent, strict=True)]
    bottom, right = (r - n - p for r, n, p in zip(reach, node.input[1:], w.pad, strict=True))
    pool = nn.MaxPool2d(w.kernel, w.stride, 0, w.dilation)
    return layers.PaddedPool((*w.pad, bottom, right), -math.inf, pool)


def _make_avg(layer: k.AvgPool, node: Node) -> nn.Module:
    w, counted = layer.window, layer.count_include_pad
    if w.pad == w.pad_end:
        return nn.AvgPool2d(w.kernel, w.stride, w.pad, w.ceil, counted)
    return layers.MeanPool(w.pads, w.kernel, w.stride, (node.input[1:], node.output[1:]), counted)


def _whole_maps(out: Tensor, x: Tensor, *args: Any, **kwargs: Any) -> Found:
    whole = x.dim() == 4 and out.shape in ((*x.shape[:2], 1, 1), x.shape[:2])
    return k.GlobalAvgPool() if whole else None


def _adaptive(m: nn.AdaptiveAvgPool2d) -> Found:
    size: Any = m.output_size
    return k.GlobalAvgPool() if size in (1, (1, 1)) else k.AdaptiveAvgPool(size)


def _adaptive_call(out: Tensor, x: Tensor, output_size: Any) -> Found:
    if x.dim() != 4:
        return None
    return k.GlobalAvgPool() if out.shape[2:] == (1, 1) else k.AdaptiveAvgPool((out.shape[2], out.shape[3]))


def _concat(out: Tensor, tensors: Sequence[Tensor], dim: int = 0) -> Found:
    if len(tensors) == 1:
        return SAME
    joins = all(x.dim() == out.dim() in (2, 4) for x in tensors)
    return k.Concat() if joins and dim in (1, 1 - out.dim()) else None


def _batch_norm(m: Any) -> Found:
    return k.BatchNorm(m.eps) if m.running_mean is not None else None


def _make_pad(layer: k.Pad) -> nn.Module:
    (top, left), (bottom, right) = ends(layer.sides)
    return layers.Pad((top, left, bottom, right), layer.mode, layer.value)


def _dropout(m: Any) -> Found:
    return k.Dropout(m.p) if m.p < 1 else SAME


def _dropout_call(out: Tensor, x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Found:
    return k.Dropout(p)


def _flatten(m: nn.Flatten) -> Found:
    return k.Flatten() if (m.start_dim, m.end_dim) == (1, -1) else None


def _reshaped(out: Tensor, x: Tensor, *args: Any, **kwargs: Any) -> Found:
    if out.shape == x.shape:
        return SAME
    return k.Flatten() if x.dim() == 4 and out.shape == (len(x), x[0].numel()) else None


def _add(out: Tensor, x: Tensor, other: Any, *, alpha: float = 1) -> Found:
    return k.Add() if alpha == 1 and _joined(out, x, other) else None


def _mul(out: Tensor, x: Tensor, other: Any) -> Found:
    return k.Mul() if _joined(out, x, other) else None


def _joined(out: Tensor, x: Tensor, other: Any) -> bool:
    """Whether one of the two has the result's shape, and the other one too or a single number where it has several."""
    return isinstance(other, Tensor) and x.dim() == other.dim() and out.shape in (x.shape, other.shape)


def _leaky(out: Tensor, x: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Found:
    return k.LeakyReLU(negative_slope)


def _elu(out: Tensor, x: Tensor, alpha: float = 1.0, inplace: bool = False) -> Found:
    return k.ELU(alpha)


def _make_conv(layer: k.Conv, node: Node) -> nn.Module:
    w = layer.window
    sizes = (node.input[0], layer.channels, w.kernel, w.stride)
    rest = (w.dilation, layer.groups, layer.bias)
    if w.pad != w.pad_end:
        return layers.PaddedConv(w.pads, *sizes, 0, *rest)
    one_column = node.input[0] == 1 and node.output[2] == 1 and w.stride[1] > 1
    return (layers.PlanarConv if one_column else nn.Conv2d)(*sizes, w.pad, *rest)


def _make_transposed(layer: k.ConvTranspose, node: Node) -> nn.Module:
    before, after = ends(layer.pad)
    sizes = (node.input[0], layer.channels, pair(layer.kernel), pair(layer.stride))
    rest = (pair(layer.output_padding), layer.groups, layer.bias, pair(layer.dilation))
    if before == after:
        return nn.ConvTranspose2d(*sizes, before, *rest)
    return layers.CutTransposed((*before, *after), *sizes, 0, *rest)


_RESHAPES = ("flatten", "view", "reshape", "squeeze", "contiguous", "clone", "to", "float", "detach")

TORCH: dict[type[k.Layer], Torch] = {
    k.Conv: Torch(_make_conv, {nn.Conv2d: _conv}, {}),
    k.ReLU: _plain(k.ReLU, nn.ReLU, "relu", "relu_"),
    k.ReLU6: _plain(k.ReLU6, nn.ReLU6, "relu6"),
    k.LeakyReLU: Torch(
        lambda layer, node: nn.LeakyReLU(layer.slope),
        {nn.LeakyReLU: lambda m: k.LeakyReLU(m.negative_slope)},
        {"leaky_relu": _leaky, "leaky_relu_": _leaky},
    ),
    k.PReLU: Torch(
        lambda layer, node: layers.ChannelPReLU(node.input[0]) if layer.per_channel else nn.PReLU(),
        {nn.PReLU: lambda m: k.PReLU(m.num_parameters > 1), layers.ChannelPReLU: lambda m: k.PReLU(True)},
        {},
    ),
    k.ELU: Torch(
        lambda layer, node: nn.ELU(layer.alpha), {nn.ELU: lambda m: k.ELU(m.alpha)}, {"elu": _elu, "elu_": _elu}
    ),
    k.GELU: Torch(
        lambda layer, node: nn.GELU(),
        {nn.GELU: lambda m: k.GELU() if m.approximate == "none" else k.GELUTanh()},
        {"gelu": read.gelu},
    ),
    k.GELUTanh: Torch(lambda layer, node: nn.GELU("tanh"), {}, {}),
    k.Clip: Torch(
        lambda layer, node: nn.Hardtanh(layer.low, layer.high),
        {nn.Hardtanh: lambda m: read.clip(m, m, m.min_val, m.max_val)},
        {"clamp": read.clip, "clamp_": read.clip, "clip": read.clip, "hardtanh": read.hardtanh},
    ),
    k.Softplus: Torch(
        lambda layer, node: nn.Softplus(threshold=50.0),  # from where on a double holds no difference
        {nn.Softplus: lambda m: read.softplus(m, m, m.beta, m.threshold)},
        {"softplus": read.softplus},
    ),
    k.SiLU: _plain(k.SiLU, nn.SiLU, "silu"),
    k.HardSwish: _plain(k.HardSwish, nn.Hardswish, "hardswish"),
    k.Sigmoid: _plain(k.Sigmoid, nn.Sigmoid, "sigmoid", "sigmoid_"),
    k.HardSigmoid: _plain(k.HardSigmoid, nn.Hardsigmoid, "hardsigmoid"),
    k.Tanh: _plain(k.Tanh, nn.Tanh, "tanh", "tanh_"),
    k.MaxPool: Torch(
        _make_max,
        {nn.MaxPool2d: _max_pool},
        {"max_pool2d": _as_module(nn.MaxPool2d, _max_pool), "amax": read.largest},
    ),
    k.AvgPool: Torch(
        _make_avg,
        {nn.AvgPool2d: _avg_pool},
        {"avg_pool2d": _as_module(nn.AvgPool2d, _avg_pool)},
    ),
    k.GlobalAvgPool: Torch(
        lambda layer, node: nn.AdaptiveAvgPool2d(1), {nn.AdaptiveAvgPool2d: _adaptive}, {"mean": _whole_maps}
    ),
    k.AdaptiveAvgPool: Torch(
        lambda layer, node: nn.AdaptiveAvgPool2d(layer.size),
        {nn.AdaptiveAvgPool2d: _adaptive},
        {"adaptive_avg_pool2d": _adaptive_call},
    ),
    k.BatchNorm: Torch(
        lambda layer, node: layers.batch_norm(node.input[0], node.flat, layer.eps),
        {nn.BatchNorm1d: _batch_norm, nn.BatchNorm2d: _batch_norm},
        {},
    ),
    k.GroupNorm: Torch(
        lambda layer, node: nn.GroupNorm(layer.groups, node.input[0], layer.eps),
        {nn.GroupNorm: read.group_norm, nn.InstanceNorm2d: read.instance_norm},
        {},
    ),
    k.LayerNorm: Torch(
        lambda layer, node: layers.ChannelNorm(node.input[0], layer.eps),
        {layers.ChannelNorm: lambda m: k.LayerNorm(m.eps), nn.LayerNorm: read.layer_norm},
        {},
    ),
    k.LRN: Torch(
        lambda layer, node: nn.LocalResponseNorm(layer.size, layer.alpha, layer.beta, layer.k),
        {nn.LocalResponseNorm: read.lrn},
        {"local_response_norm": _as_module(nn.LocalResponseNorm, read.lrn)},
    ),
    k.Scale: Torch(lambda layer, node: layers.Scale(node.input[0], layer.bias), {}, {}),
    k.Pad: Torch(
        lambda layer, node: _make_pad(layer),
        {
            layers.Pad: lambda m: k.Pad(m.pads, {"constant": "zeros"}.get(m.mode, m.mode), m.value),
            nn.ConstantPad2d: lambda m: read.pad(m, "zeros", m.value),
            nn.CircularPad2d: lambda m: read.pad(m, "circular"),
            nn.ZeroPad2d: lambda m: read.pad(m, "zeros"),
            nn.ReflectionPad2d: lambda m: read.pad(m, "reflect"),
            nn.ReplicationPad2d: lambda m: read.pad(m, "replicate"),
        },
        {"pad": read.pad_call},
    ),
    k.Upsample: Torch(
        lambda layer, node: nn.Upsample(scale_factor=pair(layer.scale), mode=layer.mode),
        {nn.Upsample: read.upsample},
        {"interpolate": read.interpolate},
    ),
    k.ConvTranspose: Torch(_make_transposed, {nn.ConvTranspose2d: read.conv_transpose}, {}),
    k.ChannelShuffle: Torch(
        lambda layer, node: nn.ChannelShuffle(layer.groups),
        {nn.ChannelShuffle: lambda m: k.ChannelShuffle(m.groups)},
        {"channel_shuffle": lambda out, x, groups: k.ChannelShuffle(groups)},
    ),
    k.ChannelSlice: Torch(
        lambda layer, node: layers.ChannelSlice(layer.first, layer.end),
        {layers.ChannelSlice: lambda m: k.ChannelSlice(m.first, m.end)},
        {"narrow": read.narrow, "getitem": read.indexed},
    ),
    k.Tokens: Torch(
        lambda layer, node: layers.Tokens(node.input[0], layer.extra),
        {layers.Tokens: lambda m: k.Tokens(m.extra)},
        {},
    ),
    k.Position: Torch(lambda layer, node: layers.Position(node.input), {layers.Position: lambda m: k.Position()}, {}),
    k.Softmax: Torch(
        lambda layer, node: nn.Softmax(1),
        {nn.Softmax: read.shares(k.Softmax)},
        {"softmax": read.shares_call(k.Softmax)},
    ),
    k.LogSoftmax: Torch(
        lambda layer, node: nn.LogSoftmax(1),
        {nn.LogSoftmax: read.shares(k.LogSoftmax)},
        {"log_softmax": read.shares_call(k.LogSoftmax)},
    ),
    k.Dropout: Torch(
        lambda layer, node: nn.Dropout(layer.p),
        {nn.Dropout: _dropout, nn.Dropout2d: _dropout},
        {"dropout": _dropout_call, "dropout2d": _dropout_call, "stochastic_depth": read.stochastic_depth},
    ),
    k.Flatten: Torch(lambda layer, node: layers.Flatten(), {nn.Flatten: _flatten}, dict.fromkeys(_RESHAPES, _reshaped)),
    k.FC: Torch(
        lambda layer, node: nn.Linear(node.input[0], node.output[0]), {nn.Linear: lambda m: k.FC(m.out_features)}, {}
    ),
    k.Crop: Torch(lambda layer, node: layers.RandomCrop(pair(layer.size)), {}, {}),
    k.Add: Torch(
        lambda layer, node: layers.Sum(), {}, dict.fromkeys(("add", "add_", "iadd", "__add__", "__iadd__"), _add)
    ),
    k.Mul: Torch(
        lambda layer, node: layers.Product(),
        {},
        dict.fromkeys(("mul", "mul_", "imul", "multiply", "__mul__", "__imul__"), _mul)
        | dict.fromkeys(("square", "pow", "pow_", "__pow__"), read.square),
    ),
    k.Concat: Torch(lambda layer, node: layers.Concat(), {}, dict.fromkeys(("cat", "concat", "concatenate"), _concat)),
}
