"""The named plans, each a formula and a line about it."""

from __future__ import annotations

from ..errors import FormulaError, did_you_mean
from .geometry import Shape
from .parse import parse
from .plan import Plan


def _bottleneck(inside: int, kernel: int, channels: int, stride: int = 1) -> str:
    """Return EfficientNet-Lite's block, the inverted residual of Sandler et al. 2018 with ReLU6: a 1×1 convolution to
    `inside` channels, one filter for each of them, a 1×1 convolution to `channels` without an activation.

    "same" as TensorFlow has it puts the odd zero of a stride of 2 below and to the right.
    """
    bn, low = "bn(eps=0.001)", (kernel - 2) // 2
    step = '"same"' if stride == 1 else f"({low}, {low}, {low + 1}, {low + 1}), stride={stride}"
    return (
        f"conv({inside}, 1, bias=False) + {bn} + relu6 + "
        f"conv({inside}, {kernel}, pad={step}, groups={inside}, bias=False) + {bn} + relu6 + "
        f"conv({channels}, 1, bias=False) + {bn}"
    )


def _stage(before: int, kernel: int, channels: int, count: int, stride: int = 1) -> str:
    """Return `count` blocks, of which all but the first have as many channels as went in, and so a skip."""
    first, more = _bottleneck(6 * before, kernel, channels, stride), _bottleneck(6 * channels, kernel, channels)
    return first + (f" + skip({more})" + f"*{count - 1}" * (count > 2)) * (count > 1)


_LITE0 = " + ".join(
    (
        "conv(32, 3, stride=2, pad=(0, 0, 1, 1), bias=False) + bn(eps=0.001) + relu6",
        # The first block does not widen: its 1×1 convolution is left out.
        _bottleneck(32, 3, 16).partition("relu6 + ")[2],
        _stage(16, 3, 24, 2, stride=2),
        _stage(24, 5, 40, 2, stride=2),
        _stage(40, 3, 80, 3, stride=2),
        _stage(80, 5, 112, 3),
        _stage(112, 5, 192, 4, stride=2),
        _stage(192, 3, 320, 1),
        "conv(1280, 1, bias=False) + bn(eps=0.001) + relu6 + gap + dropout(0.2) + fc",
    )
)

