"""Files that cannot be read change nothing: the weights are those of a folder without them, to the bit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import convscope
from convscope.errors import InputError
from tests.checking.made import texture


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Return a folder of 2 classes with 12 pictures each."""
    for label, first in (("cat", 0), ("dog", 30)):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for seed in range(first, first + 12):
            texture(seed, 16, 16).save(tmp_path / "pets" / label / f"{seed:02}.png")
    return tmp_path / "pets"


def spoilt(pets: Path) -> Path:
    """Return a copy of the folder with files beside the pictures that are none."""
    other = shutil.copytree(pets, pets.parent / "spoilt")
    whole = (pets / "cat" / "03.png").read_bytes()
    (other / "cat" / "00a truncated.png").write_bytes(whole[: len(whole) // 2])
    (other / "cat" / "05a.jpg").write_text("<html>404</html>")
    (other / "dog" / "zero.png").write_bytes(b"")
    return other


@pytest.mark.slow
def test_a_training_goes_on_without_them_to_the_same_bits(pets: Path, tmp_path: Path) -> None:
    weights = []
    for folder in (pets, spoilt(pets)):
        result = convscope.train(
            folder, arch="conv(4, 3) + relu + fc", epochs=2, threads=1, out=tmp_path / f"run {folder.name}"
        )
        weights.append(convscope.load(result.model).file.weights)
    assert weights[0].keys() == weights[1].keys()
    assert all((weights[0][name] == weights[1][name]).all() for name in weights[0])
    listed = (tmp_path / "run spoilt" / "skipped.csv").read_text("utf-8")
    assert all(name in listed for name in ("00a truncated.png", "05a.jpg", "zero.png"))


def test_strict_stops_before_anything_is_trained(pets: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as stopped:
        convscope.train(spoilt(pets), arch="conv(4, 3) + relu + fc", epochs=2, strict=True, out=tmp_path / "run")
    assert stopped.value.exit_code == 3
    assert "files that cannot be read: 3" in str(stopped.value)
