"""Build the documentation's site: Sphinx makes pages of docs/; static lab, gallery and run notebooks stand beside.

`make site` writes build/site; `python -m scripts.documentation FOLDER` another folder. Any web host shows it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SITE = ROOT / "build" / "site"
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
PAGE = ".html"


def main(folder: Path = SITE) -> None:
    """Write all of it; any warning of Sphinx ends it with its words and exit code 1."""
    shutil.rmtree(folder, ignore_errors=True)
    pages(folder)
    convscope("lab", "--build", folder / "lab")
    gallery(folder / "gallery")
    (folder / "notebooks").mkdir()
    for notebook in NOTEBOOKS:
        page = (folder / "notebooks" / notebook.stem).with_suffix(PAGE)
        page.write_text(executed(notebook), encoding="utf-8")
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


def executed(notebook: Path) -> str:
    """Return a notebook as an HTML page, executed in an empty folder; it loads nothing from elsewhere."""
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    made = nbformat.read(notebook, as_version=4)
    with tempfile.TemporaryDirectory(prefix="convscope-notebook-") as folder:
        NotebookClient(made, timeout=300, resources={"metadata": {"path": folder}}).execute()
    names = {"metadata": {"name": made.cells[0].source.splitlines()[0].removeprefix("# ")}}
    page, _ = HTMLExporter().from_notebook_node(made, names)
    foreign = r'<script[^>]*\ssrc="https?:[^>]*>.*?</script>'  # for formulas and widgets, which it has none of
    return re.sub(foreign, "", page, flags=re.DOTALL)


def convscope(*words: object) -> None:
    """Run one command, its results silent."""
    line = [sys.executable, "-m", "convscope", *map(str, words)]
    subprocess.run(line, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
