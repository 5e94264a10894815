"""The torch modules of layers that torch.nn has none for."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class PlanarConv(nn.Conv2d):
    """A convolution that reads one channel in planes.

    One channel is the same numbers in planes (NCHW) and by pixels (NHWC): only strides say which. Where maps or weights
    of one channel say "by pixels", torch 2.13.0 on a CPU computes outputs of one column wrongly, and their gradients,
    if the stride across is more than 1. In NHWC, which trainings use, weights say so, and what a single filter gives.
    """

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self._conv_forward(_in_planes(x), _in_planes(self.weight), self.bias)
        return made


class PaddedConv(PlanarConv):
    """A convolution whose zeros differ from side to side; torch's own takes the same at both ends."""

    def __init__(self, pads: tuple[int, int, int, int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pads = pads  # top, left, bottom, right

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(_padded(x, self.pads, 0.0))


class CutTransposed(nn.ConvTranspose2d):
    """A transposed convolution whose rows and columns taken off differ from side to side."""

    def __init__(self, pads: tuple[int, int, int, int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pads = pads  # top, left, bottom, right

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        whole, (top, left, bottom, right) = super().forward(x, output_size), self.pads
        return whole[:, :, top : whole.shape[2] - bottom, left : whole.shape[3] - right]


class PaddedPool(nn.Module):
    """A pooling whose padding differs from side to side; `value` is what stands there."""

    def __init__(self, pads: tuple[int, int, int, int], value: float, pool: nn.Module) -> None:
        super().__init__()
        self.pads, self.value, self.pool = pads, value, pool

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.pool(_padded(x, self.pads, self.value))
        return made

    def extra_repr(self) -> str:
        return f"pads={self.pads}"


class MeanPool(nn.Module):
    """A mean pooling whose windows count what lies within the padding of `pads`, or within the maps alone."""

    counts: Tensor

    def __init__(self, pads: tuple[int, int, int, int], kernel: Any, stride: Any, sizes: Any, counted: bool) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride
        (height, width), output = sizes
        top, left, *_ = pads
        ends = [(n - 1) * s + k for n, s, k in zip(output, stride, kernel, strict=True)]
        self.pads = (top, left, ends[0] - height - top, ends[1] - width - left)  # as far as the last window reaches
        ones = _padded(torch.ones(1, 1, height, width), pads, float(counted))
        beyond = (0, 0, ends[0] - ones.shape[2], ends[1] - ones.shape[3])
        self.register_buffer("counts", self._sums(_padded(ones, beyond, 0.0)), persistent=False)

    def _sums(self, x: Tensor) -> Tensor:
        return nn.functional.avg_pool2d(x, self.kernel, self.stride, divisor_override=1)

    def forward(self, x: Tensor) -> Tensor:
        return self._sums(_padded(x, self.pads, 0.0)) / self.counts

    def extra_repr(self) -> str:
        return f"pads={self.pads}"


def _padded(x: Tensor, pads: tuple[int, int, int, int], value: float) -> Tensor:
    top, left, bottom, right = pads
    return nn.functional.pad(x, (left, right, top, bottom), value=value)


def _in_planes(x: Tensor) -> Tensor:
    """Return maps or weights of one channel with the strides of NCHW, and others as they are."""
    return x.contiguous().reshape(-1).view(x.shape) if x.shape[1] == 1 else x


def batch_norm(channels: int, flat: bool, eps: float = 1e-5) -> nn.Module:
    """Return torch's batch normalisation of rows (N, C) or maps (N, C, H, W), without its count of batches.

    The count is read only where running statistics have no momentum; without it state_dict names what a model file has.
    """
    norm = nn.BatchNorm1d(channels, eps) if flat else nn.BatchNorm2d(channels, eps)
    norm.num_batches_tracked = None
    return norm


class RandomCrop(nn.Module):
    """The middle (h, w) of each picture; while training, a random place for each. Passes pictures of that size
    through."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        n, _, height, width = x.shape
        h, w = self.size
        if (height, width) == (h, w):
            return x
        if not self.training:
            top, left = (height - h) // 2, (width - w) // 2
            return x[:, :, top : top + h, left : left + w]
        windows = x.unfold(2, h, 1).unfold(3, w, 1)  # (N, C, H−h+1, W−w+1, h, w), nothing copied
        rows = torch.randint(height - h + 1, (n,), device=x.device)
        columns = torch.randint(width - w + 1, (n,), device=x.device)
        return windows[torch.arange(n, device=x.device), :, rows, columns]  # (N, C, h, w)

    def extra_repr(self) -> str:
        return f"size={self.size}"


class Flatten(nn.Module):
    """Maps (N, C, H, W) as rows (N, C·H·W), channel by channel, whatever their layout in memory."""

    def forward(self, x: Tensor) -> Tensor:
        return _Rows.apply(x) if x.requires_grad and x.dim() == 4 else x.flatten(1)  # type: ignore[no-untyped-call]


class _Rows(torch.autograd.Function):
    """flatten(1), whose gradient takes the layout that the maps have: torch's own keeps the rows', and what comes
    before, a ReLU say, then reads two layouts at once at a tenth of the speed (docs/log.md)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.shape, ctx.last = x.shape, x.is_contiguous(memory_format=torch.channels_last)
        return x.flatten(1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        layout = torch.channels_last if ctx.last else torch.contiguous_format
        return gradient.view(ctx.shape).contiguous(memory_format=layout)


class Concat(nn.Module):
    """Its inputs one after another along their channels, or along their rows of numbers; the end of branches."""

    def forward(self, *sources: Tensor) -> Tensor:
        return torch.cat(sources, 1)


class Pad(nn.Module):
    """Rows and columns added around maps: zeros or another value, the map mirrored, its border, or its other end."""

    def __init__(self, pads: tuple[int, int, int, int], mode: str, value: float = 0.0) -> None:
        super().__init__()
        self.pads, self.mode, self.value = pads, {"zeros": "constant"}.get(mode, mode), value

    def forward(self, x: Tensor) -> Tensor:
        top, left, bottom, right = self.pads
        value = self.value if self.mode == "constant" else None
        return nn.functional.pad(x, (left, right, top, bottom), mode=self.mode, value=value)

    def extra_repr(self) -> str:
        return f"pads={self.pads}, mode={self.mode}"


class ChannelSlice(nn.Module):
    """Some channels of maps."""

    def __init__(self, first: int, end: int) -> None:
        super().__init__()
        self.first, self.end = first, end

    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.first : self.end]

    def extra_repr(self) -> str:
        return f"first={self.first}, end={self.end}"


class Tokens(nn.Module):
    """The places of maps in one column, and learned ones before them; a row of numbers is one place."""

    def __init__(self, channels: int, extra: int) -> None:
        super().__init__()
        self.extra = extra
        self.weight = nn.Parameter(torch.zeros(channels, extra, 1)) if extra else None

    def forward(self, x: Tensor) -> Tensor:
        column = (x if x.dim() == 4 else x[:, :, None]).flatten(2).unsqueeze(3)
        return column if self.weight is None else torch.cat([self.weight.expand(len(x), -1, -1, -1), column], 2)

    def extra_repr(self) -> str:
        return f"extra={self.extra}"


class Position(nn.Module):
    """Every unit plus a learned number of its own; of rows (N, units) too."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.weight.view(x.shape[1:])


class ChannelNorm(nn.LayerNorm):
    """A layer normalisation over the channels of each place of maps, or over a row of numbers."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class ChannelPReLU(nn.Module):
    """A leaky ReLU with a learned slope a channel, which ONNX wants along maps' channels: (C, 1, 1)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels, 1, 1), 0.25))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.prelu(x, self.weight.flatten())


class Scale(nn.Module):
    """Each channel times a learned number, plus another one; in rows (N, C) each number is a channel."""

    def __init__(self, channels: int, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        shape = (-1, 1, 1) if x.dim() == 4 else (-1,)
        x = x * self.weight.view(shape)
        return x if self.bias is None else x + self.bias.view(shape)


class Sum(nn.Module):
    """The sum of its inputs, from the first to the last; the end of a skip."""

    def forward(self, x: Tensor, *others: Tensor) -> Tensor:
        for other in others:
            x = x + other
        return x


class Product(nn.Module):
    """The product of its inputs, from the first to the last; the end of a gate."""

    def forward(self, x: Tensor, *others: Tensor) -> Tensor:
        for other in others:
            x = x * other
        return x
