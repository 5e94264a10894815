"""ONNX Runtime sends nothing to its makers and leaves no identifier behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

import convscope

PACKAGE = Path(convscope.__file__).parent
SLIDES = PACKAGE / "page" / "slides"
SESSION = f"onnxruntime.InferenceSession({str(SLIDES / 'model.onnx')!r}, providers=['CPUExecutionProvider'])"


def left_at_home(home: Path, code: str) -> list[str]:
    """Return which files a program leaves in the user's folder, outside of any CI: there the library is silent."""
    home.mkdir()
    clean = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(PACKAGE.parent)}
    subprocess.run([sys.executable, "-c", code], env=clean, check=True, timeout=120)
    return [path.name for path in home.rglob("*") if path.is_file()]


@pytest.mark.medium
def test_no_identifier_is_made_where_the_library_by_itself_makes_one(tmp_path: Path) -> None:
    quiet = f"from convscope.prediction.runtime import onnx_runtime; onnxruntime = onnx_runtime(); {SESSION}"
    assert left_at_home(tmp_path / "quiet", quiet) == []
    if sys.platform == "linux" and Version(version("onnxruntime")) >= Version("1.29"):
        assert "deviceid" in left_at_home(tmp_path / "by itself", f"import onnxruntime; {SESSION}")


def test_there_is_one_place_that_imports_it() -> None:
    importing = [path.name for path in PACKAGE.rglob("*.py") if re.search(r"import onnxruntime\b", path.read_text())]
    assert importing == ["runtime.py"]
