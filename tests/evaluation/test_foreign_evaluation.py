"""`evaluate` of ONNX files that convscope did not write: classes by name or by order, and every guess is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from convscope.cli.main import main
from convscope.data import Dataset, Split
from convscope.errors import ConvscopeError, InputError
from convscope.evaluation import evaluate
from convscope.foreign.predicting import load_foreign
from convscope.modelfile import serialise
from convscope.prediction import load
from tests.cli.test_train import write_idx
from tests.samples import sample

SHAPE = (1, 12, 11)


def stranger(path: Path, keep: bool = False) -> Path:
    """Write what our graph is without a word about itself: uint8 in, scaled within. With `keep` ours, to compare."""
    network, spec, weights, classes = sample("conv(4, 3) + relu + maxpool(2) + fc", SHAPE, 3)
    data = serialise(network, spec, weights, classes)
    if not keep:
        model = onnx.load_from_string(data)
        del model.metadata_props[:]
        del model.graph.output[0]  # the scores: probabilities are left
        model.producer_name = "somebody"
        data = model.SerializeToString()
    path.write_bytes(data)
    return path


def dataset(classes: tuple[str, ...] = ("cat", "dog", "owl")) -> Dataset:
    rng = np.random.default_rng(0)
    images = (rng.integers(0, 256, (60, 1, 1, 11)) * rng.random((60, 1, 12, 1))).astype(np.uint8)
    labels = np.arange(60) % len(classes)
    return Dataset("some", classes, Split(images[:20], labels[:20]), Split(images[20:], labels[20:]))


def test_by_order_where_it_names_none_and_it_says_so(tmp_path: Path) -> None:
    found = evaluate(stranger(tmp_path / "net.onnx"), dataset())
    own = evaluate(stranger(tmp_path / "own.onnx", keep=True), dataset(("class 0", "class 1", "class 2")))
    assert found.classes == ("cat", "dog", "owl")
    assert found.confusion.tolist() == own.confusion.tolist()
    assert found.loss == pytest.approx(own.loss, abs=1e-4)
    keys = [note.key for note in found.notes]
    assert "evaluation.order" in keys
    assert "foreign.scaled.bytes" in keys


def test_by_names_where_they_are_known(tmp_path: Path) -> None:
    path = stranger(tmp_path / "net.onnx")
    model = load_foreign(path, ("owl", "cat", "dog"))
    found = evaluate(model, dataset())
    assert found.classes == ("owl", "cat", "dog")
    ordered = evaluate(path, dataset())
    moved = ordered.confusion.copy()  # score k means another class: rows move, columns stay
    assert found.confusion.tolist() == moved[[2, 0, 1]].tolist()
    assert "evaluation.order" not in [note.key for note in found.notes]
    with pytest.raises(InputError, match="no such class"):
        evaluate(load_foreign(path, ("a", "b", "c")), dataset())


def test_numbers_are_names_where_the_data_has_them(tmp_path: Path) -> None:
    found = evaluate(stranger(tmp_path / "net.onnx"), dataset(("0", "2", "1")))
    assert found.classes == ("0", "1", "2")
    assert "evaluation.order" not in [note.key for note in found.notes]


def test_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        evaluate(stranger(tmp_path / "net.onnx"), dataset(("a", "b", "c", "d")))
    assert caught.value.key == "evaluation.unnamed"


def test_chance_is_said(tmp_path: Path) -> None:
    path, data = stranger(tmp_path / "net.onnx"), dataset()
    assert data.test is not None
    said = load(stranger(tmp_path / "own.onnx", keep=True)).predictor.run(data.test.images)[0].argmax(1)
    right = replace(data, test=Split(data.test.images, said.astype(np.int64)))
    keys = [note.key for note in evaluate(path, right).notes]
    assert "evaluation.chance" not in keys or len(set(said.tolist())) == 1
    wrong = replace(data, test=Split(data.test.images, (said.astype(np.int64) + 1) % 3))
    assert "evaluation.chance" in [note.key for note in evaluate(path, wrong).notes]


def test_data_has_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(ConvscopeError, match="which pictures to measure"):
        evaluate(stranger(tmp_path / "net.onnx"))


def test_a_file_that_reads_one_picture_at_a_time_is_said_to(tmp_path: Path) -> None:
    model = onnx.load(stranger(tmp_path / "net.onnx"))
    assert "evaluation.single" not in [note.key for note in evaluate(tmp_path / "net.onnx", dataset()).notes]
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    onnx.save(model, tmp_path / "one.onnx")
    found = evaluate(tmp_path / "one.onnx", dataset())
    assert "evaluation.single" in [note.key for note in found.notes]
    assert found.confusion.tolist() == evaluate(tmp_path / "net.onnx", dataset()).confusion.tolist()


def test_the_verb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = stranger(tmp_path / "net.onnx")
    rng = np.random.default_rng(0)
    for part in ("train", "t10k"):
        write_idx(tmp_path / f"{part}-images-idx3-ubyte", rng.integers(0, 256, (30, 12, 11)))
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte", np.arange(30) % 3)
    assert main(["evaluate", str(path), str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "accuracy " in said.out
    assert said.err.count("pictures are read") <= 1
    assert "0…255" in said.err
    (tmp_path / "names").write_text("2\n1\n0\n")
    assert main(["evaluate", str(path), str(tmp_path), "--classes", str(tmp_path / "names"), "--json"]) == 0
    own = stranger(tmp_path / "own.onnx", keep=True)
    capsys.readouterr()
    assert main(["evaluate", str(own), str(tmp_path), "--classes", str(tmp_path / "names")]) == 2
