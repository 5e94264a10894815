"""Let README.md's links hold where it is the package's description, on PyPI: python3 -m scripts.package_readme

Run where a release is built, before anything else. GitHub tells its workflows the repository and the tag, and what the
README links to beside itself becomes an address of these: a page of a file, or the picture itself. Without them, as on
anybody's machine, the file stays as it is. It needs nothing but Python's own library.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PICTURES = (".png", ".svg", ".webp", ".jpg", ".gif")
RELATIVE = re.compile(r"(?<=\]\()(?![a-z]+:|#)[^()\s]+")
CODE = re.compile(r"(^```.*?^```)", re.MULTILINE | re.DOTALL)


def home(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the repository's address and the tag that a workflow runs for; None where there is none."""
    repository, tag = environment.get("GITHUB_REPOSITORY"), environment.get("GITHUB_REF_NAME")
    if not repository or not tag or environment.get("GITHUB_REF_TYPE") != "tag":
        return None
    return f"{environment.get('GITHUB_SERVER_URL', 'https://github.com')}/{repository}", tag


def relative_links(text: str) -> list[str]:
    """Return what a page links to beside itself, in its order, code left out."""
    return [link for part in CODE.split(text)[::2] for link in RELATIVE.findall(part)]


def absolute(text: str, repository: str, tag: str) -> str:
    """Return a page whose relative links lead into the repository's files as they are at a tag."""

    def address(link: re.Match[str]) -> str:
        picture = link[0].partition("#")[0].endswith(PICTURES)
        return f"{repository}/{'raw' if picture else 'blob'}/{tag}/{link[0]}"

    parts = CODE.split(text)
    parts[::2] = [RELATIVE.sub(address, part) for part in parts[::2]]
    return "".join(parts)


def main(root: Path = ROOT, environment: Mapping[str, str] = os.environ) -> str:
    """Rewrite README.md where the release's home is known; return what was done, in a line.

    Raises SystemExit where a link leads to no file.
    """
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    if not (known := home(environment)):
        return "README.md stays as it is: no tag of a repository is released here"
    links = relative_links(text)
    if lost := [link for link in links if not (root / link.partition("#")[0]).exists()]:
        raise SystemExit(f"README.md links to what is not there: {', '.join(lost)}")
    readme.write_text(absolute(text, *known), encoding="utf-8", newline="\n")
    return f"README.md: {len(links)} links lead to {known[0]} at {known[1]}"


if __name__ == "__main__":
    print(main(), file=sys.stderr)
