"""`convscope.look`: what it finds again by itself, what it takes, what it says is missing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import convscope
from convscope import modelfile
from convscope.data import Split
from convscope.errors import InputError, UsageError
from convscope.explain import look
from convscope.explain.payload import gather
from convscope.explain.payload.encoding import decode
from convscope.explain.subject.examples import Examples
from convscope.explain.subject.samples import Samples
from convscope.explain.subject.subject import subject_of_net
from convscope.runs.run_json import read_run_json
from convscope.training.session import Result
from tests.calibration.made import calibrated
from tests.explain.nets import net_of, pixels

pytestmark = pytest.mark.medium

FORMULA = "conv(3, 3, stride=2) + relu + fc"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pictures of two classes, 8×8: stripes across and stripes down, with a test part."""
    root = tmp_path_factory.mktemp("data") / "stripes"
    rng = np.random.default_rng(0)
    for part, n in (("train", 12), ("test", 5)):
        for k, name in enumerate(("across", "down")):
            (root / part / name).mkdir(parents=True)
            for i in range(n):
                pixels = np.indices((8, 8))[k] % 4 // 2 * 150 + rng.integers(0, 60, (8, 8))
                Image.fromarray(pixels.astype(np.uint8)).save(root / part / name / f"{i}.png")
    return root


