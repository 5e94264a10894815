"""The house keeps its order: imports point one way, start-up stays light, nothing harmful is spelled anywhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "convscope"

# A module may import those on lines above its own, never below. Packages stand for all their modules.
ORDER = """
    errors version
    files
    formula arithmetic
    machine runs
    pictures
    data
    build modelfile
    prediction
    evaluation
    training
    page
    explain
    lab
    cli
"""
LEVEL = {name: number for number, line in enumerate(ORDER.split("\n")) for name in line.split()}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield ".".join(path.relative_to(PACKAGE).with_suffix("").parts), path


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield (module of ours, only for types) for every import in a file, wherever it stands."""
    package = path.relative_to(PACKAGE.parent).parent.parts
    tree = ast.parse(path.read_text())
    typing = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            parts = (*base, *(node.module or "").split(".")) if node.module else base
            for alias in node.names:
                yield ".".join([*parts, alias.name]), node in typing
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node in typing


def test_every_module_has_its_place() -> None:
    top = {name.split(".")[0] for name, _ in modules()} - {"__init__", "__main__"}
    assert top == set(LEVEL), "tests/test_house.py, ORDER: add the module where it belongs, or take it out"


def test_imports_point_one_way() -> None:
    wrong = []
    for name, path in modules():
        own = name.split(".")[0]
        if own in ("__init__", "__main__"):
            continue
        for target, for_types in imports(path):
            parts = target.split(".")
            if parts[0] != "convscope" or len(parts) < 2 or for_types:
                continue
            other = parts[1]
            if other in LEVEL and other != own and LEVEL[other] >= LEVEL[own]:
                wrong.append(f"{name} imports {target}")
    assert not wrong


def test_the_formula_needs_only_the_standard_library() -> None:
    for name, path in modules():
        if name.split(".")[0] in ("formula", "errors"):
            outside = {t.split(".")[0] for t, _ in imports(path)} - sys.stdlib_module_names - {"convscope"}
            assert not outside, name


def loaded(code: str, block: str = "") -> set[str]:
    """Run `code` in a fresh interpreter, with `block` made impossible to import, and return the packages it loaded."""
    guard = f"""
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {block.split()!r}:
            raise ModuleNotFoundError(f'No module named {{name!r}}', name=name)
sys.meta_path.insert(0, Gone())
"""
    tail = "\nimport sys; print('LOADED', *sorted({m.split('.')[0] for m in sys.modules}))"
    command = [sys.executable, "-c", guard + code + tail]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PACKAGE.parent, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


MAIN = "from convscope.cli.main import main\ntry:\n    main({})\nexcept SystemExit as e:\n    assert not e.code\n"


@pytest.mark.parametrize(
    "words", [["--help"], ["describe", "slides"], ["describe", "--json", "slides"], ["train", "--help"]]
)
def test_help_and_describe_load_nothing_heavy(words: list[str]) -> None:
    heavy = "torch numpy rich onnx onnxruntime PIL"
    assert not loaded(MAIN.format(words), block=heavy) & set(heavy.split())


def test_the_formula_works_where_torch_is_not_installed() -> None:
    got = loaded(
        "import convscope\nassert convscope.describe('slides').network.parameters == 274570", block="torch numpy"
    )
    assert "torch" not in got


def test_no_module_is_too_long_to_take_in() -> None:
    long = {name: n for name, path in modules() if (n := len(path.read_text().splitlines())) > 320}
    assert not long


HARM = re.compile(r"^(eval|exec|compile|__import__)$|^torch\.load$|^os\.system$|pickle|marshal|shelve|joblib")


def test_nothing_harmful_is_called() -> None:
    found = []
    for name, path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and HARM.search(ast.unparse(node.func))
                and "PyCF_ONLY_AST" not in ast.unparse(node)
            ):
                found.append(f"{name}:{node.lineno}")
        found += [name for target, _ in imports(path) if HARM.search(target)]
    assert not found


def test_every_public_name_imports_and_is_documented() -> None:
    import convscope

    for name in convscope.__all__:
        value = getattr(convscope, name)
        assert value.__doc__, name
    assert set(convscope.__all__) <= set(dir(convscope))
    with pytest.raises(AttributeError, match="no attribute 'fly'"):
        convscope.fly  # noqa: B018
