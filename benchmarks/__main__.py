"""Run all benchmarks, one after the other, and write the report: `make bench`, or

python -m benchmarks
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
ON_FOLDERS = ("pictures", "rejection", "closer_look")  # those are given folders of pictures, which don't come along
OPTIONS = {"training": ("", "--first-step --seeds 0 1 2 3 4")}  # a run for each


def commands() -> list[list[str]]:
    """Return what is run, in this order: environments, every other script that has a main and needs no folder, the
    report."""
    scripts = sorted(p.stem for p in FOLDER.glob("*.py") if re.search(r"^def main\(", p.read_text(), re.MULTILINE))
    middle = [name for name in scripts if name not in ("__main__", "environments", "report", *ON_FOLDERS)]
    return [
        [name, *options.split()] for name in ("environments", *middle, "report") for options in OPTIONS.get(name, ("",))
    ]


def main() -> None:
    """Run every command; stop at the first that fails."""
    for name, *options in commands():
        print("python -m", f"benchmarks.{name}", *options, flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=True, cwd=FOLDER.parent)


if __name__ == "__main__":
    main()
