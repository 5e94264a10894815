"""The page's rooms stand in one order, and a module imports from its own room and those before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.medium

JS = Path(__file__).parents[2] / "convscope" / "page" / "js"
ROOMS = ("kit", "formula", "engine", "learn", "modelfile", "foreign", "look", "drop", "lab", "report")
PATHS = re.compile(r"""["'](\.[^"'\n]*\.js)["']""")  # imports, and types named in comments
IMPORTED = re.compile(r"import \{([^}]*)\} from")
TYPED = re.compile(r"import\(\"[^\"]+\"\)\.(\w+)")
EXPORTED = re.compile(r"^export (?:async )?(?:function\*?|const|let|class) ([\w$]+)", re.M)


def room(path: Path) -> str:
    """Return the folder of page/js that `path` lies in; "" for types.js, which every room may name."""
    return path.relative_to(JS).parts[0] if path.parent != JS else ""


def imports() -> Iterator[tuple[Path, Path]]:
    """Yield every module with each of those that it names, types included."""
    for path in sorted(JS.rglob("*.js")):
        for name in PATHS.findall(path.read_text(encoding="utf-8")):
            yield path, (path.parent / name).resolve()


def test_every_module_lies_in_a_room() -> None:
    assert {room(path) for path in JS.rglob("*.js")} == {"", *ROOMS}
    assert [path.name for path in JS.glob("*.js")] == ["types.js"]


@pytest.mark.parametrize("at", ROOMS)
def test_a_room_imports_rooms_before_it_only(at: str) -> None:
    allowed = {"", *ROOMS[: ROOMS.index(at) + 1]}
    found = [(path, other) for path, other in imports() if room(path) == at]
    assert found
    assert [f"{path} → {other}" for path, other in found if room(other) not in allowed] == []


def test_what_is_exported_is_imported() -> None:
    """By another module or by a test; what a type in a comment names counts too."""
    scripts = {path: path.read_text(encoding="utf-8") for path in JS.rglob("*.js")}
    tests = [path.read_text(encoding="utf-8") for path in (JS.parents[2] / "tests").rglob("*.js")]
    named = " ".join(names for text in (*scripts.values(), *tests) for names in IMPORTED.findall(text))
    typed = {name for text in scripts.values() for name in TYPED.findall(text)}
    used = {*re.findall(r"[\w$]+", named), *typed}
    found = [(path.name, name) for path, text in scripts.items() for name in EXPORTED.findall(text)]
    assert len(found) > 1000
    assert [one for one in found if one[1] not in used] == []


def test_types_stand_alone() -> None:
    assert [other for path, other in imports() if not room(path)] == []


def test_what_is_named_is_there() -> None:
    assert [f"{path} → {other}" for path, other in imports() if not other.is_file()] == []
