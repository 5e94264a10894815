"""Many pictures read at once are what each is alone: pixels, swapped or not, and the errors in their places."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.errors import InputError
from convscope.pictures import pngs
from convscope.pictures.input_spec import InputSpec
from convscope.pictures.preprocessing import FEW, SMALL, all_read, preprocess
from convscope.pictures.resizing import RESIZE_RULE

RNG = np.random.default_rng(3)


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def light(dark: bool) -> np.ndarray:
    """Return a digit's stroke on a ground, of a size that needs no scaling."""
    array = RNG.integers(0, 40, (12, 11), dtype=np.uint8)
    array[3:9, 4:7] = 250
    return array if dark else 255 - array


@pytest.mark.parametrize("models", ["auto", "yes", "no"])
@pytest.mark.parametrize("asked", [None, "auto", "yes", "no"])
def test_every_kind_among_many(tmp_path: Path, models: str, asked: str | None) -> None:
    spec = InputSpec((1, 12, 11), resize=RESIZE_RULE, invert=models)
    other = [RNG.integers(0, 256, shape, dtype=np.uint8) for shape in ((12, 11), (12, 11, 3), (40, 25))]
    pictures = [png(light(i % 3 > 0)) for i in range(FEW)]
    pictures += [png(array) for array in other]
    pictures[2:2] = [b"broken", other[0], Image.fromarray(other[2]), str(tmp_path / "none.png"), tmp_path]  # type: ignore[list-item]
    for some in (pictures, pictures[: FEW - 1], pictures[:2] * FEW, [b"broken"] * FEW, []):
        pixels, swapped, faults = all_read(spec, some, asked)
        alone = []
        for i, picture in enumerate(some):
            try:
                alone.append(preprocess(spec, picture, asked))
            except InputError as error:
                assert str(faults[i]) == str(error)
        assert len(alone) + len(faults) == len(some)
        assert swapped == [swap for _, swap in alone]
        assert [one.tolist() for one in pixels] == [one.tolist() for one, _ in alone]


def test_only_small_pictures_of_files_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int, int]] = []

    def together(sources: object, shape: tuple[int, int, int]) -> tuple[list[int], np.ndarray]:
        asked.append(shape)
        return [], np.empty((0, *shape), np.uint8)

    monkeypatch.setattr(pngs, "together", together)
    most = SMALL // 64
    for shape in ((1, 64, most), (1, 64, most + 1), (2, 5, 5)):
        array = np.zeros(shape, np.uint8)
        assert len(all_read(InputSpec(shape), [array] * FEW)[0]) == FEW
    assert asked == [(1, 64, most)]
