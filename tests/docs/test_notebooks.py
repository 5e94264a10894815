"""The notebooks of docs/notebooks are executed as a reader would, and what they show is in the pages made of them."""

from __future__ import annotations

import html
import re
from pathlib import Path

import nbformat
import pytest

from scripts.documentation import NOTEBOOKS, executed

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = {  # pieces of what the page shows: tables, heat maps, curves, drawings, pages in frames
    "lecture": {"<table": 2, "data:image/png": 5, "data:image/svg": 1, "<script": 0},
    "pictures": {"<table": 2, "data:image/png": 5, 'aria-label="loss"': 1, 'aria-label="accuracy"': 1},
    "network": {"data:image/png": 5, "<iframe": 1},
}


def foreign(shown: str) -> list[str]:
    """Return what an output must not have where scripts and other addresses are forbidden, as in VS Code and Colab."""
    tags = re.findall(r"<(?:script|link|object|embed|style)\b[^>]*>|\son\w+=", shown)
    return [*tags, *re.findall(r'(?:src|srcset|data)="(?!data:image/)[^"]*"|url\([^)]*\)|@import', shown)]


def coloured(shown: str) -> list[str]:
    """Return the colours that styles set for text and what is behind it, those of a bar or a line left out."""
    rules = [rule.strip() for style in re.findall(r'style="([^"]*)"', shown) for rule in style.split(";")]
    return [rule for rule in rules if re.match(r"(?:background(?:-color)?|color):(?! linear-gradient)", rule)]


def test_what_an_output_must_not_have_is_found() -> None:
    for bad in ("<script>", '<link rel="x">', '<p onclick="">', '<img src="https://a.b/c.png">', "url(x)", "@import x"):
        assert foreign(f"<div>{bad}</div>")
    assert foreign('<img src="data:image/png;base64,AA" alt="src">') == []
    assert coloured('<p style="margin: 0; color: #000; background: #fff">') == ["color: #000", "background: #fff"]


def test_the_notebooks_are_stored_without_outputs_and_listed() -> None:
    assert {path.stem for path in NOTEBOOKS} == set(SHOWN)
    page = (DOCS / "notebooks.md").read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [cell for cell in code if cell.outputs or cell.execution_count is not None] == [], path.name
        assert f"](notebooks/{path.name})" in page
        assert f'href="notebooks/{path.stem}.html"' in page


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_page_has_what_it_shows(path: Path) -> None:
    page = executed(path)
    assert not re.search(r'<(?:script|link|img)[^>]*(?:src|href)="https?:', page.split("<iframe")[0])
    body = page[page.index("<main") :]
    beside = re.sub(r'\ssrcdoc="[^"]*"', "", body)  # look's page, which has all that it needs inside
    assert foreign(beside) == []
    assert set(coloured(beside)) <= {"background: none", "color: inherit"}, "what is not seen on white, or on black"
    assert {piece: body.count(piece) for piece in SHOWN[path.stem]} == SHOWN[path.stem]
    title = re.search("<title>(.*?)</title>", page)
    first = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]
    assert title is not None
    assert html.unescape(title[1]) == first.removeprefix("# ")