# name: (formula, one line about it)
ZOO: dict[str, tuple[str, str]] = {
    "slides": (
        "(conv(16, 5) + relu) + (conv(32, 5) + relu) + maxpool(2) + (conv(64, 5) + relu) + (conv(128, 5) + relu) + fc",
        "the lecture's MNIST network: 274,570 parameters",
    ),
    "lenet5": (
        "conv(6, 5, pad=2) + tanh + avgpool(2) + conv(16, 5) + tanh + avgpool(2) + conv(120, 5) + tanh + fc(84) + "
        "tanh + fc",
        "LeCun et al. 1998: 61,706 parameters; the paper's 60,000 come from S2 and S4 with two trained numbers a map, "
        "C3 joined to some "
        "maps only and a radial basis output, which today's layers replace by plain averages, full joins and scores",
    ),
    "dense": (
        "fc(300) + relu + fc(100) + relu + fc",
        "no convolution at all: the plain network of the lecture's beginning",
    ),
    "fast": (
        'crop(24) + conv(32, 5, stride=2, pad="same", bias=False) + maxpool(2) + bn + relu + conv(64, 3, pad="same", '
        "bias=False) + maxpool(2) "
        '+ bn + relu + conv(64, 3, pad="same", bias=False) + bn + relu + fc',
        "what the recipe fast trains on centred pictures of 28×28 such as MNIST's: 62,186 parameters",
    ),
    "fine": (
        'crop(24) + conv(16, 5, stride=2, pad="same", bias=False) + bn + relu + conv(32, 3, pad="same", bias=False) + '
        "maxpool(2) + bn + relu "
        '+ conv(64, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(128, 3, pad="same", bias=False) + bn + '
        "relu + fc",
        "keeps maps of 12×12 for longer than fast: slower to pass over, better in the end; 109,178 parameters",
    ),
    "accurate": (
        'crop(24) + conv(32, 5, pad="same", bias=False) + maxpool(2) + bn + relu + conv(48, 3, pad="same", '
        "bias=False) + bn + relu "
        '+ conv(48, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(96, 3, pad="same", bias=False) + bn + '
        "relu "
        '+ conv(96, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(128, 3, pad="same", bias=False) + bn + '
        "relu + dropout(0.3) + fc",
        "six layers of filters and no stride, so that where exactly a digit lies matters less: what the recipe "
        "accurate trains on MNIST; 282,794 parameters",
    ),
    "general": (
        'conv(32, 5, stride=2, pad="same", bias=False) + maxpool(2) + bn + relu + conv(64, 3, pad="same", bias=False) '
        "+ maxpool(2) "
        '+ bn + relu + conv(128, 3, pad="same", bias=False) + bn + relu + fc',
        "what the recipe fast trains on other pictures, of any size: fast without its crop, twice as wide at its end",
    ),
    "wide": (
        'conv(32, 5, pad="same", bias=False) + maxpool(2) + bn + relu + conv(48, 3, pad="same", bias=False) + bn + '
        "relu "
        '+ conv(48, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(96, 3, pad="same", bias=False) + bn + '
        "relu "
        '+ conv(96, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(128, 3, pad="same", bias=False) + bn + '
        "relu + dropout(0.3) + fc",
        "what the recipe accurate trains on other pictures, of any size: accurate without its crop",
    ),
    "small": (
        'crop(24) + conv(16, 5, pad="same", bias=False) + maxpool(2) + bn + relu + conv(32, 3, pad="same", '
        "bias=False) + maxpool(2) + bn + relu "
        '+ conv(48, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(56, 3, pad="same", bias=False) + bn + '
        "relu + fc",
        "below 50,000 parameters, 48,378: 99.62 % on MNIST's test pictures after 7.5 epochs of the recipe accurate "
        "(mean of 5 seeds)",
    ),
    "tiny": (
        'crop(24) + conv(8, 5, pad="same", bias=False) + maxpool(2) + bn + relu + conv(14, 3, pad="same", bias=False) '
        "+ bn + relu "
        '+ conv(14, 3, pad="same", bias=False) + maxpool(2) + bn + relu + conv(18, 3, pad="same", bias=False) + bn + '
        "relu "
        '+ conv(18, 3, pad="same", bias=False) + maxpool(2) + bn + relu + fc',
        "below 10,000 parameters, 9,930: 99.57 % on MNIST's test pictures after 14 epochs of the recipe accurate "
        "(mean of 3 seeds)",
    ),
    "lite0": (
        _LITE0,
        "EfficientNet-Lite0 (Tan & Le 2019, as TensorFlow published it in 2020): on photographs of 3×224×224 and 1,000 "
        "classes 4,652,008 parameters and 385,187,552 MACs; the model lite0 has its weights from ImageNet",
    ),
}


OWN_INPUT: dict[str, tuple[Shape, int]] = {"lite0": ((3, 224, 224), 1000)}
"""The shape of the pictures and the number of classes that a plan was made for, where they are not MNIST's."""


def usual(formula: str) -> tuple[Shape, int]:
    """Return the shape (C, H, W) and the number of classes that a formula is described for where none are given."""
    return OWN_INPUT.get(formula.strip().lower(), ((1, 28, 28), 10))


def resolve(text: str) -> Plan:
    """Return the named plan, or the plan that `text` describes as a formula.

    Raises FormulaError, with "did you mean", for a single word that is neither.
    """
    name = text.strip().lower()
    if name in ZOO:
        return parse(ZOO[name][0])
    try:
        return parse(text)
    except FormulaError as error:
        if name.replace("-", "").replace("_", "").isalnum() and error.key == "layer.unknown":
            from .kinds import LAYERS

            hint = did_you_mean(name, [*ZOO, *LAYERS])
            raise FormulaError("plan.unknown", name=text.strip(), text=text, column=1, hint=hint) from None
        raise
