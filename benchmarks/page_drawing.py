"""How a page keeps up with a drawing hand: frames and answers a second while a pen moves over the pad for some seconds.

    python benchmarks/page_drawing.py PAGE.html [--seconds 5] [--runs 5]

Needs Chromium and its driver. A pointer moves once a frame; a frame that takes longer than 1/60 s shows as a gap.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import itertools

from scripts.screenshots import chromium, size

PEN = """
const [frames, done] = arguments, pad = document.querySelector("canvas.pad"), box = pad.getBoundingClientRect(), times = [];
let answers = 0, i = 0;
const score = document.querySelector(".score .logit");
new MutationObserver(() => answers++).observe(score, { childList: true, characterData: true, subtree: true });
const send = (kind) => pad.dispatchEvent(new PointerEvent(kind, { pointerId: 1, bubbles: true,
  clientX: box.left + 40 + (i * 3) % 200, clientY: box.top + 140 + 80 * Math.sin(i / 9) }));
send("pointerdown");
const step = (now) => {
  times.push(now); i++; send("pointermove");
  if (i < frames) requestAnimationFrame(step); else { send("pointerup"); setTimeout(() => done([times, answers]), 100); }
};
requestAnimationFrame(step);
"""


def main() -> None:
    """Draw and print frames and answers a second, mean and spread over the runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    frames_a_second, answers_a_second, worst = [], [], 0.0
    with chromium() as driver:
        driver.set_script_timeout(120)
        version = driver.capabilities["browserVersion"]
        for _ in range(options.runs):
            size(driver, 1280, 900)
            driver.get("about:blank")
            driver.get(f"{options.page.resolve().as_uri()}#v=draw")
            times, answers = driver.execute_async_script(PEN, round(60 * options.seconds))  # type: ignore[no-untyped-call]
            seconds = (times[-1] - times[0]) / 1000
            frames_a_second.append((len(times) - 1) / seconds)
            answers_a_second.append(answers / seconds)
            worst = max(worst, *(b - a for a, b in itertools.pairwise(times)))
    print(
        f"{platform.machine()} {platform.system()}, Chromium {version}, {options.page.name}, {options.runs} runs of {options.seconds:g} s"
    )
    for name, values in (("frames a second", frames_a_second), ("answers a second", answers_a_second)):
        spread = statistics.stdev(values) if len(values) > 1 else 0.0
        print(f"{name:18} {statistics.mean(values):6.1f} ± {spread:.1f}")
    print(f"longest frame      {worst:6.1f} ms")


if __name__ == "__main__":
    main()
