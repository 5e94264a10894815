"""Chapters 6 to 10 of the lab in Chromium: each one's key numbers are there, and change when something is touched."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from convscope.arithmetic import costs, information
from convscope.explain.payload.encoding import decode
from convscope.formula import ZOO, describe
from convscope.formula.zoo import OWN_INPUT
from convscope.page.inline import lab_dictionary
from convscope.prediction import load
from tests.browser.chromium import console, until
from tests.browser.lab_chapters import SLIDES, LabPage

pytestmark = pytest.mark.browser
CHAPTERS = ("activation", "depth", "architecture", "loss", "mnist")


@pytest.fixture(scope="module")
def lab(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> LabPage:
    return LabPage(browser, tmp_path_factory.mktemp("lab"))


def test_the_slope_of_the_sigmoid_is_a_quarter_at_most_and_of_relu_one(lab: LabPage) -> None:
    lab.open("activation")
    assert (lab.figure("value"), lab.figure("slope")) == ("0.731", "0.197")
    lab.put(".curves input[type=range]", 0)
    assert (lab.figure("value"), lab.figure("slope"), lab.figure("passed")) == ("0.500", "0.250", "0.00391")
    lab.press("ReLU")
    assert lab.figure("slope") == "0.000"
    lab.js("""const e = document.querySelector('.plot.live'), b = e.getBoundingClientRect();
        const at = {clientX: b.right - b.width * 0.1, clientY: b.top + 9, pointerId: 1};
        e.dispatchEvent(new PointerEvent('pointerdown', at))""")
    assert float(lab.figure("value")) > 3
    assert (lab.figure("slope"), lab.figure("passed")) == ("1.000", "1.00000")
    lab.press("PReLU")
    lab.put(".curves input[type=range]", -2)
    assert (lab.figure("value"), lab.figure("slope")) == ("−0.500", "0.250")


def test_one_key_leads_past_the_list_of_chapters(lab: LabPage) -> None:
    lab.open("loss")
    assert lab.js("return document.querySelector('.skip').getBoundingClientRect().width") <= 1
    ActionChains(lab.browser).send_keys(Keys.TAB, Keys.ENTER).perform()
    assert lab.js("return document.activeElement.id") == "view"
    assert "c=loss" in lab.browser.current_url


def test_the_power_that_is_printed_is_what_a_calculator_finds(lab: LabPage) -> None:
    for x, layers in ((1, 4), (2, 3), (-2.5, 2), (0.4, 3)):
        lab.open("activation", f"&x={x}&n={layers}")
        written = lab.js("return document.querySelector('[data-figure=passed]').parentNode.textContent")
        found = re.match(rf"([\d.]+){layers} = (\d\.\d{{5}})", written)
        assert found, written
        assert f"{float(found[1]) ** layers:.5f}" == found[2]


def test_a_large_step_kills_the_neuron_and_the_page_says_what_did(lab: LabPage) -> None:
    from convscope.arithmetic import TARGETS, XS, Neuron, gradient, gradient_step, mean_squared_error

    lab.open("activation")
    lab.press("Killed by one large step")
    before = Neuron(0.0, 6.0)
    loss, by_bias = mean_squared_error(before, XS, TARGETS, 0.0), gradient(before, XS, TARGETS, 0.0)[1]
    assert f"loss {loss:.2f}, gradient {by_bias:.2f}" in lab.figure("cause")
    lab.press("One step")
    after = gradient_step(before, XS, TARGETS, 0.0, 0.7).bias
    assert f"a step of {0.7 * by_bias:.2f}. It took b from 6.00 to {after:.2f}".replace("-", "−") in lab.figure("cause")
    assert "dead" in lab.text(".life .alive")
    lab.press("One step")
    assert "It took b from 6.00" in lab.figure("cause")  # it stays so, and says why
    lab.press("The same with small steps")
    for _ in range(3):
        lab.press("One step")
    assert "dead" not in lab.text(".life .alive")


def test_dead_maps_are_counted_in_the_trained_network(lab: LabPage) -> None:
    lab.open("activation")
    assert lab.figure("dead-maps").startswith("0 of the 240 feature maps")
    assert "10,000 test pictures. The least active is conv4, map 26, above 0 at 0.7\xa0%" in lab.figure("dead-maps")
    assert lab.js("return document.querySelectorAll('.dead-bars rect').length") == 240


def test_lenet_stands_beside_the_lectures_network_with_what_was_measured(lab: LabPage) -> None:
    lab.open("architecture")
    for one in lab.payload["trained"]:
        network = describe(one["plan"]).network
        row = lab.text(f".history [data-plan={one['plan']}]")
        mean = sum(one["accuracies"]) / len(one["accuracies"])
        for figure in (f"{network.parameters:,}", f"{network.macs:,}", f"{100 * mean:.2f}\xa0%", one["recipe"]):
            assert figure in row
    lab.press("lenet5")
    assert lab.figure("parameters") == "61,706"


def test_the_languages_words_stand_on_the_page(lab: LabPage) -> None:
    from convscope.formula.kinds import LAYERS

    lab.open("architecture")
    words = lab.js(
        "return [...document.querySelectorAll('.formula-words tbody tr')].map((row) => "
        "[row.querySelector('th').textContent, row.querySelector('.takes').textContent])"
    )
    assert {"conv", "maxpool", "fc", "bn", "dropout"} <= {name for name, _ in words} <= set(LAYERS)
    conv = dict(words)["conv"]
    for argument in ("channels=", "kernel=", "stride=1", "pad=0", "dilation=1", "groups=1", "bias=True"):
        assert argument in conv


def test_the_neuron_stays_dead_with_relu_and_comes_back_with_leaky_relu(lab: LabPage) -> None:
    still = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    lab.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", still)  # a hundred steps a press, no animation
    try:
        lab.open("activation")
        rows = (
            "return [...document.querySelectorAll('.life')].map((e) => [e.querySelector('.alive').textContent, "
            "...[...e.querySelectorAll('td')].map((d) => d.textContent)])"
        )
        relu, leaky = lab.js(rows)
        assert relu == ["dead", "1.40000", "0.00000", "0.00000", "0 / 11"]
        assert leaky[0] == "below 0, but learning"
        lab.press("100 steps")
        lab.press("100 steps")
        again, alive = lab.js(rows)
        assert again == relu
        assert (alive[0], alive[4]) == ("alive", "11 / 11")
        assert "f(−3.000 x − 5.000)" in lab.text(".life .sum-of-window")
        lab.put(".slider-pairs input", 2, 1)  # b at the start
        assert lab.js(rows)[0][0] == "alive"
        lab.put(".slider-pairs input", 2, 2)  # a learning rate beyond 1: a step overshoots, and kills the one
        lab.press("100 steps")
        assert [state for state, *_ in lab.js(rows)] == ["dead", "below 0, but learning"]
    finally:
        lab.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_chain_ends_at_one_and_padding_keeps_it_going(lab: LabPage) -> None:
    lab.open("depth")
    sizes = "return [...document.querySelectorAll('.chain-step b')].map((e) => e.textContent)"
    assert lab.js(sizes) == ["9×9", "7×7", "5×5", "3×3", "1×1"]
    lab.browser.find_elements(By.CSS_SELECTOR, ".stepper")[2].find_elements(By.TAG_NAME, "button")[1].click()
    assert lab.js(sizes) == ["9×9"] * 8


def test_pooling_shows_the_trained_networks_own_numbers(lab: LabPage) -> None:
    lab.open("depth", "&d=3&c2=6&at=6.5")
    picture = decode(lab.payload["digits"]["pictures"])[3:4]
    net = load(SLIDES / "model.onnx").module().eval()
    import torch

    with torch.no_grad():
        maps = dict(
            zip((n.name for n in net.network.nodes), net.outputs(torch.from_numpy(picture.copy())), strict=True)
        )
    rows = maps["relu1"][0, 5].tolist()
    line = lab.text(".pooling .sum-of-window")
    shown = [float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d{3}", line)]
    wanted = [
        rows[12][10],
        rows[12][11],
        rows[13][10],
        rows[13][11],
        costs.pool(rows, False)[6][5],
        costs.pool(rows, True)[6][5],
    ]
    np.testing.assert_allclose(shown, wanted, atol=6e-4)
    lab.js(
        "document.querySelector('.pool-map').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowUp', bubbles: "
        "true}))"
    )
    assert lab.text(".pooling .sum-of-window") != line


def test_three_hundred_layers_with_and_without_pooling(lab: LabPage) -> None:
    lab.open("depth")
    assert (lab.figure("plain-last"), lab.figure("plain-macs"), lab.figure("plain-memory")) == (
        "3000×1200",
        "13,433,041,800",
        "6.0 GB",
    )
    assert lab.figure("pooled-fits") == "147 / 300"
    lab.js("document.querySelector('.deep .check input').click()")
    found = costs.stack_costs(3600, 1800, 300, pad=1, pool_every=30)
    assert (lab.figure("pooled-macs"), lab.figure("pooled-fits")) == (f"{found.macs:,}", "300 / 300")


def test_a_formula_is_read_while_it_is_typed(lab: LabPage) -> None:
    lab.open("architecture")
    assert (lab.figure("parameters"), lab.figure("macs"), lab.figure("sees")) == ("274,570", "8,017,920", "26×26")
    lab.press("lenet5")
    assert lab.figure("parameters") == "61,706"
    assert len(lab.js("return [...document.querySelectorAll('.block')]")) == 9
    area = lab.browser.find_element(By.CSS_SELECTOR, ".formula-area")
    area.clear()
    area.send_keys("conv(16, 5, stride=0) + relu")
    shown = lab.text(".formula-message pre").split("\n")
    assert "stride must be a whole number of 1 or more, got 0" in lab.text(".formula-message .fault")
    assert shown[1].index("^") == shown[0].index("0)")
    assert lab.js("return document.querySelector('.architecture-result').classList.contains('stale')")
    area.clear()
    area.send_keys("[(conv(8, 3)*2 + relu)*2 + maxpool(2)] + fc")
    network = describe("[(conv(8, 3)*2 + relu)*2 + maxpool(2)] + fc").network
    assert (lab.figure("parameters"), lab.figure("macs")) == (f"{network.parameters:,}", f"{network.macs:,}")
    lab.browser.find_elements(By.CSS_SELECTOR, ".layer-table .link")[1].click()
    assert network.nodes[1].size_how in lab.text(".layer-how")
    assert network.nodes[1].parameters_how in lab.text(".layer-how")
    lab.put(".size-fields input", 3)
    assert lab.figure("parameters") == f"{describe(str(network.plan), (3, 28, 28)).network.parameters:,}"


def test_every_named_plan_is_offered_with_its_line(lab: LabPage) -> None:
    lab.open("architecture")
    buttons = lab.browser.find_elements(By.CSS_SELECTOR, ".plan-choice button")
    assert [button.text for button in buttons] == [*ZOO, "the lecture's form"]
    assert lab.text(".plan-line") == f"slides: {ZOO['slides'][1]}"  # the one in force
    for button, (name, (formula, line)) in zip(buttons, ZOO.items(), strict=False):
        lab.js("arguments[0].focus()", button)
        assert lab.text(".plan-line") == f"{name}: {line}"
        lab.press(name)
        assert lab.js("return document.querySelector('.formula-area').value") == formula
    lab.put(".formula-area", "conv(3, 3) + fc")
    lab.js("document.querySelector('.formula-area').focus()")
    assert lab.text(".plan-line") == "A formula of your own."


@pytest.mark.parametrize("name", [name for name in ZOO if name not in OWN_INPUT or name in ("lite0", "resnet8")])
def test_the_table_of_a_named_plan_is_describes(lab: LabPage, name: str) -> None:
    lab.open("architecture", f"&f={name}")
    rows = lab.js(
        "return [...document.querySelectorAll('.layer-table tbody tr')].map((r) => [...r.cells].map((c) => "
        "c.textContent))"
    )
    for row, node in zip(rows, describe(name).network.nodes, strict=True):
        output = str(node.output[0]) if node.flat else "×".join(map(str, node.output))
        row[1] = row[1].partition(" ←")[0]  # a shortcut's says what it reads
        assert row[:5] == [node.name, str(node.layer), output, f"{node.parameters:,}", f"{node.macs:,}"]


def test_entropy_of_the_coin_and_the_cars_and_what_the_wrong_code_costs(lab: LabPage) -> None:
    lab.open("loss")
    assert [lab.figure(name) for name in ("entropy", "cross", "own", "kl")] == ["1.75", "2.000", "1.750", "0.250"]
    assert lab.js("return [...document.querySelectorAll('.code-word')].map((e) => e.textContent)") == [
        "0",
        "10",
        "110",
        "111",
    ]
    lab.press("q = p")
    assert (lab.figure("cross"), lab.figure("kl")) == ("1.750", "0.000")
    lab.press("A coin: ½, ½")
    assert lab.figure("entropy") == "1.00"
    lab.press("Four equal: ¼ each")
    assert lab.figure("entropy") == "2.00"
    lab.press("nats")
    assert lab.figure("entropy") == f"{information.entropy([0.25] * 4):.5f}"
    lab.put(".entropy input[type=range]", 8)
    assert lab.figure("entropy") == f"{information.entropy([8 / 11, 1 / 11, 1 / 11, 1 / 11]):.5f}"


def test_the_differences_that_are_printed_add_up(lab: LabPage) -> None:
    for rest in ("&u=nats", "&u=nats&e=cars", "&p=0.1_0.2_0.3_0.4", "&u=nats&p=0.05_0.15_0.25_0.55"):
        lab.open("loss", rest)
        cross, own, extra = (lab.figure(name) for name in ("cross", "own", "kl"))
        assert Decimal(cross) - Decimal(own) == Decimal(extra), rest
    assert "bits" not in lab.js(
        "return [...document.querySelectorAll('p')].map((e) => e.textContent)"
        ".find((text) => text.includes('−log q,')).split('.')[1]"
    )


def test_softmax_breaks_as_written_and_holds_as_computed(lab: LabPage) -> None:
    lab.open("loss")
    rows = (
        "return [...document.querySelectorAll('.softmax-table tbody tr')].map((r) => [...r.cells].slice(1, "
        "6).map((c) => c.textContent))"
    )
    before = lab.js(rows)
    assert (
        [row[1] for row in before]
        == [row[4] for row in before]
        == [f"{p:.5f}" for p in information.softmax([2, 1, 0.1, -1])]
    )
    lab.press("The same + 1,000")
    after = lab.js(rows)
    assert [row[1] for row in after] == ["no number"] * 4
    assert [row[4] for row in after] == [row[4] for row in before]
    lab.press("Usual scores")
    assert lab.js("return document.querySelectorAll('.score-field')[3].value") == "−1"
    lab.put(".score-field", "−2.5", 3)
    assert lab.js(rows)[3][4] == f"{information.softmax([2, 1, 0.1, -2.5])[3]:.5f}"
    lab.put(".score-field", "-", 3)  # not yet a number: nothing changes
    assert lab.js(rows)[3][2] == "−4.50"


def test_cross_entropy_and_kl_are_formulas_with_their_numbers(lab: LabPage) -> None:
    lab.open("loss")
    assert (lab.figure("cross-formula"), lab.figure("kl-formula")) == ("2.00000", "0.25000")
    formulas = lab.text(".cross-formulas").replace("−", "-")
    assert "= 0.500 × 2.000 + 0.250 × 2.000 + 0.125 × 2.000 + 0.125 × 2.000 = 2.00000" in formulas
    assert "= 0.500 × 1.000 + 0.250 × 0.000 + 0.125 × (-1.000) + 0.125 × (-1.000) = 0.25000" in formulas
    lab.press("nats")
    assert lab.figure("kl-formula") == f"{0.25 * math.log(2):.5f}"
    lab.open("loss", "&p=0_1_1_2&q=1_0_1_2")  # q says never where p does happen
    assert lab.figure("kl-formula") == "∞"


def test_the_divergence_of_a_certain_label_is_the_loss_step_by_step(lab: LabPage) -> None:
    from scipy.special import log_softmax

    lab.open("loss")
    steps = ("derive-kl", "derive-split", "derive-cross", "derive-loss")
    for right in range(4):
        lab.js("arguments[0].click()", lab.browser.find_elements("css selector", ".right-choice button")[right])
        loss = -log_softmax([2, 1, 0.1, -1])[right]
        assert [lab.figure(step) for step in steps] == [f"{loss:.5f}"] * 4
        assert lab.figure("derive-own") == "0.00000"
    lab.open("loss", "&y=0_1000_0_0&t=1")  # never, says the network as it is written: its loss is 1,000 nevertheless
    assert lab.figure("derive-loss") == "1000.00000"


def test_label_smoothing_has_a_floor_where_the_answer_is_the_target(lab: LabPage) -> None:
    import torch

    lab.open("loss", "&g=0.91")
    best = torch.tensor([[0.91] + [0.01] * 9]).double().log()
    floor = torch.nn.functional.cross_entropy(best, torch.tensor([0]), label_smoothing=0.1).item()
    assert lab.figure("smooth-floor") == lab.figure("smooth-loss") == f"{floor:.5f}" == "0.50029"
    assert (lab.figure("smooth-best"), lab.figure("smooth-other")) == ("0.91000", "0.01000")
    for given in (0.88, 0.93, 0.999):
        lab.open("loss", f"&g={given}")
        assert float(lab.figure("smooth-loss")) > floor
    lab.open("loss", "&e=0")
    assert float(lab.figure("smooth-floor")) == 0
    assert lab.figure("smooth-loss") == f"{-math.log(0.88):.5f}"


def test_wrong_answers_pay_more(lab: LabPage) -> None:
    lab.open("loss")
    rows = (
        "return [...document.querySelectorAll('.penalty-table tbody tr')].map((r) => [...r.cells].map((c) => "
        "c.textContent))"
    )
    assert lab.js(rows)[:3] == [
        ["0.900", "0.10536", "0.10000"],
        ["0.300", "1.20397", "0.70000"],
        ["0.100", "2.30259", "0.90000"],
    ]
    lab.press("0.9")
    assert lab.js(rows)[3][1] == "0.10536"
    lab.put(".penalty input[type=range]", 0.5)
    assert lab.js(rows)[3] == ["0.500", "0.69315", "0.50000"]


def test_the_recorded_training_shows_the_floor_of_its_smoothed_labels(lab: LabPage) -> None:
    lab.open("mnist")
    assert "0.500" in lab.text(".curve-key .loss-floor")
    floor, curve = (
        lab.js("const b = document.querySelector(arguments[0]).getBBox(); return b.y + b.height", css)
        for css in (".loss-curve .loss-floor", ".loss-curve .training-loss")
    )
    assert curve <= floor  # down the page is less: no batch's loss lies below it


def test_a_walk_goes_through_the_chapter_stop_by_stop(lab: LabPage) -> None:
    seen = """const lit = document.querySelector('.walk-lit');
        if (!lit || lit === window.before) return null;
        const [e, box] = [lit, document.querySelector('.tour')].map((one) => one.getBoundingClientRect());
        return [Math.max(0, Math.min(e.bottom, innerHeight) - Math.max(e.top, 0)) > Math.min(e.height, 200) - 1,
            Math.min(e.right, box.right) <= Math.max(e.left, box.left)
            || Math.min(e.bottom, box.bottom) <= Math.max(e.top, box.top)]"""
    press = """window.before = document.querySelector('.walk-lit'); document.querySelector('.tour').dispatchEvent(
        new KeyboardEvent('keydown', {key: arguments[0], bubbles: true}))"""
    lab.open("mnist")
    lab.js("document.querySelector('.walk-start button').click()")
    for stop in range(1, 13):
        assert lab.text(".tour .small") == f"{stop} / 12"
        assert lab.js("return location.hash").endswith(f"wk={stop}")
        WebDriverWait(lab.browser, 10).until(lambda _: lab.js(seen))
        assert lab.js(seen) == [True, True], lab.text(".tour")  # in sight, and not below its own sentence
        if "step 0." in lab.text(".tour"):
            assert lab.text(".train-shown .readout").startswith("step 0 ")
        lab.js(press, "ArrowRight")
    lab.js(press, "Escape")
    assert lab.js("return document.querySelector('.tour').hidden && !document.querySelector('.walk-lit')")
    lab.open("mnist", "&wk=9")
    assert "99.43\xa0%" in lab.text(".tour")
    lab.js("location.hash = '#c=loss'")
    WebDriverWait(lab.browser, 10).until(lambda _: "loss" in lab.js("return location.hash"))
    assert not lab.js("return document.querySelector('.walking, .tour')")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_walk_shows_pad_and_scores_at_once(lab: LabPage, width: int) -> None:
    """On a phone, too, what is drawn and what is read of it lie above the box."""
    lab.open("mnist", "&wk=11", width=width)
    until(lambda: lab.js("return document.querySelector('.walk-lit') !== null"))
    seen = """const box = (css) => document.querySelector(css).getBoundingClientRect();
      const [pad, scores, tour] = ['.walk-lit .pad', '.walk-lit .digit-scores', '.tour'].map(box);
      const below = tour.top >= scores.bottom, beside = tour.left >= scores.right || tour.right <= scores.left;
      return [pad.top >= 0, scores.bottom <= innerHeight, below || beside]"""
    until(lambda: lab.js(seen) == [True, True, True])


def test_a_recorded_training_can_be_scrubbed_and_a_drawn_digit_is_read(lab: LabPage) -> None:
    lab.open("mnist")
    assert "recorded when this copy of the lab was made" in lab.text(".training")
    assert lab.figure("test") == "99.43\xa0%"
    end = lab.text(".train-shown .readout")
    lab.put(".train-shown .scrubber", 0)
    first = lab.payload["recorded"]["snapshots"][0]
    assert (
        lab.text(".train-shown .readout")
        == f"step 0 · loss {first['loss']:.4f} · accuracy {first['accuracy'] * 100:.1f}\xa0%"
    )
    assert lab.text(".train-shown .readout") != end
    lab.js("""const e = document.querySelector('canvas.pad'); e.scrollIntoView({block: 'center'});
        const b = e.getBoundingClientRect(), pen = {pointerId: 1, buttons: 1, bubbles: true};
        const place = (y) => ({clientX: b.left + b.width / 2, clientY: b.top + b.height * y});
        const at = (type, y) => e.dispatchEvent(new PointerEvent(type, {...place(y), ...pen}));
        at('pointerdown', 0.2); for (let i = 2; i <= 8; i++) at('pointermove', i / 10); at('pointerup', 0.8)""")
    lab.browser.set_script_timeout(20)
    said = lab.browser.execute_async_script("""const done = arguments[0], until = performance.now() + 15000;
        const look = () => {
            const text = document.querySelector('.draw-verdict').textContent;
            if (/reads this as \\d/.test(text) || performance.now() > until) done(text); else setTimeout(look, 50);
        };
        look()""")
    assert said.startswith("It reads this as 1, with ")
    assert re.search(r"mnist\.html#v=draw&p=d[\w%-]{20,}$", lab.js("return document.querySelector('.look-link').href"))


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [390, 768])
def test_nothing_is_wider_than_a_phone_and_the_console_stays_silent(lab: LabPage, language: str, width: int) -> None:
    words = lab_dictionary(language)
    titles = {
        "activation": "act.title",
        "depth": "deep.title",
        "architecture": "arch.title",
        "loss": "info.title",
        "mnist": "mnist.title",
    }
    for chapter in CHAPTERS:
        lab.open(chapter, language=language, width=width)
        assert lab.js("return document.documentElement.scrollWidth") <= width, chapter
        assert words[titles[chapter]] in lab.text("h1")
        assert not console(lab.browser), chapter
        unnamed = lab.js(
            "return [...document.querySelectorAll('main button, main input, main textarea, main "
            "[role=button]')].filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || "
            "e.closest('label'))).map((e) => e.outerHTML.slice(0, 80))"
        )
        assert not unnamed, chapter