@pytest.fixture(scope="module")
def trained(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    out = tmp_path_factory.mktemp("runs") / "first"
    return convscope.train(folder, arch=FORMULA, epochs=4, batch_size=6, threads=1, out=out)


@pytest.fixture
def run(trained: Result, tmp_path: Path) -> Path:
    """A copy of the run that a test may spoil."""
    return Path(shutil.copytree(trained.run, tmp_path / "first"))


def test_pictures_that_are_hard_to_read_are_named_once(trained: Result) -> None:
    flat = [np.full((1, 8, 8), grey, np.uint8) for grey in (3, 90)]
    page = convscope.look(trained, [*flat, np.arange(64, dtype=np.uint16).reshape(8, 8)])
    assert page.notes == (
        "2 pictures, #0 first: no contrast: there is nothing to see in it",
        "#2: 16 bits, but no number above 63: 255 is taken as white",
    )


def test_a_run_brings_its_history_and_finds_its_data_again(trained: Result) -> None:
    page = convscope.look(trained)
    payload = page.payload
    assert (page.notes, page.unread, page.name) == ((), (), "first")
    assert (payload["title"], payload["formula"], payload["classes"]) == ("first", FORMULA, ["across", "down"])
    assert [shot["step"] for shot in payload["run"]["snapshots"]][:1] == [0]
    assert len(payload["run"]["snapshots"]) > 2
    assert payload["channels_of"] == {"n": 10, "split": "test"}
    assert set(payload["channels"]) == {"conv1", "fc1"}
    assert payload["samples"]["labels"] == [0] * 5 + [1] * 5
    assert trained.test is not None
    assert payload["errors"]["confusion"] == trained.test.confusion.tolist()
    assert payload["credit"] is None  # its pictures are nobody's
    assert payload["errors"]["split"] == "test"
    assert payload["figures"]["test"]["accuracy"] == trained.test.accuracy
    assert json.loads(json.dumps(payload)) == payload
    for same in (trained.run, str(trained.model), convscope.load(trained.run)):
        assert convscope.look(same).html == page.html


def test_a_calibrated_model_gives_the_page_its_temperature(run: Path, folder: Path) -> None:
    plain = convscope.look(run, folder)
    file, calibration = modelfile.read(run), calibrated(temperature=0.5)
    modelfile.write(run / "model.onnx", file.network, file.spec, file.weights, file.classes, file.facts, calibration)
    payload = convscope.look(run, folder).payload
    assert (plain.payload["temperature"], payload["temperature"]) == (1.0, 0.5)
    assert payload["samples"]["logits"] == plain.payload["samples"]["logits"]
    assert payload["errors"]["confusion"] == plain.payload["errors"]["confusion"]


def test_weights_that_others_made_are_credited(run: Path, tmp_path: Path) -> None:
    file = modelfile.read(run)
    assert convscope.look(run).payload["weights_credit"] is None
    facts = {"pretrained": {"name": "lite0"}}
    modelfile.write(tmp_path / "tuned.onnx", file.network, file.spec, file.weights, file.classes, facts)
    page = convscope.look(tmp_path / "tuned.onnx")
    assert page.payload["weights_credit"]["licence"] == "Apache-2.0"
    assert page.payload["input"]["resize"] == "pad-bilinear-antialias"


def test_mistakes_have_the_calibrated_probability() -> None:
    net, images = net_of("conv(4, 3) + relu + fc", (1, 12, 11), 2), pixels(40, (1, 12, 11))
    subject = replace(subject_of_net(net, ("a", "b")), temperature=0.25)
    examples = Examples("test", "noise", Split(images, np.arange(40) % 2), np.arange(40) % 2)
    shown = gather.gather(subject, Samples(images[:1], (0,), ("one",)), examples)
    assert shown.errors is not None
    p = torch.softmax(torch.from_numpy(subject.scores(images)).double() / 0.25, 1).max(1).values
    assert shown.errors.mistakes.probability
    assert set(shown.errors.mistakes.probability) <= set(p.numpy().round(6).tolist())


def test_a_model_file_alone_has_no_history(run: Path, tmp_path: Path) -> None:
    shutil.copy(run / "model.onnx", tmp_path / "alone.onnx")
    page = convscope.look(tmp_path / "alone.onnx")
    assert (page.name, page.payload["run"], page.payload["channels"]) == ("alone", None, None)
    assert page.notes == ("no channel cards and no errors: no data was given, and the model file does not hold any",)
    assert page.payload["left_out"] == ["data"]
    assert page.payload["samples"]["names"] == [""], "a blank picture to draw on"


def test_pixels_that_have_no_name_are_numbered(run: Path) -> None:
    """An empty name is the blank picture's."""
    shape = convscope.load(run).network.input
    assert convscope.look(run, pixels(2, shape)).payload["samples"]["names"][:2] == ["#0", "#1"]


def test_data_that_is_no_longer_there_is_said(run: Path) -> None:
    settings = read_run_json(run)
    settings["data"]["name"] = "/gone/stripes"
    (run / "run.json").write_text(json.dumps(settings))
    page = convscope.look(run)
    (note,) = page.notes
    assert note.startswith("no channel cards and no errors: the data that it was trained on cannot be loaded")
    assert "/gone/stripes: no such folder" in note
    assert page.payload["channels"] is None
    assert page.payload["run"] is not None


def test_data_that_changed_is_not_taken_for_it(run: Path, folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "stripes"))
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(other / "test" / "down" / "0.png")
    settings = read_run_json(run)
    settings["data"]["name"] = str(other)
    (run / "run.json").write_text(json.dumps(settings))
    page = convscope.look(run)
    assert "stripes, since the training began: 1 changed (test/down/0.png); what is left of" in page.notes[0]
    assert page.payload["errors"]["n"] == 9
    (run / "manifest.csv").unlink()
    page = convscope.look(run)
    assert "stripes is no longer the data that it was trained on" in page.notes[0]
    assert page.payload["errors"] is None
    named = convscope.look(run, other)
    assert named.notes == ()
    assert named.payload["errors"]["n"] == 10


def test_arrays_in_memory_cannot_be_found_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    data = convscope.datasets.arrays(rng.integers(0, 256, (20, 8, 8), dtype=np.uint8), np.arange(20) % 2)
    result = convscope.train(data, arch="conv(2, 3) + fc", epochs=1, batch_size=5, threads=1, out=tmp_path / "r", val=4)
    page = convscope.look(result)
    assert page.notes == ("no channel cards and no errors: the run was trained on arrays in memory; give them as data",)
    page = convscope.look(result, data)
    assert page.notes == ()
    assert (page.payload["errors"]["split"], page.payload["errors"]["n"]) == ("validation", 4)


def test_pictures_come_before_the_datas_own(trained: Result, folder: Path) -> None:
    one = folder / "train" / "down" / "3.png"
    array = np.asarray(Image.open(one))
    page = convscope.look(
        trained, [one, one.read_bytes(), Image.open(one), array, torch.from_numpy(array.copy())], samples=7
    )
    samples = page.payload["samples"]
    assert samples["names"][0] == "3.png"
    assert samples["labels"] == [None] * 5 + [0, 1]
    pictures = decode(samples["pictures"])
    for k in range(5):
        np.testing.assert_array_equal(pictures[k, 0], array)
    np.testing.assert_allclose(
        decode(samples["logits"]), convscope.load(trained.model).predictor.run(pictures)[0], rtol=1e-4, atol=1e-5
    )


