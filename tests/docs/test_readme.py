"""The README does what it says: its commands print what it shows, its links lead somewhere, its Python runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.cli.main import main
from convscope.cli.parser import VERBS, make_parser

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
CONSOLE = re.findall(r"```console\n\$ convscope (.*?)\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("words", "shown"), CONSOLE, ids=[words for words, _ in CONSOLE])
def test_commands_print_what_is_shown(words: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(shlex.split(words))
    out, err = capsys.readouterr()
    assert out + err == shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def commands(page: str) -> list[list[str]]:
    """Return the words of every convscope command in a page's code blocks, comments left out."""
    blocks = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    lines = [line.removeprefix("$ ").removeprefix(".venv/bin/") for block in blocks for line in block.splitlines()]
    typed = [line.partition(" > ")[0] for line in lines if line.startswith("convscope ")]
    return [shlex.split(line, comments=True)[1:] for line in typed]


COMMANDS = [words for page in PAGES if page.name != "cli.md" for words in commands(page.read_text())]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_that_is_shown_can_be_read(words: list[str]) -> None:
    make_parser(words[0]).parse_args(words)


def test_every_verb_is_shown_as_a_command() -> None:
    assert {words[0] for words in commands(README)} == set(VERBS)


def test_the_two_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    first_screen = "\n".join(README.splitlines()[:20])
    for target in ("train", "test"):
        assert f"make {target}" in first_screen
        assert f"\n{target}: " in makefile
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_every_target_that_is_named_has_a_rule() -> None:
    makefile = (ROOT / "Makefile").read_text()
    rules = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {t for page in (*PAGES, ROOT / "CHANGELOG.md") for t in re.findall(r"`make ([a-z-]+)`", page.read_text())}
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert "bench" in named
    assert named <= rules == set(phony.split())


@pytest.mark.slow
def test_the_python_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(np.zeros((28, 28), np.uint8)).save("digit.png")
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    out = capsys.readouterr().out
    accuracy = float(re.findall(r"^(0\.\d+) ", out, re.MULTILINE)[0])
    assert accuracy > 0.97
