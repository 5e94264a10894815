"""The named plans, each a formula and a line about it."""

from __future__ import annotations

from ..errors import FormulaError, did_you_mean
from .parse import parse
from .plan import Plan

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
}


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
