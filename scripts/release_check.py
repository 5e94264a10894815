"""Check that what is about to be released has one version everywhere: python3 -m scripts.release_check v0.2.0

The tag, convscope/version.py, CITATION.cff and CHANGELOG.md's newest heading, with its date, must agree. It needs
nothing but Python's own library.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def faults(tag: str, root: Path = ROOT) -> list[str]:
    """Return what disagrees with the tag, a sentence each; nothing where the release can go on."""
    if not re.fullmatch(r"v\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?", tag):
        return [f"the tag {tag} is no version: expected v0.2.0 or v0.2.0rc1"]
    version = tag.removeprefix("v")
    said = {
        "convscope/version.py": _first(root / "convscope" / "version.py", r'^__version__ = "(.*)"'),
        "CITATION.cff": _first(root / "CITATION.cff", r"^version: (.*)"),
        "CHANGELOG.md": _first(root / "CHANGELOG.md", r"^## (\S+)"),
    }
    wrong = [f"{name} says {got}, the tag {version}" for name, got in said.items() if got != version]
    if not _first(root / "CHANGELOG.md", r"^## \S+ \((\d{4}-\d\d-\d\d)\)$"):
        wrong.append(f"CHANGELOG.md's newest heading has no date: expected ## {version} (2026-12-01)")
    return wrong


def _first(path: Path, pattern: str) -> str | None:
    """Return the group of the first line that begins so; of the changelog, of its first heading alone."""
    text = path.read_text(encoding="utf-8")
    heading = re.search(r"^## .*$", text, re.MULTILINE) if path.suffix == ".md" else None
    found = re.search(pattern, heading[0] if heading else text, re.MULTILINE)
    return found[1] if found else None


if __name__ == "__main__":
    found = faults(*sys.argv[1:])
    print(*found, sep="\n", file=sys.stderr)
    sys.exit(1 if found else 0)
