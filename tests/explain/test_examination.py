"""A model file's health over pictures on disk: which are looked at, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.errors import InputError
from convscope.explain import examination
from convscope.explain.examination import examine
from convscope.explain.health import health
from convscope.foreign.preprocessing import Asked
from convscope.foreign.reading import open_foreign
from convscope.foreign.telling import model_or_foreign
from convscope.modelfile import write
from convscope.prediction import load
from tests.foreign.graphs import classifier
from tests.samples import sample


@pytest.fixture
def photographs(tmp_path: Path) -> list[str]:
    paths = [tmp_path / f"{i}.png" for i in range(5)]
    for i, path in enumerate(paths):
        pixels = np.random.default_rng(i).integers(0, 256, (12, 12, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    return list(map(str, paths))


def stacked(paths: list[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.stack([np.asarray(Image.open(path)).transpose(2, 0, 1) for path in paths])


def test_of_more_pictures_than_fit_some_are_chosen_evenly_and_that_is_said(
    tmp_path: Path, photographs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, spec, weights, _ = sample("conv(4, 3) + relu + fc", (3, 12, 12), 3)
    write(tmp_path / "model.onnx", network, spec, weights, ("a", "b", "c"))
    file = model_or_foreign(tmp_path / "model.onnx")
    monkeypatch.setattr(examination, "MOST", 2)
    found = examine(file, photographs)
    assert [str(note) for note in found.notes] == ["note: 2 of 5 pictures, evenly chosen"]
    assert found.health == health(load(tmp_path / "model.onnx"), stacked([photographs[0], photographs[2]]))
    monkeypatch.undo()
    assert examine(file, photographs).health.pictures == 5
    assert examine(file, photographs).notes == ()


def test_a_file_of_others_reads_as_is_asked(tmp_path: Path, photographs: list[str]) -> None:
    (tmp_path / "other.onnx").write_bytes(classifier())
    file = open_foreign(tmp_path / "other.onnx", (3, 12, 12))
    pixels = stacked(photographs).astype(np.float32) / 255
    for asked, floats in (
        (Asked(), pixels),
        (Asked(range="0-255"), pixels * 255),
        (Asked(mean=0.5, std=0.25), (pixels - 0.5) / 0.25),
    ):
        found = examine(file, photographs, asked)
        assert found.health == health(file, floats)
        assert len(found.notes) == 1
    with pytest.raises(InputError, match="another shape"):
        health(file, pixels[:, :, :8, :8])
