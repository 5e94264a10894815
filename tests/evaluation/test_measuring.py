"""What is measured, and that it is that: figures against torch, by split, of a run's own data and of others'."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convscope import data, modelfile, prediction
from convscope.calibration import Calibration
from convscope.data.listing import LeftOut
from convscope.data.run_data import manifest_of
from convscope.errors import InputError, UsageError, phrase
from convscope.evaluation import Measured, evaluate, score
from convscope.evaluation.measuring import left_out
from convscope.formula import parse, trace
from convscope.pictures.input_spec import InputSpec
from convscope.pictures.preprocessing import preprocess
from convscope.pictures.resizing import RESIZE_RULE, RULES
from convscope.runs.manifest import MANIFEST, ManifestRow, manifest_csv
from convscope.runs.records import DataSource
from convscope.runs.run_json import FORMAT
from tests.calibration.made import calibrated
from tests.reference import random_weights

FORMULA, SHAPE, KNOWN = "conv(3, 3) + relu + fc", (1, 5, 4), ("cat", "dog", "owl")


def write_model(folder: Path, facts: dict[str, object] | None = None, calibration: Calibration | None = None) -> Path:
    """Write a model file of random weights that knows three animals."""
    network = trace(parse(FORMULA), SHAPE, 3)
    path = folder / "model.onnx"
    modelfile.write(path, network, InputSpec(SHAPE), random_weights(network, 0), KNOWN, facts, calibration)
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model file that held out 4 pictures of `animals`."""
    return write_model(tmp_path, {"training": {"data": {"validation": 4, "fingerprint": animals().fingerprint}}})


def animals() -> data.Dataset:
    rng = np.random.default_rng(1)
    images, labels = rng.integers(0, 256, (31, *SHAPE), dtype=np.uint8), rng.integers(0, 2, 31)
    return data.arrays(images[:20], labels[:20], ["owl", "cat"], test=(images[20:], labels[20:]))


@pytest.mark.parametrize(("split", "n"), [("train", 20), ("test", 11), ("validation", 4), (None, 11)])
def test_a_model_file_is_measured_by_class_names(model: Path, split: str | None, n: int) -> None:
    dataset = animals()
    assert dataset.test is not None
    held = dataset.train.take(dataset.hold_out(4)[1])
    part = {"train": dataset.train, "validation": held}.get(split or "test", dataset.test)
    net = prediction.load(model).module()
    with torch.no_grad():
        logits = net(torch.from_numpy(part.images)).double()
    labels = torch.tensor([{"owl": 2, "cat": 0}[dataset.classes[i]] for i in part.labels])
    e = evaluate(model, dataset, split)
    assert e.measured == Measured("arrays", split or "test", n)
    assert e.n == n
    assert e.classes == KNOWN
    assert e.accuracy == (logits.argmax(1) == labels).double().mean()
    assert e.loss == pytest.approx(float(torch.nn.functional.cross_entropy(logits, labels)), rel=1e-5)
    assert e.confusion.sum(1).tolist() == torch.bincount(labels, minlength=3).tolist()
    assert "the model knows dog, of which there is no picture; there are cat, owl" in map(str, e.notes)


def test_loss_and_calibration_error_are_those_of_the_probabilities(tmp_path: Path) -> None:
    dataset = animals()
    path = write_model(tmp_path, None, calibrated(temperature=0.25))
    e = evaluate(path, dataset)
    assert dataset.test is not None
    p = prediction.load(path).predictor.probabilities(dataset.test.images).astype(float)
    labels = np.array([2, 0])[dataset.test.labels]
    assert e.loss == pytest.approx(-np.log(p[np.arange(11), labels]).mean(), rel=1e-5)
    bare = evaluate(write_model(tmp_path), dataset)
    assert (e.temperature, bare.temperature, bare.uncalibrated) == (0.25, 1.0, None)
    assert e.uncalibrated is not None
    assert (e.uncalibrated.nll, e.uncalibrated.ece) == pytest.approx((bare.loss, bare.ece), abs=1e-6)
    assert e.to_json()["uncalibrated"] == e.uncalibrated.to_json()
    assert e.accuracy == bare.accuracy
    assert abs(e.loss - bare.loss) > 0.1


