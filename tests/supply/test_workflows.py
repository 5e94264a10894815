"""The workflows of .github: actions pinned by commit, no rights by default, commands that exist, every Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.dependencies import PYTHONS

ROOT = Path(__file__).parents[2]
WORKFLOWS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_one_commit_with_its_version_beside_it(name: str) -> None:
    uses = re.findall(r"uses: (.*)", WORKFLOWS[name])
    assert uses
    assert [use for use in uses if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+(\.\d+)+", use)] == []


def test_an_action_has_one_version_in_all_workflows() -> None:
    uses = {use for text in WORKFLOWS.values() for use in re.findall(r"uses: (.*)", text)}
    actions = [use.partition("@")[0] for use in uses]
    assert len(actions) == len(set(actions))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_right_is_given_to_all_jobs_and_no_credential_kept(name: str) -> None:
    text = WORKFLOWS[name]
    assert "\npermissions: {}\n" in text
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")
    assert "secrets." not in text


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_command_is_there(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", WORKFLOWS[name])) <= targets
    for module in re.findall(r"python3? -m (scripts\.\w+)", WORKFLOWS[name]):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists()
    assert (ROOT / ".ci" / "run").exists()


def test_every_python_that_the_package_names_is_tried() -> None:
    tried = set(re.findall(r'"(3\.\d+)"', WORKFLOWS["test.yml"]))
    assert tried == set(PYTHONS)
