"""Pictures of one's own in a real `convscope lab` in real Chromium: dropped, chosen, taken by camera, trained on."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from convscope.runs.run_json import read_run_json
from tests.browser.chromium import LOOPBACK, chromium
from tests.browser.test_lab_appearance import FAULTS
from tests.browser.test_lab_served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
DROP = """
  const [name, text] = arguments, bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name));
  const place = document.querySelector(".workbench");
  for (const kind of ["dragover", "drop"])
    place.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
"""


@pytest.fixture(scope="module")
def lab(chromium_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with chromium(tmp_path_factory.mktemp("profile"), LOOPBACK, *CAMERA) as browser:
        served = Served(browser, tmp_path_factory.mktemp("served"))
        try:
            yield served
        finally:
            served.close()


def said(lab: Served) -> list[str]:
    """Return what the page says that it understood, once it says so."""
    css = ".drop-found .said li"
    lab.until(lambda: lab.js(f"return document.querySelectorAll('{css}').length"))
    return [str(one.text) for one in lab.browser.find_elements(By.CSS_SELECTOR, css)]


def tabbed(lab: Served) -> bool:
    """Press Tab; return whether the page has noticed that a keyboard is used, which it does not while it is drawn."""
    ActionChains(lab.browser).send_keys(Keys.TAB).perform()
    return bool(lab.js("return document.querySelector(':focus-visible') !== null"))


def zipped(folder: Path) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(folder.rglob("*.png")):
            archive.write(path, path.relative_to(folder))
    return file.getvalue()


def kept(lab: Served) -> list[str]:
    folder = lab.runs / ".lab" / "data"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_zip_is_dropped_understood_and_removed(lab: Served) -> None:
    lab.open("c=workbench")
    lab.shown("Train your first network")
    archive = zipped(lab.data / "pets")
    lab.js(DROP, "my pets.zip", base64.b64encode(archive).decode())
    assert said(lab)[0].endswith("ant (2), bee (2), cat (2)")
    for width in (1280, 390):
        lab.width(width)
        lab.until(lambda: tabbed(lab))  # then a ring shows where the focus is
        assert lab.js(FAULTS) == []
    assert (lab.runs / ".lab" / "data" / "my pets.zip").read_bytes() == archive
    assert kept(lab) == ["my pets.zip"]
    lab.js(DROP, "broken.zip", base64.b64encode(b"no archive").decode())
    fault = lab.until(lambda: lab.text(".drop-fault"))
    assert "broken.zip" in fault
    lab.shown("Remove").click()
    lab.shown("Remove it").click()
    lab.until(lambda: kept(lab) == ["my pets.zip"])
    lab.until(lambda: lab.text(".drop-others") == "my pets.zip")
    assert lab.errors() == []


@pytest.mark.parametrize(("language", "heading"), [("en", "Your own pictures"), ("ko", "내 사진")])
def test_a_folder_is_chosen_on_a_phone_and_the_form_offers_it(lab: Served, language: str, heading: str) -> None:
    lab.open(f"c=workbench&v=own&l={language}")
    lab.width(360)
    lab.until(lambda: lab.text(".own-data .bench-heading") == heading)
    (lab.data / "pets" / ".hidden").write_text("")
    lab.until(lambda: lab.js("return Boolean(document.querySelector('#drop-folder'))"))
    lab.browser.find_element(By.ID, "drop-folder").send_keys(str(lab.data / "pets"))
    assert "ant (2), bee (2), cat (2)" in said(lab)[0]
    assert [path for path in kept(lab) if path.startswith("pets/")] == [
        f"pets/{name}/{i}.png" for name in ("ant", "bee", "cat") for i in range(2)
    ]
    assert lab.js("return document.documentElement.scrollWidth") <= 360
    options = lab.browser.find_element(By.CSS_SELECTOR, ".drop-found a.button")
    lab.js("arguments[0].scrollIntoView({block: 'center'})", options)
    options.click()
    lab.until(lab.ready)
    assert lab.js("return document.querySelector('.bench-form select').value").startswith("folder/own/pets")
    assert lab.js("return document.querySelector('.recipe-choice input:checked').value") == "auto"
    assert lab.js("return document.documentElement.scrollWidth") <= 360
    assert lab.errors() == []


def test_the_form_asks_what_the_command_asks_until_something_is_chosen(lab: Served) -> None:
    lab.open("c=workbench&v=new&d=folder%2F0%2Fpets")
    lab.until(lab.ready)
    tried = "return document.querySelector('.form-part > .note').checkVisibility()"
    assert lab.js(tried)
    lab.shown("Start training").click()
    lab.until(lambda: lab.state() in ("finished", "failed"))
    asked = read_run_json(lab.runs / lab.run())["asked"]
    assert asked == ["--", str(lab.data / "pets")]  # as `convscope train FOLDER`: no recipe, network, epochs or size
    lab.open("c=workbench&v=new&d=folder%2F0%2Fpets")
    lab.until(lab.ready)
    lab.put("#bench-formula", "conv(4, 5) + relu + fc")
    lab.until(lambda: not lab.js(tried))
    lab.until(lab.ready)
    lab.shown("Start training").click()
    lab.until(lambda: lab.state() in ("finished", "failed"))
    asked = read_run_json(lab.runs / lab.run())["asked"]
    assert asked == ["--arch=conv(4, 5) + relu + fc", "--", str(lab.data / "pets")]
    assert lab.errors() == []


def test_pictures_are_taken_and_trained_on_to_a_report(lab: Served) -> None:
    lab.open("c=workbench&v=own")
    lab.shown("Take pictures").click()
    lab.until(lambda: lab.js("return document.querySelector('.camera video').videoWidth"))
    for name in ("cup", "pen"):
        lab.put("#camera-class", name)
        for n in range(1, 9):
            lab.shown("Take a picture").click()
            lab.until(lambda name=name, n=n: f"{name} ({n})" in lab.text(".camera-words .note"))
    lab.shown("Discard the last").click()
    lab.shown("Done: use these pictures").click()
    assert said(lab)[0].endswith("cup (8), pen (7)")
    assert len([path for path in kept(lab) if path.startswith("camera/")]) == 15
    lab.shown("Train").click()
    lab.until(lambda: lab.state() in ("finished", "failed"))
    assert lab.state() == "finished", lab.text(".run-report")
    report = lab.shown("Report")
    assert report.get_attribute("href").endswith(f"/runs/{lab.run()}/report")
    own = lab.browser.current_window_handle
    assert lab.errors() == []
    report.click()
    lab.until(lambda: len(lab.browser.window_handles) == 2)
    lab.browser.switch_to.window(lab.browser.window_handles[-1])
    lab.until(lambda: "cup" in lab.text("body"))
    assert lab.js("return window.origin") == "null"
    assert lab.errors() == []
    lab.browser.close()
    lab.browser.switch_to.window(own)
