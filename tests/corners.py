"""What can occur in a network: every layer and option, networks that show all of it, and what one of them shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from convscope.formula import (
    FC,
    LRN,
    AdaptiveAvgPool,
    Add,
    AvgPool,
    BatchNorm,
    ChannelShuffle,
    Concat,
    Conv,
    ConvTranspose,
    Crop,
    Mul,
    Network,
    Pad,
    PReLU,
    Scale,
    Tokens,
    Upsample,
    parse,
    trace,
)
from convscope.formula.geometry import ends, pair
from convscope.pictures.input_spec import InputSpec

_POOL = (
    *("kernel not square", "stride not square", "overlap", "gap between", "pad", "pad lopsided"),
    *("drops", "rounded up", "rows and columns differ"),
)
_OPTIONS = {
    "conv": (
        *("kernel not square", "stride", "stride not square", "pad", "pad not square", "pad lopsided"),
        *("dilation", "dilation not square", "same", "same and stride", "groups", "depthwise", "no bias"),
        *("drops", "rows and columns differ"),
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
    "pad": ("zeros", "value", "reflect", "replicate", "circular", "taken away"),
    "tokens": ("none", "learned", "of a column", "of several columns", "of a row"),
    "position": ("maps", "rows"),
    "upsample": ("nearest", "bilinear"),
    "scale": ("bias", "no bias", "maps", "rows"),
    "prelu": ("per channel", "maps", "rows"),
    "channel_shuffle": ("some",),
    "relu": ("maps", "rows"),
    "crop": ("odd rest",),
    "fc": ("several",),
    "end": ("rows", "maps"),
    "channels": ("1", "2", "3", "4"),
}
_BARE = {
    *("gap", "repeat", "dropout", "flatten", "group_norm", "layer_norm"),
    *("leaky_relu", "sigmoid", "tanh", "clip", "softplus", "gelu_tanh", "relu6", "elu", "gelu", "silu"),
    *("hardswish", "hardsigmoid"),
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
        "conv(4, 2) + gate(gap + fc(2) + relu + fc(4) + sigmoid + tokens) + fc(3) + tokens(1) + conv(2, 1) + fc",
        (2, 5, 4),
    ),
    (
        "conv(4, 2, stride=2) + tokens(1) + position + layer_norm(0.1) + skip(conv(4, 1) + gelu) + tokens(2) + "
        "tokens + pad((-1, 0, -3, 0)) + fc(3) + position + fc",
        (2, 5, 6),
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
        "conv(4, 2) + prelu(True) + scale + fc(5) + prelu + scale + prelu(True) + scale(False) + fc",
        (2, 6, 5),
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
        if isinstance(layer, PReLU) and layer.per_channel:
            yield "prelu: per channel"
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
            if isinstance(layer, Pad) and min(min(end) for end in ends(layer.sides)) < 0:
                yield "pad: taken away"
        if isinstance(layer, Tokens):
            yield "tokens: learned" if layer.extra else "tokens: none"
            flat = node.sources[0] >= 0 and network.nodes[node.sources[0]].flat
            yield (
                "tokens: of a row"
                if flat
                else "tokens: of a column"
                if node.input[2] == 1
                else "tokens: of several columns"
            )
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
