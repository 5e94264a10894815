"""Chapter 6 in Chromium, activations: slopes, and the neuron that dies."""

from __future__ import annotations

import re

import pytest

from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


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


def test_the_power_that_is_printed_is_what_a_calculator_finds(lab: LabPage) -> None:
    for x, layers in ((1, 4), (2, 3), (-2.5, 2), (0.4, 3)):
        lab.open("activation", f"&x={x}&n={layers}")
        written = lab.js("return document.querySelector('[data-figure=passed]').parentNode.textContent")
        found = re.match(rf"([\d.]+){layers} = (\d\.\d{{5}})", written)
        assert found, written
        assert f"{float(found[1]) ** layers:.5f}" == found[2]


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
