"""The lab's sums in JavaScript are those of convscope.arithmetic, number by number."""

from __future__ import annotations

import random
from math import e
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from convscope.arithmetic import activations, costs, information, neuron, normalisation
from convscope.page.inline import document
from convscope.page.modules import join

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
RNG = random.Random(5)
UNITS = {"bits": 2.0, "nats": e}


class SumsPage:
    def __init__(self, browser: webdriver.Chrome, folder: Path) -> None:
        script = join(HERE / "sums_page.js", HERE.parent.parent)
        page = document(script=script, style="", title="sums", language="en", payload={}, dictionary={})
        (folder / "sums.html").write_text(page, encoding="utf-8")
        browser.get((folder / "sums.html").as_uri())
        self.browser = browser

    def call(self, name: str, asked: list[list[Any]]) -> list[Any]:
        return plain(self.browser.execute_script("return bench.call(...arguments)", name, asked))


def plain(found: Any) -> Any:
    """Return `found` with the texts of numbers that JSON does not have as numbers."""
    if isinstance(found, list):
        return [plain(one) for one in found]
    return float(found) if found in ("inf", "-inf", "nan") else found


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> SumsPage:
    return SumsPage(browser, tmp_path_factory.mktemp("sums"))


def near(wanted: Any) -> Any:
    return pytest.approx(wanted, rel=1e-12, abs=1e-14, nan_ok=True)


def distributions(count: int) -> list[list[float]]:
    found = [[0.5, 0.5], [0.5, 0.25, 0.125, 0.125], [0.25] * 4, [1.0, 0.0], [1.0]]
    for _ in range(count):
        parts = [RNG.choice([0, RNG.random(), RNG.random() ** 4]) for _ in range(RNG.randint(2, 6))]
        found.append([v / sum(parts) for v in parts] if sum(parts) else [1.0, 0.0])
    return found


def test_smoothed_labels_and_the_logarithm_of_softmax(page: SumsPage) -> None:
    asked = [[2, 0.1], [10, 0.1], [7, 0.0], [100, 0.5]]
    targets = [information.smoothed_target(classes, share) for classes, share in asked]
    for got, target in zip(page.call("smoothedTarget", asked), targets, strict=True):
        assert got == near(target)
    assert page.call("smoothingFloor", asked) == near([information.entropy(target) for target in targets])
    for scores in ([2, 1, 0.1, -1], [0, 1000, 3], [-5.0], [1e3, 1e3]):
        assert page.call("logSoftmax", [[scores]])[0] == near(information.log_softmax(scores))


def test_batch_normalisation(page: SumsPage) -> None:
    asked = [[[RNG.uniform(-50, 50) for _ in range(n)], 1.5 - n / 4, n / 7, 10.0**-n] for n in range(2, 9)]
    for got, one in zip(page.call("batchNormalised", asked), asked, strict=True):
        assert got == near(normalisation.batch_normalise(*one))
    for got, (values, *_) in zip(page.call("batchStatistics", [one[:1] for one in asked]), asked, strict=True):
        assert got == near(list(normalisation.batch_statistics(values)))


def test_activations(page: SumsPage) -> None:
    functions = {
        "sigmoid": (activations.sigmoid, activations.sigmoid_slope),
        "tanh": (activations.tanh, activations.tanh_slope),
        "relu": (activations.relu, activations.relu_slope),
        "leaky": (lambda x: activations.leaky_relu(x, 0.01), lambda x: activations.leaky_relu_slope(x, 0.01)),
        "prelu": (lambda x: activations.leaky_relu(x, 0.3), lambda x: activations.leaky_relu_slope(x, 0.3)),
    }
    xs = [0, -1000, 1000, *(RNG.uniform(-9, 9) for _ in range(100))]
    for name, (of, slope) in functions.items():
        found = page.call("activationAt", [[name, x, 0.3 if name == "prelu" else 0.01] for x in xs])
        assert [one["value"] for one in found] == near([of(x) for x in xs])
        assert [one["slope"] for one in found] == near([slope(x) for x in xs])


def test_softmax(page: SumsPage) -> None:
    asked = [[[RNG.uniform(-5, 5) * 10 ** RNG.randint(-1, 2) for _ in range(RNG.randint(1, 6))]] for _ in range(100)]
    asked += [[[1000.0, 999.0, 0.0]], [[-1000.0, -1000.0]], [[710.0, 0.0]]]
    for name, twin in (("stableSoftmax", information.softmax), ("naiveSoftmax", information.naive_softmax)):
        for one, found in zip(asked, page.call(name, asked), strict=True):
            assert found == near(twin(*one)), one


