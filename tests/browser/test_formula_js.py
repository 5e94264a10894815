"""The page reads formulas as Python does: the same plans and numbers, and for what is none the same words and caret."""

from __future__ import annotations

import dataclasses
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selenium import webdriver

from convscope.errors import ConvscopeError, messages
from convscope.explain.payload.encoding import as_json
from convscope.explain.payload.nodes import page_nodes
from convscope.formula import ZOO, Network, Plan, describe, parse, trace
from convscope.formula.kinds import LAYERS
from convscope.formula.tracing import MAX_PICTURE
from convscope.formula.zoo import OWN_INPUT
from convscope.page.inline import HERE as PAGE
from convscope.page.inline import LANGUAGES, document, formula_table, lab_dictionary
from convscope.page.modules import join
from tests.corners import FEATURES, corners, features
from tests.faults.hostile_formulas import NUMBERS
from tests.faults.hostile_formulas import WORDS as WORDS_OF_FORMULAS
from tests.formula.kinds.test_arguments import AT_BOUNDS
from tests.formula.test_parse import ABSURD, groups
from tests.formula.test_plan import DEPTHS_AT_MOST, LAYERS_AT_MOST
from tests.formula.test_text_bounds import BOUNDS as TEXT_BOUNDS
from tests.formula.test_tracing import BOUNDS as NETWORK_BOUNDS
from tests.strategies import networks

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
WORDS = {name: lab_dictionary(name) | messages(name) for name in LANGUAGES}
Asked = tuple[str, tuple[int, int, int], int]

