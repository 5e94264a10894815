"""Write bom.cdx.json, the bill of materials (CycloneDX) that the wheel carries: `make sbom`.

It lists what convscope needs to run, in the versions of constraints.txt, and what lies in the package that is no source
text: MNIST's pictures, the trained models and what their training left, each by its SHA-256. No JavaScript of others is
in it. The same tree gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.contact import OrganizationalContact
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from convscope import __version__
from convscope.data.credits import MNIST
from scripts.dependencies import ROOT, closure, cuda, pins, project, requirements

FILE = ROOT / "bom.cdx.json"
PACKAGE = ROOT / "convscope"
SOURCE_TEXT = {".py", ".js", ".css", ".html", ".json", ".md", ".typed"}


def main() -> None:
    """Write the bill of materials. Raises SystemExit where it would not be valid."""
    text = bill()
    if fault := invalid(text):
        raise SystemExit(f"bill_of_materials: {fault}")
    FILE.write_text(text, encoding="utf-8")


def bill() -> str:
    """Return the bill of materials as JSON."""
    bom = Bom()
    own = Component(
        name="convscope",
        version=__version__,
        type=ComponentType.LIBRARY,
        bom_ref="convscope",
        purl=PackageURL("pypi", name="convscope", version=__version__),
        licenses=_licences(project()["license"]),
    )
    bom.metadata.component = own
    packages = _packages()
    brought = [*packages.values(), _mnist(), *map(_file, _data_files(without=PACKAGE / "data" / "mnist"))]
    for component in brought:
        bom.components.add(component)
    required = closure(requirements())
    direct = {canonicalize_name(one.name) for one in requirements()}
    inside = [component for component in brought if component not in packages.values()]
    bom.register_dependency(own, [*(packages[name] for name in sorted(direct)), *inside])
    for name, component in packages.items():
        needs = {canonicalize_name(one.name) for one in required[name]} & set(packages)
        bom.register_dependency(component, [packages[one] for one in sorted(needs)])
    made: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    del made["metadata"]["timestamp"]  # of the making, which nobody needs
    del made["serialNumber"]
    made["serialNumber"] = uuid5(NAMESPACE_URL, json.dumps(made, sort_keys=True)).urn
    return json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def invalid(text: str) -> str | None:
    """Return what is wrong with a bill of materials by the published schema; None where it is valid."""
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return None if fault is None else str(fault)


def _packages() -> dict[str, Component]:
    """Return what convscope needs to run, whatever build torch is of, by canonical name."""
    pinned, besides = pins(), cuda()
    return {
        name: Component(
            name=name,
            version=pinned[name],
            type=ComponentType.LIBRARY,
            bom_ref=f"{name}=={pinned[name]}",
            purl=PackageURL("pypi", name=name, version=pinned[name]),
            licenses=_licences(_licence_of(name)),
            scope=ComponentScope.REQUIRED,
        )
        for name in sorted(set(closure(requirements())) - besides)
    }


def _licence_of(package: str) -> str:
    """Return a package's licence as its metadata say it: an SPDX expression, else a few words, else ""."""
    try:
        fields = metadata(package)
    except PackageNotFoundError:
        return ""
    classified = [one.rpartition(" :: ")[2] for one in fields.get_all("Classifier") or () if one.startswith("License")]
    said = [one for name in ("License-Expression", "License") for one in fields.get_all(name) or ()] + classified
    return next((one for one in said if one and len(one) < 100), "")


def _licences(said: str) -> list[License]:
    return [LicenseFactory().make_from_string(said)] if said else []


def _mnist() -> Component:
    """Return MNIST, by its files."""
    return Component(
        name=MNIST.data,
        type=ComponentType.DATA,
        bom_ref=MNIST.data,
        authors=[OrganizationalContact(name=name) for name in MNIST.authors.split(", ")],
        licenses=_licences("CC-BY-SA-3.0"),
        external_references=[
            ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(MNIST.source)),
            ExternalReference(type=ExternalReferenceType.LICENSE, url=XsUri(MNIST.licence_text)),
        ],
        components=map(_file, _data_files(PACKAGE / "data" / "mnist")),
    )


def _data_files(folder: Path = PACKAGE, without: Path | None = None) -> list[Path]:
    """Return the files under a folder of the package that are no source text."""
    found = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted(p for p in found if p.suffix not in SOURCE_TEXT and (without is None or without not in p.parents))


def _file(path: Path) -> Component:
    name = path.relative_to(ROOT).as_posix()
    model = path.suffix == ".onnx"
    return Component(
        name=name,
        type=ComponentType.MACHINE_LEARNING_MODEL if model else ComponentType.FILE,
        bom_ref=name,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(path.read_bytes()).hexdigest())],
    )


if __name__ == "__main__":
    main()
