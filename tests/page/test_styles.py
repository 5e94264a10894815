"""The pages' styles: every file is part of a page, says what it is of, and can be taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from convscope.page.styles import FOLDER, drop_style, lab_style, page_style, report_style, teacher_style

FILES = sorted(FOLDER.rglob("*.css"))
LONGEST = 400  # lines, as of a module in JavaScript
PAGES = (page_style, drop_style, lab_style, teacher_style, report_style)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_every_file_is_part_of_a_page(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert any(text in style() for style in PAGES)
    assert text.startswith("/* ")
    assert len(text.splitlines()) <= LONGEST


def test_a_later_page_keeps_the_order_of_what_it_shares() -> None:
    """Of two rules alike the later one holds: what is a page's own comes behind what all have."""
    shared = page_style().removesuffix((FOLDER / "why.css").read_text(encoding="utf-8"))
    for style in PAGES:
        assert style().startswith(shared)
