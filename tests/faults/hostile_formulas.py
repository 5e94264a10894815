"""Formulas at random: sound ones, large and deep ones, damaged ones, and texts of nothing but a formula's words."""

from __future__ import annotations

from random import Random

from convscope.formula import ZOO
from convscope.formula.kinds import LAYERS

NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "5",
    "7",
    "16",
    "64",
    "999999",
    "1000000",
    "1000001",
    "10**6",
    "1_0",
    "0x10",
    "1e3",
    "-1",
)
NUMBERS += ("0.5", "1e-7", "1e400", "9999999999999999", "999999999999999", ".5", "5.", "01", "True", "None", '"same"')
WORDS = (
    *(
        "conv(",
        "relu",
        "fc",
        "skip(",
        "concat(",
        "adaptive_avgpool(2)",
        "crop(3)",
        "maxpool(2)",
        ",",
        "+",
        "*",
        "(",
        ")",
        "[",
        "]",
        "=",
        ".",
        "-",
        "~",
        "'",
    ),
    *(
        '"',
        "None",
        "True",
        "pad=",
        "×",
        "_x",
        "é",
        "if",
        "nn.Conv2d(16, 3)",
        "softmax",
        "F.relu",
        "LogSoftmax",
        "linear(3)",
    ),
    *(
        "torch.nn.MaxPool2d",
        "ReLU()",
        "batch_norm",
        "Leaky_ReLU",
        "hardswish",
        "GELU",
        "adaptiveAvgPool2d(1)",
        "dropout2d",
    ),
    *(
        "kernel_size=3",
        "lambda:0",
        "\t",
        "\u2003",
        "\n",
        "#",
        ";",
        "\\",
        "\x1b",
        "𝕏",
        "ﬁ",
        "\u0301",
        "İ",
        "**",
        "//",
        "@",
    ),
    *("f'x'", "b'x'", "r'x'", "{", "}", ":", "...", "3j", "0b1", "0o7", "1.e", "not", "and", "in", "conv", "gap", "bn"),
)
ARGUMENTS = {
    "conv": ("channels", "kernel", "stride", "pad", "dilation", "groups", "bias"),
    "maxpool": ("kernel", "stride", "pad"),
    "avgpool": ("kernel", "stride", "pad"),
    "adaptive_avgpool": ("size",),
    "fc": ("units",), "crop": ("size",), "dropout": ("p",), "leaky_relu": ("slope",), "elu": ("alpha",),
}  # fmt: skip
PLAIN = tuple(LAYERS)


def hostile_formula(random: Random) -> str:
    """Return a text that is a formula, nearly one, or none."""
    kind = random.randrange(10)
    if kind == 0:
        return random.choice(("", " ", "")).join(random.choices((*WORDS, *NUMBERS), k=random.randint(1, 12)))
    if kind == 1:
        return _large(random)
    text = random.choice(list(ZOO.values()))[0] if kind == 2 else _plan(random, random.randint(0, 3))
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 3))):
        at, cut = random.randint(0, len(text)), random.choice((0, 0, 1, 2, 6))
        text = text[:at] + random.choice(("", "", " ", *WORDS, *NUMBERS)) + text[at + cut :]
    return text


def _plan(random: Random, depth: int) -> str:
    parts = []
    for _ in range(random.randint(1, 4)):
        kind = random.randrange(8)
        if depth and kind == 0:
            parts.append(f"({_plan(random, depth - 1)})*{_number(random)}")
        elif depth and kind == 1:
            parts.append(f"skip({_plan(random, depth - 1)})")
        elif depth and kind == 2:
            branches = [_plan(random, depth - 1) for _ in range(random.randint(1, 3))]
            parts.append(f"concat({', '.join(branches)})")
        elif depth and kind == 3:
            parts.append(f"[{_plan(random, depth - 1)}]*{random.randint(1, 3)}")
        else:
            parts.append(_layer(random))
    return " + ".join(parts)


def _layer(random: Random) -> str:
    name = random.choice(("conv", "conv", "maxpool", "avgpool", "adaptive_avgpool", "fc", *PLAIN))
    if name in ("conv", "maxpool", "avgpool", "adaptive_avgpool", "crop") or (
        name in ARGUMENTS and random.random() < 0.5
    ):
        options = ARGUMENTS[name]
        given = [_size(random) for _ in range(random.randint(1, min(len(options), 4)))]
        if name == "conv" and len(given) == 1:
            given.append(_size(random))
        named = random.sample(options[len(given) :], k=random.randint(0, len(options) - len(given)))
        words = [*given, *(f"{option}={_size(random)}" for option in named)]
        return f"{name}({', '.join(words)})"
    return name


def _size(random: Random) -> str:
    return f"({_number(random)}, {_number(random)})" if random.random() < 0.2 else _number(random)


def _number(random: Random) -> str:
    return random.choice(NUMBERS) if random.random() < 0.1 else str(random.choice((1, 1, 2, 2, 3, 3, 4, 5, 8)))


def _large(random: Random) -> str:
    """Return as much as the language allows: long, deep, of large numbers."""
    number, kind = random.choice(("2", "512", "999999", "1000000")), random.randrange(9)
    if kind == 0:
        return " + ".join([_layer(random)] * random.choice((100, 400, 512, 513)))
    if kind == 1:
        depth = random.choice((10, 30, 31, 32))
        return "skip(" * depth + _layer(random) + ")" * depth
    if kind == 2:
        return f"(conv({random.choice('123')}, 1, stride={number}))*{random.choice((3, 200, 500))} + fc"
    if kind == 3:
        return "(" * 20 + "relu" + ")*1" * 20 + f" + (skip({_layer(random)}))*{random.choice((2, 170, 255))}"
    if kind == 4:
        sizes = ", ".join(f"({random.randint(1, 1_000_000)}, 1)" for _ in range(4))
        return f"conv(1, {sizes}) + (maxpool({number}, pad={random.choice('01')}))*{random.choice((1, 9))} + fc"
    if kind == 5:  # channels that double, or would
        return f"(concat({_layer(random)}, {_layer(random)}))*{random.choice((2, 28, 100, 170, 171, 512))} + gap + fc"
    if kind == 6:
        plan = random.choice(("relu", "fc(3)", "adaptive_avgpool(2)"))
        for _ in range(random.choice((3, 7, 8, 30, 31, 32))):
            plan = f"concat({', '.join([plan] * random.choice((1, 1, 2)))}, relu)"[:9_000]
        return plan
    if kind == 7:
        cells = random.choice((f"({number}, 1)", number, "2048", "256", "(1, 65535)", "(1, 65536)"))
        return f"(adaptive_avgpool({cells}))*{random.choice((1, 2, 512))} + concat({'relu, ' * 509}relu)*1"
    return "+".join(random.choices(("relu", "fc", "bn", "prelu", "dropout(0.1)"), k=random.choice((500, 512))))
