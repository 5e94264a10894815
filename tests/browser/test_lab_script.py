"""Chapter 14: the script that it shows is one that runs, and its lines light up with what the page's engine does."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from convscope.data import load as load_data
from convscope.prediction import load
from tests.browser.chromium import console, until
from tests.browser.lab_page import SLIDES, LabPage

pytestmark = pytest.mark.browser
PICTURES = 808  # 101 steps of 8
LOOP = [
    "for i, (images",
    "images, labels",
    "optimizer.zero_grad",
    "outputs",
    "loss =",
    "loss.backward",
    "optimizer.step",
]
TEST = ["model.train(False)", "correct = 0", "with torch", "for images", "outputs", "right =", "correct +=", "n = len"]


def current(lab: LabPage) -> str:
    """Return the line that runs."""
    return str(lab.js("return document.querySelector('.script-code [aria-current]')?.textContent.trim() ?? ''"))


def script(lab: LabPage) -> str:
    """Return the script as a reader copies it by hand."""
    code = "return [...document.querySelectorAll('.script-code li')].map((e) => e.textContent + "
    lines: list[str] = lab.js(code + "(e.querySelector('input')?.value ?? ''))")
    return "\n".join(lines)


class Digits(torch.utils.data.Dataset[Any]):
    """Some of MNIST, as torchvision hands it out."""

    def __init__(self, root: str, train: bool, transform: Callable[[Any], Any], download: bool = False) -> None:
        data = load_data("mnist")
        split = data.train if train else data.test
        assert split is not None
        self.images, self.labels, self.transform = split.images[:PICTURES], split.labels[:PICTURES], transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> tuple[Any, int]:
        if i >= len(self):
            raise IndexError(i)
        return self.transform(self.images[i]), int(self.labels[i])


def torchvision() -> dict[str, ModuleType]:
    """Return stand-ins for the two modules that the script takes from torchvision."""
    names = ("torchvision", "torchvision.datasets", "torchvision.transforms")
    whole, datasets, transforms = (ModuleType(name) for name in names)
    vars(datasets)["MNIST"] = Digits
    vars(transforms)["ToTensor"] = lambda: lambda picture: torch.from_numpy(np.asarray(picture, np.float32) / 255)
    vars(whole).update(datasets=datasets, transforms=transforms)
    return dict(zip(names, (whole, datasets, transforms), strict=True))


def test_the_script_runs_and_trains_the_lectures_network(
    lab: LabPage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.open("script", "&lr=0.05&bs=8")
    text = script(lab)
    assert "learning_rate = 0.05\n" in text
    assert "batch_size = 8\n" in text
    for name, module in torchvision().items():
        monkeypatch.setitem(sys.modules, name, module)
    torch.manual_seed(1)
    found: dict[str, Any] = {}
    exec(compile(text, "script", "exec"), found)  # the text is this repository's own
    printed = capsys.readouterr().out.splitlines()
    assert [re.sub(r"[\d.]+$", "", line) for line in printed[:-1]] == [
        "step 0: loss ",
        "step 100: loss ",
    ]
    assert float(printed[0].split()[-1]) == pytest.approx(np.log(10), abs=0.03)
    last = re.fullmatch(rf"Test Accuracy of the model on the {PICTURES} test images: (\d+\.\d{{6}}) %", printed[-1])
    assert last is not None
    assert float(last[1]) > 50
    ours = load(SLIDES / "model.onnx").module()
    shapes = [tuple(p.shape) for p in found["model"].parameters()]
    assert shapes == [tuple(p.shape) for p in ours.parameters()]


def test_lines_light_up_with_what_they_make(lab: LabPage) -> None:
    lab.open("script")
    for begin in LOOP:
        lab.press("One line")
        until(lambda begin=begin: current(lab).startswith(begin))
    until(lambda: "moved at once" in lab.text(".script-line"))
    numbers = lab.text(".script-sum").replace("−", "-").replace("(", "").replace(")", "")
    before, rate, gradient, after = (float(x) for x in re.findall(r"-?\d+\.\d+", numbers.replace(" - ", " ")))
    assert rate == 0.001
    assert after == pytest.approx(before - rate * gradient, abs=2e-7)
    assert lab.text(".script-printed") == "", "it prints where the script prints"
    for begin in ("if i % 100 == 0", "print("):
        lab.press("One line")
        assert current(lab).startswith(begin)
    assert re.fullmatch(r"step 0: loss 2\.[23]\d{3}", lab.text(".script-printed"))
    lab.press("One step")
    until(lambda: "Step 2 of 312." in lab.text(".script-state"))
    assert current(lab) == "if i % 100 == 0:"
    assert lab.text(".script-printed").count("step") == 1
    point = "document.querySelectorAll('.script-code li')[arguments[0]].dispatchEvent(new Event('pointerenter'))"
    lab.js(point, 18)
    assert "32 × (16×5×5 + 1) = 12832" in lab.text(".script-line").replace(",", "")
    lab.press("Start over")
    assert lab.text(".script-printed") == ""
    assert console(lab.browser) == []


def test_walked_through_it_goes_on_into_the_test_and_ends(lab: LabPage) -> None:
    lab.open("script", "&bs=500", width=390)
    for step in range(1, 11):
        lab.press("One step")
        until(lambda step=step: f"Step {step} of 10." in lab.text(".script-state"))
    assert "Accuracy" not in lab.text(".script-printed")
    for begin in TEST:
        lab.press("One line")
        assert current(lab).startswith(begin)
    assert "Accuracy" not in lab.text(".script-printed")
    shown = """const box = document.querySelector('.script-code').getBoundingClientRect();
      const line = document.querySelector('.script-code .now').getBoundingClientRect();
      return line.top >= box.top && line.bottom <= box.bottom && box.top >= 0 && box.bottom <= innerHeight"""
    assert lab.js(shown), "the line that runs is in sight, on a phone too"
    lab.press("One line")
    until(lambda: "Test Accuracy" in lab.text(".script-printed"))
    lab.press("One line")
    assert "Guessing is right one time in ten" in lab.text(".script-line")
    off = "return [...document.querySelectorAll('.chapter .train-controls button')].map((b) => b.disabled)"
    assert lab.js(off)[:3] == [True, True, True], "nothing is begun anew by itself"
    lab.press("Start over")


def test_it_runs_to_the_test_line_with_the_numbers_that_were_set(lab: LabPage) -> None:
    lab.open("script", "&bs=500&lr=0.0001")
    lab.press("Run")
    until(lambda: "Test Accuracy" in lab.text(".script-printed"))
    lines = lab.text(".script-printed").splitlines()
    assert lines[0].startswith("step 0: loss 2.3")
    assert re.fullmatch(r"Test Accuracy of the model on the 1000 test images: \d+\.\d{6} %", lines[-1])
    assert "Step 10 of 10." in lab.text(".script-state")
    lab.press("Start over")


def test_on_paper_no_line_is_cut(lab: LabPage) -> None:
    lab.open("script", width=700)  # what A4 has between its margins
    lab.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        cut = """const box = document.querySelector('.script-code').getBoundingClientRect();
          return [...document.querySelectorAll('.script-code code')].filter((one) =>
            one.getBoundingClientRect().right > box.right || one.getBoundingClientRect().bottom > box.bottom).length"""
        assert lab.js(cut) == 0
        assert lab.js("return document.querySelectorAll('.script-code code').length") > 40
    finally:
        lab.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
