"""Chapter 1 in Chromium, why not a plain network: what a moved X does to both, and what was measured."""

from __future__ import annotations

import re

import pytest

from convscope.lab.payload import lab_payload
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


def test_a_moved_x_is_another_input_and_the_plain_network_errs(lab: LabPage) -> None:
    lab.open("plain")
    assert lab.shown(".strips + .plain-said") == "All 81 inputs are as they were."
    says = lambda kind: lab.shown(f"[data-network={kind}] .verdict")  # noqa: E731
    assert says("dense").startswith("It says X.")
    assert says("cnn").startswith("It says X.")
    lab.slide("Size", 0.65)
    lab.slide("Shift to the right", 2)
    assert re.match(
        r"18 of 81 inputs have changed; of the 13 inputs that had ink, 2 still", lab.shown(".strips + .plain-said")
    )
    assert says("dense").startswith("It says O.")
    assert says("cnn").startswith("It says X.")
    assert "Shift to the right 2.0" in lab.shown(".sweep-row .plain-said")
    assert lab.one("[data-network=dense]").get_attribute("class") == "plain-answer is-wrong"
    lab.press("Back to the middle")
    assert says("dense").startswith("It says X.")


@pytest.mark.parametrize(("change", "name"), [("dx", "Shift to the right"), ("dy", "Shift down")])
def test_the_plot_shows_what_was_measured(lab: LabPage, change: str, name: str) -> None:
    measured = lab_payload().plain.measured.mnist.sweeps[change]
    at = measured.at.index(4)
    lab.open("plain", "&d=mnist")
    lab.slide(name, 4)  # the plot follows what was moved last
    said = lab.shown(".sweep-row .plain-said")
    assert f"right for {100 * measured.dense[at][0]:.1f} %" in said
    assert f"one for {100 * measured.cnn[at][0]:.1f} %" in said
    before = said
    lab.slide("Turn", 60)
    assert lab.shown(".sweep-row .plain-said") != before
    assert lab.shown(".sweep-row .plain-said").startswith("Turn 60")
