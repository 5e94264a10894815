"""Formulas at random: sound ones, large and deep ones, damaged ones, and texts of nothing but a formula's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from random import Random
from types import MappingProxyType

from convscope.formula import ZOO
from convscope.formula.kinds import LAYERS
from convscope.formula.kinds.arguments import Argument, Extent, Flag, Number, Word

NONE: Mapping[str, int] = MappingProxyType({})

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
        "gate(",
        "se(2)",
        "c(n) = ",
        "c(2)",
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
ARGUMENTS = {name: dict(kind.arguments) for name, kind in LAYERS.items() if kind.arguments}
PLAIN = tuple(LAYERS)
PARTS = (
    "c",
    "d",
    "block",
    "conv_bn",
    "half",
    "_2",
    "relu",
    "if",
    "x.y",
    "\u00e9",
)  # names of parts, some of which none has
PARAMETERS = ("n", "k", "s", "pad", "n", "in")


def hostile_formula(random: Random) -> str:
    """Return a text that is a formula, nearly one, or none."""
    kind = random.randrange(12)
    if kind == 0:
        return random.choice(("", " ", "")).join(random.choices((*WORDS, *NUMBERS), k=random.randint(1, 12)))
    if kind == 1:
        return _large(random)
    if kind == 2:
        text = random.choice(list(ZOO.values()))[0]
    else:
        text = _with_parts(random) if kind < 6 else _plan(random, random.randint(0, 3))
    for _ in range(random.choice((0, 0, 0, 0, 0, 1, 1, 2, 3))):
        at, cut = random.randint(0, len(text)), random.choice((0, 0, 1, 2, 6))
        text = text[:at] + random.choice(("", "", " ", *WORDS, *NUMBERS)) + text[at + cut :]
    return text


def _with_parts(random: Random) -> str:
    """Return definitions of parts, each of which may call those before, and a plan that calls them."""
    definitions, known = [], dict[str, int]()
    names = random.sample(PARTS[:6], k=random.choice((1, 1, 2, 2, 3, 5)))
    for name in names if random.random() < 0.9 else random.choices(PARTS, k=3):
        own = PARAMETERS[:3] if random.random() < 0.9 else PARAMETERS
        parameters = random.sample(own, k=random.choice((0, 1, 1, 2, 3)))
        head = f"{name}({', '.join(parameters)})" if parameters else name
        definitions.append(f"{head} = {_plan(random, random.randint(0, 2), known, parameters)};")
        known[name] = len(parameters)
    return random.choice((" ", "\n", "")).join([*definitions, _plan(random, random.randint(0, 2), known)])


def _plan(random: Random, depth: int, known: Mapping[str, int] = NONE, parameters: Sequence[str] = ()) -> str:
    """Return layers and groups; `known` are parts that may be called, by how many numbers each takes, and `parameters`
    what may stand for a number.
    """
    parts = []

    def inner() -> str:
        return _plan(random, depth - 1, known, parameters)

    for _ in range(random.randint(1, 4)):
        kind = random.randrange(12)
        if depth and kind == 0:
            parts.append(f"({inner()})*{_number(random, parameters)}")
        elif depth and kind == 1:
            shortcut = f", {inner()}" if random.random() < 0.4 else ""
            parts.append(f"skip({inner()}{shortcut})")
        elif depth and kind == 2:
            parts.append(f"concat({', '.join(inner() for _ in range(random.randint(1, 3)))})")
        elif depth and kind == 3:
            parts.append(f"[{inner()}]*{random.randint(1, 3)}")
        elif depth and kind == 4:
            parts.append(f"gate({inner()})")
        elif kind == 5:
            parts.append(f"se({_number(random, parameters)})")
        elif known and kind > 7:
            name = random.choice(list(known))
            given = [_number(random, parameters) for _ in range(known[name])]
            given = given if random.random() < 0.95 else [*given, "2"]
            parts.append(f"{name}({', '.join(given)})" if given else name)
        else:
            parts.append(_layer(random, parameters))
    return " + ".join(parts)


def _layer(random: Random, parameters: Sequence[str] = ()) -> str:
    name = random.choice(("conv", "conv", "conv", "maxpool", "avgpool", "adaptive_avgpool", "fc", *PLAIN))
    options = ARGUMENTS.get(name, {})
    needed = [option for option, argument in options.items() if not _optional(name, option)]
    if not options or (not needed and random.random() < 0.5):
        return name
    words = list(options)
    count = random.randint(len(needed) if random.random() < 0.95 else 0, min(len(words), 4))
    given = [_value(random, options[option], parameters) for option in words[:count]]
    more = random.sample(words[count:], k=random.randint(0, len(words) - count))
    return f"{name}({', '.join([*given, *(f'{one}={_value(random, options[one], parameters)}' for one in more)])})"


def _optional(layer: str, option: str) -> bool:
    return any(field.name == option and field.default is not MISSING for field in fields(LAYERS[layer]))


def _value(random: Random, argument: Argument, parameters: Sequence[str]) -> str:
    """Return a value of an argument's kind, or now and then of another."""
    if random.random() < 0.03:
        return random.choice(('"same"', "True", "None", "0.5", "(1, 2, 3)", "(2, 3, 2, 3)"))
    if parameters and random.random() < 0.4:
        return random.choice(parameters)
    match argument:
        case Flag():
            return random.choice(("True", "False"))
        case Word():
            return f'"{random.choice(argument.words)}"'
        case Number():
            most = random.choice(("0", "1", "-1", "100", "3.4028234663852886e+38", "1e-300"))
            return random.choice(("0.5", "1e-5", ".25", "0.01", most))
        case Extent() if argument.words and random.random() < 0.3:
            return f'"{random.choice(argument.words)}"'
        case Extent() if argument.sides and random.random() < 0.3:
            return f"({', '.join(_number(random, parameters) for _ in range(4))})"
        case Extent() if random.random() < 0.3:
            return f"({_number(random, parameters)}, {_number(random, parameters)})"
    return _number(random, parameters)


def _number(random: Random, parameters: Sequence[str] = ()) -> str:
    if parameters and random.random() < 0.4:
        return random.choice(parameters)
    return random.choice(NUMBERS) if random.random() < 0.01 else str(random.choice((1, 1, 1, 2, 2, 3, 3, 4, 5, 8)))


def _large(random: Random) -> str:
    """Return as much as the language allows: long, deep, of large numbers."""
    number, kind = random.choice(("2", "512", "999999", "1000000")), random.randrange(12)
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
    if kind == 8:  # parts that double, or call one another as often as there is room for
        count, times = random.choice((8, 10, 30, 63, 98)), random.choice(("{0} + {0}", "{0}*2", "{0}", "skip({0})"))
        made = "; ".join(f"p{i} = {times.format(f'p{i - 1}')}" for i in range(1, count))
        return f"p0 = {_layer(random)}; {made}; p{count - 1}"
    if kind == 9:
        depth = random.choice((3, 8, 15, 31, 32))
        group = random.choice(("skip({0}, {0})", "gate(gap + {0})", "skip({0}, conv(2, 1))", "gate({0}) + se(2)"))
        plan = _layer(random)
        for _ in range(depth):
            plan = group.format(plan) if len(plan) < 4_000 else plan
        return plan
    if kind == 10:
        part = "c(n, k) = conv(n, (k, 1), stride=(1, k), pad=(k, 0, 0, k))"
        return f"{part}; (c({number}, {number}))*{random.choice((1, 512))}"
    return "+".join(random.choices(("relu", "fc", "bn", "prelu", "dropout(0.1)"), k=random.choice((500, 512))))
