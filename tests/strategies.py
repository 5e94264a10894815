"""Random valid plans over every layer and option, for Hypothesis; and what occurs in one, so that a test can prove it.

The sizes are worked out here once more, apart from convscope.formula, so a plan that it refuses shows up as a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
from hypothesis import strategies as st

from convscope.formula import (
    ELU,
    FC,
    LRN,
    AdaptiveAvgPool,
    Add,
    AvgPool,
    BatchNorm,
    Branches,
    ChannelShuffle,
    ChannelSlice,
    Clip,
    Concat,
    Conv,
    ConvTranspose,
    Crop,
    Dropout,
    Flatten,
    Gate,
    GlobalAvgPool,
    GroupNorm,
    LayerNorm,
    LeakyReLU,
    LogSoftmax,
    MaxPool,
    Mul,
    Network,
    Pad,
    Plan,
    Scale,
    Sigmoid,
    Skip,
    Softmax,
    SqueezeExcite,
    Upsample,
    parse,
    trace,
)
from convscope.formula.geometry import ends, pair
from convscope.formula.kinds import KINDS
from convscope.nn import build
from convscope.pictures.input_spec import InputSpec

Shape = tuple[int, int, int]
Draw = Callable[..., int]
Weights = dict[str, np.ndarray]

PLAIN = tuple(kind() for kind in KINDS if kind.activation and not kind.arguments)
WINDOWED, POINTWISE = ("conv", "maxpool", "avgpool"), ("act", "bn", "dropout", "skip", "repeat")
JOINED = (
    "adaptive",
    "branches",
    "gate",
    "lrn",
    "scale",
    "shuffle",
    "norm",
    "pad",
    "upsample",
    "spread",
    "shares",
    "slice",
)


@st.composite
def plans(draw: st.DrawFn, shape: Shape, classes: int) -> Plan:
    """Return a plan for pictures of `shape` that ends in one score for each of `classes`, (K,) or (K, 1, 1)."""
    parts: list[Plan] = []
    if draw(st.integers(0, 3)) == 0:
        size = draw(st.integers(1, shape[1])), draw(st.integers(1, shape[2]))
        parts, shape = [Crop(size)], (shape[0], *size)
    for _ in range(draw(st.integers(0, 5))):
        part, shape = draw(_on_maps(shape, ("conv", *WINDOWED, *POINTWISE, *JOINED)))
        parts.append(part)
    end = draw(st.sampled_from(["fc", "fc", "gap fc", "rows", "rows", "maps", "gap maps", "heads"]))
    if end == "maps":  # one kernel over everything
        return _chain([*parts, Conv(classes, shape[1:], bias=draw(st.booleans()))])
    if end.startswith("gap"):
        parts += [GlobalAvgPool()] if end == "gap fc" else [Conv(classes, 1), GlobalAvgPool()]
        return _chain([*parts, FC()] if end == "gap fc" else parts)
    if end == "heads":  # rows of several maps, joined
        branches, units = draw(_heads(shape, deep=True))
        parts.append(branches)
        part, units = draw(_on_rows(units))
        parts.append(part)
    if end == "rows":
        parts += [Flatten()] if draw(st.booleans()) else [FC(draw(st.integers(1, 9)))]
        units = parts[-1].units if isinstance(parts[-1], FC) else shape[0] * shape[1] * shape[2]
        for _ in range(draw(st.integers(0, 3))):
            part, units = draw(_on_rows(units or 1))
            parts.append(part)
    return _chain([*parts, FC(draw(st.sampled_from([None, classes])))])


@st.composite
def networks(draw: st.DrawFn, max_channels: int = 4, max_size: int = 12) -> Network:
    """Return a random plan, traced for small pictures of 1 to `max_channels` channels, mostly not square."""
    size = st.integers(2, max_size)
    shape = (draw(st.integers(1, max_channels)), draw(size), draw(size))
    classes = draw(st.integers(2, 5))
    return trace(draw(plans(shape, classes)), shape, classes)


@st.composite
def specs(draw: st.DrawFn, shape: Shape) -> InputSpec:
    """Return a random scaling of pictures of `shape`."""
    means, stds = (st.lists(st.floats(low, 255), min_size=shape[0], max_size=shape[0]) for low in (0, 20))
    return InputSpec(shape, tuple(draw(means)), tuple(draw(stds)))


def random_weights(network: Network, seed: int) -> Weights:
    """Return random weights that keep numbers near 1: variances 0.3 … 2, all else normal, over the root of the
    fan-in."""
    rng, weights = np.random.default_rng(seed), {}
    for node in network.nodes:
        for name, shape in node.weights + node.buffers:
            fan = int(np.prod(shape[1:])) if len(shape) > 1 else 1
            values = rng.uniform(0.3, 2, shape) if name == "running_var" else rng.standard_normal(shape) / fan**0.5
            weights[f"{node.name}.{name}"] = values.astype(np.float32)
    return weights


def random_pictures(network: Network, seed: int, count: int = 3) -> np.ndarray:
    """Return uint8 pictures (count, C, H, W)."""
    return np.random.default_rng(seed).integers(0, 256, (count, *network.input), dtype=np.uint8)


def reference(network: Network, spec: InputSpec, weights: Weights, pictures: np.ndarray) -> list[np.ndarray]:
    """Return every node's output as torch computes it, float32, the last one flat as the logits are."""
    import torch

    from convscope.nn import load_weights

    net = load_weights(build(network, spec), weights).eval()
    with torch.no_grad():
        return [y.numpy() for y in net.outputs(torch.from_numpy(pictures))]


