"""Chapter 9 in Chromium, information and loss: entropy, softmax, cross-entropy, label smoothing."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from convscope.arithmetic import information
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


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