def test_splits_that_are_not_there(model: Path) -> None:
    dataset = animals()
    with pytest.raises(UsageError, match="unknown split, got valid, expected train, validation, test"):
        evaluate(model, dataset, "valid")
    bare = data.arrays(dataset.train.images, dataset.train.labels, ["owl", "cat"], name="zoo")
    with pytest.raises(InputError, match="zoo: has no test pictures"):
        evaluate(model, bare, "test")
    with pytest.raises(InputError, match="not the data that the model was trained on"):
        evaluate(model, bare, "validation")


def test_without_test_pictures_what_was_held_out_is_measured_or_all_that_training_has_not_seen(tmp_path: Path) -> None:
    bare = data.arrays(animals().train.images, animals().train.labels, ["owl", "cat"], name="zoo")
    facts = {"training": {"data": {"validation": 4, "fingerprint": bare.fingerprint}}}
    assert evaluate(write_model(tmp_path, facts), bare).measured == Measured("zoo", "validation", 4)
    facts["training"]["data"]["validation"] = 0
    with pytest.raises(InputError, match="zoo: training has seen all pictures of this data"):
        evaluate(write_model(tmp_path, facts), bare)
    assert evaluate(write_model(tmp_path), bare).measured == Measured("zoo", "all", 20)


@pytest.mark.parametrize(
    "facts", [{"training": "by hand"}, {"training": {"data": {"validation": 4}}}, {"training": []}]
)
def test_facts_of_another_writer_hold_nothing_out(tmp_path: Path, facts: dict[str, object]) -> None:
    with pytest.raises(InputError, match="held nothing out"):
        evaluate(write_model(tmp_path, facts), animals(), "validation")


def write_pictures(root: Path, seed: int = 0) -> None:
    """Write a folder of animals: train/{cat,owl} of 6 each, test/{cat,owl} of 3 each, and one that is no picture."""
    rng = np.random.default_rng(seed)
    for part, n in (("train", 6), ("test", 3)):
        for name in ("cat", "owl"):
            folder = root / part / name
            folder.mkdir(parents=True)
            for i in range(n):
                Image.fromarray(rng.integers(0, 256, SHAPE[1:], dtype=np.uint8)).save(folder / f"{i}.png")
    (root / "train" / "cat" / "broken.png").write_bytes(b"no picture")


def write_run(folder: Path, source: DataSource, rows: tuple[ManifestRow, ...] | None = None) -> Path:
    """Write a run directory whose training was on `source`, with its model file, and a manifest of `rows`."""
    folder.mkdir()
    settings = {"format": FORMAT, "data": source.to_json(), "classes": ["cat", "owl"], "seed": 0}
    (folder / "run.json").write_text(json.dumps(settings))
    if rows is not None:
        (folder / MANIFEST).write_bytes(manifest_csv(rows))
    write_model(folder, {"training": {"data": {"validation": 0, "fingerprint": source.fingerprint}}})
    return folder


def test_a_run_measures_its_own_data(tmp_path: Path) -> None:
    root = tmp_path / "animals"
    write_pictures(root)
    dataset = data.load(root, size=SHAPE[1:], channels=1)
    source = DataSource(str(root), None, None, "animals", dataset.fingerprint, SHAPE, 9, 3, 6)
    held = np.array([2, 5, 11])
    run = write_run(tmp_path / "run", source, manifest_of(dataset, held))
    e = evaluate(run)
    assert e.measured == Measured(str(root), "test", 6)
    assert e.to_json() == evaluate(run / "model.onnx", root).to_json()
    assert evaluate(run, split="train").n == 12
    assert any("left out 1" in str(note) and "broken.png" in str(note) for note in e.notes)
    assert not any("no longer the data" in str(note) for note in e.notes)
    validated = evaluate(run, split="validation")
    assert validated.confusion.sum(1).tolist() == [2, 0, 1]
    Image.new("L", (4, 5)).save(root / "test" / "cat" / "new.png")
    (root / "test" / "owl" / "1.png").unlink()
    (root / "test" / "owl" / "0.png").rename(root / "test" / "owl" / "moved.png")
    changed = evaluate(run)
    assert changed.n == 5
    assert evaluate(run, root).n == 6  # what is asked for by name is measured as it is
    said = f"{root}, since the training began: 1 missing (test/owl/1.png); 1 new (test/cat/new.png); what is left"
    assert any(str(note).startswith(said) for note in changed.notes)
    (run / MANIFEST).unlink()
    assert f"{root} is no longer the data that the model was trained on" in map(str, evaluate(run).notes)