REFUSED = """
conv(16, 5, stride=0) + relu|conv(16)|relu + konv(3, 3)|conv(16, 3, strid=2)|conv(16, 3, 1, 0, 1, 1, True, 9)|relu(3)
conv(16, 2, pad='same')|conv(16, 3, groups=3)|conv(16, 3.0)|conv(True, 3)|conv(16, (3, 3, 3))|conv(2000000, 3)
maxpool(2, pad=2)|maxpool(2, pad=(0, 0, 2, 1))|conv(16, 3, pad=(1, 2, 3))|conv(16, 3, pad=(0, 0, 1, -1))
bn(eps=2)|bn(eps=-1)|dropout(1)|leaky_relu(-0.1)|elu(-1)|elu(101)|relu + crop(3)|crop(3)*2|skip(crop(3))|relu*0|relu*2.5
relu*relu|relu, relu|[relu, relu]|relu - relu|conv(16, 3|relu + [relu|relu +|skip()|a.b(3)|relu # note
  relu + knov(3, 3)|slide|lenet-4|fc fc|conv(16 3)|conv(16, 3))|conv(16, 3]|[(relu]|conv(16, kernel=3, 5)
conv(16, 3, 3=4)|conv(kernel=3, kernel=3, channels=2)|conv(16, kernel=3, channels=2)|relu()()|(relu)(3)|relu[0]
relu if relu else fc|lambda: 0|not relu|relu ** 2|relu / 2|3|True|None|'relu'|"|'|relu + 'fc|conv(16, None)
conv(16, ((3, 3), 3))|conv(16, -3)|conv(16, --3)|conv(16, +3)|conv(0x10, 0b11)|conv(1_6, 3)|conv(016, 3)|conv(16x, 3)
conv(1e3, 3)|conv(16, 3, bias=1)|conv(16, 3, pad=f"same")|conv(16, 3, pad="sa" 'me')|conv(16, 3, *x)|conv(16, 3, **x)
conv(9999999999999999, 3)|relu*99999999999999999999|dropout(1e400)|dropout(-1e-7)|dropout(.5)
dropout(0.1234567890123456)|leaky_relu(1e-05)|leaky_relu(0.0001)|leaky_relu(-0.0)|leaky_relu(2e22)|leaky_relu(1e16)
leaky_relu(1e15)|fc(0)|fc(1.5)|conv(16, ())|conv(16, (3,))|conv(16, 3, pad="wide")|conv(16, 3, pad="it's")
conv(16, 3, pad='"')|conv(3, 3, groups=2)|relu.|relu.3|relu.x|relu..x|relu é|relu\x1frelu|relu\x85|\u2003|1.2.3
dropout(0.if1)|3.relu|conv(16, 3).relu|[]|()|(relu,)|[relu,]|conv(16, 3,)|,|)|*|*2|2*relu|2*2|relu × 2|relu*2*3
relu*(2)|relu*(2.5)|relu*True|[relu][relu]|conv(16, 3) conv|maxpool(2, None)|crop(3, 3)|prelu(0.1)|relu*600
(relu*30)*30|gap(2)|bn + crop(2) + relu|flatten(1)|tanh(x=2)|dropout(q=0.2)|fc(unit=3)|maxpool(k=2)|conv(c=3, k=3)
conv(64, 9)*4|fc + conv(3, 3)|fc + fc|skip(conv(3, 3))|crop(40)|conv(16, 3, groups=4)|conv(16, 5)*9|fc(1000000)
conv(1000000, (1000, 1000), pad=1000)|conv(1000000, 3, pad=1)|maxpool(3, stride=5, pad=1)|conv(2, 2, dilation=20)
skip(fc(3))|fc(20) + gap|fc(20) + skip(fc(20)) + fc|maxpool(2, 0)|conv(0, 3)|conv(16, 0)|conv(16, 3, dilation=0)
conv(16, 3, groups=0)|maxpool(0)|maxpool(2, pad=-1)|conv(3, (3, 30))|conv(3, (3, 5), stride=(2, 1)) + gap + fc
crop(20) + fc(5) + fc
channel_slice(1, 1)|channel_slice(0, 2)|channel_slice(0)|conv(4, 3) + channel_slice(1, 3)
maxpool(2, stride=3, dilation=5, ceil_mode=True)
maxpool(2, stride=1, pad=1, dilation=29)|maxpool((2, 2), pad=(0, 1), dilation=(1, 29))
conv_transpose(8)|conv_transpose(8, 2, stride=2, output_padding=2)|conv_transpose(8, 1, pad=20)
conv_transpose(4, 3, groups=3)|conv_transpose(3, 2, groups=3)|fc + softmax|conv(3, 3) + log_softmax|softmax(1) + fc
pad(2, mode="reflect", value=1)|pad(30, mode="circular")|pad(1, value="x")
pad|pad(-1)|pad(-1, mode="reflect")|pad(-14)|pad((0, 0, -28, 1))|tokens(-1)
tokens(2)|tokens + fc(3) + position|fc(3) + tokens|position(1)
pad(1, mode="same")|pad(30, mode="reflect")|pad(1, 2)|upsample(0)|upsample(2, mode="cubic")|upsample(2, 3)
upsample((2, 999), mode="bilinear")|clip(2, 1)|clip(0)
clip(-1e39)|lrn|lrn(4)|lrn(3, k=0)|channel_shuffle|channel_shuffle(2)|fc + scale|scale(1)
gate|gate()|gate(relu, relu)|gate(conv(3, 3))|gate(fc(3))|gate(crop(3))|gate(relu)*2 + gat(relu)|se|se()|se(0)|se(2.5)
se(4, 2)|se(r=4)|se(2000)|fc(4) + se(2)|skip(relu, relu, relu)|skip(relu, conv(3, 1))|skip(relu, crop(3))|skip(relu, x=3
nn.Conv2d(16, 3)|softmax + fc|F.log_softmax(1)|fc + LogSoftmax|torch.nn.BatchNorm2d(3)|Leaky_ReLU
Linear(3) + relu|a.b.relu(3)|(nn.Conv2d)(3)|(-nn.Conv2d)(3)|(a + nn.Linear)(3)|'x'(3)|nn.Conv2d(3)(4)|nn.Foo(3)
[nn.Linear](3)|constructor|a.__proto__(3)|a.constructor(3)|__proto__
skip|concat|concat()|concat(relu)|concat(relu, relu, x=2)|concat(relu, crop(3))|relu + concat(relu, knov(3))
concat(relu)*2|concat(conv(3, 3), conv(3, 5))|concat(relu, conv(2, (3, 1)), conv(2, (1, 3)))|concat(flatten, relu)
concat(fc, fc)|concat(fc(3), fc)|concat(relu, fc(3), gap)|(concat(relu, relu))*100|(concat(relu, relu))*200
adaptive_avgpool|adaptive_avgpool()|adaptive_avgpool(0)|adaptive_avgpool(2, 3)|adaptive_avgpool((2, 3, 4))
adaptive_avgpool(1171)|adaptive_avgpool(1170)*2|fc + adaptive_avgpool(3)|nn.AdaptiveAvgPool2d(3)|adaptive_avgpool(4)
adaptive_avgpool((3, 5))|conv(1, 1, stride=1000000)*3 + fc|conv(1, 1, stride=1000000)*500 + fc
conv(1, 1, stride=(1, 1000000))*2 + conv(1, 1, stride=(1, 9007)) + conv(1, 1, stride=(1, 2)) + fc
c(n) = conv(n, 3) + relu; c(8)*2 + fc|  c( n ,k )= conv(n, (k, 1), pad=(k, 0));c(2, 3) ;c(4, 3)|c = relu;|c = ; relu
relu; fc|; fc|c(n) = relu; c|c(n) = relu; c()|c = relu; c(2)|c(n) = fc(n); c(n=2)|c(n) = fc(n); c((2, 2)) + fc
c(n) = fc(n); c(relu)|c(n) = fc(n) d(m) = relu; c|relu = bn; relu|c = bn; c = relu; c|c(n, n) = fc(n); c(1, 2)
if = relu; if|c(in) = relu; c(2)|c() = relu; c|a = b; b = relu; a|a = a; a|c(n) = conv(n, 3); c(0)|c(n) = relu*n; c(2.5)
c(n) = relu*n + n*bn; c(2)|c(pad) = pad(pad)*pad + pad*pad; c(2)|c(n) = se(n); c(0)|c(n) = skip(n); c(2)|c(n) = n; c(2)
c(n) = conv(16, n; c(3)|c(n) = conv(16, 3)); c(3)|c = relu if 1 else fc; c|c = relu; relu if 1 else fc|c.d = relu; c
c(b) = conv(4, 3, bias=b); c(False)|c(p) = conv(4, 3, pad=p); c("same")|c(p) = conv(4, 3, pad=p); c("wide")|c=relu; c.x
c(x) = leaky_relu(-x); c(1)|c(x) = leaky_relu(x); c(-1)|c(n) = conv(n, 3); d(n) = c(n); d(0)|block = relu; blok + fc
c(n)=crop(n); relu + c(3)|c = relu × 2; c × 2|c(n) == relu; c|d(n) = knov(n); relu|conv(3, 3, pad="a;b")|c=relu;c;c
c = relu + bn(lambda: 0); relu|c(n) = [relu][se(n)]*2; d = c(2); relu|c(n) = pad((10**6, n)); d(n) = c(n); conv(0, 3)
c(n) = fc(n); d = c(9999999999999999); relu|c(n) = upsamife(1, mode="0.5ilinear"); c(8)
concat(relu) + upsample(8, "bil10**6inear")|c(n) = gate(3j(relu)); relu|c(n) = se(n) and+ fc; relu
""".replace("\n", "|").split("|")

