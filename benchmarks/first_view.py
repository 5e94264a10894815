"""How soon a page shows something: headless Chromium opens the site's pages from file://, each in turn.

    python -m benchmarks.first_view [--runs 10]

Needs Chromium and its driver. First and largest contentful paint by the browser's own entries, in milliseconds from the
beginning of the navigation; and the machine's load then, which has to be near nothing for the clock to mean something.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from selenium import webdriver

from benchmarks import results
from convscope.cli.main import main as convscope
from tests.browser.chromium import chromium, resize, visit

WHAT = (
    "Milliseconds from the beginning of a navigation to the first and to the largest contentful paint of the lab's "
    "contents, its chapter 10 and a network's page, from file://, headless Chromium, 1280×900, one row a load; `load` "
    "is the machine's, of one minute."
)
PAGES = {
    "contents": "index.html",
    "chapter 10": "index.html#c=mnist",
    "trained.html": "trained.html",
    "lite0": "lite0.html",
}
PAINTED = """
const done = arguments[0];
new PerformanceObserver((list) => {
  const largest = Math.max(...list.getEntries().map(({ startTime }) => startTime));
  const [first] = performance.getEntriesByName("first-contentful-paint");
  setTimeout(() => done([first.startTime, largest]), 0);
}).observe({ type: "largest-contentful-paint", buffered: true });
"""


def main() -> None:
    """Open each page so often, and write a row a load to benchmarks/results/first-view.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        chromium(Path(name) / "profile") as driver,
    ):
        folder = Path(name) / "site"
        convscope(["lab", "--build", str(folder)])
        convscope(
            [
                "look",
                str(Path(__file__).parents[1] / "convscope/pretrained/lite0.onnx"),
                "-o",
                str(folder / "lite0.html"),
            ]
        )
        rows = [
            {"page": page, "run": run, **painted(driver, f"{folder.resolve().as_uri()}/{address}")}
            for run in range(-1, runs)
            for page, address in PAGES.items()
        ]
        version = driver.capabilities["browserVersion"]
    rows = [row for row in rows if row["run"] != -1]  # the first load of each reads the file from the disk
    for page in PAGES:
        for paint in ("first", "largest"):
            found = results.summary([row[paint] for row in rows if row["page"] == page])
            print(f"{page}, {paint}: n={found.n} mean {found.mean:.0f} sd {found.sd:.0f} least {found.least:.0f}")
    print(results.write("first-view", WHAT, rows, using={"chromium": version}))


def painted(driver: webdriver.Chrome, address: str) -> results.Row:
    """Open a page anew and return when it painted."""
    resize(driver, 1280)
    visit(driver, address)
    first, largest = driver.execute_async_script(PAINTED)  # type: ignore[no-untyped-call]
    return {"first": first, "largest": largest, "load": os.getloadavg()[0]}


if __name__ == "__main__":
    main()
