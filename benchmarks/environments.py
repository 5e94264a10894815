"""The peers' virtual environments: exact versions from benchmarks/peers/NAME.txt, made once, outside the repository.

python -m benchmarks.environments            make them all, and say how large each is
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import platformdirs

from benchmarks import results

PEERS = Path(__file__).parent / "peers"
ROOT = Path(__file__).parents[1]
NAMES = ("convscope", "torch", "keras", "fastai", "sklearn", "openvino")
TOOLS = ("pip", "setuptools", "_distutils_hack", "pkg_resources", "wheel")  # every environment has them


def folder() -> Path:
    """Return where the environments are; CONVSCOPE_PEERS names another place than the user's cache."""
    return Path(os.environ.get("CONVSCOPE_PEERS") or platformdirs.user_cache_path("convscope") / "peers")


def python(name: str) -> Path:
    """Return the interpreter of an environment, which is made, or made anew when its requirements have changed."""
    place = folder() / name
    stamp, wanted = place / "requirements.txt", requirements(name)
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        pip = [place / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        listed = place / "wanted.txt"
        listed.write_text(wanted)
        subprocess.run([*pip, "-r", listed], check=True)
        if name == "convscope":
            subprocess.run([*pip, "--no-deps", ROOT], check=True)
        listed.replace(stamp)  # last: an installation that broke off is made again
    return place / "bin" / "python"


def packages(name: str) -> Path:
    """Return an environment's folder of packages."""
    return next((folder() / name / "lib").glob("python*/site-packages"))


def requirements(name: str) -> str:
    """Return exact versions, a line each; convscope's own are those of constraints.txt that running it needs."""
    return (PEERS / f"{name}.txt").read_text()


def size(name: str) -> results.Row:
    """Return the megabytes that an environment's packages take on disk, without pip, and how many there are."""
    place, total = packages(name), 0
    for path in place.rglob("*"):
        top = path.relative_to(place).parts[0]
        if path.is_file() and not path.is_symlink() and top.split("-")[0].removesuffix(".pth") not in TOOLS:
            total += path.stat().st_size
    installed = [p for p in place.glob("*.dist-info") if p.name.split("-")[0] not in TOOLS]
    return {"name": name, "megabytes": round(total / 1e6, 1), "packages": len(installed)}


def main() -> None:
    """Make every environment and write their sizes to benchmarks/results/installation.json."""
    for name in NAMES:
        python(name)
    rows = [size(name) for name in NAMES]
    what = (
        "Megabytes of the packages in a virtual environment that holds what a program needs and nothing else, pip "
        "left out."
    )
    print(results.write("installation", what, rows))


if __name__ == "__main__":
    main()
