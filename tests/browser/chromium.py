"""Real Chromium, headless, for tests, pictures and measurements. Needs Debian's `chromium` and `chromium-driver`, or
their like.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"),
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no network: a page that asks for something fails
)
PATIENCE = 180  # seconds
LOOPBACK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # given besides: this machine, and nothing else


class NoBrowser(Exception):
    """There is no Chromium here, or no driver for it."""


def programs() -> tuple[str, str]:
    """Return the paths of Chromium and its driver. Raises NoBrowser."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None), shutil.which("chromedriver")
    if None in found:
        raise NoBrowser("needs chromium and chromedriver: apt-get install chromium chromium-driver fonts-noto-cjk")
    return str(found[0]), str(found[1])


@contextmanager
def chromium(profile: Path, *flags: str) -> Iterator[webdriver.Chrome]:
    """Start a Chromium with a profile folder of its own and quit it at the end. Its console can be read by get_log."""
    program, driver = programs()
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={profile}", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.enable_downloads = False
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    started.set_script_timeout(120)
    try:
        yield started
    finally:
        started.quit()


def resize(browser: webdriver.Chrome, width: int, height: int = 900) -> None:
    """Give the page a window of that size; below 500 pixels it is a phone's."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def visit(browser: webdriver.Chrome, address: str) -> None:
    """Load an address anew, also where only its # differs, with an empty console."""
    browser.get("about:blank")
    console(browser)
    browser.get(address)


def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true; fail where it does not. How fast the machine is is not what is tested."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def console(browser: webdriver.Chrome) -> list[str]:
    """Return what the page has said since the last time, and the browser of it."""
    return [entry["message"] for entry in browser.get_log("browser")]  # type: ignore[no-untyped-call]