@pytest.mark.parametrize("unit", UNITS)
def test_information(page: SumsPage, unit: str) -> None:
    base, some = UNITS[unit], distributions(150)
    pairs = [(p, RNG.sample(p, len(p))) for p in some]
    assert page.call("informationOf", [[v, unit] for p in some for v in p]) == near(
        [information.information_content(v, base) for p in some for v in p]
    )
    assert page.call("entropyOf", [[p, unit] for p in some]) == near([information.entropy(p, base) for p in some])
    asked = [[*pair, unit] for pair in pairs]
    assert page.call("crossEntropyOf", asked) == near([information.cross_entropy(*pair, base) for pair in pairs])
    assert page.call("divergenceOf", asked) == near([information.kl_divergence(*pair, base) for pair in pairs])


def test_codes(page: SumsPage) -> None:
    some = distributions(150)
    lengths = [information.huffman_lengths(p) for p in some]
    assert page.call("codeLengths", [[p] for p in some]) == lengths
    assert page.call("codeWords", [[one] for one in lengths]) == [information.prefix_code(one) for one in lengths]


def test_the_neuron(page: SumsPage) -> None:
    asked = [(neuron.Neuron(-3.0, -5.0), s, r) for s in (0.0, 0.01, 0.3) for r in (0.05, 0.2)]
    asked += [(neuron.Neuron(RNG.uniform(-4, 4), RNG.uniform(-4, 4)), 0.1, 0.3) for _ in range(50)]
    data = neuron.XS, neuron.TARGETS
    ones = [one._asdict() for one, _, _ in asked]
    slopes = [slope for _, slope, _ in asked]
    assert page.call("neuronLoss", [list(z) for z in zip(ones, slopes, strict=True)]) == near(
        [neuron.mean_squared_error(one, *data, slope) for one, slope, _ in asked]
    )
    for name, twin in (
        ("neuronGradient", [neuron.gradient(one, *data, slope) for one, slope, _ in asked]),
        ("neuronStep", [neuron.gradient_step(one, *data, slope, rate) for one, slope, rate in asked]),
    ):
        found = page.call(name, [[one._asdict(), *rest] for one, *rest in asked])
        assert [(one["weight"], one["bias"]) for one in found] == [near(two) for two in twin]
    assert page.call("activeInputs", [[one] for one in ones]) == [
        neuron.active_inputs(one, neuron.XS) for one, _, _ in asked
    ]


def test_depth(page: SumsPage) -> None:
    assert page.call("chainSizes", [[9, 3, 0, 300], [9, 3, 1, 4], [28, 5, 0, 9]]) == [
        *([9, 7, 5, 3, 1], [9] * 5, costs.map_sizes(28, 5, layers=9)),
    ]
    names = ("width", "height", "layers", "channels", "kernel", "pad", "every")
    asked = [
        (3600, 1800, 300, 1, 3, 0, 0),
        (3600, 1800, 300, 64, 3, 1, 10),
        (7, 9, 12, 2, 3, 0, 2),
        (2, 2, 9, 1, 3, 0, 0),
    ]
    asked += [
        (
            *(RNG.randint(1, 400) for _ in "wh"),
            RNG.randint(0, 90),
            RNG.randint(1, 64),
            RNG.choice([1, 3, 5, 7]),
            RNG.randint(0, 3),
            RNG.randint(0, 9),
        )
        for _ in range(100)
    ]
    found = page.call("stackCosts", [[dict(zip(names, one, strict=True))] for one in asked])
    for one, made in zip(asked, found, strict=True):
        wanted = costs.stack_costs(*one)
        assert (made["macs"], made["numbers"], tuple(made["last"]), made["layers"]) == tuple(wanted), one


def test_pooling(page: SumsPage) -> None:
    for height, width in ((4, 4), (5, 7), (24, 24), (2, 9)):
        rows = [[RNG.uniform(-2, 2) for _ in range(width)] for _ in range(height)]
        flat = [v for row in rows for v in row]
        for how in ("max", "mean"):
            wanted = [v for row in costs.pool(rows, how == "mean") for v in row]
            assert page.call("pooled", [[flat, height, width, how]]) == [near(wanted)]
