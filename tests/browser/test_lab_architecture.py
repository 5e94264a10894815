"""Chapter 8 in Chromium, architectures: formulas as they are typed, and the named plans."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By

from convscope.formula import ZOO, describe
from convscope.formula.zoo import OWN_INPUT
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


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