TEXTS = [
    *REFUSED,
    "relu" + "*1" * 40,
    "skip(" * 32 + "relu" + ")" * 32,
    "p0 = relu; " + "".join(f"p{i} = {' + '.join(['se(2)'] * 70)} + p{i - 1}; " for i in range(1, 5)) + "p4",
    "p0 = relu; " + "".join(f"p{i} = p{i - 1}; " for i in range(1, 63)) + "p62",
    "p0 = relu; " + "".join(f"p{i} = p{i - 1}; " for i in range(1, 99)) + "p98",
    "p0 = relu; " + "".join(f"p{i} = p{i - 1} + p{i - 1}; " for i in range(1, 40)) + "p39",
    "p0 = relu; " + "".join(f"p{i} = p{i - 1}*2; " for i in range(1, 40)) + "p39",
    "p = " + "relu + " * 500 + "relu; concat(" + "p, " * 900 + "p)",
    *(text for text in ABSURD if "\ud800" not in text),
]  # no JSON holds half a surrogate pair
ODD = [
    ((0, 3, 3), 10),
    ((1, 40000, 40000), 10),
    ((1, 28, 28), 0),
]  # pictures and classes at fault, whatever the formula


class FormulaPage:
    """Asks Chromium what formulas become, many at a time, and Python the same."""

    def __init__(self, browser: webdriver.Chrome, folder: Path, table: dict[str, Any] | None = None) -> None:
        self.browser = browser
        script, given = join(HERE / "formula_page.js", HERE.parent.parent), table or formula_table()
        page = document(script=script, style="", title="formula", language="en", payload=given, dictionary=WORDS)
        (folder / "formula.html").write_text(page, encoding="utf-8")
        browser.get((folder / "formula.html").as_uri())
        assert browser.execute_script("return typeof bench") == "object", browser.get_log("browser")

    def differ(self, asked: list[Asked]) -> list[str]:
        """Return what the two disagree on, one text each."""
        got = self.browser.execute_script("return bench.describeAll(arguments[0])", asked)
        wanted = [by_python(*one) for one in asked]
        return [
            f"{one!r}\n--- page\n{a}\n--- Python\n{b}" for one, a, b in zip(asked, got, wanted, strict=True) if a != b
        ]

    def slowest(self) -> float:
        """Return how many milliseconds the slowest of all formulas so far took."""
        return float(self.browser.execute_script("return bench.slowest()"))


