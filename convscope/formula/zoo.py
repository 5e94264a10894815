"""The named plans, each a formula and a line about it."""

from __future__ import annotations

from ..errors import FormulaError, did_you_mean
from .geometry import Shape
from .parse import parse
from .plan import Plan

# EfficientNet-Lite: "same" as TensorFlow has it puts the odd zero of a stride of 2 below and to the right.
_LITE0 = """\
one(n) = conv(n, 1, bias=False) + bn(eps=0.001);
each(n, k) = conv(n, k, pad="same", groups=n, bias=False) + bn(eps=0.001) + relu6;
half(n, k, low, high) = conv(n, k, stride=2, pad=(low, low, high, high), groups=n, bias=False) + bn(eps=0.001) + relu6;
plain(inside, k, n) = one(inside) + relu6 + each(inside, k) + one(n);
down3(inside, n) = one(inside) + relu6 + half(inside, 3, 0, 1) + one(n);
down5(inside, n) = one(inside) + relu6 + half(inside, 5, 1, 2) + one(n);
again(inside, k, n) = skip(plain(inside, k, n));
conv(32, 3, stride=2, pad=(0, 0, 1, 1), bias=False) + bn(eps=0.001) + relu6 + each(32, 3) + one(16)
+ down3(96, 24) + again(144, 3, 24) + down5(144, 40) + again(240, 5, 40) + down3(240, 80) + again(480, 3, 80)*2
+ plain(480, 5, 112) + again(672, 5, 112)*2 + down5(672, 192) + again(1152, 5, 192)*3 + plain(1152, 3, 320)
+ one(1280) + relu6 + gap + dropout(0.2) + fc"""

_RESNET8 = """\
c(n) = conv(n, 3, pad=1) + bn(eps=0.001);
half(n) = conv(n, 3, stride=2, pad=(0, 0, 1, 1)) + bn(eps=0.001);
down(n) = skip(half(n) + relu + c(n), conv(n, 1, stride=2)) + relu;
c(16) + relu + skip(c(16) + relu + c(16)) + relu + down(32) + down(64) + gap + fc"""

# The shortcut is a 1×1 convolution where the maps are halved (He et al. 2015, option B).
_RESNET18 = """\
c(n, k, s) = conv(n, k, stride=s, pad="same", bias=False) + bn;
same(n) = skip(c(n, 3, 1) + relu + c(n, 3, 1)) + relu;
half(n) = skip(c(n, 3, 2) + relu + c(n, 3, 1), c(n, 1, 2)) + relu + same(n);
c(64, 7, 2) + relu + maxpool(3, stride=2, pad=1)
+ same(64)*2 + half(128) + half(256) + half(512) + gap + fc"""

# Inverted residuals: widened by a 1×1 convolution, one filter for each map, narrowed again without an activation.
_MOBILENET_V2 = """\
one(n) = conv(n, 1, bias=False) + bn;
each(n, s) = conv(n, 3, stride=s, pad=1, groups=n, bias=False) + bn + relu6;
inverted(inside, n, s) = one(inside) + relu6 + each(inside, s) + one(n);
again(inside, n) = skip(inverted(inside, n, 1));
conv(32, 3, stride=2, pad=1, bias=False) + bn + relu6 + each(32, 1) + one(16)
+ inverted(96, 24, 2) + again(144, 24) + inverted(144, 32, 2) + again(192, 32)*2
+ inverted(192, 64, 2) + again(384, 64)*3 + inverted(384, 96, 1) + again(576, 96)*2
+ inverted(576, 160, 2) + again(960, 160)*2 + inverted(960, 320, 1)
+ one(1280) + relu6 + gap + dropout(0.2) + fc"""

_SQUEEZENET = """\
fire(few, n) = conv(few, 1) + relu + concat(conv(n, 1) + relu, conv(n, 3, pad=1) + relu);
pool = maxpool(3, stride=2, ceil_mode=True);
conv(64, 3, stride=2) + relu + pool + fire(16, 64)*2 + pool + fire(32, 128)*2 + pool
+ fire(48, 192)*2 + fire(64, 256)*2 + dropout(0.5) + conv(1000, 1) + relu + gap"""

_VGG16 = """\
c(n, times) = (conv(n, 3, pad=1) + relu)*times + maxpool(2);
c(64, 2) + c(128, 2) + c(256, 3) + c(512, 3) + c(512, 3)
+ adaptive_avgpool(7) + (fc(4096) + relu + dropout(0.5))*2 + fc"""

_ALEXNET = """\
conv(64, 11, stride=4, pad=2) + relu + maxpool(3, stride=2)
+ conv(192, 5, pad=2) + relu + maxpool(3, stride=2)
+ conv(384, 3, pad=1) + relu + (conv(256, 3, pad=1) + relu)*2 + maxpool(3, stride=2)
+ adaptive_avgpool(6) + (dropout(0.5) + fc(4096) + relu)*2 + fc"""

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
        _ALEXNET,
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
