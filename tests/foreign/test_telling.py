"""Whose an ONNX file is: told by one reading, and of a file beyond the bounds by its beginning and its end."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from convscope import modelfile
from convscope.cli.main import main
from convscope.errors import InputError
from convscope.foreign import bounds, telling
from convscope.foreign.telling import ForeignFile, model_or_foreign
from tests.foreign.graphs import classifier
from tests.foreign.test_look import pictures, written
from tests.toys import small

WATCHED: list[str] = []  # names of files that were opened, while somebody asks
ASKING = False


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if ASKING and event == "open" and isinstance(arguments[0], (str, bytes, Path)):
        WATCHED.append(str(arguments[0]))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], int]:
    """How often a file was opened since the test began, by any of Python's ways."""
    if not hasattr(sys, "_convscope_heard"):
        sys.addaudithook(_heard)  # which stays until the process ends
        sys._convscope_heard = True  # type: ignore[attr-defined]
    WATCHED.clear()
    monkeypatch.setattr(sys.modules[__name__], "ASKING", True)
    return WATCHED.count


def own(folder: Path) -> Path:
    net = small("conv(4, 3) + relu + fc", 0)
    modelfile.write(folder / "own.onnx", net.network, net.spec, net.weights(), ["a", "b", "c"], {})
    return folder / "own.onnx"


@pytest.mark.parametrize("verb", ["describe", "info", "draw", "predict", "sort"])
def test_every_verb_reads_a_file_of_others_once(
    verb: str, tmp_path: Path, opened: Callable[[str], int], capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, classifier())
    Image.fromarray(pictures(1)[0].transpose(1, 2, 0)).save("one.png")
    words = {
        "draw": ["draw", path, "--input", "3x12x12", "-o", "net.svg"],
        "predict": ["predict", path, "one.png", "--shape", "3x12x12"],
        "sort": ["predict", path, "one.png", "--shape", "3x12x12", "--sort-into", "sorted"],
    }
    WATCHED.clear()
    assert main(words.get(verb, [verb, path])) == 0, capsys.readouterr().err
    assert opened(path) == 1


def test_a_model_file_is_opened_and_one_of_others_is_told(tmp_path: Path) -> None:
    assert isinstance(model_or_foreign(own(tmp_path)), modelfile.ModelFile)
    found = model_or_foreign(written(tmp_path, classifier()))
    assert isinstance(found, ForeignFile)
    assert found.data == classifier()
    damaged = own(tmp_path).read_bytes()[:-70]
    (tmp_path / "own.onnx").write_bytes(damaged)
    with pytest.raises(InputError) as caught:
        model_or_foreign(tmp_path / "own.onnx")
    assert caught.value.key == "model.damaged"


@pytest.mark.parametrize(
    ("head", "size", "key"),
    [
        (classifier(), bounds.LARGEST + 1, "foreign.large"),
        (b"PK\x03\x04", bounds.LARGEST + 1, "model.pickle"),
        (b"", bounds.LARGEST + 1, "model.other"),
        (classifier(), 1 << 40, "model.large"),
    ],
)
def test_a_file_beyond_the_bound_is_refused_unread(head: bytes, size: int, key: str, tmp_path: Path) -> None:
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)  # most of it is nowhere on the disk
    tracemalloc.start()
    with pytest.raises(InputError) as caught:
        model_or_foreign(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.key == key
    assert peak < 2_000_000


def test_the_bound_of_others_is_not_that_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "LARGEST", 100)
    assert isinstance(model_or_foreign(own(tmp_path)), modelfile.ModelFile)
    with pytest.raises(InputError, match="too large"):
        model_or_foreign(written(tmp_path, classifier()))
