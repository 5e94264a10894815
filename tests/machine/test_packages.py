"""Which packages are there, in which version, and whether they can be imported."""

from __future__ import annotations

from importlib import metadata
from importlib.util import find_spec

import pytest

from convscope.machine import packages as module
from convscope.machine.packages import Package, packages

pytestmark = pytest.mark.medium


def test_everything_that_the_metadata_asks_for_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["numpy>=2.0", "nowhere-to-be-found>=1.5; extra == 'heic'", "pytest>=9; extra == 'dev'", "json>=1"]
    monkeypatch.setattr(metadata, "requires", lambda name: asked)
    numpy, nowhere, json = packages()
    assert (numpy.name, numpy.least, numpy.extra, numpy.fault) == ("numpy", "2.0", "", "")
    assert numpy.installed == metadata.version("numpy")
    assert nowhere == Package("nowhere-to-be-found", "1.5", "heic", None, "")
    assert json.installed is None


def test_a_package_that_breaks_when_it_is_imported_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise OSError("libgomp.so.1: cannot open shared object file\nand more")

    monkeypatch.setattr(metadata, "requires", lambda name: ["numpy>=2.0"])
    monkeypatch.setattr(module, "import_module", broken)
    (numpy,) = packages()
    assert numpy.fault == "libgomp.so.1: cannot open shared object file"


@pytest.mark.parametrize(
    ("installed", "least", "too_old"),
    [("2.9", "2.9", False), ("2.13.0+cpu", "2.9", False), ("2.8.1", "2.9", True), (None, "2.9", False)],
)
def test_versions_are_compared_by_their_numbers(installed: str | None, least: str, too_old: bool) -> None:
    assert Package("torch", least, "", installed, "").too_old is too_old


def test_every_package_that_is_here_is_imported_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    monkeypatch.setattr(module, "import_module", imported.append)
    there = [package for package in packages() if package.installed]
    assert len(imported) == len(there) > 8
    assert {"PIL", "torch", "onnxruntime", "python_multipart", "prometheus_client"} <= set(imported)
    assert [name for name in imported if find_spec(name) is None] == []


def test_every_package_of_ours_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "import_module", lambda name: None)
    names = {package.name.lower() for package in packages()}
    assert {"torch", "numpy", "onnx", "onnxruntime", "pillow", "reportlab"} <= names
    assert "pytest" not in names
