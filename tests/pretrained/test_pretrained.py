"""The networks that ship with their weights: they are the original's, and every verb takes them by name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

import convscope
from convscope import modelfile, pretrained
from convscope.cli.main import main
from convscope.data.credits import LITE0, WEIGHTS, credit_of_weights
from convscope.errors import InputError
from convscope.prediction import Model
from tests.pretrained.pictures import made_picture
from tests.samples import sample

ROOT = Path(__file__).parents[2]
REFERENCE = json.loads(Path(__file__).with_name("reference.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lite0() -> Model:
    return convscope.load("lite0")


@pytest.mark.medium
def test_it_computes_what_the_original_does(lite0: Model) -> None:
    """scripts/convert_lite0.py recorded what torch makes of the checkpoint in float64, written from the paper."""
    logits, _ = lite0.predictor.run(np.stack([made_picture(seed, 224) for seed in range(3)]))
    kept = logits[:, REFERENCE["scores"]]
    np.testing.assert_allclose(kept, REFERENCE["rounded"], atol=2e-5)  # with the weights in half precision
    np.testing.assert_allclose(kept, REFERENCE["original"], atol=0.02)  # as they were published
    assert logits.argmax(1).tolist() == REFERENCE["original_first"]
    assert np.abs(REFERENCE["original"]).max() > 1
    assert not np.allclose(REFERENCE["original"][0], REFERENCE["original"][1], atol=0.1)


@pytest.mark.medium
def test_the_module_computes_it_too(lite0: Model) -> None:
    import torch

    with torch.no_grad():
        logits = lite0.module()(torch.from_numpy(made_picture(1, 224)[None]))
    np.testing.assert_allclose(logits[0, REFERENCE["scores"]], REFERENCE["rounded"][1], atol=2e-5)


def test_its_parameters_and_products_are_those_of_the_papers_table(lite0: Model) -> None:
    """Tan & Le 2019, table 1, without the widths and the squeezing that the Lite form leaves out."""
    table = [(3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3)]
    table += [(5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)]
    side, channels = 112, 32
    parameters, macs = 27 * 32 + 2 * 32, 27 * 32 * 112**2
    for kernel, stride, widening, wanted, blocks in table:
        for block in range(blocks):
            inside = channels * widening
            if widening > 1:
                parameters, macs = parameters + channels * inside + 2 * inside, macs + channels * inside * side**2
            side //= stride if block == 0 else 1
            parameters += kernel**2 * inside + 2 * inside + inside * wanted + 2 * wanted
            macs += (kernel**2 * inside + inside * wanted) * side**2
            channels = wanted
    parameters += 320 * 1280 + 2 * 1280 + 1280 * 1000 + 1000
    macs += 320 * 1280 * 7**2 + 1280 * 1000
    assert (lite0.network.parameters, lite0.network.macs) == (parameters, macs) == (4_652_008, 385_187_552)
    assert convscope.describe("lite0").network == lite0.network
    assert lite0.plan == convscope.parse(lite0.formula)


@pytest.mark.parametrize(("name", "answers"), [("china.jpg", {"palace", "bell cote"}), ("flower.jpg", {"daisy"})])
def test_real_photographs_get_a_sensible_answer(lite0: Model, name: str, answers: set[str]) -> None:
    (found,) = lite0.predict(Image.fromarray(load_sample_image(name)))
    assert found.label in answers, found


def test_it_has_imagenets_classes(lite0: Model) -> None:
    assert len(lite0.classes) == 1000
    assert [lite0.classes[i] for i in (0, 281, 504, 985, 999)] == [
        "tench",
        "tabby",
        "coffee mug",
        "daisy",
        "toilet tissue",
    ]


def test_only_normalisation_is_in_full_precision(lite0: Model) -> None:
    full = {name for name in lite0.file.weights if name not in lite0.file.half}
    assert {name.rstrip("0123456789").split(".")[0].rstrip("0123456789") for name in full} == {"bn"}
    assert len(lite0.file.data) < 9_700_000


@pytest.mark.medium
def test_every_verb_takes_it_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(load_sample_image("flower.jpg")).save("photo.png")
    assert main(["predict", "lite0", "photo.png", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["label"] == "daisy"
    assert main(["info", "lite0", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["parameters"], found["format"]) == (4_652_008, 3)
    assert main(["describe", "lite0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["macs"] == found["macs"]
    assert modelfile.resolve_model("lite0") == pretrained.path("lite0")
    with pytest.raises(InputError) as refused:
        convscope.load("lite1")
    assert refused.value.key == "file.missing"


def test_a_path_of_that_name_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    modelfile.write("lite0", *sample())
    assert convscope.load("lite0").classes == sample()[3]
    Path("lite0").unlink()
    Path("lite0").symlink_to("nowhere")
    with pytest.raises(InputError) as refused:
        convscope.load("lite0")
    assert refused.value.key == "file.missing"


def test_its_weights_are_credited_by_name_and_by_themselves(lite0: Model) -> None:
    weights = lite0.file.weights
    assert lite0.provenance.pretrained == "lite0"
    assert credit_of_weights("lite0", {}) == credit_of_weights(None, weights) == LITE0
    kept = {"other7.weight": weights["conv49.weight"]}  # frozen in another network
    assert credit_of_weights(None, kept) == LITE0
    assert credit_of_weights("mine", {"a": -weights["conv49.weight"], "b": weights["fc1.weight"]}) is None
    assert set(WEIGHTS) == set(pretrained.NAMES)


@pytest.mark.medium
def test_the_notices_are_there() -> None:
    text = (ROOT / "convscope/pretrained/README.md").read_text(encoding="utf-8")
    original = convscope.load("lite0").facts["pretrained"]
    for words in (LITE0.licence, "BSD 3-Clause License", "Soumith Chintala", "ML Illustrated", original["checkpoint"]):
        assert words.replace("Apache-2.0", "Apache License 2.0") in text
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"convscope/pretrained/README.md"' in project
    assert "BSD-3-Clause" in project
    digest = hashlib.sha256(pretrained.path("lite0").read_bytes()).hexdigest()
    assert digest in (ROOT / "bom.cdx.json").read_text(encoding="utf-8")
