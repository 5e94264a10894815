"""Chapter 11 of the lab in Chromium: the numbers of one step, the walk through it, and where a large step kills."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from convscope.arithmetic import backpropagation as b
from tests.browser.chromium import console, until
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser
KERNEL = [[0.2, -0.1, 0.3], [0.1, 0.2, -0.2], [0.4, 0.1, 0.1]]
PIXELS = ["0000100001000010", "0010010010000000", "0100001000010000", "0000000100100100"]
PICTURES = [[[float(one[4 * y + x]) for x in range(4)] for y in range(4)] for one in PIXELS]
START = b.KernelNetwork(KERNEL, 0.0, (2.0, -2.0), (-1.0, 1.0))
FOUR = (PICTURES, [0, 1, 0, 1])


@pytest.fixture(scope="module")
def lab(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPage]:
    """Return the lab for somebody who wants no motion: everything stands there at once."""
    still = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", still)
    yield LabPage(browser, tmp_path_factory.mktemp("backwards"))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def values(lab: LabPage, name: str) -> list[float]:
    """Return the numbers so marked, as the page has them and not as it writes them."""
    script = "return [...document.querySelectorAll(`[data-figure='${arguments[0]}']`)].map((e) => e.dataset.value)"
    return [float(one) for one in lab.js(script, name)]


def cells(lab: LabPage, box: str, part: str) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
    return list(lab.js(script, f"[data-box={box}] .flow-{part} .cell"))


def flat(network: b.KernelNetwork) -> list[float]:
    return [*(w for row in network.kernel for w in row), network.bias]


def near(wanted: object) -> object:
    return pytest.approx(wanted, rel=1e-9, abs=1e-12)


def after(steps: int, rate: float, activation: str = "relu") -> b.KernelNetwork:
    network = START._replace(activation=activation)
    for _ in range(steps):
        network = b.kernel_step(network, b.batch_gradient(network, *FOUR), rate)
    return network


def test_it_opens_with_every_number_of_one_step(lab: LabPage) -> None:
    lab.open("backwards")
    assert cells(lab, "sums", "value") == cells(lab, "active", "value") == ["0.2", "0.4", "0.5", "0.2"]
    assert [cells(lab, box, "value") for box in ("pooled", "scores", "probabilities", "loss")] == [
        *(["0.5"], ["0", "0"], ["0.5", "0.5"], ["0.69"]),
    ]
    assert [cells(lab, box, "gradient") for box in ("scores", "pooled", "sums")] == [
        *(["−0.5", "0.5"], ["−2"], ["0", "0", "−2", "0"]),
    ]
    assert cells(lab, "kernel", "gradient") == ["−2", "0", "0", "0", "−2", "0", "0", "0", "−2"]
    wanted = b.kernel_step(START, b.batch_gradient(START, PICTURES[:1], [0]), 0.01)
    assert values(lab, "next") == near(flat(wanted))
    losses = [b.batch_gradient(one, PICTURES[:1], [0]).loss for one in (START, wanted)]
    assert [values(lab, name)[0] for name in ("before", "after")] == near(losses)
    assert (values(lab, "measured"), values(lab, "predicted")) == (near([losses[1] - losses[0]]), near([-0.16]))
    assert lab.text(".step-table tbody tr").replace("\n", "") == "w₁₁−20.2 − 0.01 × (−2) = 0.22"
    assert not console(lab.browser)


def test_the_walk_goes_forward_and_back_by_keyboard(lab: LabPage) -> None:
    lab.open("backwards")
    lab.browser.find_element(By.CSS_SELECTOR, "[aria-label='Next stage']").send_keys(Keys.ARROW_RIGHT)
    seen = []
    for number in range(1, 13):
        assert lab.text(".stage-said h2").startswith(f"{number} of 12")
        assert lab.js("return document.querySelectorAll('.flow-box.is-now').length") == 1
        hidden = "return [...document.querySelectorAll('.flow-box.no-gradient')].length"
        seen.append((lab.js(hidden), lab.js(hidden.replace("no-gradient", "no-value"))))
        lab.browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert seen[0] == (8, 5)  # the picture never has a gradient
    assert seen[5] == (8, 0)
    assert seen[11] == (1, 0)
    assert lab.text(".stage-said h2") == "Forward, and back again"
    lab.browser.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    assert lab.text(".stage-said h2").startswith("12 of 12")


def test_it_plays_once_when_it_opens_until_somebody_stops_it(lab: LabPage) -> None:
    emulate = "Emulation.setEmulatedMedia"
    lab.browser.execute_cdp_cmd(emulate, {"features": []})
    try:
        lab.open("backwards")
        assert " of 12 · " in lab.text(".stage-said h2")
        lab.press("Pause")
        assert lab.text(".stage-said h2") == "Forward, and back again"
        assert not lab.js("return document.querySelectorAll('.no-value').length")
    finally:
        still = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
        lab.browser.execute_cdp_cmd(emulate, still)


def test_the_sums_of_the_stages_are_written_out(lab: LabPage) -> None:
    sums = []
    for stage in (1, 8, 11):
        lab.open("backwards", f"&st={stage}")
        sums.append(lab.text(".stage-said .sum-of-window"))
    assert "1 × 0.2 + 0 × (−0.1) + 0 × 0.3 + 0 × 0.1 + 1 × 0.2" in sums[0]
    assert sums[1] == "∂L/∂h = Σ ∂L/∂z × v = (−0.5) × 2 + 0.5 × (−2) = −2"
    assert sums[2] == "∂L/∂w₁₁ = Σ ∂L/∂s × x = 0 × 0 + 0 × 0 + (−2) × 1 + 0 × 0 = −2"


def test_a_hundred_steps_and_back_to_the_start(lab: LabPage) -> None:
    lab.open("backwards", "&m=4&r=0.3")
    for words in ("100 steps", "10 steps", "One step"):
        lab.press(words)
    assert values(lab, "next") == near(flat(after(112, 0.3)))
    assert values(lab, "before") == near([b.batch_gradient(after(111, 0.3), *FOUR).loss])
    lab.press("Back to the start")
    assert values(lab, "before") == near([b.batch_gradient(START, *FOUR).loss])
    mean = b.batch_gradient(START, *FOUR)
    assert values(lab, "mean") == near([mean.kernel[0][0]])


def test_a_large_step_raises_the_loss_kills_the_neuron_and_leaky_relu_rescues_it(lab: LabPage) -> None:
    lab.open("backwards", "&m=4")
    lab.press("The loss rises")
    assert values(lab, "after")[0] > values(lab, "before")[0]
    assert "rises although" in lab.text(".step-verdict")
    lab.press("The neuron dies")
    assert "Step 2 killed the neuron" in lab.text(".step-verdict")
    dead = after(2, 1.5)
    assert b.batch_gradient(dead, *FOUR)[1:] == ([[0.0] * 3] * 3, 0.0)
    assert values(lab, "next") == near(flat(dead))
    lab.press("Now with Leaky ReLU")
    assert values(lab, "next") != near(flat(dead))
    lab.press("100 steps")
    assert values(lab, "before")[0] < 0.05
    assert not lab.browser.find_element(By.XPATH, "//button[.='Now with Leaky ReLU']").is_displayed()


def test_what_is_typed_is_learned_from_and_stands_in_the_address(lab: LabPage) -> None:
    lab.open("backwards")
    lab.put("[data-box=picture] .kernel-editor input", "0.5", 4)
    lab.put("[data-box=kernel] .kernel-editor input", "1", 8)
    lab.put(".bias-field", "-0.3")
    lab.browser.find_element(By.CSS_SELECTOR, ".class-turn").click()
    lab.press("sigmoid")
    lab.press("average pooling")
    lab.put(".stepping input[type=range]", 10)
    picture = [list(row) for row in PICTURES[0]]
    picture[1][0] = 0.5
    kernel = [*KERNEL[:2], [0.4, 0.1, 1.0]]
    network = START._replace(kernel=kernel, bias=-0.3, activation="sigmoid", pool="mean")
    gradient = b.batch_gradient(network, [picture], [1])
    wanted = flat(b.kernel_step(network, gradient, 0.5))
    assert values(lab, "next") == near(wanted)
    state = lab.js("return new Promise((go) => setTimeout(() => go(location.hash), 300))")
    lab.open("plain")
    lab.js("location.hash = arguments[0]", state)
    assert values(lab, "next") == near(wanted)


def test_a_table_of_fields_is_one_stop_and_arrow_keys_walk_it(lab: LabPage) -> None:
    lab.open("backwards")
    fields = lab.browser.find_elements(By.CSS_SELECTOR, "[data-box=picture] .kernel-editor input")
    assert [one.get_attribute("tabindex") for one in fields].count("-1") == 15
    fields[0].send_keys(Keys.ARROW_RIGHT, Keys.NULL)
    lab.browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    assert lab.browser.switch_to.active_element == fields[5]
    fields[5].send_keys("12", Keys.ARROW_LEFT)  # the caret moves within what was typed
    assert lab.browser.switch_to.active_element == fields[5]


def test_what_was_typed_stands_with_a_minus_sign_and_nonsense_gives_way(lab: LabPage) -> None:
    lab.open("backwards")
    bias = lab.browser.find_element(By.CSS_SELECTOR, ".bias-field")
    shown = "const e = document.querySelector('.bias-field'); return [e.value, e.ariaInvalid]"
    for typed in ("-2", "-"):
        bias.send_keys(Keys.CONTROL, "a", Keys.NULL, typed)
        assert lab.js(shown)[0] == typed
        lab.js("document.activeElement.blur()")
        until(lambda: lab.js(shown) == ["−2", "false"])


def test_a_nudge_finds_the_gradient(lab: LabPage) -> None:
    lab.open("backwards", "&m=4&w=1.1")
    lab.press("Check")
    assert values(lab, "nudged") == near([b.nudged_gradient(START, *FOUR, (1, 1), 0.01)])
    assert values(lab, "gradient") == near([b.batch_gradient(START, *FOUR).kernel[1][1]])
    lab.press("0.001")
    assert values(lab, "nudged") == pytest.approx(values(lab, "gradient"), abs=1e-5)


def test_nonsense_in_the_address_opens_the_chapter_as_it_is(lab: LabPage) -> None:
    lab.open("backwards", "&k=1_2&x=7&y=9&r=-4&n=1e9&m=99&i=7&at=5.5&st=44&w=9.9&f=swish&b=NaN&d=x")
    assert lab.text(".stage-said h2").startswith("12 of 12")
    assert len(values(lab, "next")) == 10
    assert not console(lab.browser)
