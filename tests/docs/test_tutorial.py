"""The tutorial does what it says: each page's commands and Python run one after another in an empty folder. What is
there in Korean has the same code and headings.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH, KOREAN = ROOT / "docs" / "tutorial", ROOT / "docs" / "ko"
PAGES = ("learn.md", "pictures.md", "network.md", "teach.md")
TRANSLATED = [*(ENGLISH / name for name in PAGES), ROOT / "docs" / "install.md"]
MADE = {
    "learn.md": ("network.svg", "first.html", "runs/first/model.onnx"),
    "pictures.md": ("runs/digits/report.html", "answers.csv", "sorted", "digits.html"),
    "network.md": ("module.html", "small.html", "small.svg"),
    "teach.md": ("site/teacher.html", "class.html"),
}

COMMAND = """
set -e
convscope() { "$PYTHON" -m convscope "$@" || [ "$1 $?" = "check 3" ]; } # 3: it has found something
"""


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return a page's blocks of code: language and text. `sh` and `python` are run; `bash` installs, or stays open
    until Ctrl-C.
    """
    return re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_every_command_and_every_line_of_python_runs(name: str, tmp_path: Path) -> None:
    python = [code for language, code in blocks(ENGLISH / name) if language == "python"]
    steps, done = [], 0
    for language, code in blocks(ENGLISH / name):
        if language == "sh":
            steps.append(code)
        elif language == "python":  # blocks of one page go on from each other, as in a notebook
            done += 1
            (tmp_path / f"{done}.py").write_text("\n".join(python[:done]), encoding="utf-8")
            steps.append(f'"$PYTHON" {done}.py\n')
    script = COMMAND + "".join(steps)
    env = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert [path for path in MADE[name] if not (tmp_path / path).exists()] == []


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_the_korean_page_has_the_same_code(page: Path) -> None:
    assert blocks(page)
    assert blocks(KOREAN / page.name) == blocks(page)


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_the_korean_page_has_the_same_headings(page: Path) -> None:
    def levels(page: Path) -> list[int]:
        outside = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        return [len(mark) for mark in re.findall(r"^(#+) ", outside, re.MULTILINE)]

    assert levels(KOREAN / page.name) == levels(page)