def by_python(text: str, shape: tuple[int, int, int], classes: int) -> Any:
    """Return what Python makes of it, whole numbers of any size as text."""
    try:
        found = describe(text, shape, classes).to_json()
    except ConvscopeError as error:
        return str(error)
    for numbers in (found, *found["layers"]):
        numbers |= {name: str(numbers[name]) for name in ("parameters", "macs")}
    return found


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> FormulaPage:
    return FormulaPage(browser, tmp_path_factory.mktemp("formula"))


def test_the_named_plans_are_pythons(page: FormulaPage) -> None:
    assert page.browser.execute_script("return bench.zoo()") == {name: formula for name, (formula, _) in ZOO.items()}
    assert not page.differ([(name, (1, 28, 28), 10) for name in (*ZOO, " LeNet5 ")])


def test_a_plan_is_laid_out_for_the_pictures_that_it_was_made_for(page: FormulaPage) -> None:
    asked = [*ZOO, *(formula for formula, _ in ZOO.values()), "conv(3, 3) + fc", "relu", "nothing that is known"]
    wanted = [[*OWN_INPUT.get(name, ((1, 28, 28), 10))[0], OWN_INPUT.get(name, ((1, 28, 28), 10))[1]] for name in ZOO]
    mnist = [1, 28, 28, 10]
    assert page.browser.execute_script("return bench.madeFor(arguments[0])", asked) == [*wanted * 2, *[mnist] * 3]
    assert mnist in wanted
    assert [3, 32, 32, 10] in wanted


def test_every_refusal_reads_the_same(page: FormulaPage) -> None:
    assert not page.differ([(text, (1, 28, 28), 10) for text in TEXTS])
    kinds = Counter(str(by_python(text, (1, 28, 28), 10)).split(": ")[1][:20] for text in TEXTS if text)
    assert len(kinds) > 40, kinds  # the list is not all of one sort


def test_every_fault_and_every_sum_is_said_in_both_languages(page: FormulaPage) -> None:
    """All sentences of faults and sizes come up here, and in Korean none has an English word but those of formulas."""
    asked = [*((text, (1, 28, 28), 10) for text in TEXTS), *(("relu", *odd) for odd in ODD)]
    described = page.browser.execute_script("return bench.describeAll(arguments[0], 'ko')", asked)
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (PAGE / "js" / "formula").glob("*.js"))
    sentences = {key for key in re.findall(r"\b(?:t|phrase)\(\s*\"([^\"]+)\"", scripts) if key in WORDS["en"]}
    unheard = sentences - set(page.browser.execute_script("return bench.used()"))
    assert unheard == {"fault.try"}  # which the page itself writes beside the hint
    known = {
        *ZOO,
        *LAYERS,
        "mul",
        "zeros",
        "reflect",
        "replicate",
        "circular",
        "nearest",
        "bilinear",
        *(field.name for kind in LAYERS.values() for field in dataclasses.fields(kind)),
    }
    known |= {part for name in known for part in re.findall("[A-Za-z_]{2,}", name)}
    known |= {
        "skip",
        "concat",
        "and",
        "pooling",
        "floor",
        "True",
        "False",
        "None",
        "same",
        "inf",
        "torch",
        "TensorFlow",
    }
    for (text, *_), message in zip(asked, described, strict=True):
        if isinstance(message, str):
            lines = [line.removeprefix("try: ") for line in message.split("\n") if not line.startswith("    ")]
            assert re.search("[가-힣]", lines[0]), message
        else:
            lines = [layer["size_how"] for layer in message["layers"]]
        words = set(re.findall("[A-Za-z_]{2,}", " ".join(lines))) - known - set(re.findall("[A-Za-z_]+", text))
        assert not words, message


