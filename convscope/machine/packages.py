"""The packages that convscope works with: which version is there, which is needed, and whether it can be imported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module, metadata

NEED = re.compile(r"(?P<name>[\w-]+)(?:\[[\w,-]+\])?>=(?P<least>[\d.]+)(?:.*extra == ['\"](?P<extra>\w+)['\"])?")


@dataclass(frozen=True, slots=True)
class Package:
    """One that convscope asks for: `least` is the lowest version, `extra` the name of the extra that asks, "" where
    everybody needs it. `installed` is None where it is not there; `fault` says why it can't be imported, or is "".
    """

    name: str
    least: str
    extra: str
    installed: str | None
    fault: str

    @property
    def too_old(self) -> bool:
        """Whether the installed version is lower than the least."""
        return self.installed is not None and _numbers(self.installed) < _numbers(self.least)


def packages() -> list[Package]:
    """Return what convscope's own metadata asks for, in its order, without the extra for developers. Each package that
    is there is imported, torch too.
    """
    matches = [NEED.match(line) for line in metadata.requires("convscope") or []]
    imported_as = _import_names()
    return [
        _package(match["name"], match["least"], match["extra"] or "", imported_as.get(_canonical(match["name"])))
        for match in matches
        if match and match["extra"] != "dev"
    ]


def _import_names() -> dict[str, str]:
    """Return what each distribution that is installed is imported by: its own name, else its first public one, such as
    PIL for pillow.
    """
    names: dict[str, str] = {}
    for name, distributions in sorted(metadata.packages_distributions().items()):
        if not name.startswith("_"):
            for distribution in distributions:
                called = _canonical(distribution)
                names[called] = name if _canonical(name) == called else names.get(called, name)
    return names


def _canonical(name: str) -> str:
    """Return a distribution's name as it is compared (PEP 503).

    >>> _canonical("Prometheus_Client")
    'prometheus-client'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _package(name: str, least: str, extra: str, imported_as: str | None) -> Package:
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Package(name, least, extra, None, "")
    try:
        import_module(imported_as or name)
    except Exception as error:  # a library of the system is missing, a file is damaged: whatever it is, it is said
        return Package(name, least, extra, installed, str(error).strip().partition("\n")[0] or type(error).__name__)
    return Package(name, least, extra, installed, "")


def _numbers(version: str) -> tuple[int, ...]:
    """Return a version's numbers, without what follows them: (2, 13, 0) of 2.13.0+cpu.

    >>> _numbers("2.13.0+cpu") > _numbers("2.9")
    True
    """
    return tuple(int(n) for n in re.match(r"[\d.]*", version)[0].split(".") if n)  # type: ignore[index]
