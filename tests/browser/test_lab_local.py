"""Chapter 2 in Chromium, local stimuli: what a unit sees, and what it is made of."""

from __future__ import annotations

import re

import pytest

from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


def test_a_unit_sees_its_field_and_leads_down_to_what_it_is_made_of(lab: LabPage) -> None:
    lab.open("local", "&n=4")
    assert "sees 26×26 of the 784 pixels" in lab.shown(".local > div > .plain-said")
    assert [row.text.split("= ")[-1] for row in lab.all(".growth tbody tr")] == ["5", "9", "10", "18", "26"]
    sums = re.findall(r"-?\d+\.\d{3}", lab.shown(".local .worked .plain-said").replace("- ", "-"))
    *parts, total = map(float, sums)
    assert sum(parts) == pytest.approx(total, abs=0.004)
    assert parts[:4] == sorted(parts[:4], reverse=True)
    assert parts[3] >= parts[4] / 60  # the least of those shown is at least the mean of the 60 others
    lab.js("arguments[0].click()", lab.one(".unit-part .link"))
    assert "sees 18×18" in lab.shown(".local > div > .plain-said")
    lab.js("arguments[0].click()", lab.one(".unit-part .link"))
    assert "sees 9×9" in lab.shown(".local > div > .plain-said")
    lab.js("arguments[0].click()", lab.one(".unit-part .link"))
    assert "sees 5×5" in lab.shown(".local > div > .plain-said")
    said = lab.shown(".local div:has(> .unit-parts) > .plain-said")
    assert said.startswith("The first layer reads the picture itself")
    assert lab.errors() == []