def test_what_is_at_a_bound_and_one_beyond_are_taken_and_refused_alike(page: FormulaPage) -> None:
    """Of every argument, of networks and plans, of texts: Python's tests say on which side each must be."""
    networks = [one for _, taken, refused in NETWORK_BOUNDS for one in (taken, refused)]
    pairs = (*LAYERS_AT_MOST, *DEPTHS_AT_MOST, *((taken, refused) for taken, refused, *_ in TEXT_BOUNDS))
    texts = [*(text for pair in pairs for text in pair), *(text for text, _ in AT_BOUNDS)]
    asked = [*((text, shape, 10) for text, shape in networks), *((text, (8, 28, 28), 10) for text in texts)]
    assert not page.differ(asked)[:5]
    sides = Counter(isinstance(by_python(*one), str) for one in asked)
    assert min(sides.values()) > 100, sides


@pytest.mark.parametrize("shape", [(3, 7, 11), (1, 1, 1), (1, 40000, 40000), (0, 3, 3)])
def test_pictures_of_other_shapes(page: FormulaPage, shape: tuple[int, int, int]) -> None:
    assert not page.differ([(text, shape, classes) for text in (*ZOO, "relu", "gap + fc") for classes in (0, 1, 3)])


def test_sizes_that_nobody_could_walk_over(page: FormulaPage) -> None:
    rng, asked = random.Random(11), list[Asked]()
    for _ in range(500):
        kernel, stride, pad, dilation = (rng.randint(1, rng.choice([3, 1000, 1_000_000])) for _ in range(4))
        windows = f"({kernel}, 1), ({stride}, 1), ({pad}, 0), ({dilation}, 1)"
        asked.append((f"conv(1, {windows}) + conv(1, {windows}) + fc", (1, rng.choice([28, MAX_PICTURE]), 1), 10))
    assert sum(not isinstance(by_python(*one), str) for one in asked) > 100
    assert not page.differ(asked)[:3]


@pytest.mark.parametrize("examples", [500, pytest.param(6000, marks=(pytest.mark.slow, pytest.mark.long))])
def test_random_plans_have_the_same_numbers(page: FormulaPage, examples: int) -> None:
    asked: list[Asked] = []
    occurred: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(networks())
    def collect(network: Network) -> None:
        asked.append((str(network.plan), network.input, network.classes))
        occurred.update(set(features(network)))

    for network, _ in corners():
        asked.append((str(network.plan), network.input, network.classes))
        occurred.update(set(features(network)))
    collect()
    assert len(asked) >= examples
    assert not page.differ(asked)
    assert occurred.keys() >= FEATURES


def test_a_formula_becomes_the_nodes_that_python_hands_a_page(page: FormulaPage) -> None:
    networks_asked = [trace(parse(ZOO[name][0]), *OWN_INPUT.get(name, ((1, 28, 28), 10))) for name in ZOO]

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(networks())
    def collect(network: Network) -> None:
        networks_asked.append(network)

    collect()
    asked = [(str(network.plan), network.input, network.classes) for network in networks_asked]
    got = page.browser.execute_script("return bench.nodesOfAll(arguments[0])", asked)
    wanted = [as_json(page_nodes(network)) for network in networks_asked]
    for one, a, b in zip(asked, got, wanted, strict=True):
        assert a == b, one


@pytest.mark.parametrize("examples", [500, pytest.param(10_000, marks=(pytest.mark.slow, pytest.mark.long))])
def test_damaged_formulas_are_refused_alike(page: FormulaPage, examples: int) -> None:
    """Formulas, with named parts and without, with characters and words taken out, put in, doubled and exchanged, and
    texts of nothing but such words."""
    asked: list[Asked] = []
    words = [*WORDS_OF_FORMULAS, *NUMBERS, "3", "2.5", "0x1", "09"]

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(groups, st.integers(0, 2**32 - 1))
    def collect(plan: Plan, seed: int) -> None:
        rng, text = random.Random(seed), str(plan)
        if rng.random() < 0.4:  # numbers become a part's parameters
            body = re.sub(r"\b[1-9]\b", lambda found: rng.choice(["n", "k", found[0]]), text)
            text = f"c(n, k) = {body}; d = c(2, 1) + relu; {rng.choice(['c(2, 3)', 'd'])} + d*2"
        for _ in range(rng.randint(1, 3)):
            at, cut = rng.randint(0, len(text)), rng.randint(0, 3)
            text = text[:at] + rng.choice(["", "", " ", *words]) + text[at + cut :]
        if rng.random() < 0.2:
            text = rng.choice([" ", ""]).join(rng.choices(words, k=rng.randint(1, 8)))
        asked.append((text, (3, 28, 20), 10))

    collect()
    assert not page.differ(asked)[:5]
