"""What the documents name is there: files, modules, functions, links and their headings. Prose keeps 120 columns."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = {str(page.relative_to(ROOT)): page for page in [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]}
GENERATED = {"docs/benchmarks.md", "docs/cli.md"}
HISTORY = {"docs/log.md", "CHANGELOG.md"}  # name what was, too
TREES = "convscope|tests|docs|benchmarks|scripts"
SOURCES = [f"/{path.relative_to(ROOT)}" for tree in TREES.split("|") for path in (ROOT / tree).rglob("*.*")]
MODEL = ROOT / "convscope" / "page" / "slides" / "model.onnx"
RECORDS = set(re.findall(r"convscope\.[a-z]+", MODEL.read_bytes().decode("latin-1")))  # a model file's metadata


def resolves(name: str) -> bool:
    """Return whether a dotted name is a module of the package, or leads on from one by attributes."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            if not hasattr(value, part):
                return False
            value = getattr(value, part)
        return True
    return False


def prose(text: str) -> Iterator[str]:
    """Yield the lines of a document that are neither code nor a table, a picture or a heading."""
    fenced = False
    for line in text.splitlines():
        fenced ^= line.lstrip().startswith("```")
        if not fenced and not line.startswith(("```", "    ", "|", "!", "#", "<")):
            yield line


def anchors(text: str) -> set[str]:
    """Return what a link may name within a document: its headings as GitHub spells them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_document_names_is_there(page: str) -> None:
    text = PAGES[page].read_text(encoding="utf-8")
    named = re.findall(rf"(?<![\w/.])(?:{TREES})/[\w./-]*\w/?", text)
    written = [name for name in named if not re.search("ROOM|MODULE", name)]  # CONTRIBUTING.md's pattern of names
    assert [name for name in written if not any((base / name).exists() for base in (ROOT, PAGES[page].parent))] == []


@pytest.mark.parametrize("page", sorted(PAGES.keys() - HISTORY))
def test_every_source_file_that_a_document_calls_by_its_last_names_is_there(page: str) -> None:
    """`options.py`, `engine/kinds/relu6.js`: the end of a path of the repository."""
    named = re.findall(r"`([\w./]+\.(?:py|js|css))`", PAGES[page].read_text(encoding="utf-8"))
    assert [name for name in named if not any(path.endswith("/" + name) for path in SOURCES)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_python_name_of_a_document_leads_somewhere(page: str) -> None:
    text = PAGES[page].read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w./-])convscope(?:\.[A-Za-z]\w*)+(?![\w/-])", text))
    assert [name for name in sorted(named - RECORDS) if not resolves(name)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_within_the_repository_leads_somewhere(page: str) -> None:
    path = PAGES[page]
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        other = (path.parent / file) if file else path
        assert other.exists(), target
        assert not anchor or anchor in anchors(other.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("page", sorted(PAGES.keys() - GENERATED))
def test_prose_keeps_120_columns(page: str) -> None:
    assert [line for line in prose(PAGES[page].read_text(encoding="utf-8")) if len(line) > 120] == []
