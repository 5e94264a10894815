"""What every view of the page promises: names for all that can be used, and no English in Korean."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.looking import VIEWS, Page

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
          const words = new Set(Object.keys(en).filter((k) => en[k] !== ko[k] && /^[^{]+$/.test(en[k])).map((k) => en[k]));
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
          while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("script") && words.has(walk.currentNode.textContent.trim())) found.push(walk.currentNode.textContent);
          return found;
        })()"""  # noqa: E501
    )
    assert [text for text in english if text != "kernel"] == []