def assert_agree(
    network: Network, ours: list[np.ndarray], reference: list[np.ndarray], tolerance: float = 1e-4
) -> float:
    """Compare every node's output, each difference relative to that node's largest magnitude; return the largest.

    A failure names the first node that differs, with its shape and by how much. A magnitude counts as a thousandth of
    the largest before it at least: in the tail of a GELU float32 has no digits left.
    """
    worst = largest = 0.0
    assert len(ours) == len(reference) == len(network.nodes)
    for node, got, want in zip(network.nodes, ours, reference, strict=True):
        size = max(float(np.abs(want).max()), largest / 1000, 1e-30)
        largest = max(largest, size)
        where = f"{node.name} ({node.layer}) of {network.plan} on {network.input}"
        assert got.shape == want.shape, f"{where}: shape {got.shape}, expected {want.shape}"
        assert got.dtype == want.dtype == np.float32, where
        difference = float(np.abs(got - want).max() / size)
        assert difference <= tolerance, f"{where}: differs by {difference:.1e} of its largest magnitude"
        worst = max(worst, difference)
    return worst


@st.composite
def _on_maps(draw: st.DrawFn, shape: Shape, kinds: tuple[str, ...]) -> tuple[Plan, Shape]:
    """Return something that takes maps of `shape`, and the shape that it gives."""
    kind = draw(st.sampled_from(kinds))
    if kind == "conv":
        return draw(_conv(shape))
    if kind in ("maxpool", "avgpool"):
        return draw(_pool(shape, MaxPool if kind == "maxpool" else AvgPool))
    if kind == "skip":
        if draw(st.integers(0, 2)) == 0:
            body, made = draw(_conv(shape))
            return Skip(body, Conv(made[0], 1) + AdaptiveAvgPool(made[1:])), made
        return Skip(draw(_same(shape, deep=True))), shape
    if kind == "lrn":
        return LRN(draw(st.sampled_from([1, 3, 5])), draw(st.floats(2**-12, 1, width=32)), 0.75, 2.0), shape
    if kind == "spread":
        return draw(_transposed(shape))
    if kind == "shares":
        return draw(st.sampled_from([Softmax(), LogSoftmax()])), shape
    if kind == "slice":
        first = draw(st.integers(0, shape[0] - 1))
        end = draw(st.integers(first + 1, shape[0]))
        return ChannelSlice(first, end), (end - first, *shape[1:])
    if kind == "pad":
        sides = tuple(draw(st.integers(0, 1 if n > 1 else 0)) for n in (*shape[1:], *shape[1:]))
        mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
        value = draw(st.sampled_from([0.0, 0.5, -2.0])) if mode == "zeros" else 0.0
        return Pad(sides, mode, value), (shape[0], shape[1] + sides[0] + sides[2], shape[2] + sides[1] + sides[3])
    if kind == "upsample":
        down, across = draw(st.integers(1, 3)), draw(st.integers(1, 2))
        if shape[1] * down > 24 or shape[2] * across > 24:
            down = across = 1
        mode = draw(st.sampled_from(["nearest", "bilinear"]))
        return Upsample((down, across), mode), (shape[0], down * shape[1], across * shape[2])
    if kind == "norm" and shape == (1, 1, 1):
        return Scale(draw(st.booleans())), shape  # torch takes no mean of a single number
    if kind == "norm":  # with an eps that keeps rounding small where numbers are nearly alike
        groups = draw(st.sampled_from([g for g in range(1, 9) if shape[0] % g == 0]))
        return draw(st.sampled_from([GroupNorm(groups, 0.1), LayerNorm(0.1)])), shape
    if kind == "scale":
        return Scale(draw(st.booleans())), shape
    if kind == "shuffle":
        return ChannelShuffle(draw(st.sampled_from([g for g in range(1, 9) if shape[0] % g == 0]))), shape
    if kind == "gate":
        return draw(_gate(shape)), shape
    if kind == "repeat":
        return draw(_same(shape, deep=False)) * draw(st.integers(1, 3)), shape
    if kind == "adaptive":
        cells = draw(st.integers(1, 6)), draw(st.integers(1, 6))
        return AdaptiveAvgPool(cells), (shape[0], *cells)
    if kind == "branches":
        return draw(_branches(shape, deep=True))
    return draw(_elementwise(kind)), shape


