"""The tasks of the lab: every key passes its own check and a wrong answer does not; what a reader does with them in the
page.
"""

from __future__ import annotations

import base64
import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from selenium import webdriver

from convscope.arithmetic import costs, information
from convscope.arithmetic.convolution import output_size
from convscope.formula import describe
from convscope.lab.payload import lab_payload
from convscope.page.inline import dictionary, document, formula_table, lab_dictionary
from convscope.page.modules import join
from tests.browser.chromium import console
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
SEEDS = (1000, 4711, 9999)
Told = list[dict[str, Any]]


class Bench:
    """The tasks without the lab around them, with the payload that ships."""

    def __init__(self, browser: webdriver.Chrome, folder: Path) -> None:
        self.browser = browser
        words = {name: dictionary(name) | lab_dictionary(name) for name in ("en", "ko")}
        page = document(
            script=join(HERE / "tasks_page.js", HERE.parent.parent),
            style="",
            title="tasks",
            language="en",
            payload={**lab_payload().to_json(), **formula_table()},
            dictionary=words,
        )
        (folder / "tasks.html").write_text(page, encoding="utf-8")
        self.address = (folder / "tasks.html").as_uri()

    def call(self, name: str, *asked: object) -> Any:
        if self.browser.current_url != self.address:
            self.browser.get(self.address)
        return self.browser.execute_script(f"return bench.{name}(...arguments)", *asked)


