"""What chapter 13 makes of pictures left out more than once: by hand, and by what each fit alone gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium import webdriver

from convscope.page.inline import document
from convscope.page.modules import join

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
FOLDS = 5


class OwnPage:
    def __init__(self, browser: webdriver.Chrome, folder: Path) -> None:
        script = join(HERE / "own_page.js", HERE.parent.parent)
        page = document(script=script, style="", title="own", language="en", payload={}, dictionary={})
        (folder / "own.html").write_text(page, encoding="utf-8")
        browser.get((folder / "own.html").as_uri())
        self.browser = browser

    def call(self, name: str, *asked: Any) -> Any:
        return self.browser.execute_script("return bench.call(...arguments)", name, list(asked))


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> OwnPage:
    return OwnPage(browser, tmp_path_factory.mktemp("own"))


def test_folds_in_turn_begin_later_and_keep_neighbours_together(page: OwnPage) -> None:
    labels = [0] * 7 + [1] * 5
    assert page.call("foldsInTurn", labels) == [0, 0, 1, 2, 2, 3, 4, 0, 1, 2, 3, 4]
    assert page.call("foldsInTurn", labels, 1) == [0, 1, 2, 2, 3, 4, 0, 1, 2, 3, 4, 0]


def left_out(features: list[list[float]]) -> list[dict[str, Any]]:
    """Return pictures of which each is left out as often as its row is long, with these distances of features."""
    turn = [i % FOLDS for i in range(len(features))]
    return [
        {"draws": [{"distances": {"picture": 0.0, "features": far, "background": 0.0}, "fold": turn[i]} for far in row]}
        for i, row in enumerate(features)
    ]


def test_a_bound_takes_every_distance_but_counts_pictures(page: OwnPage) -> None:
    rng = np.random.default_rng(3)
    far = rng.exponential(size=(24, 4))
    bound = page.call("boundBy", left_out(far.tolist()))
    ordered = np.sort(far.ravel())  # 96 distances: the unit is the ⌈97 · 0.75⌉-th less the median, the bound the 93rd
    spread = ordered[72] - np.median(ordered)
    assert bound["parts"][1]["spread"] == pytest.approx(spread, rel=1e-6)
    assert bound["threshold"] == pytest.approx((ordered[92] - np.median(ordered)) / spread, rel=1e-3)
    assert page.call("boundBy", left_out(far[:18].tolist())) is None, "72 distances of 18 pictures are 18 pictures"


def test_the_share_refused_is_of_all_the_times_that_a_picture_was_left_out(page: OwnPage) -> None:
    far = np.tile(np.linspace(0, 1, 30)[:, None], (1, 4))
    far[7, 2] = 50.0  # one time of 120
    assert page.call("refusedShare", left_out(far.tolist())) * 120 == pytest.approx(
        1 + 4 * sum(refused_by_hand(far, i) for i in range(30) if i != 7), abs=1e-6
    )


def refused_by_hand(far: np.ndarray, i: int) -> int:
    others = np.sort(far[np.arange(len(far)) % FOLDS != i % FOLDS].ravel())
    rank = int(np.ceil((len(others) + 1) * 0.95 - 1e-9))
    middle = np.median(others)
    spread = others[int(np.ceil((len(others) + 1) * 0.75 - 1e-9)) - 1] - middle
    threshold = max(1.0, (others[min(rank, len(others)) - 1] - middle) / spread) * (1 + 1e-4)
    return int((far[i, 0] - middle) / spread > threshold)


def test_a_picture_left_out_again_has_the_distance_that_a_fit_without_those_gives(page: OwnPage) -> None:
    rng = np.random.default_rng(0)
    labels = [0] * 10 + [1] * 10
    rows = (rng.normal(size=(20, 6)) + 3 * np.array(labels)[:, None]).tolist()
    statistics = rng.normal(size=(20, 4)).tolist()
    folds = [page.call("foldsInTurn", labels, shift) for shift in (0, 1)]
    asked = {"rows": rows, "statistics": statistics, "labels": labels, "classes": 2, "candidates": [[[0, 6]]]}
    both, first, second = (
        page.call("learnHead", {**asked, "fold": fold, "again": again})["leftOut"]
        for fold, again in ((folds[0], folds[1:]), (folds[0], []), (folds[1], []))
    )
    assert folds[0] != folds[1]
    for i, one in enumerate(both):
        assert one["distances"] == [first[i]["distances"][0], second[i]["distances"][0]]
        assert one["logits"] == first[i]["logits"]
