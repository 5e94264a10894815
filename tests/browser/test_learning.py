"""A page from file:// trains in a worker: the bits are those of Node.js, messages are heard, the page draws on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium import webdriver

from tests.browser.chromium import console
from tests.browser.learn_page import LearnPage, packed
from tests.page.js.learn.conftest import learn  # the fixture
from tests.page.js.learn.node import Learner, page_nodes
from tests.page.js.learn.test_training import NORMALISED, SPEC, digits, network, pictures

pytestmark = pytest.mark.browser
__all__ = ["learn"]


def begin(**changes: Any) -> dict[str, Any]:
    """Return the message that a training on 1,000 digits begins with."""
    images, labels = digits()
    asked = {
        "ask": "begin",
        "nodes": page_nodes(network(NORMALISED)),
        "input": SPEC.to_json(),
        "pictures": {"pixels": packed(images[:1000]), "labels": packed(labels[:1000]), "shape": [1, 8, 8]},
        "recipe": {"steps": 40, "batchSize": 50},
        "seed": 3,
    }
    return {**asked, **changes}


@pytest.fixture
def page(browser: webdriver.Chrome, tmp_path: Path) -> LearnPage:
    return LearnPage(browser, tmp_path)


@pytest.mark.parametrize("kernels", ["simd", "plain", "relaxed"])
def test_it_trains_in_a_worker_from_a_file(page: LearnPage, learn: Learner, kernels: str) -> None:
    page.ask(begin(kernels=[kernels]))
    end = page.until("end")
    said = page.said()
    assert said[0] == {**said[0], "say": "ready", "kernels": kernels, "sameBits": kernels != "relaxed", "workers": 1}
    steps = [line["step"] for one in said if one["say"] == "steps" for line in one["lines"]]
    assert steps == list(range(1, 41))
    assert 0 < end["seconds"] < 60
    assert console(page.browser) == []
    made = page.tensors(said.index(end))
    if kernels == "relaxed":
        return
    wanted = learn.call(
        "train",
        nodes=page_nodes(network(NORMALISED)),
        input=SPEC.to_json(),
        pictures=pictures(0, 1000),
        recipe={"steps": 40, "batchSize": 50},
        seed=3,
        kernels=kernels,
    )
    assert made.keys() == wanted["tensors"].keys()
    for name, values in wanted["tensors"].items():
        np.testing.assert_array_equal(np.asarray(made[name], np.float32), values, name)


def test_it_pauses_goes_on_and_is_thrown_away(page: LearnPage) -> None:
    page.ask(begin(recipe={"steps": 100_000, "batchSize": 50}), {"ask": "pause"})
    paused = page.until("paused")
    time.sleep(0.3)
    assert [one["say"] for one in page.said()].count("paused") == 1
    assert page.said()[-1] == paused, "nothing happens in a pause"
    page.ask({"ask": "step"})
    time.sleep(0.3)
    assert page.said()[-1]["lines"][0]["step"] == paused["step"] + 1
    asked = time.monotonic()
    page.ask({"ask": "resume"}, {"ask": "tensors"})
    assert page.until("tensors")["step"] >= paused["step"] + 1
    assert time.monotonic() - asked < 5
    page.ask({"ask": "stop"})
    page.until("stopped")
    said = len(page.said())
    time.sleep(0.3)
    assert len(page.said()) == said


def test_two_workers_learn_together(page: LearnPage, learn: Learner) -> None:
    recipe = {"steps": 20, "batchSize": 100}
    page.start(2)
    page.ask(begin(kernels=["simd"], recipe=recipe), {"ask": "pause"}, {"ask": "step"})
    page.until("steps")
    page.ask({"ask": "resume"})
    end = page.until("end")
    said = page.said()
    assert said[0] == {**said[0], "say": "ready", "kernels": "simd", "sameBits": True, "workers": 2}
    assert [line["step"] for one in said if one["say"] == "steps" for line in one["lines"]] == list(range(1, 21))
    made = page.tensors(said.index(end))
    asked = {"nodes": page_nodes(network(NORMALISED)), "input": SPEC.to_json(), "pictures": pictures(0, 1000)}
    wanted = learn.call("together", **asked, recipe=recipe, seed=3, kernels="simd", parts=2)["tensors"][0]
    for name, values in wanted.items():
        np.testing.assert_array_equal(np.asarray(made[name], np.float32), values, name)
    page.ask(begin(recipe={"steps": 100_000, "batchSize": 100}))
    page.ask({"ask": "stop"})
    page.until("stopped")
    page.ask(begin(recipe={"steps": 3, "batchSize": 100}, seed=1))
    wait_for_two_ends(page)
    assert console(page.browser) == []


def wait_for_two_ends(page: LearnPage) -> None:
    """Wait until a second training has ended, within a minute."""
    end = time.monotonic() + 60
    while [one["say"] for one in page.said()].count("end") < 2:
        assert time.monotonic() < end, page.said()[-3:]
        time.sleep(0.05)


def test_the_page_draws_on_while_it_trains(page: LearnPage) -> None:
    page.ask(begin(recipe={"steps": 100_000, "batchSize": 200}))
    page.until("steps")
    page.browser.execute_script("learning.watch()")
    time.sleep(1)
    frames = np.diff(page.browser.execute_script("return learning.frames()"))
    page.ask({"ask": "stop"})
    assert len(frames) > 10  # a busy machine may show fewer than 60
    page.until("stopped")


def test_a_page_whose_policy_forbids_a_worker_says_so(browser: webdriver.Chrome, tmp_path: Path) -> None:
    page = LearnPage(browser, tmp_path, learns=False)
    with pytest.raises(RuntimeError, match="could not start"):
        page.until("ready")
    console(browser)  # the policy's own complaint
