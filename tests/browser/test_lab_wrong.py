"""Chapter 12: its experiments, trained in the page, show what they say; SIMD's bits make them the same everywhere."""

from __future__ import annotations

import statistics

import pytest
from selenium import webdriver

from tests.browser.chromium import console, until
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser
EXPERIMENTS = ".going-wrong > .presets"


@pytest.fixture(scope="module")
def lab(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> LabPage:
    page = LabPage(browser, tmp_path_factory.mktemp("lab"))
    page.open("training")
    trained(page)  # the first one, by itself
    return page


def trained(lab: LabPage) -> str:
    """Wait for the end, and return what the page says of it."""
    until(lambda: lab.text(".wrong-outcome") != "" and lab.text(".train-choices .run") == "Train anew")
    return lab.text(".wrong-outcome")


def show(lab: LabPage, experiment: str) -> str:
    lab.press(experiment)
    return trained(lab)


def number(lab: LabPage, name: str) -> float:
    return float(lab.figure(name).split()[0].replace("−", "-"))


def test_the_first_training_begins_by_itself_and_learns(lab: LabPage) -> None:
    assert lab.text(".wrong-outcome").startswith("It learned: ")
    assert number(lab, "validation-now") > 80
    assert lab.figure("validation-before") == "–"
    assert "the same bits on every machine" in lab.text(".wrong-progress")
    assert len(lab.js("return document.querySelectorAll('.wrong-curves .curve-validation.is-now')")) == 2
    assert console(lab.browser) == []


def test_too_large_a_step_kills_neurons_and_bn_rescues_them(lab: LabPage) -> None:
    assert "channels behind ReLU 3 are 0 for every validation picture" in show(lab, "Too large a step")
    assert max(int(one.split()[0]) for one in lab.figures("dead-is-now")) >= 8
    assert {one.split()[0] for one in lab.figures("dead-is-before")} == {"0"}
    assert number(lab, "validation-now") < 20 < number(lab, "validation-before")
    show(lab, "Rescue: batch normalisation")
    assert number(lab, "validation-before") < 20
    assert number(lab, "validation-now") > 85
    assert sum(int(one.split()[0]) for one in lab.figures("dead-is-now")) < 10
    show(lab, "Rescue: leaky ReLU")
    assert sum(int(one.split()[0]) for one in lab.figures("dead-is-before")) >= 5
    assert {one.split()[0] for one in lab.figures("dead-is-now")} == {"0"}
    assert number(lab, "validation-now") > number(lab, "validation-before") + 1


def test_too_small_a_step_crawls_and_a_huge_one_diverges(lab: LabPage) -> None:
    assert show(lab, "Too small a step").startswith("It has hardly learned")
    assert number(lab, "training-loss-now") > 2.2
    assert show(lab, "Divergence").startswith("It diverged: after step ")
    steps, _, end = lab.figure("steps-now").partition(", ")
    assert end == "then ∞"
    assert lab.text(".wrong-progress").startswith(f"{32 * int(steps):,} pictures in "), "no more than it saw"


def test_label_smoothing_halves_the_loss_and_hardly_the_errors(lab: LabPage) -> None:
    show(lab, "With label smoothing")
    assert number(lab, "validation-loss-now") < 0.6 * number(lab, "validation-loss-before")
    assert 0 < number(lab, "validation-now") - number(lab, "validation-before") < 5
    assert lab.figure("changed-now") == "lr 0.05, 200 pictures, smoothing 0.1"
    show(lab, "Batch: 1")
    assert lab.figure("changed-now") == "lr 0.05, 1,000 pictures, batch 1, 6,000 shown"


def test_what_takes_too_long_ends_early_says_so_and_can_be_had_whole(
    browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory
) -> None:
    slow = LabPage(browser, tmp_path_factory.mktemp("slow"))
    slow.open("filters")
    slow.js("""window.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        this.addEventListener("message", ({ data }) => { if (data.say === "steps") data.seconds += 100; });
      }
    }""")
    slow.js("location.hash = 'c=training&l=en'")
    until(lambda: slow.browser.find_elements("css selector", ".wrong-curves"))
    slow.js("document.querySelector('.wrong-curves').scrollIntoView()")
    until(lambda: slow.text(".wrong-progress").startswith("Stopped after 10"))
    assert "with 800 of 12,000 pictures" in slow.text(".wrong-progress"), "at its first measurement"
    until(lambda: slow.text(".wrong-outcome"))
    slow.press("To the end")
    until(lambda: slow.text(".wrong-progress").startswith("12,000 pictures in "))
    assert [b.text for b in slow.browser.find_elements("css selector", ".wrong-two button") if b.is_displayed()].count(
        "To the end"
    ) == 0
    assert console(slow.browser) == []


def test_few_pictures_overfit_and_augmentation_closes_the_gap(lab: LabPage) -> None:
    lab.open("training")  # the browser holds another page since
    trained(lab)
    assert show(lab, "Too few pictures").startswith("It overfits: 100.0\xa0%")
    assert number(lab, "gap-before") < 5
    alone = number(lab, "gap-now")
    assert alone > 20
    best, at = lab.figure("best-now").replace(",", "").split(" at ")
    assert float(best) < number(lab, "validation-loss-now") - 0.3, "it was better once"
    assert int(at) < 12000
    show(lab, "With augmentation")
    assert number(lab, "gap-before") == alone, "the same training stands in grey"
    assert number(lab, "gap-now") < alone - 5


def losses(lab: LabPage) -> list[str]:
    return [lab.figure(f"{of}-loss-{when}") for of in ("training", "validation") for when in ("before", "now")]


def test_a_link_leads_to_the_same_trainings_and_a_slider_moves_them_on(lab: LabPage) -> None:
    figures = losses(lab)
    assert lab.js("return location.hash") == "#c=training&l=en&b=n50&n=50&u=2"
    lab.open("training", "&b=n50&n=50&u=2")
    trained(lab)
    assert losses(lab) == figures
    lab.put(".wrong-controls input[type=range]", 1, 2)  # 200 pictures
    until(lambda: "press Train" in lab.text(".wrong-progress"))
    lab.press("Train")
    trained(lab)
    assert lab.figure("training-loss-before") == figures[1], "what was now is before"
    assert lab.figure("changed-now") == "lr 0.05, 200 pictures, shifts and turns"
    until(lambda: "b=n50_u2&n=200&u=2" in lab.js("return location.hash"))


def test_seeds_spread_and_choosing_by_validation_is_too_kind(lab: LabPage) -> None:
    lab.open("training", "&n=200&q=6000")
    trained(lab)
    lab.press("Train them all")
    until(
        lambda: (
            lab.text(".wrong-luck .sum-of-window").startswith("Test: ") and "points above" in lab.text(".wrong-luck")
        ),
    )
    tests = [float(one.removesuffix("\xa0%")) for one in lab.figures("seed-test")]
    assert len(tests) == len(set(tests)) == 5
    said = lab.text(".wrong-luck .sum-of-window").split()
    assert float(said[1]) == pytest.approx(statistics.mean(tests), abs=0.051)
    assert float(said[4]) == pytest.approx(statistics.stdev(tests), abs=0.051)
    rows = lab.js(
        "return [...document.querySelectorAll('.wrong-luck tbody tr')]"
        ".map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    hundred = [float(row[1].removesuffix("\xa0%")) for row in rows]
    chosen = next(i for i, row in enumerate(rows) if "✓" in row[0])
    assert hundred[chosen] == max(hundred)
    lead = float(lab.text(".wrong-luck").split(" points above")[0].split()[-1])
    assert lead == pytest.approx(max(hundred) - statistics.mean(hundred), abs=0.051)
    kind = lab.text(".wrong-luck").split("leads by ")[1].split()
    assert float(kind[0]) > float(kind[8].replace("−", "-")), "more where it was chosen than on the test"
    assert console(lab.browser) == []
