"""Random valid plans over every layer and option, for Hypothesis.

The sizes are worked out here once more, apart from convscope.formula, so a plan that it refuses shows up as a failure.
What must occur among the plans is listed in corners.py.
"""

from __future__ import annotations

from functools import reduce
from operator import add

from hypothesis import strategies as st

from convscope.formula import (
    ELU,
    FC,
    LRN,
    AdaptiveAvgPool,
    AvgPool,
    BatchNorm,
    Branches,
    ChannelShuffle,
    ChannelSlice,
    Clip,
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
    Network,
    Pad,
    Plan,
    Position,
    PReLU,
    Scale,
    Sigmoid,
    Skip,
    Softmax,
    SqueezeExcite,
    Tokens,
    Upsample,
    trace,
)
from convscope.formula.kinds import KINDS
from convscope.pictures.input_spec import InputSpec

Shape = tuple[int, int, int]

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
    "transposed",
    "softmax",
    "slice",
    "tokens",
    "position",
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
    if kind == "transposed":
        return draw(_transposed(shape))
    if kind == "softmax":
        return draw(st.sampled_from([Softmax(), LogSoftmax()])), shape
    if kind == "slice":
        first = draw(st.integers(0, shape[0] - 1))
        end = draw(st.integers(first + 1, shape[0]))
        return ChannelSlice(first, end), (end - first, *shape[1:])
    if kind == "tokens":
        extra = draw(st.integers(0, 2))
        return Tokens(extra), (shape[0], extra + shape[1] * shape[2], 1)
    if kind == "position":
        return Position(), shape
    if kind == "pad":
        mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
        least = -1 if mode == "zeros" else 0
        sides = tuple(draw(st.integers(least if n > 2 else 0, 1 if n > 1 else 0)) for n in (*shape[1:], *shape[1:]))
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
    kind = draw(st.sampled_from(["fc", "softmax", "scale", *POINTWISE]))
    if kind == "scale":
        return Scale(draw(st.booleans())), units
    if kind == "softmax":
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
        return draw(st.sampled_from(PLAIN) | leaky | elu | clip | st.builds(PReLU, st.booleans()))
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
    axes = list(zip(shape[1:], kernel, stride or kernel, pad, end, dilation, strict=True))
    starts = [[at for at in range(-p, n, s) if at + d * (k - 1) < n + q] for n, k, s, p, q, d in axes]
    added = [
        places[-1] + d * (k - 1) + 1 < n + q and places[-1] + s < n
        for places, (n, k, s, _, q, d) in zip(starts, axes, strict=True)
    ]
    ends = [
        places[-1] + s * more + d * (k - 1)
        for places, more, (_, k, s, _, _, d) in zip(starts, added, axes, strict=True)
    ]
    ceil = ceil and all(last - n + 1 < k for last, (n, k, *_) in zip(ends, axes, strict=True))
    sizes = [len(places) + (ceil and more) for places, more in zip(starts, added, strict=True)]
    options = {"dilation": dilation} if kind is MaxPool else {"count_include_pad": draw(st.booleans())}
    return kind(kernel, stride, pad + end, ceil_mode=ceil, **options), (shape[0], *sizes)  # type: ignore[arg-type]


def _all_read(n: int, k: int, s: int, p: int, q: int, d: int) -> bool:
    """Whether every window over n rows reads one: the largest of none is −∞, and what follows no number."""
    begins = range(-p, n, s)
    return all(any(0 <= at + d * j < n for j in range(k)) for at in begins if at + d * (k - 1) < n + q + s)


def _chain(parts: list[Plan]) -> Plan:
    return reduce(add, parts)
