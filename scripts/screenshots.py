"""Take a picture of every view of a page, in headless Chromium, to look at: `make screenshots` or

    python -m scripts.screenshots PAGE.html [FOLDER] [--all] [--lab]

PAGE is what `convscope look` wrote, or with --lab the index.html of `convscope lab --build`. Without --all, the few
that docs/screenshots/ keeps; with it every view at 1280, 768 and 390 pixels, light and dark, in English and Korean.
Says where a view is wider than the window or wrote to the console, and exits with 1 then.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from selenium import webdriver

from tests.browser.chromium import chromium, console, resize, visit

HIGHEST = 2000
VIEWS = {
    "overview": "",
    "layer": "v=layer&n=conv2&c=3&y=9&x=9",
    "pooling": "v=layer&n=maxpool1&c=3&y=4&x=4",
    "activation": "v=layer&n=relu1&c=2&y=12&x=12",
    "formula": "v=value&n=conv2&c=3&y=4&x=9",
    "scores": "v=layer&n=fc1&c=0",
    "draw": "v=draw",
    "loss": "v=loss",
    "grad-cam": "v=where",
    "occlusion": "v=where&w=occlusion",
    "training": "v=training&s=5",
    "errors": "v=errors",
    "tour": "g=2&v=layer&n=conv1&c=0&y=12&x=12",
}
KEPT = (
    ("overview", 1280, "light", "en"),
    ("layer", 1280, "light", "en"),
    ("formula", 1280, "dark", "ko"),
    ("grad-cam", 1280, "light", "en"),
    ("draw", 390, "light", "ko"),
)
LAB = {"contents": ""} | {
    name: f"c={name}{more}"
    for name, more in {
        "plain": "&dx=2",
        "local": "&n=4",
        "convolution": "",
        "filters": "",
        "sharing": "",
        "activation": "",
        "depth": "",
        "architecture": "",
        "loss": "",
        "mnist": "",
    }.items()
}
LAB_KEPT = (
    ("contents", 1280, "light", "en"),
    ("convolution", 1280, "light", "en"),
    ("architecture", 1280, "dark", "en"),
    ("sharing", 768, "light", "ko"),
)


def shoot(
    driver: webdriver.Chrome, page: Path, view: str, address: str, width: int, theme: str, language: str, to: Path
) -> list[str]:
    """Save one view as `to`, the whole of it down to HIGHEST pixels; return what is wrong with it."""
    resize(driver, width)
    visit(driver, f"{page.resolve().as_uri()}#h={theme}&l={language}&{address}")
    time.sleep(1.5 if view == "occlusion" else 0.6)
    wrong = console(driver)
    wide, high = driver.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )  # type: ignore[no-untyped-call]
    if wide > width:
        wrong.append(f"{wide} pixels wide in a window of {width}")
    resize(driver, width, min(HIGHEST, high))
    time.sleep(0.2)
    with Image.open(io.BytesIO(driver.get_screenshot_as_png())) as picture:
        picture.convert("RGB").save(to, lossless=True, method=6)
    return [f"{to.name}: {what}" for what in wrong]


def main() -> int:
    """Take the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path, help="a page that `convscope look` wrote")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("docs/screenshots"))
    parser.add_argument("--all", action="store_true", help="every view, width, light and language")
    parser.add_argument("--lab", action="store_true", help="the page is the lab's")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    views, kept, prefix = (LAB, LAB_KEPT, "lab-") if options.lab else (VIEWS, KEPT, "")
    every = [(v, w, t, g) for v in views for w in (1280, 768, 390) for t in ("light", "dark") for g in ("en", "ko")]
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, chromium(Path(profile)) as driver:
        for view, width, theme, language in every if options.all else kept:
            to = options.folder / f"{prefix}{view}-{width}-{theme}-{language}.webp"
            wrong += shoot(driver, options.page, view, views[view], width, theme, language, to)
            print(to)
    print(*wrong, sep="\n", file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
