"""Check what would be published: `make dist` builds it, and this installs the wheel and works with it.

The wheel and the sdist hold what they must, and the sdist, unpacked in an empty folder, is whole: its tests are found,
those that read the most files pass, and the wheel built there is the same byte for byte. The wheel, in an empty
environment with everything it needs but torch, describes, verifies and predicts; with the torch of the environment that
runs this script it trains and looks too.
Further interpreters can be named, for which the part without torch is done: python -m scripts.check_dist python3.13
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from scripts.package_readme import home, relative_links

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "convscope" / "page" / "slides" / "model.onnx"
NOTICES = ("LICENSE", "convscope/data/mnist/README.md", "convscope/pretrained/README.md")
FILLED = ("Name", "Version", "Summary", "Author", "License-Expression", "Requires-Python", "Description-Content-Type")


def main(others: list[str]) -> None:
    """Check dist/ with this interpreter and `others`; exit with code 1 and a message where something is missing."""
    (wheel,), (sdist,) = (list((ROOT / "dist").glob(pattern)) for pattern in ("*.whl", "*.tar.gz"))
    check_wheel(wheel)
    check_sdist(sdist)
    with tempfile.TemporaryDirectory(prefix="convscope-sdist-") as folder:
        check_unpacked(sdist, wheel, Path(folder))
    for interpreter in (sys.executable, *others):
        with tempfile.TemporaryDirectory(prefix="convscope-dist-") as folder:
            python = install(wheel, Path(folder), interpreter)
            check_without_torch(python, Path(folder))
            if interpreter == sys.executable:
                check_with_torch(python, Path(folder))
    print(f"{wheel.name} and {sdist.name} are fit to publish")


def check_wheel(wheel: Path) -> None:
    """Check that a wheel holds the package alone, its notices and complete metadata."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        fields = message_from_bytes(archive.read(metadata))
    require(
        {name.split("/")[0].split("-")[0] for name in names} == {"convscope"}, "the wheel holds more than convscope"
    )
    for notice in NOTICES:
        require(any(name.endswith(f".dist-info/licenses/{notice}") for name in names), f"the wheel lacks {notice}")
    require(any(name.endswith(".dist-info/sboms/bom.cdx.json") for name in names), "the wheel lacks its materials")
    for name in ("py.typed", "page/wasm/simd.wasm", "page/wasm/relaxed.wasm"):
        require(f"convscope/{name}" in names, f"the wheel lacks {name}")
    check_metadata(fields)


def check_metadata(fields: Message) -> None:
    """Check that no field is left out, and that the classifiers name the versions of Python that are tried."""
    for field in FILLED:
        require(bool(fields[field]), f"the metadata lack {field}")
    require("CC-BY-SA-3.0" in fields["License-Expression"], "MNIST's licence is not named")
    require("BSD-3-Clause" in fields["License-Expression"], "the licence of lite0's class names is not named")
    require(str(fields.get_payload()).startswith("# convscope"), "the README is not the description")
    if home(os.environ):
        lost = relative_links(str(fields.get_payload()))
        require(not lost, f"the description links to files that PyPI has not: {', '.join(lost[:5])}")


def check_sdist(sdist: Path) -> None:
    """Check that an sdist holds every file under version control: its tests read more than the package."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    with tarfile.open(sdist) as archive:
        inside = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    missing = {name for name in listed if name} - inside
    require(not missing, f"the sdist lacks {', '.join(sorted(missing)[:5])}")


def check_unpacked(sdist: Path, wheel: Path, folder: Path) -> None:
    """Unpack an sdist in a folder, try it there, and build its wheel again: another place, time zone and umask."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (tree,) = folder.iterdir()
    pytest = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    run(*pytest, "--collect-only", cwd=tree)
    asked = ("tests/test_house.py", "tests/page", "tests/supply", "tests/benchmarks")  # they read what lies around
    run(*pytest, "-m", "not slow", "--ignore=tests/page/js", *asked, cwd=tree)
    again = folder / "again"
    constraints = {"PIP_CONSTRAINT": str(ROOT / "constraints.txt"), "TZ": "Asia/Seoul", "PYTHONHASHSEED": "7"}
    run(sys.executable, "-m", "build", "--quiet", "--wheel", "--outdir", again, tree, umask=0o077, **constraints)
    (other,) = again.iterdir()
    require(other.name == wheel.name, f"the same wheel is called {other.name}")
    require(other.read_bytes() == wheel.read_bytes(), "the wheel is another when it is built again")


def install(wheel: Path, folder: Path, interpreter: str) -> Path:
    """Install a wheel, and what it requires but torch, into an empty environment; return the environment's Python."""
    run(interpreter, "-m", "venv", folder / "env")
    python = folder / "env" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", ROOT / "constraints.txt"]
    (requirements := folder / "requirements.txt").write_text("\n".join(requirements_without_torch(wheel)))
    run(*pip, "-r", requirements)
    run(*pip, "--no-deps", wheel)
    where = run(python, "-P", "-c", "import convscope; print(convscope.__file__)", cwd=folder)
    require(where.startswith(str(folder)), "another convscope than the wheel's would be tried")
    return python


def check_without_torch(python: Path, folder: Path) -> None:
    """Describe, verify, predict and measure; training says which package is missing and ends with exit code 4."""
    run(python, "-c", "from PIL import Image; Image.new('L', (28, 28)).save('digit.png')", cwd=folder)
    require("274,570" in convscope(python, folder, "describe", "slides"), "describe does not work without torch")
    require("verified" in convscope(python, folder, "info", MODEL), "info does not work without torch")
    require("digit.png" in convscope(python, folder, "predict", MODEL, "digit.png"), "predict does not without torch")
    convscope(python, folder, "train", "mnist", code=4)


def check_with_torch(python: Path, folder: Path) -> None:
    """Lend the environment the torch of this one, and train, predict, look and write the lab's site with it."""
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    (Path(site) / "torch-of-another-environment.pth").write_text(sysconfig.get_path("purelib"))  # the wheel comes first
    run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools")  # Python 3.11's own is too old for torch
    run(python, "-m", "pip", "check")
    convscope(python, folder, "train", "mnist", "--epochs", "0.05", "--out", "run")
    require("digit.png" in convscope(python, folder, "predict", "run", "digit.png"), "predict does not work with torch")
    convscope(python, folder, "look", "run", "digit.png", "-o", "page.html")
    convscope(python, folder, "lab", "--build", "site", "--run", "run")


def convscope(python: Path, folder: Path, *words: object, code: int = 0) -> str:
    """Run a convscope command of an environment in `folder`; return what it prints."""
    return run(python, "-P", "-m", "convscope", *words, cwd=folder, code=code)


def requirements_without_torch(wheel: Path) -> list[str]:
    """Return what the wheel's metadata require of everybody, torch left out."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        required = message_from_bytes(archive.read(metadata)).get_all("Requires-Dist") or []
    return [line for line in required if "extra ==" not in line and not line.startswith("torch")]


def run(*words: object, cwd: Path = ROOT, code: int = 0, umask: int = -1, **environment: str) -> str:
    """Run a command and return its standard output. Raises SystemExit where it ends otherwise than expected."""
    command = [str(word) for word in words]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment
    done = subprocess.run(command, cwd=cwd, env=env, umask=umask, capture_output=True, text=True, check=False)
    require(done.returncode == code, f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr or done.stdout}")
    return done.stdout


def require(true: bool, otherwise: str) -> None:
    """Raise SystemExit with a message unless something is true."""
    if not true:
        raise SystemExit(f"check_dist: {otherwise}")


if __name__ == "__main__":
    main(sys.argv[1:])
