"""The documentation's site: Sphinx makes it without a warning, and every public name and page is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import convscope
from scripts.documentation import pages

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.mark.slow
def test_the_site_is_made_without_a_warning_and_has_every_page_and_name(tmp_path: Path) -> None:
    pages(tmp_path)
    for page in DOCS.rglob("*.md"):
        if "screenshots" not in page.parts:
            assert (tmp_path / page.relative_to(DOCS).with_suffix(".html")).exists(), page
    python = (tmp_path / "reference" / "python.html").read_text(encoding="utf-8")
    documented = set(re.findall(r'id="convscope\.(\w+)"', python))
    assert set(convscope.__all__) - {"__version__", "arithmetic", "datasets"} - documented == set()
    assert 'id="convscope.datasets.load"' in python
    contributing = (tmp_path / "project" / "contributing.html").read_text(encoding="utf-8")
    assert 'href="../why.html' in contributing or 'href="../architecture.html' in contributing


def test_the_gallery_names_the_pages_that_are_built() -> None:
    named = set(re.findall(r'href="gallery/([\w.]+)"', (DOCS / "gallery.md").read_text(encoding="utf-8")))
    script = (ROOT / "scripts" / "documentation.py").read_text(encoding="utf-8")
    assert named == set(re.findall(r'"([\w]+\.html)"', script))


@pytest.mark.parametrize("page", sorted(p for p in DOCS.rglob("*.md") if p.parent.name != "screenshots"), ids=str)
def test_every_page_is_in_a_list_of_contents(page: Path) -> None:
    if page == DOCS / "index.md":
        return
    listed = {
        (holder.parent / entry).resolve()
        for holder in (DOCS / "index.md", DOCS / "ko" / "index.md")
        for block in re.findall(r"```\{toctree\}\n(.*?)```", holder.read_text(encoding="utf-8"), re.DOTALL)
        for entry in block.splitlines()
        if entry and not entry.startswith(":")
    }
    assert page.with_suffix("").resolve() in listed
