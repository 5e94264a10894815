"""A damaged run among good ones in the list of a served lab: it is named, with why, and everything else works."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from convscope.explain.look import SLIDES
from tests.browser.chromium import LOOPBACK, chromium, console, resize
from tests.lab.asking import KEY
from tests.lab.rundirs import run_dir, settings
from tests.lab.serving import served

pytestmark = pytest.mark.browser


def until(what: Any) -> Any:
    """Return what is true at last."""
    end = time.monotonic() + 60
    while not (found := what()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def rows(browser: webdriver.Chrome) -> dict[str, list[str]]:
    """Return each row's state and what is said of it, by id."""
    found = browser.execute_script(
        "return [...document.querySelectorAll('.run-row')].map((row) => [row.dataset.run, "
        "row.querySelector('.run-badge').textContent, row.querySelector('.run-fault').textContent])"
    )  # type: ignore[no-untyped-call]
    return {id: rest for id, *rest in found}


def test_a_damaged_run_is_named_and_everything_else_works(chromium_here: None, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (SLIDES / "log.jsonl").read_text().splitlines()]
    profile = tmp_path / "profile"
    profile.mkdir()
    with served(tmp_path) as (lab, port), chromium(profile, LOOPBACK) as browser:
        for id in ("good", "other"):
            run_dir(lab.runs.root, id, lines, finished=True)
        run_dir(lab.runs.root, "cut", lines).joinpath("run.json").write_text('{"format": ')
        run_dir(lab.runs.root, "<img src=x onerror=alert(1)>").joinpath("run.json").unlink()
        resize(browser, 1280)
        browser.get(f"http://127.0.0.1:{port}/?token={KEY}#l=en&c=workbench")
        found = until(lambda: len(rows(browser)) == 4 and rows(browser))
        assert {id: state for id, (state, _) in found.items()} == {
            "good": "finished", "other": "finished", "cut": "damaged", "<img src=x onerror=alert(1)>": "damaged",
        }  # fmt: skip
        assert found["cut"][1] == "run.json: is not JSON"
        assert "no run of such a name" in found["<img src=x onerror=alert(1)>"][1]
        boxes = browser.find_elements(By.CSS_SELECTOR, ".run-row input")
        assert sum(box.is_displayed() for box in boxes) == 2  # there is nothing to compare of a damaged one
        for box in boxes:
            if box.is_displayed():
                box.click()
        browser.find_element(By.CSS_SELECTOR, ".bench-compare").click()
        until(lambda: len(browser.find_elements(By.CSS_SELECTOR, ".compare-line")) == 4)
        browser.execute_script("location.hash = 'c=workbench&l=en&v=run&r=cut'")  # type: ignore[no-untyped-call]
        until(lambda: "is not JSON" in browser.find_element(By.CSS_SELECTOR, ".run-report").text)
        shown = browser.find_element(By.CSS_SELECTOR, ".run-report").text
        assert "New training" not in shown
        assert "Settings" not in shown
        browser.execute_script("location.hash = 'c=workbench&l=ko'")  # type: ignore[no-untyped-call]
        assert until(lambda: rows(browser).get("cut")) == ["손상됨", "run.json: JSON이 아닙니다"]
        (lab.runs.root / "cut" / "run.json").write_text(json.dumps(settings()))
        until(lambda: rows(browser)["cut"] == ["멈춤", ""])
        assert console(browser) == []
