"""What each axis of a traced value is, and what torch's calls are on maps whose channels stand last, or of places in a
row.

As `convscope.foreign.laying` for ONNX: a linear layer over the last axis is a convolution of 1×1, turning axes is no
step, and learned tokens before the others are the formula's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor, fx, nn

from ...errors import PlanError
from ...foreign import axes as ax
from ...formula import Conv, Flatten, Layer, LayerNorm, Pad, Position, Scale, Tokens
from . import translation
from .translation import SAME

NEGATES = ("neg", "negative", "__neg__")
STRETCHES = ("expand", "expand_as", "broadcast_to")
TURNS = ("permute", "transpose", "swapaxes", "swapdims", "movedim", "moveaxis", "t")
RESHAPES = ("view", "reshape", "flatten", "squeeze", "unsqueeze", "contiguous", "clone", "unflatten", "_unsafe_view")
ADDS = ("add", "add_", "iadd", "__add__", "__iadd__", "__radd__")
JOINS = ("cat", "concat", "concatenate")
DIMS = {**dict.fromkeys(JOINS, 1), "softmax": 1, "log_softmax": 1, "narrow": 1}  # where the axis stands
SUMS = translation.ARITHMETIC  # of values and constants, which are stretched along each other


class Read(NamedTuple):
    """What a call is of maps: a layer, SAME or None, and its tensors."""

    layer: Any
    tensors: dict[str, Tensor]


@dataclass
class Axes:
    """The axes of the values that a program made, by node; those that nothing says are guessed, as tokens or maps."""

    pictures: int
    of: dict[fx.Node, str] = field(default_factory=dict)
    turned: list[fx.Node] = field(default_factory=list)
    guessed: set[fx.Node] = field(default_factory=set)

    def read(
        self,
        n: fx.Node,
        name: str,
        module: nn.Module | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        made: Tensor,
        values: Mapping[fx.Node, Tensor],
    ) -> Read:
        """Return what a call of `name`, or a layer, is of maps, and note the axes of what it made.

        `values` are those that it reads and that depend on the picture.
        """
        first = next(iter(values), None)
        axes = "" if first is None else self.of.get(first, "")
        if first is not None and axes:
            x = values[first]
            if after := turned(n, args, kwargs, axes):
                self.note(n, after, made)
                return Read(SAME, {})
            if laid := reshaped(name, args, x, axes, made):
                self.note(n, laid[1], made)
                return Read(laid[0], {})
            if (
                name in STRETCHES
                and x.dim() == made.dim()
                and all(translation.called(user.target) in SUMS for user in n.users)
            ):
                self.note(n, axes, made)  # only to be joined with others, which stretches it as well
                return Read(SAME, {})
            if found := layer_of(name, module, args, kwargs, axes) or learned_places(name, args, kwargs, axes, values):
                self.note(n, axes, made)
                return found
            if taken := part(x, axes, name, args):
                self.note(n, axes if made.dim() == 3 else "nc", made)
                return Read(taken, {})
        self.result(n, made, values)
        if name in NEGATES and made.dim() in (2, 4):
            return Read(Scale(False), {"weight": torch.full((as_maps(made, self.of.get(n, "")).shape[1], 1, 1), -1.0)})
        if module is not None:
            layer = translation.of_module(module)
            return Read(layer, translation.tensors(module, layer) if isinstance(layer, Layer) else {})
        args, kwargs = maps_call(name, args, kwargs, axes)
        known = translation.of_weighted(n.target, args, kwargs)
        at = [i for i, arg in enumerate(n.args) if isinstance(arg, fx.Node) and arg in values]
        if known is None and len(at) == 1:
            known = translation.of_constant(n.target, args, kwargs, args[at[0]]) or position(name, args, at[0])
        return Read(*known) if known else Read(translation.of_call(n.target, args, kwargs, as_maps(made, axes)), {})

    def result(self, n: fx.Node, made: Tensor, read: Mapping[fx.Node, Tensor]) -> None:
        """Note the axes of what a call made that is the same of maps: those of what it read of that shape. Others of
        that shape whose axes were guessed have the same, and are `turned`.
        """
        same = [node for node, value in read.items() if value.shape == made.shape and node in self.of]
        sure = [node for node in same if node not in self.guessed] or same
        axes = self.of[sure[0]] if sure else ""
        self.note(n, axes, made)
        for node in same:
            if self.of[node] != axes and node in self.guessed:
                self.of[node] = axes
                self.turned.append(node)

    def note(self, n: fx.Node, axes: str, made: Tensor) -> None:
        """Note axes, guessed where nothing says them and there is a part for each picture."""
        if not axes:
            axes = ax.GUESSED.get(made.dim(), "") if made.shape[:1] == (self.pictures,) else ""
            self.guessed.add(n)
        if axes:
            self.of[n] = axes


def as_maps(value: Tensor, axes: str) -> Tensor:
    """Return a value as maps (N, C, H, W) or rows (N, units), as it is where its axes are not known."""
    return (
        value.permute(ax.order(axes)).reshape(ax.maps_shape(value.shape, axes)) if len(axes) == value.dim() else value
    )


def turned(n: fx.Node, args: tuple[Any, ...], kwargs: Mapping[str, Any], axes: str) -> str:
    """Return the axes after a call that turns them, "" for any other, and where rows and columns change places."""
    if translation.called(n.target) not in TURNS or not axes or not args:
        return ""
    mark = torch.empty(tuple(range(2, 2 + len(axes))), device="meta")
    call: Callable[..., Tensor] = getattr(mark, n.target) if isinstance(n.target, str) else n.target
    given = args[1:] if isinstance(n.target, str) else (mark, *args[1:])
    after = ax.turned(axes, [size - 2 for size in call(*given, **kwargs).shape])
    return after if ax.same_maps(axes, after) else ""


def _adds_axes(name: str, args: tuple[Any, ...]) -> bool:
    """Whether a call is x[:, :, None, None]."""
    index = args[1] if name == "getitem" and len(args) == 2 and isinstance(args[1], tuple) else ()
    return None in index and all(one is None or one == slice(None) for one in index)


def reshaped(name: str, args: tuple[Any, ...], x: Tensor, axes: str, made: Tensor) -> tuple[Any, str] | None:
    """Return what a call is that lays numbers out anew, and the axes after it; None where it is no step of maps."""
    if (name not in RESHAPES and not _adds_axes(name, args)) or not axes:
        return None
    if x.shape == made.shape:
        return SAME, axes
    one = ax.column(x.shape, axes, made.shape)
    if one:
        return Tokens(), one
    if axes == "ncl" and made.shape == (*x.shape, 1):
        return SAME, "nchw"
    if axes == "nc" and made.dim() in (3, 4) and made.shape == (*x.shape, 1, 1)[: made.dim()]:
        return Tokens(), ax.PLAIN[made.dim()]
    return (Flatten(), "nc") if ax.row(x.shape, axes, made.shape) else None


def layer_of(
    name: str, module: nn.Module | None, args: tuple[Any, ...], kwargs: dict[str, Any], axes: str
) -> Read | None:
    """Return what a linear layer or a layer normalisation over the last axis is of maps; None for any other call."""
    if len(axes) < 3 or axes[-1] != "c":
        return None
    try:
        if isinstance(module, nn.Linear) or (module is None and name == "linear"):
            weight, bias = (module.weight, module.bias) if isinstance(module, nn.Linear) else (args[1], None)
            if module is None:
                bias = args[2] if len(args) > 2 else kwargs.get("bias")
            tensors = {"weight": weight[:, :, None, None]} | ({} if bias is None else {"bias": bias})
            return Read(Conv(len(weight), 1, bias=bias is not None), _kept(tensors))
        if isinstance(module, nn.LayerNorm) and len(module.normalized_shape) == 1:
            return Read(
                LayerNorm(module.eps), _kept(_normalising(module.weight, module.bias, module.normalized_shape[0]))
            )
        if name == "layer_norm" and module is None:
            return _layer_norm(*args, **kwargs)
    except (PlanError, TypeError, AttributeError):
        return None
    return None


def _layer_norm(
    input: Tensor,
    normalized_shape: Any,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Read | None:
    sizes = tuple(normalized_shape)
    return Read(LayerNorm(eps), _kept(_normalising(weight, bias, sizes[0]))) if len(sizes) == 1 else None


def _normalising(weight: Tensor | None, bias: Tensor | None, channels: int) -> dict[str, Tensor]:
    return {
        "weight": torch.ones(channels) if weight is None else weight,
        "bias": torch.zeros(channels) if bias is None else bias,
    }


def _kept(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: t.detach().to("cpu", torch.float32).clone() for name, t in tensors.items()}


def learned_places(
    name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], axes: str, values: Mapping[fx.Node, Tensor]
) -> Read | None:
    """Return learned tokens put before others: all but the last of what is joined along the places."""
    joined = args[0] if name in JOINS and args and isinstance(args[0], (list, tuple)) else ()
    dim = args[1] if len(args) > 1 else kwargs.get("dim", 0)
    if len(joined) < 2 or len(values) != 1 or len(axes) != 3 or axes[dim % 3] != "l":
        return None
    if not any(joined[-1] is value for value in values.values()):
        return None
    places = torch.cat([as_maps(tensor, axes)[0] for tensor in joined[:-1]], 1)
    return Read(Tokens(places.shape[1]), _kept({"weight": places}))


def position(name: str, args: tuple[Any, ...], at: int) -> Read | None:
    """Return a sum of maps, argument `at`, with a learned number for each unit."""
    constant, x = args[1 - at] if len(args) == 2 else None, args[at]
    if (
        name not in ADDS
        or not isinstance(constant, Tensor)
        or not constant.is_floating_point()
        or x.dim() not in (2, 4)
    ):
        return None
    whole = constant.reshape((1,) * (x.dim() - constant.dim()) + tuple(constant.shape))
    if whole.shape != x[:1].shape:
        return None
    return Read(Position(), _kept({"weight": whole.reshape((*x.shape[1:], 1, 1)[:3])}))


def part(x: Tensor, axes: str, name: str, args: tuple[Any, ...]) -> Layer | None:
    """Return some of the places in a row: x[:, 0], x[:, 1:], x.select(1, 0)."""
    if "l" not in axes:
        return None
    at, length = axes.index("l"), x.shape[axes.index("l")]
    chosen: Any = None
    if name == "getitem" and len(args) == 2:
        index = args[1] if isinstance(args[1], tuple) else (args[1],)
        others = [one for i, one in enumerate(index) if i != at]
        if len(index) > at and Ellipsis not in index and all(one == slice(None) for one in others):
            chosen = index[at]
    if name == "select" and len(args) == 3 and args[1] % len(axes) == at:
        chosen = args[2]
    if isinstance(chosen, int) and not isinstance(chosen, bool):
        chosen = slice(chosen % length, chosen % length + 1)
    if not isinstance(chosen, slice):
        return None
    first, end, step = chosen.indices(length)
    return Pad((-first, 0, end - length, 0)) if step == 1 and first < end else None


def maps_call(
    name: str, args: tuple[Any, ...], kwargs: dict[str, Any], axes: str
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a call with values as maps, and the axis that it is along."""
    if axes in ("", "nc", "nchw"):
        return args, kwargs

    def laid(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [laid(one) for one in value]
        if not isinstance(value, Tensor) or value.dim() > len(axes) or (value.dim() < len(axes) and name not in SUMS):
            return value
        return as_maps(value.reshape((1,) * (len(axes) - value.dim()) + tuple(value.shape)), axes)

    args, at = tuple(map(laid, args)), DIMS.get(name, 0)
    if at and len(args) > at and isinstance(args[at], int):
        args = (*args[:at], ax.axis_of(axes, args[at])[0], *args[at + 1 :])
    elif at and isinstance(kwargs.get("dim"), int):
        kwargs = {**kwargs, "dim": ax.axis_of(axes, kwargs["dim"])[0]}
    return args, kwargs
