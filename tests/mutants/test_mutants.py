"""The faults that are put into the core: each changes one thing, and the page's stand-in browser runs its numbers."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from tests.mutants import page_mutants, python_mutants
from tests.mutants.accepted import reason
from tests.mutants.areas import AREAS, PAGE, PAGE_TESTS, TESTS, files

PYTHON = '''"""A module."""
if TYPE_CHECKING:
    LIMIT = 0
STEP: Final = 2
class Walk:
    def go(self, far: int = 1) -> int:
        """Return 3."""
        assert far > 0
        if far < STEP and not self.tired:
            self.rest(far, max(far, STEP))
        for a, b in zip(far, far, strict=True):
            raise ValueError(f"{a} " + "1")
        return -far
'''
PYTHON_FAULTS = """
: STEP: Final = 2 → STEP: Final = 3
Walk.go: def go(self, far: int=1) -> int: → def go(self, far: int=2) -> int:
Walk.go: if far < STEP and (not self.tired): → if not (far < STEP and (not self.tired)):
Walk.go: if far < STEP and (not self.tired): → if far < STEP or not self.tired:
Walk.go: if far < STEP and (not self.tired): → if far <= STEP and (not self.tired):
Walk.go: if far < STEP and (not self.tired): → if far < STEP and (not not self.tired):
Walk.go: self.rest(far, max(far, STEP)) → None
Walk.go: self.rest(far, max(far, STEP)) → self.rest(max(far, STEP), far)
Walk.go: for a, b in zip(far, far, strict=True): → for a, b in zip(far, far, strict=True):
Walk.go: raise ValueError(f'{a} ' + '1') → pass
Walk.go: return -far → return None
Walk.go: return -far → return +far
"""
PAGE_SOURCE = """/** 1 < 2 */
export function reach(x, y) {
  if (!x && y >= 3) throw new Error("a" + y);
  return reach(Math.max(y, x), -x);
}
"""
PAGE_FAULTS = """
reach: if (!x && y >= 3) throw new Error("a" + y); → if (!(!x && y >= 3)) throw new Error("a" + y);
reach: if (!x && y >= 3) throw new Error("a" + y); → if (!x || y >= 3) throw new Error("a" + y);
reach: if (!x && y >= 3) throw new Error("a" + y); → if (x && y >= 3) throw new Error("a" + y);
reach: if (!x && y >= 3) throw new Error("a" + y); → if (!x && y > 3) throw new Error("a" + y);
reach: if (!x && y >= 3) throw new Error("a" + y); → if (!x && y >= 4) throw new Error("a" + y);
reach: if (!x && y >= 3) throw new Error("a" + y); → if (!x && y >= 3) ;
reach: return reach(Math.max(y, x), -x); → return null;
reach: return reach(Math.max(y, x), -x); → return reach(-x, Math.max(y, x));
reach: return reach(Math.max(y, x), -x); → return reach(Math.max(y, x), x);
"""


def test_faults_of_python(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(PYTHON)
    faults = [python_mutants.mutant(str(path), k) for k in range(python_mutants.count([str(path)])[0])]
    assert [f.name.removeprefix(f"{path} ") for f in faults] == PYTHON_FAULTS.strip().split("\n")
    for fault in faults:
        ast.parse(fault.source)
        assert fault.before.split()[0] in PYTHON.splitlines()[fault.lines[0] - 1]


@pytest.mark.skipif(not shutil.which("node") or not Path("node_modules").exists(), reason="needs node and typescript")
@pytest.mark.medium
def test_faults_of_the_page(tmp_path: Path) -> None:
    path = tmp_path / "module.js"
    path.write_text(PAGE_SOURCE)
    faults = [page_mutants.mutant(str(path), k) for k in range(page_mutants.count([str(path)])[0])]
    assert sorted(f.name.removeprefix(f"{path} ") for f in faults) == sorted(PAGE_FAULTS.strip().split("\n"))


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_a_page_runs_without_a_browser(tmp_path: Path) -> None:
    script = '<script type="application/json" id="payload">{"a": 2}</script><script type="module">'
    script += 'globalThis.bench = {a: () => JSON.parse(document.getElementById("payload").textContent).a};</script>'
    (tmp_path / "page.html").write_text(script)
    with page_mutants.node(tmp_path) as browser:
        browser.get((tmp_path / "page.html").as_uri())
        assert browser.execute_script("return [bench.a(), arguments[0], arguments[9] ?? null]", 3) == [2, 3, None]
        assert browser.execute_script("return performance.now()") >= 0
        with pytest.raises(RuntimeError, match="nothing is not defined"):
            browser.execute_script("return nothing")


def test_what_is_named_is_there() -> None:
    for patterns in (*AREAS.values(), *PAGE.values()):
        assert all(files([pattern]) for pattern in patterns), patterns
    assert PAGE_TESTS.keys() == PAGE.keys()
    assert all(Path(test).exists() for tests in (TESTS, *PAGE_TESTS.values()) for test in tests)


def test_accepted_faults_have_reasons() -> None:
    unpack = "convscope/runs/tensor_files.py unpack:"
    assert "Equal in effect" in str(reason(f"{unpack} at = a if b else -1 → at = a if b else -2"))
    assert reason(f"{unpack} at = a if b else -1 → at = a if b else +1") is None
