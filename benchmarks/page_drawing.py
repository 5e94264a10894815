"""How a page keeps up with a drawing hand: frames and answers a second while a pen moves over the pad for some seconds.

    python -m benchmarks.page_drawing [PAGE.html] [--seconds 5] [--runs 5]

Needs Chromium and its driver. The page is that of the slides model, unless one is given. A pointer moves once a frame;
a frame that takes longer than 1/60 s shows as a gap.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
from pathlib import Path

from selenium import webdriver

from benchmarks import results
from convscope.cli.main import main as convscope
from tests.browser.chromium import chromium, resize, visit

WHAT = (
    "A pen moves once a frame over the drawing pad of the slides model's page (8 million multiplications an answer), "
    "headless Chromium, "
    "one row a run: frames and new answers a second, and the longest frame."
)
PEN = """
const [frames, done] = arguments, times = [];
const pad = document.querySelector("canvas.pad"), box = pad.getBoundingClientRect();
let answers = 0, i = 0;
const score = document.querySelector(".score .logit");
new MutationObserver(() => answers++).observe(score, { childList: true, characterData: true, subtree: true });
const send = (kind) => pad.dispatchEvent(new PointerEvent(kind, { pointerId: 1, bubbles: true,
  clientX: box.left + 40 + (i * 3) % 200, clientY: box.top + 140 + 80 * Math.sin(i / 9) }));
send("pointerdown");
const step = (now) => {
  times.push(now); i++; send("pointermove");
  if (i < frames) return requestAnimationFrame(step);
  send("pointerup");
  setTimeout(() => done([times, answers]), 100);
};
requestAnimationFrame(step);
"""


def main() -> None:
    """Draw, and write frames and answers a second of each run to benchmarks/results/page-drawing.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path, nargs="?")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        chromium(Path(folder) / "profile") as driver,
    ):
        page = options.page or Path(folder) / "slides.html"
        if options.page is None:
            convscope(["look", "-o", str(page)])
        rows = [{"page": page.name, "run": run, **drawn(driver, page, options.seconds)} for run in range(options.runs)]
        version = driver.capabilities["browserVersion"]
    for row in rows:
        print(row)
    if options.page is None:
        print(results.write("page-drawing", WHAT, rows, using={"chromium": version}))


def drawn(driver: webdriver.Chrome, page: Path, seconds: float) -> results.Row:
    """Move the pen for so many seconds of 60 frames and return what a row says of it."""
    resize(driver, 1280)
    visit(driver, f"{page.resolve().as_uri()}#v=draw")
    times, answers = driver.execute_async_script(PEN, round(60 * seconds))  # type: ignore[no-untyped-call]
    took = (times[-1] - times[0]) / 1000
    longest = max(b - a for a, b in itertools.pairwise(times))
    figures = {
        "frames_per_second": (len(times) - 1) / took,
        "answers_per_second": answers / took,
        "longest_frame_milliseconds": longest,
    }
    return {**{name: round(value, 2) for name, value in figures.items()}, "load": os.getloadavg()[0]}


if __name__ == "__main__":
    main()
