"""The page on scikit-learn does what it says: its Python runs as it stands, one block after the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "sklearn.md").read_text()


@pytest.mark.slow
def test_the_python_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(code, "docs/sklearn.md", "exec"), names)
    out = capsys.readouterr().out
    assert float(out.split()[0]) > 0.9
    assert "conv(16, 3) + relu + maxpool(2) + fc" in out
    assert (tmp_path / "digits.onnx").is_file()
