"""A value to hand on: the text of its sum comes to the value itself, the link opens it again."""

from __future__ import annotations

import re

import pytest

from tests.browser.look_page import Page

pytestmark = pytest.mark.browser
COPIED = "window.copied = ''; navigator.clipboard.writeText = async (text) => { window.copied = text; }"
AT = ["v=value&n=conv1&c=2&y=3&x=5", "v=layer&n=conv2&c=1&y=2&x=2", "v=value&n=fc1&c=3&y=0&x=0"]


@pytest.mark.parametrize("at", AT)
def test_the_copied_sum_comes_to_the_value_and_the_link_leads_to_it(page: Page, at: str) -> None:
    page.open(at)
    page.browser.execute_script(COPIED)
    link, total = page.all(".share button")
    total.click()
    page.wait()
    text = str(page.js("window.copied")).replace("\u2212", "-")
    name, made, value = text.split(" = ")
    assert re.fullmatch(r"(conv\d|fc1)\[[\d, ]+\]", name)
    assert eval(made.replace("·", "*")) == pytest.approx(float(value), abs=0.02)
    link.click()
    page.wait()
    assert page.js("window.copied.split('#')[1]") == at
