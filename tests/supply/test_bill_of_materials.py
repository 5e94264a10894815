"""The bill of materials that the wheel carries is valid, complete and of this tree."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from scripts.bill_of_materials import FILE, bill, invalid
from scripts.dependencies import closure, cuda, pins, requirements

pytestmark = pytest.mark.medium

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".js", ".css", ".html", ".json", ".md", ".typed"}  # what is written by hand


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def without_licences(made: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is read from the metadata of what happens to be installed, and the number that follows from it."""
    parts = [{k: v for k, v in one.items() if k != "licenses"} for one in made["components"]]
    return {**made, "components": parts, "serialNumber": None}


def test_it_is_valid_and_the_check_can_fail(shipped: dict[str, Any]) -> None:
    assert invalid(FILE.read_text(encoding="utf-8")) is None
    assert invalid(json.dumps(shipped | {"bomFormat": "Spreadsheet"})) is not None


def test_it_is_of_this_tree(shipped: dict[str, Any]) -> None:
    assert without_licences(json.loads(bill())) == without_licences(shipped), "make sbom"


def test_it_names_everything_that_is_needed_to_run(shipped: dict[str, Any]) -> None:
    named = {one["name"]: one["version"] for one in shipped["components"] if one["type"] == "library"}
    wanted = set(closure(requirements())) - cuda()
    assert named == {name: version for name, version in pins().items() if name in wanted}
    assert {"torch", "numpy", "h11"} <= set(named)
    assert not {"pytest", "selenium"} & set(named)
    needs = {one["ref"]: set(one.get("dependsOn", ())) for one in shipped["dependencies"]}
    direct = {f"{name}=={pins()[name]}" for one in requirements() if (name := canonicalize_name(one.name))}
    assert direct <= needs["convscope"]
    assert needs["convscope"] - direct == {one["bom-ref"] for one in shipped["components"] if one["type"] != "library"}
    assert f"h11=={pins()['h11']}" in needs[f"uvicorn=={pins()['uvicorn']}"]


def test_every_file_of_the_package_that_nobody_wrote_by_hand_is_in_it(shipped: dict[str, Any]) -> None:
    flat = [part for one in shipped["components"] for part in (one, *one.get("components", ()))]
    said = {one["name"]: one["hashes"][0]["content"] for one in flat if "hashes" in one}
    files = [p for p in (ROOT / "convscope").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    here = {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.suffix not in TEXT
    }
    assert said == here
    assert sum(name.startswith("convscope/data/mnist/") for name in said) == 4
    (mnist,) = (one for one in shipped["components"] if one["name"] == "MNIST")
    assert mnist["licenses"] == [{"license": {"id": "CC-BY-SA-3.0"}}]
    assert {one["type"] for one in mnist["externalReferences"]} == {"website", "license"}


def test_no_script_or_style_of_others_lies_in_the_page() -> None:
    """What others write says so at its head."""
    for path in (*(ROOT / "convscope/page").rglob("*.js"), *(ROOT / "convscope/page").rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        assert not any(mark in text.lower() for mark in ("@license", "copyright", "sourcemappingurl", "@preserve")), (
            path
        )
        assert max(map(len, text.splitlines())) < 1_000, path  # nothing minified
