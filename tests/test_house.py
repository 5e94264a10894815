"""The house keeps its order: imports point one way, start-up stays light, nothing harmful is spelled anywhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "convscope"

# A room may import those on lines above its own, never below; those on one line do not import each other.
ORDER = """
    caller svg version
    errors
    leaving notebook
    files locks
    formula arithmetic pretrained
    machine runs
    pictures
    data
    baseline calibration
    rejection
    nn modelfile
    prediction
    foreign transfer
    checking drawing
    evaluation
    page quantisation
    reporting
    training
    explain sklearn
    web
    lab serve
    cli
"""
LEVEL = {name: number for number, line in enumerate(ORDER.split("\n")) for name in line.split()}
FRONT = ("convscope", "convscope.__main__")  # the front doors: lazy names, and `python -m convscope`
LONGEST = 320  # lines of a module: what a reader takes in at one sitting


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name; a package's name is that of its __init__."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(name: str) -> Iterator[str]:
    """Yield every module of ours that a module imports: at its top, within functions and for types alone."""
    path = MODULES[name]
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            targets = [f"{source}.{alias.name}" for alias in node.names]
        else:
            continue
        for target in targets:
            while target and target not in MODULES:  # a name within a module
                target = target.rpartition(".")[0]
            if target:
                yield target


def outside(path: Path) -> set[str]:
    """Return the packages that are not ours which a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found


def room(module: str) -> str:
    """Return which room a module is in; "" for the front doors."""
    return "" if module in FRONT else module.split(".")[1]


def test_every_room_has_its_place() -> None:
    rooms = {room(name) for name in MODULES} - {""}
    assert rooms == set(LEVEL), "ORDER: add the room where it belongs, or take it out"


def test_the_architecture_page_lists_the_rooms_in_this_order() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("| room |") : page.index("`convscope/__init__.py`")]
    firsts = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert [sorted(re.findall("`(.+?)`", cell)) for cell in firsts] == [
        sorted(line.split()) for line in ORDER.strip().split("\n")
    ]


@pytest.mark.medium
def test_imports_point_one_way() -> None:
    wrong = []
    for name in MODULES:
        if name in FRONT:
            continue
        for target in imports(name):
            upward = target in FRONT or (room(target) != room(name) and LEVEL[room(target)] >= LEVEL[room(name)])
            if upward:
                wrong.append(f"{name} imports {target}")
    assert not wrong


@pytest.mark.medium
def test_no_modules_import_each_other() -> None:
    graph = {name: set(imports(name)) - {name} for name in MODULES}
    for name in graph:  # a package and what is in it come together when either is imported
        graph[name] = {t for t in graph[name] if not name.startswith(f"{t}.")}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_the_formula_needs_only_the_standard_library() -> None:
    for name, path in MODULES.items():
        if room(name) in ("formula", "caller", "errors", "version"):
            assert outside(path) <= sys.stdlib_module_names, name


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
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


MAIN = "from convscope.cli.main import main\ntry:\n    main({})\nexcept SystemExit as e:\n    assert not e.code\n"
HEAVY = "torch numpy rich onnx onnxruntime PIL"


@pytest.mark.parametrize(
    "words", [["--help"], ["describe", "slides"], ["describe", "--json", "fc"], ["train", "--help"]]
)
@pytest.mark.medium
def test_help_and_describe_load_nothing_heavy(words: list[str]) -> None:
    loaded(MAIN.format(words), block=HEAVY)


@pytest.mark.parametrize(
    ("words", "code"), [(["--arch", "conv("], 3), (["nothing/here.csv"], 3), (["--resume", "nothing/here"], 3)]
)
@pytest.mark.medium
def test_a_training_that_cannot_begin_is_refused_without_torch(words: list[str], code: int) -> None:
    loaded(f"from convscope.cli.main import main\nassert main(['train', *{words}]) == {code}", block="torch onnx")


@pytest.mark.medium
def test_the_formula_works_where_torch_is_not_installed() -> None:
    code = "import convscope\nassert convscope.describe('slides').network.parameters == 274570"
    loaded(code, block="torch numpy")


def test_no_module_is_too_long_to_take_in() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert not {name: n for name, n in lines.items() if n > LONGEST}


HOUSE = {"test_house", "test_records"}  # of the whole package
BESIDE = {
    "benchmarks",
    "browser",
    "conformance",
    "docs",
    "faults",
    "mutants",
    "supply",
}  # what is tested of several rooms, or of none


def test_tests_mirror_the_source() -> None:
    """tests/<room>/ for a room, its folders as there; tests/test_<module>.py for a module at the package's root."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        where = path.relative_to(ROOT / "tests").parent
        if where == Path():
            module = PACKAGE / path.stem.removeprefix("test_")
            assert module.is_dir() or module.with_suffix(".py").exists() or path.stem in HOUSE, path
        elif where.parts[0] not in BESIDE:
            assert (PACKAGE / where).is_dir(), path


@pytest.mark.medium
def test_tests_name_nothing_private() -> None:
    found = []
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "convscope":
                found += [f"{path.name}: {a.name}" for a in node.names if re.match("_[^_]", a.name)]
    assert not found


HARM = re.compile(r"^(eval|exec|compile|__import__)$|^torch\.load$|^os\.system$|pickle|marshal|shelve|joblib")


@pytest.mark.medium
def test_nothing_harmful_is_called() -> None:
    found = []
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and HARM.search(ast.unparse(node.func))
            if called and not any(safe in ast.unparse(node) for safe in ("PyCF_ONLY_AST", "weights_only=True")):
                found.append(f"{name}:{node.lineno}")
        found += [f"{name}: {package}" for package in outside(path) if HARM.search(package)]
    assert not found


def test_every_public_name_imports_and_is_documented() -> None:
    import convscope

    for name in convscope.__all__:
        value = getattr(convscope, name)
        assert value.__doc__, name
    assert set(convscope.__all__) <= set(dir(convscope))
    with pytest.raises(AttributeError, match="no attribute 'fly'"):
        convscope.fly  # noqa: B018
