"""torch's modules and functions with options, as layers: None for options that a layer has not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from torch import Tensor, nn

from ..formula import kinds as k
from ..formula.kinds.activations import LARGEST_FLOAT


class Same:
    """What hands its input on unchanged."""


SAME: Final = Same()

Found: TypeAlias = k.Layer | Same | None


def gelu(out: Tensor, x: Tensor, approximate: str = "none") -> Found:
    return k.GELU() if approximate == "none" else k.GELUTanh()


def clip(out: Tensor, x: Tensor, min: Any = None, max: Any = None) -> Found:
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        return None
    if (min, max) == (0, 6):
        return k.ReLU6()
    return k.Clip(-LARGEST_FLOAT if min is None else min, LARGEST_FLOAT if max is None else max)


def hardtanh(out: Tensor, x: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Found:
    return clip(out, x, min_val, max_val)


def softplus(out: Tensor, x: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Found:
    return k.Softplus() if beta == 1 and threshold >= 20 else None  # beyond 20 they differ by less than 3e-9


def square(out: Tensor, x: Tensor, exponent: Any = 2) -> Found:
    """x² is x·x, which reads its one value twice."""
    return k.Mul() if isinstance(exponent, (int, float)) and exponent == 2 else None


def largest(out: Tensor, x: Tensor, dim: Any = (), keepdim: bool = False) -> Found:
    """The largest number of each map."""
    axes = {axis % x.dim() for axis in ((dim,) if isinstance(dim, int) else dim)}
    return k.MaxPool((x.shape[2], x.shape[3])) if x.dim() == 4 and axes == {2, 3} else None


def lrn(m: nn.LocalResponseNorm) -> Found:
    return k.LRN(m.size, m.alpha, m.beta, m.k)


def pad(m: Any, mode: str, value: float = 0.0) -> Found:
    left, right, top, bottom = m.padding
    return k.Pad((top, left, bottom, right), mode, value) if min(m.padding) >= 0 else None


def pad_call(out: Tensor, x: Tensor, pad: Any, mode: str = "constant", value: float | None = None) -> Found:
    """Of maps, to the left and right, and above and below where these are given."""
    left, right, top, bottom = (*pad, 0, 0)[:4]
    if x.dim() != 4 or len(pad) not in (2, 4) or min(pad) < 0:
        return None
    return k.Pad((top, left, bottom, right), {"constant": "zeros"}.get(mode, mode), value or 0.0)


def conv_transpose(m: Any) -> Found:
    sizes = (m.kernel_size, m.stride, m.padding, m.output_padding, m.dilation)
    return k.ConvTranspose(m.out_channels, *sizes, m.groups, m.bias is not None)


def upsample(m: nn.Upsample) -> Found:
    factors: Any = m.scale_factor if isinstance(m.scale_factor, tuple) else (m.scale_factor, m.scale_factor)
    whole = m.size is None and len(factors) == 2 and all(factor == int(factor) for factor in factors)
    if not whole or m.align_corners:
        return None
    return k.Upsample((int(factors[0]), int(factors[1])), m.mode)


def interpolate(
    out: Tensor,
    x: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Found:
    """A size that is a whole number of times the maps' own is that scale."""
    whole = x.dim() == out.dim() == 4 and not (out.shape[2] % x.shape[2] or out.shape[3] % x.shape[3])
    if not whole or align_corners or antialias:
        return None
    return k.Upsample((out.shape[2] // x.shape[2], out.shape[3] // x.shape[3]), mode)


def group_norm(m: nn.GroupNorm) -> Found:
    return k.GroupNorm(m.num_groups, m.eps)


def instance_norm(m: nn.InstanceNorm2d) -> Found:
    return k.BatchNorm(m.eps) if m.track_running_stats else k.GroupNorm(m.num_features, m.eps)


def layer_norm(m: nn.LayerNorm) -> Found:
    """Of rows of numbers; of maps it is over their last axes, which is none of these: the results are compared."""
    return k.LayerNorm(m.eps) if len(m.normalized_shape) == 1 else None


def shares(kind: type[k.Layer]) -> Callable[[Any], Found]:
    """Return what reads a softmax: over the channels, which of rows of numbers are the last axis; the results are
    compared.
    """
    return lambda m: kind() if m.dim in (1, -1, -3) else None


def shares_call(kind: type[k.Layer]) -> Callable[..., Found]:
    def read(out: Tensor, x: Tensor, dim: Any = None, *args: Any, **kwargs: Any) -> Found:
        return kind() if x.dim() in (2, 4) and dim in (1, 1 - x.dim()) else None

    return read


def narrow(out: Tensor, x: Tensor, dim: int, start: Any, length: Any) -> Found:
    return k.ChannelSlice(start, start + length) if x.dim() == 4 and dim in (1, -3) else None


def indexed(out: Tensor, x: Tensor, index: Any) -> Found:
    """Of x[:, a:b]: some of the channels, all of every other axis; of x[:, :, a:b, c:d] some rows and columns."""
    if x.dim() != 4 or not isinstance(index, tuple) or len(index) < 2 or not all(isinstance(i, slice) for i in index):
        return None
    whole, kept = out.shape[:2] == x.shape[:2], [(0, 0), (0, 0)]
    for axis, part in enumerate(index[2:]):
        first, last, step = part.indices(x.shape[axis + 2])
        kept[axis], whole = (-first, last - x.shape[axis + 2]), whole and step == 1
    if whole and out.shape != x.shape:
        (top, bottom), (left, right) = kept
        return k.Pad((top, left, bottom, right))
    first, last, step = index[1].indices(x.shape[1])
    return k.ChannelSlice(first, last) if step == 1 and out[0, 0].numel() == x[0, 0].numel() else None


def stochastic_depth(out: Tensor, x: Tensor, p: float, mode: str, training: bool = True) -> Found:
    """torchvision's function, which leaves a whole branch out at times while training; nothing afterwards."""
    return None if training else SAME
