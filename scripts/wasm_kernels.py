"""Build the page's WebAssembly from its source: `python -m scripts.wasm_kernels` after `npm ci`.

The compiler is AssemblyScript's, pinned in package-lock.json; the same source and compiler give the same bytes, which
tests/page/wasm holds the committed files to.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "convscope" / "page" / "wasm"
COMPILER = ROOT / "node_modules" / "assemblyscript" / "bin" / "asc.js"
# No run time and no memory of its own: the page gives it the one that a training needs.
ALWAYS = ("-O3", "--runtime", "stub", "--importMemory", "--noAssert", "--enable", "simd")
RELAXED = ("--enable", "relaxed-simd")
MODULES = {
    "simd": ("entry.ts",),
    "relaxed": ("entry.ts", *RELAXED),
    "forward-simd": ("forward.ts",),
    "forward-relaxed": ("forward.ts", *RELAXED),
}  # what trains, and what runs one picture through a large network


def build(name: str, target: Path) -> None:
    """Compile the module `name` to `target`. Raises CalledProcessError with the compiler's words."""
    command = ["node", str(COMPILER), "--outFile", str(target), *ALWAYS, *MODULES[name]]
    subprocess.run(command, check=True, cwd=SOURCE, timeout=300)


if __name__ == "__main__":
    if not COMPILER.exists():
        sys.exit("the compiler is missing: npm ci")
    for module in MODULES:
        path = SOURCE / f"{module}.wasm"
        build(module, path)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
