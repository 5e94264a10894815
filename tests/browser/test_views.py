"""What every view of the page promises: names for all that can be used, and no English in Korean."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.look_page import VIEWS, Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("view", VIEWS)
def test_everything_that_can_be_used_has_a_name(page: Page, view: str) -> None:
    page.open(f"v={view}&n=conv2&c=1&y=2&x=2")
    nameless = page.js(
        """Array.from(document.querySelectorAll("button, a, select, input, [role=img], [role=application]"))
        .filter((e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_korean_page_has_no_english_sentence(page: Page, view: str) -> None:
    page.open(f"l=ko&v={view}&n=conv2&c=1&y=2&x=2")
    english: list[Any] = page.js(
        """(() => {
          const { en, ko } = JSON.parse(document.getElementById("dictionary").textContent);
          const differ = Object.keys(en).filter((k) => en[k] !== ko[k] && /^[^{]+$/.test(en[k]));
          const words = new Set(differ.map((k) => en[k]));
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
          while (walk.nextNode()) {
            const text = walk.currentNode.textContent;
            if (!walk.currentNode.parentElement.closest("script") && words.has(text.trim())) found.push(text);
          }
          return found;
        })()"""
    )
    assert [text for text in english if text not in ("kernel", "dropout")] == []  # words of formulas


def test_the_floor_of_smoothed_labels_is_drawn_where_the_loss_cannot_pass_it(page: Page) -> None:
    from convscope.arithmetic import entropy, smoothed_target

    floor = entropy(smoothed_target(3, 0.1))
    page.open("v=training")
    assert f"{floor:.3f}" in page.js("document.querySelector('.curve-key .loss-floor').textContent")
    line, curve = (
        page.js("((b) => [b.y, b.y + b.height])(document.querySelector(arguments[0]).getBBox())", css)
        for css in (".loss-curve .loss-floor", ".loss-curve .training-loss")
    )
    # the log falls from 2 to 1 over the curve's height: the floor lies as much below its end as its value says
    assert line[0] == pytest.approx(curve[1] + (1 - floor) * (curve[1] - curve[0]), abs=0.2)