@st.composite
def _transposed(draw: st.DrawFn, shape: Shape) -> tuple[Plan, Shape]:
    """Return a transposed convolution of maps of `shape` and what it makes: 24 rows and columns at most."""
    sizes = []
    for length in shape[1:]:
        kernel, stride, dilation = (draw(st.integers(1, most)) for most in (3, 3, 2))
        if (length - 1) * stride + dilation * (kernel - 1) + 3 > 24:
            stride = dilation = 1
        whole, added = (length - 1) * stride + dilation * (kernel - 1) + 1, draw(st.integers(0, stride - 1))
        before = draw(st.integers(0, min(2, whole - 1)))
        after = before if draw(st.booleans()) else draw(st.integers(0, min(2, whole - 1 - before)))
        after = min(after, whole - 1 - before)
        sizes.append((kernel, stride, dilation, before, after, added, whole + added - before - after))
    kernels, strides, dilations, tops, ends, added, made = zip(*sizes, strict=True)
    groups = draw(st.sampled_from([g for g in range(1, shape[0] + 1) if shape[0] % g == 0]))
    channels = groups * draw(st.integers(1, 2))
    layer = ConvTranspose(channels, kernels, strides, tops + ends, added, dilations, groups, draw(st.booleans()))
    return layer, (channels, made[0], made[1])


@st.composite
def _gate(draw: st.DrawFn, shape: Shape) -> Plan:
    """Return what multiplies maps of `shape` by numbers from 0 to 1: for each number, channel, place, row or column."""
    channels, rows, columns = shape
    kind = draw(st.sampled_from(["se", "all", "channels", "places", "row", "column"]))
    if kind == "se":
        return SqueezeExcite(draw(st.integers(1, 4)))
    bodies: dict[str, list[Plan]] = {
        "all": [draw(_same(shape, deep=False))],
        "channels": [GlobalAvgPool(), Conv(channels, 1)],
        "places": [Conv(1, draw(st.sampled_from([1, 3])), pad="same")],
        "row": [AdaptiveAvgPool((1, columns))],
        "column": [AdaptiveAvgPool((rows, 1)), Conv(1, 1)],
    }
    return Gate(_chain([*bodies[kind], Sigmoid()]))


