"""The benchmark of decoding: every function goes through all files; the first is what the others are measured by."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from benchmarks import decoding


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tiny", "photographs"])
def test_a_row_for_each_function_in_each_round(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "cache"))
    write, alone = {
        "tiny": (decoding.write_tiny, decoding.pillow_loop),
        "photographs": (partial(decoding.write_photographs, sides=(400, 300)), decoding.pillow_pool),
    }[kind]
    paths = write(tmp_path / "set", 4)
    rows = decoding.measured(decoding.functions(tmp_path / "set", alone), paths, 2)
    names = ["Pillow alone", "the decoder", "loaded", "loaded again"]
    assert [(row["what"], row["run"]) for row in rows] == [(name, n) for n in (0, 1) for name in names]
    assert [row["share_of_pillow"] for row in rows if row["what"] == "Pillow alone"] == [1, 1]
    assert all(row["cpu_microseconds"] > 0 for row in rows)
