"""What convscope needs, and what that needs in turn, on every Python and system that the README names.

Requirements are read from pyproject.toml and from the metadata of what is installed; their markers are evaluated for
each environment, not for this one. constraints.txt is held to it (tests/supply), and the bill of materials is made of
it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = {  # sys_platform, platform_system, platform_machine, os_name
    "Linux": ("linux", "Linux", "x86_64", "posix"),
    "Linux on ARM": ("linux", "Linux", "aarch64", "posix"),
    "macOS": ("darwin", "Darwin", "arm64", "posix"),
    "Windows": ("win32", "Windows", "AMD64", "nt"),
}


def environments() -> Iterator[dict[str, str]]:
    """Yield what markers are evaluated against, for each Python on each system."""
    for python in PYTHONS:
        for sys_platform, system, machine, os_name in SYSTEMS.values():
            yield {
                **{name: str(value) for name, value in default_environment().items()},
                "python_version": python,
                "python_full_version": f"{python}.0",
                "implementation_version": f"{python}.0",
                "sys_platform": sys_platform,
                "platform_system": system,
                "platform_machine": machine,
                "os_name": os_name,
                "platform_release": "",
                "platform_version": "",
            }


def project() -> dict[str, Any]:
    """Return the table `project` of pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return dict(tomllib.load(file)["project"])


def requirements(*extras: str) -> list[Requirement]:
    """Return what pyproject.toml requires of everybody, and with `extras`."""
    table = project()
    lines = [*table["dependencies"], *(line for extra in extras for line in table["optional-dependencies"][extra])]
    return [Requirement(line) for line in lines]


def pins() -> dict[str, str]:
    """Return the version that constraints.txt gives each package, by its canonical name."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def cuda() -> set[str]:
    """Return the packages that come with PyTorch's build for CUDA alone: the last part of constraints.txt."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8").partition("# What PyTorch's build for CUDA brings")[2]
    return {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def closure(wanted: list[Requirement]) -> dict[str, list[Requirement]]:
    """Return every package that `wanted` brings on some Python and system, with what each requires by itself.

    A package that is not installed here, since only another system needs it, stands there as requiring nothing.
    """
    required: dict[str, list[Requirement]] = {}
    asked: set[tuple[str, str]] = set()  # a package, with one of its extras or ""
    waiting = _with_extras(wanted)
    while waiting:
        package, extra = waiting.pop()
        if (package, extra) in asked:
            continue
        asked.add((package, extra))
        mine = [one for one in map(Requirement, _required_by(package)) if _holds_somewhere(one, extra)]
        required.setdefault(package, []).extend(mine)
        waiting += _with_extras(mine)
    return required


def _with_extras(wanted: list[Requirement]) -> list[tuple[str, str]]:
    return [(canonicalize_name(one.name), extra) for one in wanted for extra in ("", *sorted(one.extras))]


def _required_by(package: str) -> list[str]:
    try:
        return requires(package) or []
    except PackageNotFoundError:
        return []


def _holds_somewhere(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**one, "extra": extra}) for one in environments())
