"""A network that a formula describes is trained in the static page, and reads what is drawn."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from urllib.parse import quote

import pytest

from convscope.data.named_datasets import MNIST_SHA256
from convscope.lab.whole_digits import whole_digits
from tests.browser.chromium import console, until, visit
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser
SMALL = "conv(8, 5, stride=2, bias=False) + bn + relu + conv(16, 3, bias=False) + bn + relu + maxpool(2) + fc"


def open_formula(lab: LabPage, formula: str, rest: str = "") -> None:
    lab.open("architecture", f"&f={quote(formula)}{rest}")


def test_what_a_formula_describes_is_trained_and_reads_digits(lab: LabPage) -> None:
    open_formula(lab, SMALL, "&te=3&ts=1")
    lab.press("Train")
    until(lambda: lab.text(".train-state").startswith("Finished after 117 steps."))
    assert float(lab.figure("validation").removesuffix("\xa0%")) > 90
    assert lab.figure("done") == "100\xa0%"
    lab.js("document.querySelector('.pad').focus()")
    pad = lab.browser.switch_to.active_element
    pad.send_keys(" ", "\ue015" * 12, " ")  # ink on, a line downwards
    until(lambda: lab.text(".draw-verdict").startswith("It reads this as 1, with "))
    lab.press("Throw away")
    until(lambda: not lab.browser.find_element("css selector", ".page-training .train-figures").is_displayed())
    assert console(lab.browser) == []


def test_it_goes_on_in_another_chapter_and_pauses_and_steps(lab: LabPage) -> None:
    open_formula(lab, SMALL, "&te=30")
    lab.press("Train")
    until(lambda: lab.text(".train-state").startswith("Step "))
    lab.js("location.hash = '#c=loss'")
    lab.js("location.hash = arguments[0]", f"#c=architecture&f={quote(SMALL)}&te=30")
    until(lambda: lab.text(".train-state").startswith(("Step ", "Finished")))
    if not lab.text(".train-state").startswith("Finished"):
        lab.press("Pause")
        until(lambda: lab.text(".train-state").startswith("Paused after step "))
        before = int(lab.text(".train-state").split()[3])
        lab.press("One step")
        until(lambda: lab.text(".train-state").startswith(f"Paused after step {before + 1} "))
    lab.press("Throw away")


@pytest.mark.parametrize(
    ("formula", "shape", "said"),
    [
        ("conv(8, 3) + relu", "", "does not end with one score a class"),
        ("fc", "&iw=27", "have another size than the network reads"),
        ("conv(4096, 3, pad=1)*2 + gap + fc", "", "more memory than a page may take"),
    ],
)
def test_what_the_page_cannot_train_is_said(lab: LabPage, formula: str, shape: str, said: str) -> None:
    open_formula(lab, formula, shape)
    lab.press("Train")
    until(lambda: said in lab.text(".page-training .trouble"))


def test_chapter_10_of_a_static_page_trains_by_itself(lab: LabPage) -> None:
    lab.open("mnist", "&te=1")
    assert lab.text(".drawing-digit .note").startswith("It is read by the lecture's network")
    lab.press("Train")
    until(lambda: "Finished after 39 steps." in lab.text(".page-training .train-state"))
    assert float(lab.text(".train-this [data-figure=validation]").split()[0]) > 80
    until(lambda: lab.text(".drawing-digit .note").startswith("Read by the network of step 39: crop(24)"))
    lab.press("Throw away")
    until(lambda: lab.text(".drawing-digit .note").startswith("It is read by the lecture's network"))


DROPPED = """
const [held, on] = arguments;
const dataTransfer = new DataTransfer();
dataTransfer.items.add(document.querySelector(held).files[0]);
for (const kind of ["dragover", "drop"])
  document.querySelector(on).dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));
"""


def test_all_of_mnist_is_taken_from_its_file_and_from_no_other(lab: LabPage, built: Path, tmp_path: Path) -> None:
    whole = built / "mnist.bin"
    data, known = whole.read_bytes(), whole_digits()[0]
    parts = [gzip.decompress(data[slice(*place)]) for places in known.members.values() for place in places]
    assert [hashlib.sha256(part).hexdigest() for part in parts] == [*MNIST_SHA256.values()]
    other = tmp_path / "mnist.bin"
    other.write_bytes(whole.read_bytes()[:-1] + b"x")
    visit(lab.browser, f"{(built / 'index.html').as_uri()}#l=en&c=architecture&f=fc&ts=1")
    until(lambda: lab.browser.find_elements("css selector", ".whole-file"))
    field = lab.browser.find_element("css selector", ".whole-file")
    field.send_keys(str(other))
    until(lambda: lab.text(".whole-digits .trouble").startswith("This is not the file mnist.bin"))
    lab.js(
        "const put = Object.assign(document.createElement('input'), { type: 'file', id: 'held' }); "
        "document.body.append(put)"
    )
    lab.browser.find_element("css selector", "#held").send_keys(str(whole))
    lab.js(DROPPED, "#held", ".train-this .page-training")  # anywhere on the part, not on the words about it alone
    until(lambda: "60,000 digits to learn from and 10,000 to test with" in lab.text(".whole-words"))
    lab.press("Train")
    until(lambda: lab.text(".train-state").startswith("Finished after 468 steps."))
    assert float(lab.figure("test").removesuffix("\xa0%")) > 90
    assert console(lab.browser) == []
