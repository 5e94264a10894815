"""Build the documentation's site: Sphinx makes pages of docs/, the static lab and the gallery stand beside them.

`make site` writes build/site; `python -m scripts.documentation FOLDER` another folder. Any web host shows it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SITE = ROOT / "build" / "site"


def main(folder: Path = SITE) -> None:
    """Write all of it; any warning of Sphinx ends it with its words and exit code 1."""
    shutil.rmtree(folder, ignore_errors=True)
    pages(folder)
    convscope("lab", "--build", folder / "lab")
    gallery(folder / "gallery")
    print(folder)


def pages(folder: Path, builder: str = "html") -> None:
    """Let Sphinx make the pages, every warning an error."""
    with tempfile.TemporaryDirectory(prefix="convscope-docs-") as trees:
        line = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", builder, "-d", trees]
        subprocess.run([*line, ROOT / "docs", folder], check=True, cwd=ROOT)


def gallery(folder: Path) -> None:
    """Write the pages that docs/gallery.md names; one network is trained for them, in seconds."""
    folder.mkdir()
    convscope("look", "-o", folder / "slides.html")
    convscope("look", "lite0", "-o", folder / "lite0.html")
    with tempfile.TemporaryDirectory(prefix="convscope-gallery-") as runs:
        run = Path(runs) / "tiny"
        convscope("train", "mnist", "--arch", "tiny", "--epochs", 1, "--out", run)
        convscope("look", run, "-o", folder / "tiny.html")
        shutil.copy(run / "report.html", folder)


def convscope(*words: object) -> None:
    """Run one command, its results silent."""
    line = [sys.executable, "-m", "convscope", *map(str, words)]
    subprocess.run(line, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
