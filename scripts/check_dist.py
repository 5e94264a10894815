"""Check what would be published: `make dist` builds it, and this installs the wheel and works with it.

The wheel and the sdist hold what they must. The wheel, in an empty environment with everything it needs but torch,
describes, verifies and predicts; with the torch of the environment that runs this script it trains and looks too.
"""

from __future__ import annotations

import os
import subprocess
import sysconfig
import tarfile
import tempfile
import venv
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "convscope" / "page" / "slides" / "model.onnx"
NOTICES = ("LICENSE", "convscope/data/mnist/README.md")
FILLED = ("Name", "Version", "Summary", "Author", "License-Expression", "Requires-Python", "Description-Content-Type")


def main() -> None:
    """Check dist/; leave with a message and exit code 1 where something is missing."""
    (wheel,), (sdist,) = (list((ROOT / "dist").glob(pattern)) for pattern in ("*.whl", "*.tar.gz"))
    check_wheel(wheel)
    check_sdist(sdist)
    with tempfile.TemporaryDirectory(prefix="convscope-dist-") as folder:
        check_installed(wheel, Path(folder))
    print(f"{wheel.name} and {sdist.name} are fit to publish")


def check_wheel(wheel: Path) -> None:
    """Check that a wheel holds the package alone, its notices and complete metadata."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        told = message_from_bytes(archive.read(metadata))
    require(
        {name.split("/")[0].split("-")[0] for name in names} == {"convscope"}, "the wheel holds more than convscope"
    )
    for notice in NOTICES:
        require(any(name.endswith(f".dist-info/licenses/{notice}") for name in names), f"the wheel lacks {notice}")
    require("convscope/py.typed" in names, "the wheel lacks py.typed")
    check_metadata(told)


def check_metadata(told: Message) -> None:
    """Check that no field is left out, and that the classifiers name the versions of Python that are tried."""
    for field in FILLED:
        require(bool(told[field]), f"the metadata lack {field}")
    require("CC-BY-SA-3.0" in told["License-Expression"], "MNIST's licence is not named")
    require(str(told.get_payload()).startswith("# convscope"), "the README is not the description")


def check_sdist(sdist: Path) -> None:
    """Check that an sdist holds every file under version control: its tests read more than the package."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    with tarfile.open(sdist) as archive:
        inside = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    missing = {name for name in listed if name} - inside
    require(not missing, f"the sdist lacks {', '.join(sorted(missing)[:5])}")


def check_installed(wheel: Path, folder: Path) -> None:
    """Install a wheel into an empty environment in `folder`, first without torch, and work with it."""
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", ROOT / "constraints.txt"]
    (requirements := folder / "requirements.txt").write_text("\n".join(requirements_without_torch(wheel)))
    run(*pip, "-r", requirements)
    run(*pip, "--no-deps", wheel)

    def convscope(*words: object, code: int = 0) -> str:
        return run(python, "-P", "-m", "convscope", *words, cwd=folder, code=code)

    picture = "from PIL import Image; Image.new('L', (28, 28)).save('digit.png')"
    run(python, "-c", picture, cwd=folder)
    require("274,570" in convscope("describe", "slides"), "describe does not work without torch")
    require("verified" in convscope("info", MODEL), "info does not work without torch")
    require("digit.png" in convscope("predict", MODEL, "digit.png"), "predict does not work without torch")
    convscope("train", "mnist", code=4)  # says that torch is missing

    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    (Path(site) / "torch-of-this-environment.pth").write_text(
        sysconfig.get_path("purelib")
    )  # after what the wheel brought
    run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools")  # Python 3.11's own is too old for torch
    run(python, "-m", "pip", "check")
    convscope("train", "mnist", "--epochs", "0.05", "--out", "run")
    require("digit.png" in convscope("predict", "run", "digit.png"), "predict does not work with torch")
    convscope("evaluate", "run")
    convscope("look", "run", "digit.png", "-o", "page.html")
    convscope("lab", "--build", "site")
    where = run(python, "-P", "-c", "import convscope; print(convscope.__file__)", cwd=folder)
    require(where.startswith(str(folder)), "another convscope than the wheel's was tried")


def requirements_without_torch(wheel: Path) -> list[str]:
    """Return what the wheel's metadata require of everybody, torch left out."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        required = message_from_bytes(archive.read(metadata)).get_all("Requires-Dist") or []
    return [line for line in required if "extra ==" not in line and not line.startswith("torch")]


def run(*words: object, cwd: Path = ROOT, code: int = 0) -> str:
    """Run a command and return its standard output. Raises SystemExit where it ends otherwise than expected."""
    command = [str(word) for word in words]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    require(done.returncode == code, f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr or done.stdout}")
    return done.stdout


def require(true: bool, otherwise: str) -> None:
    """Raise SystemExit with a message unless something is true."""
    if not true:
        raise SystemExit(f"check_dist: {otherwise}")


if __name__ == "__main__":
    main()
