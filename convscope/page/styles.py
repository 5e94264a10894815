"""The pages' styles: one file a part, joined in this order, since of two rules alike the later one holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "css"
SHARED = (
    *("base", "head", "picture", "graph", "overview", "maps", "layer", "sums", "value", "channel", "own_picture"),
    *("loss_and_where", "errors", "tour", "narrow", "words", "paper", "step"),
)
LAB = (
    *("layout", "controls", "numbers", "plain_network", "stimuli", "drawing", "filters", "sharing", "narrow", "plots"),
    *("architecture", "depth", "mnist", "touch", "paper"),
)
WORKBENCH = ("frame", "list", "form", "report", "comparison", "pictures")
REPORT = ("text", "plots", "matrix", "pictures")


def page_style() -> str:
    """Return the style of the see-through page."""
    return _joined([*_of("shared", SHARED), FOLDER / "why.css"])


def drop_style() -> str:
    """Return the style of the page on which a file is dropped: the see-through page's, and its own."""
    return _joined([*_of("shared", SHARED), FOLDER / "why.css", FOLDER / "drop.css"])


def lab_style() -> str:
    """Return the lab's style: every page's, the lab's own, and that of the chapters which need more, one file each."""
    chapters = sorted((FOLDER / "chapters").glob("*.css"))
    return _joined([*_of("shared", SHARED), *_of("lab", LAB), *_of("workbench", WORKBENCH), *chapters])


def teacher_style() -> str:
    """Return the style of the page for teachers."""
    return _joined([*_of("shared", SHARED), *_of("lab", LAB), FOLDER / "teacher.css"])


def report_style() -> str:
    """Return a report's style."""
    return _joined([*_of("shared", SHARED), *_of("report", REPORT)])


def _of(folder: str, parts: Iterable[str]) -> list[Path]:
    return [FOLDER / folder / f"{part}.css" for part in parts]


def _joined(files: Iterable[Path]) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
