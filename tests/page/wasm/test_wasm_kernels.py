"""The committed WebAssembly is what its source compiles to, small, and asks a page for nothing but a memory."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from convscope.page.inline import HERE, learning_modules
from convscope.page.large import forward_modules
from scripts.wasm_kernels import COMPILER, MODULES, ROOT, SOURCE, build

MOST = 30_000  # bytes


def newer_node() -> bool:
    """Whether Node.js is there in a version that the compiler runs on."""
    if not shutil.which("node"):
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    return int(said.removeprefix("v").partition(".")[0]) >= 20


def test_every_module_is_committed_and_small() -> None:
    assert {path.stem for path in SOURCE.glob("*.wasm")} == set(MODULES) == {*learning_modules(), *forward_modules()}
    for name in MODULES:
        data = (SOURCE / f"{name}.wasm").read_bytes()
        assert data[:4] == b"\0asm"
        assert len(data) < MOST
    assert (SOURCE, SOURCE.parent) == (HERE / "wasm", HERE)


@pytest.mark.slow
@pytest.mark.skipif(not COMPILER.exists() or not newer_node(), reason="needs npm ci and Node.js 20")
@pytest.mark.parametrize("name", MODULES)
def test_a_rebuild_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    installed = json.loads((COMPILER.parents[1] / "package.json").read_text(encoding="utf-8"))
    assert installed["version"] == lock["packages"]["node_modules/assemblyscript"]["version"]
    build(name, tmp_path / "made.wasm")
    assert (tmp_path / "made.wasm").read_bytes() == (SOURCE / f"{name}.wasm").read_bytes(), "make kernels"


TYPED = {
    "simd": ("learn/types.js", "@typedef {object} Kernels", "@typedef {object} Parameter"),
    "forward-simd": ("engine/fast/types.js", "@typedef {object} ForwardKernels", "@typedef {object} Place"),
}


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
@pytest.mark.parametrize("name", TYPED)
@pytest.mark.medium
def test_it_imports_a_memory_and_exports_what_the_page_calls(name: str) -> None:
    script = """
    const module = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
    const imports = WebAssembly.Module.imports(module), exports = WebAssembly.Module.exports(module);
    console.log(JSON.stringify({ imports, exports }));
    """
    command = ["node", "-e", script, str(SOURCE / f"{name}.wasm")]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
    assert found["imports"] == [{"module": "env", "name": "memory", "kind": "memory"}]
    file, first, end = TYPED[name]
    typed = (HERE / "js" / file).read_text(encoding="utf-8")
    named = typed[typed.index(first) : typed.index(end)]
    functions = {one["name"] for one in found["exports"] if one["kind"] == "function"}
    assert functions == {line.split("}")[-1].split()[0].strip("[.]") for line in _properties(named)}


def _properties(comment: str) -> list[str]:
    """Return the @property lines of a typedef, those that go on joined."""
    text = comment.replace("\n * @property", "\n@property").replace("\n * ", " ")
    return [line for line in text.splitlines() if line.startswith("@property")]
