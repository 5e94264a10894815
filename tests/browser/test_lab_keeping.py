"""A training in the lab's page outlives its tab: kept, opened, gone on with to the same bits; and saved as a file."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from convscope.calibration import Calibration
from convscope.calibration.temperature import calibrate
from convscope.data import load as load_data
from convscope.lab.payload import TRAINING, VALIDATION, first_of_each
from convscope.modelfile import ModelFile, read
from convscope.prediction import load
from tests.browser.chromium import console
from tests.browser.lab_page import LabPage
from tests.browser.test_lab_training import until

pytestmark = pytest.mark.browser
FORMULA = "conv(6, 5, stride=3, bias=False) + bn + relu + fc"
KEEP_SAVED = """
const make = URL.createObjectURL.bind(URL);
URL.createObjectURL = (blob) => {
  if (blob.type === "application/octet-stream") window.saved = blob;
  return make(blob);
};
"""
READ_SAVED = """
const done = arguments[arguments.length - 1];
if (!window.saved) done(null);
else window.saved.arrayBuffer().then((bytes) =>
  done(btoa(Array.from(new Uint8Array(bytes), (c) => String.fromCharCode(c)).join(""))));
"""
TRAIN_AND_PAUSE = """
const done = arguments[arguments.length - 1];
const [train, pause] = document.querySelectorAll(".page-training .train-controls button");
const timer = setInterval(() => {
  if (pause.disabled) return;
  pause.click();
  clearInterval(timer);
  done(null);
}, 5);
train.click();
"""
PUT = """
const done = arguments[arguments.length - 1];
const request = indexedDB.open("convscope", 1);
request.onsuccess = () => {
  const transaction = request.result.transaction(["lines", "long"], "readwrite");
  for (const line of arguments[0]) transaction.objectStore("lines").put(line);
  transaction.oncomplete = () => (request.result.close(), done(null));
};
"""
COUNT = """
const done = arguments[arguments.length - 1];
const request = indexedDB.open("convscope", 1);
request.onsuccess = async () => {
  const stores = ["lines", "long", "shared"];
  const transaction = request.result.transaction(stores);
  const counts = stores.map((store) => transaction.objectStore(store).count());
  transaction.oncomplete = () => (request.result.close(), done(counts.map(({ result }) => result)));
};
"""


@pytest.fixture
def empty(lab: LabPage) -> Iterator[None]:
    """Nothing is kept before and after."""
    opened(lab)
    while rows(lab):
        remove(lab)
    yield
    opened(lab)
    while rows(lab):
        remove(lab)


def opened(lab: LabPage, epochs: int = 10) -> None:
    lab.open("architecture", f"&f={quote(FORMULA)}&te={epochs}&ts=4")
    lab.js(KEEP_SAVED)
    lab.browser.execute_async_script("setTimeout(arguments[0], 200)")  # the list is read


def rows(lab: LabPage) -> list[str]:
    return list(lab.js("return [...document.querySelectorAll('.kept-row')].map((row) => row.textContent)"))


def remove(lab: LabPage) -> None:
    before = len(rows(lab))
    lab.press("Remove")
    lab.press("Remove for good")
    until(lambda: len(rows(lab)) == before - 1)


def counts(lab: LabPage) -> list[int]:
    return list(lab.browser.execute_async_script(COUNT))


def saved(lab: LabPage, folder: Path) -> ModelFile:
    """Return the file that "Save as model.onnx" gives, checked."""
    lab.js("window.saved = null")
    lab.press("Save as model.onnx")
    until(lambda: lab.browser.execute_async_script(READ_SAVED) is not None)
    (folder / "model.onnx").write_bytes(base64.b64decode(lab.browser.execute_async_script(READ_SAVED)))
    return read(folder)


def finished(lab: LabPage) -> None:
    until(lambda: lab.text(".train-state").startswith("Finished after "))


def test_kept_and_gone_on_with_is_as_if_the_tab_had_never_closed(lab: LabPage, empty: None, tmp_path: Path) -> None:
    lab.press("Train")
    finished(lab)
    whole = saved(lab, tmp_path)
    opened(lab)
    lab.browser.execute_async_script(TRAIN_AND_PAUSE)
    until(lambda: lab.text(".train-state").startswith("Paused after step "))
    lab.press("One step")
    lab.press("Keep in this browser")
    until(lambda: len(rows(lab)) == 1)
    kept = int(lab.text(".keep-words").split("step ")[1].split(",")[0])
    assert 0 < kept < 390
    assert f"step {kept} of 390" in rows(lab)[0]
    opened(lab)  # the page anew: nothing of the training is left but what was kept
    assert lab.text(".train-state") == ""
    lab.press("Go on training")
    finished(lab)
    until(lambda: "step 390 of 390" in rows(lab)[0])
    opened(lab)
    lab.press("Open")
    finished(lab)
    again = saved(lab, tmp_path)
    for name, values in whole.weights.items():
        np.testing.assert_array_equal(again.weights[name], values)
    facts = again.facts["training"]
    assert isinstance(facts, dict)
    assert (again.formula, facts["steps"], facts["seed"], facts["data"]["train"]) == (FORMULA, 390, 4, 5000)
    assert again.provenance.test is None
    assert isinstance(again.facts["validation"], dict)
    assert again.facts["validation"] == whole.facts["validation"]
    assert counts(lab) == [1, 1, 2], "training and validation pictures are kept once"
    assert again.metadata.calibration == whole.metadata.calibration
    train = load_data("mnist").train
    rows_held = first_of_each(train.labels, TRAINING + VALIDATION)[TRAINING:].ravel()
    scores = load(tmp_path / "model.onnx").predictor.run(train.images[rows_held])[0]
    wanted = calibrate(scores, train.labels[rows_held])
    assert isinstance(wanted, Calibration)
    fitted = again.metadata.calibration
    assert fitted is not None
    assert fitted.temperature == pytest.approx(wanted.temperature, rel=1e-3)
    assert (fitted.n, fitted.after.nll) == (1000, pytest.approx(wanted.after.nll, rel=1e-3))
    remove(lab)
    assert counts(lab) == [0, 0, 0]
    assert console(lab.browser) == []


def test_a_damaged_record_hides_only_itself(lab: LabPage, empty: None) -> None:
    opened(lab, 1)
    lab.press("Train")
    finished(lab)
    lab.press("Keep in this browser")
    until(lambda: len(rows(lab)) == 1)
    about = {"formula": FORMULA, "step": 1, "steps": 2, "seed": 0, "accuracy": None}
    line = {"id": "a", "format": 1, "name": "half", "date": 1, "bytes": 1, "shared": {}, "about": about}
    newer = {**line, "id": "b", "format": 2}
    lab.browser.execute_async_script(PUT, [line, newer, {"id": "c", "name": 7}])
    opened(lab)
    shown = rows(lab)
    assert len(shown) == 4
    assert "step 39 of 39" in shown[0]
    assert [row.startswith("A training that this page cannot read.") for row in shown] == [False, False, True, True]
    lab.js("document.querySelectorAll('.kept-row')[1].querySelector('button').click()")
    until(lambda: "damaged and cannot be opened" in lab.text(".keeping .trouble"))
    lab.press("Open")
    finished(lab)
    assert not lab.js("return document.querySelector('.keeping .trouble').textContent")


def test_where_nothing_can_be_kept_the_file_is_left(lab: LabPage, tmp_path: Path) -> None:
    script = "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError') } })"
    made = lab.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    try:
        opened(lab, 1)
        lab.press("Train")
        finished(lab)
        assert "keeps nothing for this page" in lab.text(".keeping .trouble")
        assert lab.js("return document.querySelector('.keep-here').disabled")
        assert saved(lab, tmp_path).classes == tuple("0123456789")
    finally:
        lab.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", made)
