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

_RESNET8 = " + ".join(
    (
        "conv(16, 3, pad=1) + bn(eps=0.001) + relu",
        "skip(conv(16, 3, pad=1) + bn(eps=0.001) + relu + conv(16, 3, pad=1) + bn(eps=0.001)) + relu",
        # TensorFlow's "same" at a stride of 2: the odd zero below and to the right, none for a 1×1 convolution.
        *(
            f"skip(conv({c}, 3, stride=2, pad=(0, 0, 1, 1)) + bn(eps=0.001) + relu + conv({c}, 3, pad=1) + "
            f"bn(eps=0.001), conv({c}, 1, stride=2)) + relu"
            for c in (32, 64)
        ),
        "gap + fc",
    )
)


def _basic(channels: int, stride: int = 1) -> str:
    """Return the residual block of He et al. 2015, figure 5 left; where it halves the maps, a 1×1 convolution is the
    shortcut (option B).
    """
    first = (
        f"conv({channels}, 3, stride={stride}, pad=1, bias=False)"
        if stride > 1
        else f"conv({channels}, 3, pad=1, bias=False)"
    )
    body = f"{first} + bn + relu + conv({channels}, 3, pad=1, bias=False) + bn"
    shortcut = f", conv({channels}, 1, stride={stride}, bias=False) + bn" if stride > 1 else ""
    return f"skip({body}{shortcut}) + relu"


_RESNET18 = " + ".join(
    (
        "conv(64, 7, stride=2, pad=3, bias=False) + bn + relu + maxpool(3, stride=2, pad=1)",
        f"({_basic(64)})*2",
        *(f"{_basic(channels, 2)} + {_basic(channels)}" for channels in (128, 256, 512)),
        "gap + fc",
    )
)


def _inverted(before: int, channels: int, count: int, stride: int = 1) -> str:
    """Return `count` inverted residuals of Sandler et al. 2018, six times as wide inside; the first has no skip."""

    def block(inside: int, step: str = "") -> str:
        return (
            f"conv({inside}, 1, bias=False) + bn + relu6 + conv({inside}, 3{step}, pad=1, groups={inside}, bias=False) "
            f"+ bn + relu6 + conv({channels}, 1, bias=False) + bn"
        )

    first = block(6 * before, f", stride={stride}" if stride > 1 else "")
    return first + (f" + skip({block(6 * channels)})" + f"*{count - 1}" * (count > 2)) * (count > 1)


_MOBILENET_V2 = " + ".join(
    (
        "conv(32, 3, stride=2, pad=1, bias=False) + bn + relu6",
        # The first block does not widen: its 1×1 convolution is left out.
        "conv(32, 3, pad=1, groups=32, bias=False) + bn + relu6 + conv(16, 1, bias=False) + bn",
        _inverted(16, 24, 2, 2),
        _inverted(24, 32, 3, 2),
        _inverted(32, 64, 4, 2),
        _inverted(64, 96, 3),
        _inverted(96, 160, 3, 2),
        _inverted(160, 320, 1),
        "conv(1280, 1, bias=False) + bn + relu6 + gap + dropout(0.2) + fc",
    )
)


def _fire(squeeze: int, expand: int) -> str:
    """Return the fire module of Iandola et al. 2016, section 3.2: 1×1 and 3×3 filters side by side on few channels."""
    return f"conv({squeeze}, 1) + relu + concat(conv({expand}, 1) + relu, conv({expand}, 3, pad=1) + relu)"


_SQUEEZENET = " + ".join(
    (
        "conv(64, 3, stride=2) + relu + maxpool(3, stride=2, ceil_mode=True)",
        f"({_fire(16, 64)})*2 + maxpool(3, stride=2, ceil_mode=True)",
        f"({_fire(32, 128)})*2 + maxpool(3, stride=2, ceil_mode=True)",
        f"({_fire(48, 192)})*2 + ({_fire(64, 256)})*2",
        "dropout(0.5) + conv(1000, 1) + relu + gap",
    )
)

_VGG16 = " + ".join(
    (
        *(
            f"(conv({channels}, 3, pad=1) + relu)*{count} + maxpool(2)"
            for channels, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
        ),
        "adaptive_avgpool(7) + (fc(4096) + relu + dropout(0.5))*2 + fc",
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
    "resnet8": (
        _RESNET8,
        "MLPerf Tiny's residual network for CIFAR-10 (Banbury et al. 2021): 78,186 parameters, 78,666 with the means "
        "and variances that Keras counts too; 12,501,632 MACs on pictures of 3×32×32",
    ),
    "resnet18": (
        _RESNET18,
        "He et al. 2015, as torchvision has it: on photographs of 3×224×224 and 1,000 classes 11,689,512 parameters "
        "and 1,814,073,344 MACs",
    ),
    "mobilenet_v2": (
        _MOBILENET_V2,
        "Sandler et al. 2018, as torchvision has it: on photographs of 3×224×224 and 1,000 classes 3,504,872 "
        "parameters and 300,774,272 MACs",
    ),
    "squeezenet": (
        _SQUEEZENET,
        "version 1.1 of Iandola et al. 2016, as torchvision has it: on photographs of 3×224×224 1,235,496 parameters "
        "and 349,151,936 MACs; its last convolution has one map a class, 1,000",
    ),
    "vgg16": (
        _VGG16,
        "Simonyan & Zisserman 2014, configuration D, as torchvision has it: on photographs of 3×224×224 and 1,000 "
        "classes 138,357,544 parameters and 15,470,264,320 MACs",
    ),
    "alexnet": (
        "conv(64, 11, stride=4, pad=2) + relu + maxpool(3, stride=2) + conv(192, 5, pad=2) + relu + "
        "maxpool(3, stride=2) + conv(384, 3, pad=1) + relu + (conv(256, 3, pad=1) + relu)*2 + maxpool(3, stride=2) + "
        "adaptive_avgpool(6) + (dropout(0.5) + fc(4096) + relu)*2 + fc",
        "Krizhevsky 2014 on one GPU, as torchvision has it: on photographs of 3×224×224 and 1,000 classes 61,100,840 "
        "parameters and 714,188,480 MACs",
    ),
}


_IMAGENET = (3, 224, 224), 1000

OWN_INPUT: dict[str, tuple[Shape, int]] = {
    "lite0": _IMAGENET,
    "resnet8": ((3, 32, 32), 10),
    "resnet18": _IMAGENET,
    "mobilenet_v2": _IMAGENET,
    "squeezenet": _IMAGENET,
    "vgg16": _IMAGENET,
    "alexnet": _IMAGENET,
}
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

            hint = did_you_mean(name, [*ZOO, *LAYERS], offered=[*ZOO])
            raise FormulaError("plan.unknown", name=text.strip(), text=text, column=1, hint=hint) from None
        raise