def test_copies_count_once_and_what_training_has_seen_is_left_out_beside(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    train, test = (rng.integers(0, 256, (n, *SHAPE), dtype=np.uint8) for n in (12, 6))
    test[2:] = np.stack([train[3], test[1], test[1], test[1]])
    dataset = data.arrays(train, np.arange(12) % 3, KNOWN, test=(test, np.array([0, 1, 2, 1, 1, 1])))
    facts = {"training": {"data": {"validation": 0, "fingerprint": dataset.fingerprint}}}
    e = evaluate(write_model(tmp_path, facts), dataset)
    assert e.worth == pytest.approx(36 / (1 + 16 + 1))  # groups of one, four and one
    assert e.without_leaks is not None
    assert (e.n, e.without_leaks.n) == (6, 5)
    other = evaluate(write_model(tmp_path), dataset)  # a model that was trained on something else
    assert (other.worth, other.without_leaks) == (e.worth, None)


def test_of_other_pictures_those_that_the_run_was_trained_on_are_left_out_beside(tmp_path: Path) -> None:
    """A folder that holds some of the training files, one of them twice, is measured with and without them."""
    root, other = tmp_path / "animals", tmp_path / "others"
    write_pictures(root)
    write_pictures(other, seed=7)
    dataset = data.load(root, size=SHAPE[1:], channels=1)
    source = DataSource(str(root), None, None, "animals", dataset.fingerprint, SHAPE, 9, 3, 6)
    run = write_run(tmp_path / "run", source, manifest_of(dataset, np.array([2, 5, 11])))
    alien = evaluate(run, other)
    assert (alien.n, alien.without_leaks) == (6, None)
    for name, copied in (("old", "0"), ("again", "0"), ("held out", "2")):  # the third was not trained on
        shutil.copy(root / "train" / "cat" / f"{copied}.png", other / "test" / "cat" / f"{name}.png")
    for model in (run, run / "model.onnx"):
        e = evaluate(model, other)
        assert e.without_leaks is not None
        assert (e.n, e.without_leaks.n) == (9, 7)
    moved = shutil.copy(run / "model.onnx", tmp_path / "elsewhere.onnx")
    assert evaluate(moved, other).without_leaks is None  # nothing says what it was trained on


def test_new_pictures_are_not_taken_for_held_out_ones(tmp_path: Path) -> None:
    root = tmp_path / "animals"
    write_pictures(root)
    shutil.rmtree(root / "test")
    dataset = data.load(root, size=SHAPE[1:], channels=1)
    source = DataSource(str(root), None, None, "animals", dataset.fingerprint, SHAPE, 9, 3, 0)
    run = write_run(tmp_path / "run", source, manifest_of(dataset, np.array([2, 5, 11])))
    assert evaluate(run, root).n == evaluate(run).n == 3
    Image.new("L", (4, 5)).save(root / "train" / "cat" / "new.png")
    for given in (None, root):
        e = evaluate(run, given)
        assert (e.n, e.measured) == (3, Measured(str(root), "validation", 3))
        assert any("1 new (train/cat/new.png)" in str(note) for note in e.notes)


def test_a_model_file_without_data_is_refused(tmp_path: Path, model: Path) -> None:
    for given in (model, str(model), prediction.load(model)):
        with pytest.raises(UsageError, match=r"a model file alone does not say which pictures.*\ntry: name the data"):
            evaluate(given)
    run = write_run(tmp_path / "run", DataSource(None, None, None, "arrays", "0" * 64, SHAPE, 12, 0, 6))
    with pytest.raises(InputError, match="trained on arrays in memory"):
        evaluate(run)
    assert evaluate(run, animals()).n == 11


def test_files_left_out_are_counted_by_reason() -> None:
    cut, empty = phrase("idx.cut"), phrase("model.empty")
    notes = left_out([LeftOut("b.gif", empty), LeftOut("a.png", cut), LeftOut("c.png", cut)])
    assert [str(note) for note in notes] == ["left out 2: cut short (a.png)", "left out 1: the file is empty (b.gif)"]
    assert left_out([]) == ()


def test_it_measures_what_predict_is_given(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    network, shape = trace(parse("conv(4, 3) + relu + fc"), (1, 12, 11), 3), (90, 1, 12, 11)
    images = np.clip(rng.normal(20, 10, shape), 0, 255).astype(np.uint8)
    images[:, :, 3:9, 4:7] = rng.integers(180, 255, (90, 1, 6, 3))
    images[::2] = 255 - images[::2]  # dark on light, which this model inverts
    spec = InputSpec((1, 12, 11), resize=RESIZE_RULE, invert="auto")
    modelfile.write(tmp_path / "model.onnx", network, spec, random_weights(network, 3), ("a", "b", "c"))
    model = prediction.load(tmp_path / "model.onnx")
    dataset = data.arrays(images, np.arange(90) % 3, ("a", "b", "c"))
    predicted = model.predict(list(images))
    assert [p.inverted for p in predicted] == [True, False] * 45
    measured = evaluate(model, dataset, "train")
    assert measured.inverted == 45
    assert measured.accuracy == np.mean([p.label == "abc"[i % 3] for i, p in enumerate(predicted)])
    assert measured.to_json()["inverted"] == 45


@pytest.mark.parametrize("rule", RULES)
def test_pictures_are_brought_to_size_by_the_models_rule(tmp_path: Path, rule: str) -> None:
    rng = np.random.default_rng(5)
    network = trace(parse(FORMULA), SHAPE, 3)
    spec = InputSpec(SHAPE, resize=rule)
    modelfile.write(tmp_path / "model.onnx", network, spec, random_weights(network, 0), KNOWN)
    paths = [tmp_path / "wide" / name / f"{i}.png" for name in KNOWN for i in range(4)]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (20, 90), dtype=np.uint8)).save(path)
    model = prediction.load(tmp_path / "model.onnx")
    split = data.load(tmp_path / "wide", size=SHAPE[1:], channels=1, rule=rule, known_classes=KNOWN).train
    read = [preprocess(spec, tmp_path / "wide" / file.path).pixels for file in split.files or ()]
    np.testing.assert_array_equal(split.images, read)
    other = data.load(tmp_path / "wide", size=SHAPE[1:], channels=1, rule=RULES[rule == RULES[0]], known_classes=KNOWN)
    assert not np.array_equal(split.images, other.train.images)  # though the cache has those of the first rule
    expected = score(model.predictor.run(split.images)[0], split.labels, KNOWN)
    assert evaluate(model, tmp_path / "wide").loss == pytest.approx(expected.loss, rel=1e-6)