@pytest.fixture(scope="module")
def bench(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(browser, tmp_path_factory.mktemp("tasks"))


@pytest.fixture(scope="module")
def told(bench: Bench) -> dict[int, Told]:
    return {seed: bench.call("told", seed, "en") for seed in SEEDS}


def test_every_key_passes_its_own_check_and_a_wrong_answer_does_not(told: dict[int, Told]) -> None:
    for tasks in told.values():
        for task in tasks:
            assert task["met"]["done"] is True, task
            assert [verdict["done"] for verdict in task["wrong"]] == [False] * len(task["wrong"]), task
            assert all(len(verdict["said"]) > 8 for verdict in task["wrong"]), task


def test_three_to_five_tasks_a_chapter_with_two_or_three_hints(told: dict[int, Told]) -> None:
    tasks = told[SEEDS[0]]
    assert len({task["id"] for task in tasks}) == len(tasks)
    for chapter in {task["chapter"] for task in tasks}:
        of = [task for task in tasks if task["chapter"] == chapter]
        assert 3 <= len(of) <= 5, chapter
        assert sum(not task["typed"] for task in of) >= 1
        assert {task["hints"] for task in of} <= {2, 3}
        assert len({task["id"][0] for task in of}) == 1


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_word_is_left_open_in_either_language(bench: Bench, language: str) -> None:
    for task in bench.call("told", SEEDS[1], language):
        lines = [*task["said"], *(verdict["said"] for verdict in task["wrong"])]
        for line in lines:
            assert not re.search(r"undefined|NaN(?!\()|\{\w+\}|\btask\.", line), line
            assert bool(re.search("[가-힣]", line)) is (language == "ko") or re.fullmatch(r"[\d\s+·()−=n-]+", line), (
                line
            )


def test_two_seeds_give_two_answers(told: dict[int, Told]) -> None:
    typed = [[task["answer"] for task in told[seed] if task["typed"]] for seed in SEEDS]
    assert sum(a == b for a, b in zip(typed[0], typed[1], strict=True)) < len(typed[0]) / 3


def test_typed_answers_are_those_of_the_lectures_sums(told: dict[int, Told]) -> None:
    """The same answers by convscope.arithmetic, by the formula language, and by hand."""
    for tasks in told.values():
        by = {task["id"]: (task["numbers"], task["answer"]) for task in tasks if task["typed"]}
        n, answer = by["c1"]
        assert answer == output_size(n["i"], n["k"], stride=n["s"], pad=n["p"])
        n, answer = by["b1"]
        blocks = f"conv(1, {n['k']})*{n['before']} + maxpool(2) + conv(1, {n['k']})*{n['after']}"
        assert answer == describe(blocks, (1, 99, 99), 10).network.nodes[-1].field.size[0]
        n, answer = by["h1"]
        assert answer == describe(f"conv({n['out']}, {n['k']})", (n["ch"], 32, 32), 10).network.parameters
        n, answer = by["i1"]
        assert math.isclose(answer, information.cross_entropy_loss(n["p"]))
        n, answer = by["g1"]
        assert answer == len(costs.map_sizes(n["i"], n["k"])) - 1
        n, answer = by["e1"]
        assert answer == n["n"] ** 2 * n["m"] ** 2
        n, answer = by["k1"]
        score = torch.tensor([math.log(n["p"]), math.log(1 - n["p"])], requires_grad=True)
        torch.nn.functional.cross_entropy(score[None], torch.tensor([0])).backward()
        assert math.isclose(answer, score.grad[0], abs_tol=1e-6)
        n, answer = by["k2"]
        weight = torch.nn.Parameter(torch.tensor(float(n["w"]), dtype=torch.float64))
        (weight * n["g"]).backward()
        torch.optim.SGD([weight], lr=n["r"]).step()
        assert math.isclose(answer, weight.item(), abs_tol=1e-9)
        n, answer = by["n2"]
        assert answer == torch.nn.Conv2d(1, 16, 5)(torch.zeros(n["b"], 1, 28, 28)).numel()
        n, answer = by["d3"]
        assert answer == 9 * n["m"] - sum(n.values())


def test_near_misses_are_told_with_their_numbers(bench: Bench) -> None:
    said = lambda *asked: bench.call("check", *asked)["said"]  # noqa: E731
    assert "0.333" in said("convolution", "c2", 1000, {"k": "1_1_1_1_1_1_1_1_1"})
    assert said("convolution", "c2", 1000, {"k": "9_-1_1_-1_1_-1_1_-1_-1"}).startswith("A weight is 9.00")
    assert "flat 0.00, a vertical edge 4.00" in said("filters", "d1", 1000, {"k": "-1_0_1_-2_0_2_-1_0_1"})
    assert "moved by 3 and 0" in said("plain", "a2", 1000, {"dx": 3})
    assert "At the start 0 of 11" in said("activation", "f3", 1000, {})
    assert "After ten steps 11 of 11" in said("activation", "f3", 1000, {"w": 0, "b": 1})
    assert "274,570 parameters" in said("architecture", "h2", 1000, {})
    assert "cannot be built" in said("architecture", "h2", 1000, {"f": "conv("})
    assert "2.000 bits" in said("loss", "i3", 1000, {"p": "1_1_1_1"})
    assert said("training", "l4", 1000, {}) == "In colour: lr 0.05, 1,000 pictures. That is not what is asked for."
    colour = "In colour: lr 0.05, 50 pictures, shifts and turns."
    settings = {"n": 50, "u": 2, "b": "n50_q6000_i3"}
    assert said("training", "l4", 1000, settings).startswith(f"{colour} In grey: lr 0.05, 50 pictures, 6,000 shown, se")
    assert ". Now: 0 of 3; A, B, C are" in said("own", "m3", 1000, {"e": 0, "k": "A~B~C"}), "the page's own names"
    assert ". Now: 2 of 3; A, B, C are" in said("own", "m3", 1000, {"e": 0, "k": "cat~B~dog"})
    assert said("mnist", "j2", 1000, {}) == "There is nothing on the pad yet."


def card(lab: LabPage, task: str, css: str) -> str:
    return lab.text(f"[data-task='{task}'] {css}")


def press(lab: LabPage, task: str, css: str) -> None:
    lab.js("document.querySelector(arguments[0]).click()", f"[data-task='{task}'] {css}")


def progress(lab: LabPage) -> str:
    lab.browser.set_script_timeout(5)
    lab.browser.execute_async_script("setTimeout(arguments[0], 400)")  # the address follows after 150 ms
    return str(lab.js("return new URLSearchParams(location.hash.slice(1)).get('tk') ?? ''"))


def test_a_task_is_hinted_refused_and_solved_and_the_address_carries_it_on(lab: LabPage, told: dict[int, Told]) -> None:
    right = next(task["answer"] for task in told[4711] if task["id"] == "c1")
    lab.open("convolution")
    assert lab.js("return document.querySelector('.tasks').open") is False
    assert lab.text(".tasks-count") == "0 of 4"
    lab.open("convolution", "&tk=4711")
    press(lab, "c1", ".task-more")
    assert "O = floor" in card(lab, "c1", ".task-hints")
    lab.put("[data-task='c1'] input", right - 1)
    press(lab, "c1", ".task-check")
    assert card(lab, "c1", ".task-said").startswith("One is missing")
    lab.put("[data-task='c1'] input", -right)
    press(lab, "c1", ".task-check")
    assert f"−{right}" in card(lab, "c1", ".task-said"), "a minus, though a hyphen was typed"
    lab.put("[data-task='c1'] input", right)
    press(lab, "c1", ".task-check")
    assert card(lab, "c1", ".task-said").startswith("Solved. floor(")
    press(lab, "c2", ".task-check")
    assert "0.111, not 1.000" in card(lab, "c2", ".task-said")
    for i, weight in enumerate((-1, -1, 1, -1, 1, -1, 1, -1, -1)):
        lab.put(".kernel-box input", weight, i)
    assert progress(lab) == "4711-c1h1d-c2d"  # what is missing was said anew, and then nothing was
    assert lab.text(".tasks-count") == "2 of 4"
    lab.js("document.querySelector('.lab-pager a:last-child').click()")
    assert (lab.text("h1"), progress(lab)) == ("4Filters", "4711-c1h1d-c2d")
    lab.js("history.back()")
    assert progress(lab) == "4711-c1h1d-c2d"
    assert not console(lab.browser)


def test_progress_is_kept_only_when_asked_for_and_another_seeds_is_not_written_over(lab: LabPage) -> None:
    kept = "return localStorage.getItem('convscope-tasks')"
    lab.open("loss", "&tk=4711-c1d")
    lab.js("localStorage.clear()")
    lab.open("loss", "&tk=4711-c1d")
    assert lab.js(kept) is None
    lab.press("Keep my progress in this browser")
    assert lab.js(kept) == "4711-c1d"
    lab.open("loss", "&tk=4711-i1h1")
    assert lab.js(kept) == "4711-c1d-i1h1"
    lab.open("depth")
    assert lab.text(".tasks-foot .note").startswith("Your numbers are set 4711")
    lab.open("loss", "&tk=5000-i1d")
    assert lab.js(kept) == "4711-c1d-i1h1"
    lab.press("Go on with that")
    assert progress(lab) == "4711-c1d-i1h1"
    lab.press("Forget it")
    assert lab.js(kept) is None


def test_a_browser_that_keeps_nothing_says_so(lab: LabPage) -> None:
    lab.open("loss", "&tk=4711")
    lab.js("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }, configurable: true})")
    lab.press("Keep my progress in this browser")
    assert "does not let the page keep anything" in lab.text(".tasks-keep")


def test_the_certificate_is_made_of_the_address(lab: LabPage, told: dict[int, Told]) -> None:
    lab.open("certificate", "&tk=4711-a1d-c1h2d-c2d-z9d&name=Ada%20L.&date=2027-03-01")
    assert lab.text(".cert-sheet h2") == "Ada L."
    everything = len(told[4711])
    assert lab.text(".cert-sum") == f"3 of {everything} tasks, 2 hints, 2027-03-01, numbers of set 4711"
    rows = lab.js("return [...document.querySelectorAll('.cert-table tbody tr')].map((e) => e.innerText)")
    assert "2 / 4" in rows[2]
    assert "3.1 (hints: 2)" in rows[2]
    assert "3.2: built" in rows[2]
    assert "Why not a plain network" in rows[0]
    chosen = "return document.querySelector('.lab-chooser select').selectedOptions[0]?.textContent"
    assert lab.js(chosen) == lab.text("h1"), "a phone's list of places names it"
    lab.open("certificate", "&tk=nonsense")
    assert lab.text(".cert-sum").startswith("0 of ")
    solved = "".join(f"-{task['id']}h2d" for task in sorted(told[4711], key=lambda task: task["id"]))
    for language in ("en", "ko"):
        lab.open("certificate", f"&tk=4711{solved}&name=Ada", language)
        assert f"{everything}" in lab.text(".cert-sum")
        pages = lab.browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})["data"]
        assert pages_in(pages) == 1  # with everything solved, and hints
    assert not console(lab.browser)


def pages_in(pdf: str) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", base64.b64decode(pdf)))
