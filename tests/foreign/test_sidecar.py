"""What a file and the files beside it say of its pictures: the same numbers that Hugging Face's processor makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper

from convscope.errors import UsageError
from convscope.foreign.preprocessing import Asked, reading_spec
from convscope.foreign.reading import open_foreign
from convscope.foreign.sidecar import facts
from tests.foreign.graphs import model, weights

MEAN, STD = [0.5, 0.4, 0.25], [0.5, 0.2, 0.25]
BASE: dict[str, Any] = {"image_mean": MEAN, "image_std": STD}
CASES: dict[str, tuple[dict[str, Any], float, list[float], list[float]]] = {  # what x·factor becomes (x − mean)/std
    "as usual": ({}, 1 / 255, MEAN, STD),
    "another factor": ({"rescale_factor": 1 / 127.5}, 1 / 127.5, MEAN, STD),
    "bytes": ({"do_rescale": False}, 1.0, MEAN, STD),
    "no normalisation": ({"do_normalize": False}, 1 / 255, [0] * 3, [1] * 3),
    "neither": ({"do_normalize": False, "do_rescale": False}, 1.0, [0] * 3, [1] * 3),
}


def opened(tmp_path: Path, **metadata: str) -> Any:
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Flatten", ["c"], ["y"])]
    (tmp_path / "net.onnx").write_bytes(model(nodes, weights(w=(2, 3, 12, 12)), **metadata))
    return open_foreign(tmp_path / "net.onnx", (3, 12, 12))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("place", ["beside", "within"])
def test_a_configuration_is_read_with_its_own_factor(tmp_path: Path, case: str, place: str) -> None:
    extra, factor, mean, std = CASES[case]
    config = json.dumps({**BASE, **extra})
    if place == "beside":
        (tmp_path / "preprocessor_config.json").write_text(config)
    file = opened(tmp_path, **({"preprocessor_config": config} if place == "within" else {}))
    spec, (said, *_) = reading_spec(file, Asked())
    x = np.arange(3, dtype=float) * 100
    wanted = (x * factor - np.array(mean)) / np.array(std)
    np.testing.assert_allclose((x - np.array(spec.mean)) / np.array(spec.std), wanted, rtol=1e-9, atol=1e-12)
    source = "preprocessor_config.json" if place == "beside" else "metadata preprocessor_config"
    assert source in str(said)


def test_timms_configuration_and_names_stand_in_the_metadata(tmp_path: Path) -> None:
    cfg = {"mean": MEAN, "std": STD, "input_size": [3, 12, 12], "label_names": ["cat", "dog"]}
    known = opened(tmp_path, pretrained_cfg=json.dumps(cfg)).facts
    assert (known.mean, known.std, known.size, known.classes) == (tuple(MEAN), tuple(STD), (12, 12), ("cat", "dog"))
    for metadata in ({"id2label": "{0: 'cat', 1: 'dog'}"}, {"character": "cat\n dog\n"}, {"labels": "['cat', 'dog']"}):
        assert facts(tmp_path / "net.onnx", metadata).classes == ("cat", "dog")
    assert facts(tmp_path / "net.onnx", {"character": "cat"}).classes == ()


def test_the_files_own_word_counts_before_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(BASE))
    (tmp_path / "labels.txt").write_text("one\ntwo\n")
    own = {"mean": "[0.1, 0.1, 0.1]", "std": "[0.3, 0.3, 0.3]", "names": "{0: 'a', 1: 'b'}"}
    known = opened(tmp_path, **own).facts
    assert (known.mean, known.classes, known.source) == ((0.1,) * 3, ("a", "b"), "metadata")


def test_what_is_asked_counts_before_all(tmp_path: Path) -> None:
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(BASE))
    file = opened(tmp_path)
    spec, _ = reading_spec(file, Asked(mean=[1.0, 2.0, 3.0], std=2.0, range="0-255"))
    assert (spec.mean, spec.std) == ((1.0, 2.0, 3.0), (2.0,) * 3)
    turned, _ = reading_spec(file, Asked(mean=[1.0, 2.0, 3.0], std=2.0, range="0-255", bgr=True))
    assert turned.mean == (3.0, 2.0, 1.0)
    with pytest.raises(UsageError):
        reading_spec(file, Asked(mean=[1.0, 2.0]))


@pytest.mark.parametrize(
    "text",
    ['{"image_mean": "x"}', "[" * 100_000, '{"image_mean": [1e999, 0, 0], "image_std": [1, 1, 1]}', "null", "{", ""],
)
def test_what_cannot_be_understood_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "preprocessor_config.json").write_text(text)
    assert facts(tmp_path / "net.onnx", {"pretrained_cfg": text}).mean == ()


def test_a_factor_that_is_none_says_nothing(tmp_path: Path) -> None:
    for factor in (0, -1, "a", None):
        (tmp_path / "preprocessor_config.json").write_text(json.dumps({**BASE, "rescale_factor": factor}))
        assert facts(tmp_path / "net.onnx", {}).mean == ()
