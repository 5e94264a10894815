"""docs/deck.md keeps its word: the eighteen points in their order, and every file and test that a row names is
there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BELOW = (ROOT, ROOT / "convscope", ROOT / "convscope" / "page")
CHAPTERS = sorted((ROOT / "tests" / "browser").glob("test_lab_*.py"))
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    for line in (ROOT / "docs" / "deck.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("| | Point", "|---"))
]


def test_every_point_has_its_row_and_every_row_its_five_cells() -> None:
    assert [row[0] for row in ROWS if row[0]] == [f"S{n}" for n in range(1, 19)]
    assert {len(row) for row in ROWS} == {5}
    assert all(re.search(r"`\w", cell) for row in ROWS for cell in row[3:])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1][:30]}")
def test_what_a_row_names_is_there(row: list[str]) -> None:
    for name in re.findall(r"`([^`]+)`", row[3]):
        assert any((folder / name).is_file() for folder in BELOW), name
    tests = re.findall(r"`([^`]+)`", row[4])
    files = [ROOT / name for name in tests if name.startswith("tests/")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    assert all("def test_" in text for text in texts)
    for name in tests:
        if not name.startswith("tests/"):
            assert any(f"\ndef {name}(" in file.read_text(encoding="utf-8") for file in CHAPTERS), name


@pytest.mark.parametrize("row", [row for row in ROWS if row[2].isdigit()], ids=lambda row: row[0])
def test_a_row_names_a_module_of_its_chapter_in_the_page(row: list[str]) -> None:
    """The chapter's own module, or the sums of the page, are imported by what the page shows under that number."""
    chapters = ROOT / "convscope" / "page" / "js" / "lab" / "chapters"
    names = re.findall(r"js/lab/chapters/(\w+)\.js", row[3])
    for name in names:
        main = chapters / f"{name.split('_')[0]}.js"
        assert f"number: {row[2]}," in main.read_text(encoding="utf-8"), name
    assert names or "js/lab/sums/" in row[3]
