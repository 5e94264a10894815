"""constraints.txt names one version of everything that gets installed, on every Python and system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts.dependencies import PYTHONS, SYSTEMS, closure, cuda, environments, pins, project, requirements

pytestmark = pytest.mark.medium

ROOT = Path(__file__).parents[2]
BUILD = {"hatchling", "trove-classifiers", "tomlkit"}  # what `make dist` builds with, in an environment of its own


@pytest.fixture(scope="module")
def needed() -> dict[str, list[Requirement]]:
    return closure(requirements("dev", "heic"))


def test_everything_that_is_needed_has_a_version_that_fits(needed: dict[str, list[Requirement]]) -> None:
    pinned = pins()
    assert set(needed) - set(pinned) == set()
    for wanted in [requirements("dev", "heic"), *needed.values()]:
        for one in wanted:
            assert one.specifier.contains(pinned[canonicalize_name(one.name)], prereleases=True), one


def test_nothing_is_named_that_nothing_needs(needed: dict[str, list[Requirement]]) -> None:
    assert {name.partition("-")[0] for name in cuda()} == {"cuda", "nvidia", "triton"}
    foreign = {"pycparser"}  # what a package needs that only Windows needs
    assert set(pins()) - set(needed) - cuda() - foreign == BUILD


def test_what_is_installed_here_is_what_is_named(needed: dict[str, list[Requirement]]) -> None:
    """An environment that make made; another's versions are its own matter."""
    if not (ROOT / ".venv" / "tested").exists():
        pytest.skip("not made by make")
    pinned = pins()
    here = {canonicalize_name(one.name): Version(one.version).public for one in distributions()}
    assert {name: here[name] for name in needed if name in here and here[name] != pinned[name]} == {}


def test_markers_are_those_of_every_python_and_system() -> None:
    assert len(list(environments())) == len(PYTHONS) * len(SYSTEMS) == 12
    seen = {(one["python_version"], one["platform_system"]) for one in environments()}
    assert {("3.11", "Windows"), ("3.12", "Darwin"), ("3.13", "Linux")} <= seen
    named = {line.rpartition(" ")[2] for line in project()["classifiers"] if "Python :: 3." in line}
    assert named == set(PYTHONS)
    assert "colorama" in closure([Requirement("pytest")])  # Windows alone needs it
    assert "tinycss2" in closure([Requirement("bleach[css]")])
    assert "tinycss2" not in closure([Requirement("bleach")])


def test_readme_and_makefile_take_the_same_torch_from_the_same_place() -> None:
    readme, makefile = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "Makefile"))
    (line,) = re.findall(r"^\.venv/bin/pip install --no-deps (.*)$", readme, re.MULTILINE)
    (index,) = set(re.findall(r"https://download\.pytorch\.org/\S+[^\s)]", readme + makefile))
    assert line == f"torch=={pins()['torch']} --extra-index-url {index}"


def make_says(folder: Path, *words: str, nvidia: bool = False, system: str = "Linux") -> str:
    """Return which commands make would run to set up, on a machine with or without a GPU."""
    for name, code in (("nvidia-smi", f"exit {0 if nvidia else 9}"), ("uname", f"echo {system}")):
        (folder / name).write_text(f"#!/bin/sh\n{code}\n")
        (folder / name).chmod(0o755)
    command = ["make", "--no-print-directory", "-n", f"VENV={folder / 'none'}", *words, "train"]
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"} | {"MAKEFLAGS": "", "MAKELEVEL": ""}
    environment.pop("TORCH_INDEX", None)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_make_asks_for_a_cpu_build_where_cuda_is_of_no_use(tmp_path: Path) -> None:
    index = "--extra-index-url https://download.pytorch.org/whl/cpu"
    assert make_says(tmp_path).count(index) == 1  # for torch, and nothing else
    assert "--no-deps" in next(line for line in make_says(tmp_path).splitlines() if index in line)
    assert "index-url" not in make_says(tmp_path, nvidia=True)
    assert "index-url" not in make_says(tmp_path, system="Darwin")
    assert "index-url" not in make_says(tmp_path, "TORCH_INDEX=")
    assert "--extra-index-url https://a.b/c" in make_says(tmp_path, "TORCH_INDEX=https://a.b/c", nvidia=True)