@st.composite
def _branches(draw: st.DrawFn, shape: Shape, deep: bool) -> tuple[Plan, Shape]:
    """Return two branches or three of one size of maps, and the shape of all together; some within others if `deep`."""
    size = draw(st.just(shape[1:]) | st.tuples(st.integers(1, 5), st.integers(1, 5)))
    branches, channels = [], 0
    for _ in range(draw(st.integers(2, 3))):
        if deep and draw(st.integers(0, 3)) == 0:
            branch, made = draw(_branches(shape, deep=False))
        elif draw(st.booleans()):
            branch, made = draw(_same(shape, deep=False)), shape
        else:
            branch, made = draw(_on_maps(shape, ("conv", *WINDOWED, "act")))
        if made[1:] != size:
            branch = _chain([branch, AdaptiveAvgPool(size)])
        branches.append(branch)
        channels += made[0]
    return Branches(tuple(branches)), (channels, *size)


@st.composite
def _heads(draw: st.DrawFn, shape: Shape, deep: bool) -> tuple[Plan, int]:
    """Return branches that end in rows of numbers, and how many these are together; some within others if `deep`."""
    branches, units = [], 0
    for _ in range(draw(st.integers(2, 3))):
        kind = draw(st.sampled_from(["cells", "gap", "fc", *(["heads"] if deep else [])]))
        if kind == "heads":
            branch, made = draw(_heads(shape, deep=False))
        elif kind == "fc":
            made = draw(st.integers(1, 5))
            branch = FC(made)
        else:
            part, (channels, _, _) = draw(_on_maps(shape, ("conv", *WINDOWED, "act")))
            cells = (1, 1) if kind == "gap" else (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
            pool = GlobalAvgPool() if kind == "gap" else AdaptiveAvgPool(cells)
            branch, made = _chain([part, pool, Flatten()]), channels * cells[0] * cells[1]
        branches.append(branch)
        units += made
    return Branches(tuple(branches)), units


@st.composite
def _on_rows(draw: st.DrawFn, units: int) -> tuple[Plan, int]:
    kind = draw(st.sampled_from(["fc", "shares", *POINTWISE]))
    if kind == "shares":
        return draw(st.sampled_from([Softmax(), LogSoftmax()])), units
    if kind == "fc":
        wanted = draw(st.integers(1, 9))
        return FC(wanted), wanted
    if kind == "skip" and units <= 64 and draw(st.integers(0, 2)) == 0:
        return Gate(FC(draw(st.sampled_from([1, units]))) + Sigmoid()), units
    if kind == "skip" and units <= 64:
        return Skip(FC(units) + draw(_elementwise("act"))), units
    return draw(_elementwise(kind if kind in ("bn", "dropout") else "act")), units


@st.composite
def _elementwise(draw: st.DrawFn, kind: str) -> Plan:
    if kind == "act":
        slopes = st.just(0.0) | st.floats(
            2**-10, 1, width=32
        )  # below, what differs by rounding alone could win a maxpool
        leaky = st.builds(LeakyReLU, slopes)
        elu = st.builds(ELU, st.floats(2**-10, 2, width=32))
        clip = st.builds(Clip, st.floats(-3, -0.5, width=32), st.floats(0.5, 3, width=32))
        return draw(st.sampled_from(PLAIN) | leaky | elu | clip)
    if kind == "bn":
        return BatchNorm(draw(st.sampled_from([1e-5, 1e-3, 0.1])))
    return Dropout(draw(st.floats(0, 0.9)))


@st.composite
def _same(draw: st.DrawFn, shape: Shape, deep: bool) -> Plan:
    """Return something that keeps `shape`, for a skip or a repeat; a skip within a skip if `deep`."""
    channels = shape[0]
    kernel = draw(st.sampled_from([1, 3, (3, 1), (1, 5), (3, 5)]))
    conv = Conv(
        channels, kernel, pad="same", dilation=draw(st.integers(1, 2)), groups=draw(st.sampled_from([1, channels]))
    )
    inner = [conv, *draw(st.lists(_elementwise("act") | _elementwise("bn"), max_size=2))]
    if deep and draw(st.integers(0, 2)) == 0:
        inner.insert(draw(st.integers(0, len(inner))), Skip(draw(_same(shape, deep=False))))
    if draw(st.integers(0, 3)) == 0:
        inner.append(draw(st.sampled_from([MaxPool(3, 1, 1), AvgPool((1, 3), 1, (0, 1))])))
    return _chain(inner)


@st.composite
def _conv(draw: st.DrawFn, shape: Shape) -> tuple[Plan, Shape]:
    groups = draw(st.sampled_from([g for g in range(1, shape[0] + 1) if shape[0] % g == 0]))
    channels = groups * draw(st.integers(1, max(1, 8 // groups)))
    bias, same = draw(st.booleans()), draw(st.integers(0, 3)) == 0
    square = draw(st.booleans())  # the same for both directions where it fits, so that defaults occur too
    axes = [draw(_axis(shape[1], same)), draw(_axis(shape[2], same))]
    if square and shape[1] <= shape[2]:
        axes[1] = axes[0]
    (kernel, stride, pad, dilation), sizes = zip(*axes, strict=True), []
    more = (0, 0) if same or draw(st.integers(0, 2)) else draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    for size, k, s, p, d, extra in zip(shape[1:], kernel, stride, pad, dilation, more, strict=True):
        sizes.append((size + 2 * p + extra - d * (k - 1) - 1) // s + 1)
    pads = (*pad, pad[0] + more[0], pad[1] + more[1]) if any(more) else pad
    conv = Conv(channels, kernel, stride, "same" if same else pads, dilation, groups, bias)
    return conv, (channels, sizes[0], sizes[1])


@st.composite
def _axis(draw: st.DrawFn, size: int, same: bool) -> tuple[int, int, int, int]:
    """Return kernel, stride, pad and dilation for one direction of `size`."""
    stride, dilation = draw(st.sampled_from([1, 1, 2, 3])), draw(st.sampled_from([1, 1, 2, 3]))
    if same:
        kernel = draw(st.sampled_from([1, 3, 5] if dilation % 2 else [1, 2, 3]))
        return kernel, stride, dilation * (kernel - 1) // 2, dilation
    pad = draw(st.sampled_from([0, 0, 1, 2]))
    return draw(st.integers(1, min(5, 1 + (size + 2 * pad - 1) // dilation))), stride, pad, dilation


@st.composite
def _pool(draw: st.DrawFn, shape: Shape, kind: type[MaxPool | AvgPool]) -> tuple[Plan, Shape]:
    kernel = tuple(draw(st.integers(1, min(4, size))) for size in shape[1:])
    stride = draw(st.none() | st.tuples(st.integers(1, 3), st.integers(1, 3)))
    pad = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    end = tuple(draw(st.integers(0, k // 2)) for k in kernel) if draw(st.integers(0, 2)) == 0 else pad
    ceil, dilation = draw(st.integers(0, 2)) == 0, (1, 1)
    if kind is MaxPool and draw(st.integers(0, 2)) == 0:
        most = ((n + p + q - 1) // max(1, k - 1) for n, k, p, q in zip(shape[1:], kernel, pad, end, strict=True))
        dilation = tuple(draw(st.integers(1, max(1, min(3, top)))) for top in most)
        axes = zip(shape[1:], kernel, stride or kernel, pad, end, dilation, strict=True)
        dilation = tuple(d if _all_read(n, k, s, p, q, d) else 1 for n, k, s, p, q, d in axes)
    sizes = []
    for n, k, s, p, q, d in zip(shape[1:], kernel, stride or kernel, pad, end, dilation, strict=True):
        places = [at for at in range(-p, n, s) if at + d * (k - 1) < n + q]
        more = ceil and places[-1] + d * (k - 1) + 1 < n + q and places[-1] + s < n
        sizes.append(len(places) + more)
    options = {"dilation": dilation} if kind is MaxPool else {"count_include_pad": draw(st.booleans())}
    return kind(kernel, stride, pad + end, ceil_mode=ceil, **options), (shape[0], *sizes)  # type: ignore[arg-type]


def _all_read(n: int, k: int, s: int, p: int, q: int, d: int) -> bool:
    """Whether every window over n rows reads one: the largest of none is −∞, and what follows no number."""
    begins = range(-p, n, s)
    return all(any(0 <= at + d * j < n for j in range(k)) for at in begins if at + d * (k - 1) < n + q + s)


def _chain(parts: list[Plan]) -> Plan:
    return reduce(add, parts)


_POOL = (
    "kernel not square",
    "stride not square",
    "overlap",
    "gap between",
    "pad",
    "pad lopsided",
    "drops",
    "rounded up",
    "rows and columns differ",
)
_OPTIONS = {
    "conv": (
        *(
            "kernel not square",
            "stride",
            "stride not square",
            "pad",
            "pad not square",
            "pad lopsided",
            "dilation",
            "dilation not square",
        ),
        *("same", "same and stride", "groups", "depthwise", "no bias", "drops", "rows and columns differ"),
    ),
    "conv_transpose": (
        *("stride", "gap between", "pad", "pad lopsided", "output padding", "dilation", "groups", "no bias"),
        *("drops", "rows and columns differ"),
    ),
    "channel_slice": ("maps",),
    "softmax": ("maps", "rows"),
    "log_softmax": ("maps", "rows"),
    "maxpool": (*_POOL, "dilation", "dilation not square"),
    "avgpool": (*_POOL, "padding left out", "rounded up over padding"),
    "add": ("the picture", "rows", "within an add"),
    "mul": ("maps", "rows", "each", "channels", "places", "all"),
    "adaptive_avgpool": ("divides", "does not divide", "more cells than places", "rows and columns differ"),
    "concat": ("the picture", "rows", "maps", "within a concat", "three"),
    "bn": ("maps", "rows", "eps"),
    "lrn": ("wider than one",),
    "pad": ("zeros", "value", "reflect", "replicate", "circular"),
    "upsample": ("nearest", "bilinear"),
    "scale": ("bias", "no bias"),
    "channel_shuffle": ("some",),
    "relu": ("maps", "rows"),
    "crop": ("odd rest",),
    "fc": ("several",),
    "end": ("rows", "maps"),
    "channels": ("1", "2", "3", "4"),
}
_BARE = {"gap", "repeat", "leaky_relu", "prelu", "sigmoid", "tanh", "dropout", "flatten"}
_BARE |= {
    "group_norm",
    "layer_norm",
    "clip",
    "softplus",
    "gelu_tanh",
    "relu6",
    "elu",
    "gelu",
    "silu",
    "hardswish",
    "hardsigmoid",
}
FEATURES = frozenset(f"{kind}: {option}" for kind, options in _OPTIONS.items() for option in options) | _BARE
"""What plans must show together: every layer, every option, alone and where two meet in a corner."""

_CORNERS = (
    (
        "conv(6, 2) + lrn(5, alpha=0.5, beta=0.75, k=2) + scale + clip(-1, 2) + channel_shuffle(2) + "
        "conv(6, 3, groups=3) + softplus + scale(False) + lrn(3, alpha=0.3) + channel_shuffle(3) + gelu_tanh + fc",
        (2, 7, 6),
    ),
    (
        "maxpool(3, stride=2, ceil_mode=True) + conv(3, 2, pad=1) + avgpool((3, 2), stride=(3, 2), pad=1, "
        "ceil_mode=True) + maxpool(2, stride=1, pad=1, dilation=(2, 1)) + avgpool(3, stride=2, pad=(0, 1, 1, 0), "
        "ceil_mode=True, count_include_pad=False) + fc",
        (2, 16, 18),
    ),
    (
        "conv(4, 2) + group_norm(2, eps=0.1) + group_norm(4, eps=0.5) + relu + layer_norm(0.1) + conv(3, 2) + "
        "group_norm(1, eps=0.2) + flatten + layer_norm(0.3) + fc",
        (2, 6, 5),
    ),
    (
        "conv_transpose(3, (2, 3), stride=(3, 2), pad=(1, 0, 0, 2), output_padding=(1, 0)) + softmax + "
        "conv_transpose(4, 3, dilation=(1, 2), bias=False) + log_softmax + conv(4, 3, stride=2) + "
        "concat(channel_slice(1, 3), channel_slice(0, 2)) + "
        "conv_transpose(4, (1, 2), stride=(2, 1), pad=(2, 0), groups=2) + gap + softmax + fc(4) + log_softmax + "
        "fc(3) + softmax + fc",
        (2, 4, 5),
    ),
    (
        'pad((1, 2, 0, 1)) + conv(3, 2) + pad((2, 1, 1, 2), mode="reflect") + upsample((2, 3)) + conv(2, 3, stride=2) '
        '+ pad(2, mode="replicate") + upsample((3, 2), mode="bilinear") '
        '+ pad((1, 0, 2, 1), mode="circular") + pad(1, value=-2) + conv(2, 3, stride=2) + gap + fc',
        (2, 5, 6),
    ),
    (
        "gate(relu) + gate(conv(1, 1) + sigmoid) + se(2) + skip(conv(3, 3, stride=2), conv(3, 1) + "
        "adaptive_avgpool((4, 3))) + gate(adaptive_avgpool((4, 1)) + conv(1, 1)) + fc(4) + gate(fc(1) + tanh) + fc",
        (3, 9, 8),
    ),
    (
        "crop((7, 8)) + conv(4, (3, 2), stride=(2, 1), pad=(1, 0), dilation=(1, 2)) + bn + relu "
        "+ maxpool((2, 1), stride=(1, 2), pad=(1, 0)) + fc(5) + bn + relu + skip(fc(5) + relu) + fc",
        (1, 10, 11),
    ),
    (
        'skip(conv(4, 3, pad="same", groups=4) + skip(conv(4, 3, pad=1)) + tanh) '
        '+ conv(4, 5, stride=2, pad="same", groups=2, bias=False) + prelu + avgpool((1, 2), stride=(2, 1), pad=(0, '
        "1)) + flatten + fc",
        (4, 9, 8),
    ),
    (
        "(conv(3, 1) + sigmoid)*2 + relu6 + maxpool(3, stride=1) + maxpool(2, stride=(3, 2)) + "
        "maxpool(1, stride=(2, 1)) + gap + fc",
        (3, 12, 11),
    ),
    (
        "concat(relu, adaptive_avgpool((3, 4)) + adaptive_avgpool((8, 5)), concat(conv(2, 3, pad=1), maxpool(3, "
        "stride=1, pad=1) + tanh)) + relu + concat(adaptive_avgpool((4, 5)) + flatten, conv(3, (2, 1)) + gap + "
        "concat(flatten, fc(3)) + relu) + bn + fc",
        (2, 8, 5),
    ),
    (
        "conv(3, 3, stride=2) + hardsigmoid + elu(0.5) + silu + avgpool(3, stride=2) + gelu + hardswish + "
        "leaky_relu(0.1) + dropout(0.3) + avgpool(1, stride=(1, 2)) + "
        "conv(3, (2, 1), pad=(0, 0, 1, 2)) + bn(eps=0.001) + maxpool(2, stride=1, pad=(1, 0, 0, 0)) + "
        "avgpool(2, stride=1, pad=(0, 0, 0, 1)) + gap",
        (2, 12, 12),
    ),
)


def corners() -> Iterator[tuple[Network, InputSpec]]:
    """Yield networks that show all of FEATURES, whatever plans chance brings besides."""
    for formula, shape in _CORNERS:
        scale = tuple(10.0 * (c + 2) for c in range(shape[0]))
        yield trace(parse(formula), shape, 3), InputSpec(shape, scale, scale)


def features(network: Network) -> Iterator[str]:
    """Yield which of FEATURES occur in `network`."""
    yield f"channels: {network.input[0]}"
    yield "end: rows" if network.nodes[-1].flat else "end: maps"
    if ")*" in str(network.plan):
        yield "repeat"
    if sum(isinstance(node.layer, FC) for node in network.nodes) > 1:
        yield "fc: several"
    for node in network.nodes:
        layer, kind, rows = node.layer, node.layer.name, ": rows" if node.flat else ": maps"
        yield kind
        yield kind + rows
        if isinstance(layer, BatchNorm) and layer.eps != 1e-5:
            yield "bn: eps"
        if node.window is not None:
            w, (h, v) = node.window, node.input[1:]
            found = {
                "rows and columns differ": h != v,
                "kernel not square": w.kernel[0] != w.kernel[1],
                "stride": max(w.stride) > 1,
                "stride not square": w.stride[0] != w.stride[1],
                "overlap": any(s < k for s, k in zip(w.stride, w.kernel, strict=True)),
                "gap between": any(s > k for s, k in zip(w.stride, w.kernel, strict=True)),
                "pad": max(w.pad) > 0,
                "pad not square": w.pad[0] != w.pad[1],
                "pad lopsided": w.pad != w.pad_end,
                "dilation": max(w.dilation) > 1,
                "dilation not square": w.dilation[0] != w.dilation[1],
                "drops": max(node.dropped) > 0,
            }
            plain = replace(w, ceil=False).over((h, v))[0]
            found["rounded up"] = node.output[1:] != plain
            if isinstance(layer, AvgPool):
                found["padding left out"] = not layer.count_include_pad and max(w.pads) > 0
                counted = layer.count_include_pad and max(w.pad_end) > 0
                found["rounded up over padding"] = counted and node.output[1:] != plain
            if isinstance(layer, Conv):
                found |= {
                    "same": layer.pad == "same" and max(w.kernel) > 1,
                    "same and stride": layer.pad == "same" and max(w.kernel) > 1 and max(w.stride) > 1,
                    "groups": 1 < layer.groups < node.input[0],
                    "depthwise": 1 < layer.groups == node.input[0],
                    "no bias": not layer.bias,
                }
            yield from (f"{kind}: {name}" for name, there in found.items() if there)
        if isinstance(layer, ConvTranspose):
            strides, (before, after) = pair(layer.stride), ends(layer.pad)
            found = {
                "stride": max(strides) > 1,
                "gap between": any(s > k for s, k in zip(strides, layer.extent, strict=True)),
                "pad": max(before) > 0,
                "pad lopsided": before != after,
                "output padding": max(pair(layer.output_padding)) > 0,
                "dilation": max(pair(layer.dilation)) > 1,
                "groups": layer.groups > 1,
                "no bias": not layer.bias,
                "drops": max(node.dropped) > 0,
                "rows and columns differ": node.input[1] != node.input[2],
            }
            yield from (f"{kind}: {name}" for name, there in found.items() if there)
        if isinstance(layer, Crop) and any(
            (n - size) % 2 for n, size in zip(node.input[1:], pair(layer.size), strict=True)
        ):
            yield "crop: odd rest"
        if isinstance(layer, AdaptiveAvgPool):
            over = list(zip(node.input[1:], node.output[1:], strict=True))
            found = {
                "divides": any(1 < cells < size and size % cells == 0 for size, cells in over),
                "does not divide": any(1 < cells < size and size % cells for size, cells in over),
                "more cells than places": any(cells > size for size, cells in over),
                "rows and columns differ": over[0] != over[1],
            }
            yield from (f"{kind}: {name}" for name, there in found.items() if there)
        if isinstance(layer, Concat):
            if -1 in [network.nodes[at].sources[0] for at in node.sources]:
                yield "concat: the picture"
            if any(isinstance(network.nodes[at].layer, Concat) for at in node.sources):
                yield "concat: within a concat"
            if len(node.sources) > 2:
                yield "concat: three"
        if isinstance(layer, (Pad, Upsample)) and node.output != node.input:
            yield f"{kind}: {layer.mode}"
            if isinstance(layer, Pad) and layer.value:
                yield "pad: value"
        if isinstance(layer, LRN) and min(layer.size, node.input[0]) > 2:
            yield "lrn: wider than one"
        if isinstance(layer, Scale):
            yield "scale: bias" if layer.bias else "scale: no bias"
        if isinstance(layer, ChannelShuffle) and 1 < layer.groups < node.input[0]:
            yield "channel_shuffle: some"
        if isinstance(layer, Mul):
            singles = tuple(most > 1 and n == 1 for n, most in zip(node.inputs[1], node.output, strict=True))
            shared = {(False, False, False): "each", (False, True, True): "channels", (True, False, False): "places"}
            yield f"mul: {shared.get(singles, 'all' if any(singles) else '')}"
        if isinstance(layer, Add):
            if -1 in node.sources:
                yield "add: the picture"
            if any(
                isinstance(inner.layer, Add)
                for inner in network.nodes[max(0, min(node.sources)) + 1 : max(node.sources) + 1]
            ):
                yield "add: within an add"