def test_a_folder_is_data_if_its_classes_are_the_models(trained: Result, folder: Path, tmp_path: Path) -> None:
    assert convscope.look(trained, folder / "test").payload["errors"]["split"] == "given"
    scans = Path(shutil.copytree(folder / "test" / "down", tmp_path / "scans" / "monday")).parent
    page = convscope.look(trained, scans, samples=4)
    assert page.payload["samples"]["names"] == ["0.png", "1.png", "2.png", "3.png"]
    assert page.notes == ("pictures given but not shown: 1; samples= takes up to 1,000",)


def test_other_classes_have_cards_but_no_errors(trained: Result) -> None:
    rng = np.random.default_rng(0)
    data = convscope.datasets.arrays(
        rng.integers(0, 256, (9, 8, 8), dtype=np.uint8), np.arange(9) % 3, ("x", "y", "z"), name="xyz"
    )
    page = convscope.look(trained, data)
    assert page.notes == ("no errors: xyz has classes that the model does not know",)
    assert page.payload["errors"] is None
    assert page.payload["channels_of"] == {"n": 9, "split": "given"}
    assert page.payload["samples"]["labels"] == [None] * 9


def test_what_ships_with_convscope(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trained slides model: the lecture's network, good, verified, small, with the history of its training."""
    monkeypatch.chdir(tmp_path)
    model = convscope.load(look.SLIDES)
    assert model.network.parameters == 274_570
    assert model.facts["test"]["accuracy"] >= 0.99
    size = sum(file.stat().st_size for file in look.SLIDES.rglob("*") if file.is_file())
    assert size < 1_600_000
    rng = np.random.default_rng(0)
    small = convscope.datasets.arrays(rng.integers(0, 256, (40, 28, 28), dtype=np.uint8), np.arange(40) % 10)
    page = convscope.look(pictures=small)
    assert page.payload["formula"] == str(convscope.parse(model.formula))
    assert len(page.payload["run"]["snapshots"]) == 16
    assert page.payload["run"]["confusion_on"] == "held-out"
    assert page.payload["credit"]["licence"] == "CC BY-SA 3.0"  # the history holds one of MNIST's pictures


@pytest.mark.slow
def test_the_page_of_slides_stays_below_five_megabytes_and_says_what_it_left_out() -> None:
    page = convscope.look("slides")
    assert 4_000_000 < len(page.html.encode()) < 5_000_000
    assert page.payload["left_out"] == ["fewer-patches"]
    assert page.notes == ("left out: some patches of the channel cards",)
    assert page.payload["errors"]["n"] == 10_000
    assert page.payload["credit"]["data"] == "MNIST"
    wrong = 10_000 - np.trace(page.payload["errors"]["confusion"])
    assert wrong == round(10_000 * (1 - page.payload["figures"]["test"]["accuracy"]))
    assert len(convscope.look("slides", megabytes=2.5).html.encode()) < 2_500_000


def test_a_folder_called_slides_wins(trained: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(trained.run, tmp_path / "slides")
    assert convscope.look("slides", samples=1).payload["formula"] == FORMULA


def test_the_training_is_left_in_peace(trained: Result) -> None:
    """Looking writes nothing into a run."""
    before = {p: p.stat().st_mtime_ns for p in trained.run.rglob("*")}
    convscope.look(trained)
    assert {p: p.stat().st_mtime_ns for p in trained.run.rglob("*")} == before


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"pictures": ["mnist", "mnist"]}, UsageError, "one data set at a time, got mnist and mnist"),
        ({"pictures": np.zeros(5)}, InputError, "not a picture"),
        ({"pictures": "mnits"}, InputError, "mnits: no picture and no data of this name"),
        ({"language": "fr"}, UsageError, "no such language"),
        ({"samples": True}, UsageError, "samples must be"),
        ({"model": "run.json"}, InputError, "no such file"),
    ],
)
def test_mistakes(trained: Result, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        convscope.look(**{"model": trained, **options})
