"""One fault on trial: a forked child imports the package with it and runs tests until one is red."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import os
import resource
import signal
import sys
import time
import traceback
import types
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

FOREIGN = (
    "numpy", "scipy.stats", "torch", "torch.nn.functional", "onnx", "onnxruntime", "safetensors.numpy", "PIL.Image",
    "rich.console", "sklearn.linear_model",
    "selenium.webdriver",
)  # fmt: skip
LEFT_OUT = (  # of the page's tests: they let a browser decode pictures; the third kind of kernels, like the second
    "not files_are_read and not a_jpeg and not relaxed"
)
SAID = "build/mutants/said"  # what the newest trial printed
MOST_BYTES = 4 << 30


def warm_up() -> None:
    """Import what every child needs; of the package and its tests nothing, a child does that with its fault.

    What pytest rewrites, Hypothesis among it, must not be there before.
    """
    Path(SAID).parent.mkdir(parents=True, exist_ok=True)
    for name in FOREIGN:
        importlib.import_module(name)


def on_trial(arrange: Callable[[], None], tests: Sequence[str], seconds: float) -> Callable[[], str | None]:
    """Begin: fork, `arrange()` the fault, run `tests`; return what says how it ends (see `ending`)."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            apart()
            arrange()
            code = run(tests)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return ending(pid, seconds, tests)


def apart() -> None:
    """Make a forked child a group of its own, which says what it says in SAID and can't take all memory."""
    os.setsid()
    said = os.open(SAID, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    for stream in (0, 1, 2):
        os.dup2(said, stream)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))


def run(tests: Sequence[str], *plugins: object, capture: bool = True) -> int:
    """Run the quick ones of `tests` until one is red; return pytest's exit code."""
    flags = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", "-k", LEFT_OUT, *([] if capture else ["-s"])]
    return int(pytest.main([*flags, *tests], plugins=[_Brief(), *plugins]))


def ending(pid: int, seconds: float, tests: Sequence[str]) -> Callable[[], str | None]:
    """Return what says how a child ended: "killed", "survived" or "hung", which is ended after `seconds`; None while it
    goes on. That raises RuntimeError where the tests couldn't be run at all."""
    began = time.monotonic()

    def ended() -> str | None:
        done, status = os.waitpid(pid, os.WNOHANG)
        if not done:
            if time.monotonic() - began < seconds:
                return None
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return "hung"
        code = os.waitstatus_to_exitcode(status)
        if code == pytest.ExitCode.NO_TESTS_COLLECTED:
            raise RuntimeError(f"none of these tests is there: {tests}")
        return "survived" if code == 0 else "killed"

    return ended


class _Brief:
    """A pytest plugin: Hypothesis neither shrinks what it found nor keeps it."""

    def pytest_sessionstart(self) -> None:
        from hypothesis import Phase, settings

        brief = settings(settings(), phases=[Phase.explicit, Phase.generate], database=None)
        settings.register_profile("brief", brief)
        settings.load_profile("brief")


def in_place_of(path: str, source: str) -> Callable[[], None]:
    """Return what makes imports of `path` ("convscope/formula/plan.py") get `source` instead."""
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    class Loader(importlib.machinery.SourceFileLoader):
        def get_code(self, fullname: str) -> types.CodeType:
            return compile(source, self.path, "exec", dont_inherit=True)

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(
            self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
        ) -> importlib.machinery.ModuleSpec | None:
            if fullname != name:
                return None
            spec = importlib.machinery.PathFinder.find_spec(fullname, path)
            assert spec is not None
            assert spec.origin is not None
            assert Path(spec.origin).samefile(path_here)
            spec.loader = Loader(fullname, spec.origin)
            return spec

    path_here = Path(path).resolve()

    def arrange() -> None:
        sys.meta_path.insert(0, Finder())
        importlib.import_module(name)

    return arrange
