"""A network that a worker trains is written by the page, and every reader of convscope takes the file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium import webdriver

from convscope.cli.main import main
from convscope.data import load as load_data
from convscope.explain.payload.encoding import as_json
from convscope.explain.payload.nodes import page_nodes
from convscope.formula import parse, trace
from convscope.pictures.input_spec import InputSpec
from tests.browser.learn_page import LearnPage, packed

pytestmark = pytest.mark.browser
FORMULA = "conv(8, 5, stride=2, bias=False) + bn + relu + conv(16, 3, bias=False) + bn + relu + maxpool(2) + fc"


def test_predict_and_evaluate_say_what_the_page_says(
    browser: webdriver.Chrome, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = load_data("mnist")
    assert data.test is not None
    spec = InputSpec((1, 28, 28), (33.33,), (78.59,), "pad-bilinear-antialias", "no")
    nodes = as_json(page_nodes(trace(parse(FORMULA), spec.shape, 10)))
    images, labels = data.train.images[:2000], data.train.labels[:2000].astype(np.int32)
    page = LearnPage(browser, tmp_path)
    page.ask(
        {
            "ask": "begin",
            "nodes": nodes,
            "input": spec.to_json(),
            "pictures": {"pixels": packed(images), "labels": packed(labels), "shape": [1, 28, 28]},
            "recipe": {"steps": 100, "batchSize": 50},
            "seed": 1,
        }
    )
    end = page.until("end")
    at = page.said().index(end)
    network = {
        "nodes": nodes,
        "input": spec.to_json(),
        "classes": [str(n) for n in range(10)],
        "formula": FORMULA,
        "facts": {"training": {"steps": 100, "where": "page"}},
    }
    model = tmp_path / "model.onnx"
    model.write_bytes(page.file(at, network))
    shown, wanted = data.test.images[:60], data.test.labels[:60]
    told = page.classes(at, network, shown)
    paths = []
    for i, (picture, label) in enumerate(zip(shown, wanted, strict=True)):
        path = tmp_path / "digits" / str(label) / f"{i:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture[0]).save(path)
        paths.append(path)
    assert main(["predict", str(model), *map(str, paths), "--json"]) == 0
    predicted = [json.loads(line)["label"] for line in capsys.readouterr().out.splitlines()]
    assert predicted == [str(k) for k in told]
    right = float(np.mean(np.array(told) == wanted))
    assert right > 0.85, "it has learned something"
    assert main(["evaluate", str(model), str(tmp_path / "digits"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == pytest.approx(right)
    assert main(["info", str(model), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["facts"]["training"]["where"] == "page"