def test_deep_pictures_are_read_with_the_models_white_level(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    network = trace(parse(FORMULA), SHAPE, 3)
    spec = InputSpec(SHAPE, resize=RESIZE_RULE, white=4095)
    modelfile.write(tmp_path / "model.onnx", network, spec, random_weights(network, 0), KNOWN)
    for name in KNOWN:
        (tmp_path / "deep" / name).mkdir(parents=True)
        for i in range(4):  # of 10 bits, where the model's own had 12
            Image.fromarray(rng.integers(0, 1000, SHAPE[1:], dtype=np.uint16)).save(
                tmp_path / "deep" / name / f"{i}.png"
            )
    model = prediction.load(tmp_path / "model.onnx")
    asked = {"size": SHAPE[1:], "channels": 1, "known_classes": KNOWN}
    part, bright = (data.load(tmp_path / "deep", **asked, white=white).train for white in (4095, 0))
    assert part.images.max() < bright.images.max()
    expected = score(model.predictor.run(part.images)[0], part.labels, KNOWN)
    assert evaluate(model, tmp_path / "deep").loss == pytest.approx(expected.loss, rel=1e-6)


def test_the_datas_own_validation_pictures_are_measured(tmp_path: Path) -> None:
    bare = data.arrays(animals().train.images, animals().train.labels, ["owl", "cat"], name="zoo")
    own = replace(bare, validation=animals().test)
    assert evaluate(write_model(tmp_path), own).measured == Measured("zoo", "validation", 11)
    assert evaluate(write_model(tmp_path), own, "validation").n == 11
    with_test = replace(own, test=bare.train.head(7))
    assert evaluate(write_model(tmp_path), with_test).measured == Measured("zoo", "test", 7)
