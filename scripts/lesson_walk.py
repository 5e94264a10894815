"""Hold the 45-minute lesson of the page for teachers in headless Chromium, step by step and without a network:

    python -m scripts.lesson_walk SITE [FOLDER]

SITE is what `convscope lab --build` wrote. Each step of the plan is opened by its own link and done: the task is solved
with the answer of the answer key, the digit is drawn, the training is dragged through. At 1280 and 390 pixels, in
English and Korean, light and dark; a picture of every state goes to FOLDER (build/lesson) to be looked at. Says what
could not be done, what moved by itself (layout shift), what is wider than its window and what the console said, and
exits with 1 then.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains

from tests.browser.chromium import chromium, console, resize, until, visit

LOOKS = ((1280, "en", "light"), (1280, "ko", "dark"), (390, "ko", "light"), (390, "en", "dark"))
SEED = 1000  # the answer key opens with it
LESSON = (  # steps that remain in 45 minutes, each with the tasks that it sets
    ("plain", ("a2",)),
    ("convolution", ("c1", "c2")),
    ("filters", ("d1",)),
    ("depth", ()),
    ("architecture", ("h2",)),
    ("loss", ("i1",)),
    ("mnist", ()),
    ("backwards", ("k2",)),
)
HIGHEST = 9000  # pixels of a picture: the teachers' page goes on, with its answers and sheets
DRAWN = "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0], 200)))"
SHIFT = 0.1  # what Core Web Vitals call good
SHIFTS = """
const done = arguments[0];
let sum = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
}).observe({ type: "layout-shift", buffered: true });
setTimeout(() => done(sum), 300);
"""
SLIDE = """
const [css, value] = arguments;
const field = document.querySelector(css);
field.value = value;
field.dispatchEvent(new Event("input", { bubbles: true }));
"""


class Lesson:
    """The lesson in one look: window width, language, theme."""

    def __init__(self, browser: webdriver.Chrome, site: Path, to: Path, look: tuple[int, str, str]) -> None:
        self.browser, self.site, self.to = browser, site, to
        self.width, self.language, self.theme = look
        self.faults: list[str] = []
        self.pictures = 0

    def js(self, code: str, *asked: object) -> Any:
        return self.browser.execute_script(code, *asked)

    def hold(self) -> None:
        resize(self.browser, self.width)
        self.open(f"{(self.site / 'teacher.html').as_uri()}#l={self.language}&h={self.theme}", "teacher")
        plan = self.links(".teach-plan tbody tr", "one.querySelector('a').href", "one.cells[1].textContent !== '–'")
        key = self.links("[data-answer]", "[one.dataset.answer, one.href ?? one.textContent]", "true")
        answers = dict(key)
        chapters = tuple(link.split("c=")[1].split("&")[0] for link in plan)
        if chapters != tuple(chapter for chapter, _ in LESSON):
            self.faults.append(f"the plan has {chapters}")
        for link, (chapter, tasks) in zip(plan, LESSON, strict=True):
            self.open(f"{link}&h={self.theme}", chapter)
            getattr(self, chapter)()
            for task in tasks:
                self.solve(chapter, task, answers[task])

    def links(self, css: str, value: str, wanted: str) -> list[Any]:
        code = f"return [...document.querySelectorAll(arguments[0])].filter((one) => {wanted}).map((one) => {value})"
        return list(self.js(code, css))

    def open(self, address: str, name: str) -> None:
        visit(self.browser, address)
        until(lambda: self.js("return document.querySelector('h1') !== null"))
        self.look(name)

    def look(self, name: str) -> None:
        """Take a picture and note what is wrong with what is shown."""
        time.sleep(0.4)
        shifted = self.browser.execute_async_script(SHIFTS)
        if shifted > SHIFT:
            self.faults.append(f"{name}: moved by {shifted:.2f}")
        wide, high = self.js("return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        if wide > self.width:
            self.faults.append(f"{name}: {wide} pixels wide")
        self.faults += [f"{name}: {line}" for line in console(self.browser)]
        self.pictures += 1
        resize(self.browser, self.width, min(high, HIGHEST))
        self.browser.execute_async_script(DRAWN)
        name = f"{self.width}-{self.language}-{self.theme}-{self.pictures:02}-{name}.png"
        self.browser.save_screenshot(str(self.to / name))
        resize(self.browser, self.width)

    def expect(self, what: str, code: str) -> None:
        try:
            until(lambda: self.js(f"return {code}"), 20)
        except AssertionError:
            self.faults.append(f"{what}: did not come")

    def solve(self, chapter: str, task: str, answer: str) -> None:
        """Solve a task as the answer key does: typed into its field, or by the state that its link opens."""
        place = f"[data-task='{task}']"
        if answer.startswith("file:"):
            self.open(f"{answer}&h={self.theme}", f"{chapter}-{task}")
        else:
            visit(
                self.browser, f"{self.site.as_uri()}/index.html#c={chapter}&tk={SEED}&l={self.language}&h={self.theme}"
            )
            self.js(SLIDE, f"{place} input", answer)
        self.js("document.querySelector(arguments[0])?.click()", f"{place} .task-check")
        self.expect(f"{chapter}, task {task}", f'document.querySelector("{place}.is-done") !== null')
        self.js("document.querySelector(arguments[0]).scrollIntoView()", place)
        self.look(f"{chapter}-{task}-solved")

    def plain(self) -> None:
        self.js(SLIDE, ".move-by input, [data-widget=move] input[type=range]", 2)
        self.expect("plain: moved, and wrong", "document.querySelector('.plain-answer.is-wrong') !== null")
        self.look("plain-moved")

    def convolution(self) -> None:
        self.js("document.querySelector('.numbers-out [data-at=\"3.3\"]').focus()")
        self.expect("convolution: its sum", "document.querySelector('.products').textContent.length > 20")
        self.look("convolution-sum")

    def filters(self) -> None:
        for n in (0, 3, 6):
            self.js("document.querySelectorAll('.filter-thumb')[arguments[0]].click()", n)
            self.expect("filters", "document.querySelectorAll('.filter-thumb[aria-pressed=true]').length === 1")
        self.look("filters-chosen")

    def depth(self) -> None:
        self.expect("depth: it ends", "document.querySelector(\"[data-figure='size4']\")?.textContent === '1×1'")

    def architecture(self) -> None:
        self.js(SLIDE, "main textarea, main input[type=text]", "conv(8, 5) + relu + maxpool(2) + fc")
        self.expect("architecture", "document.querySelector('.built code').textContent.startsWith('conv(8, 5)')")
        self.look("architecture-typed")

    def loss(self) -> None:
        self.js("document.querySelector('[data-widget=entropy] .presets button').click()")
        self.expect("loss", "document.querySelector(\"[data-figure='entropy']\") !== null")
        self.look("loss-entropy")

    def mnist(self) -> None:
        self.js(SLIDE, ".train-shown .scrubber", 4)
        self.expect("mnist: the training", "document.querySelector('.train-shown .readout').textContent.length > 4")
        pad = self.js("return document.querySelector('[data-widget=draw] canvas')")
        self.js("arguments[0].scrollIntoView({ block: 'center' })", pad)
        actions = ActionChains(self.browser, duration=20).move_to_element_with_offset(pad, 0, -60).click_and_hold()
        for _ in range(6):
            actions.move_by_offset(0, 20)
        actions.release().perform()
        self.expect("mnist: a digit is read", "document.querySelector('[data-widget=draw] .score.winner') !== null")
        self.look("mnist-drawn")
        self.js("document.querySelectorAll('.quiz-key')[3].click()")
        self.expect("mnist: the quiz", "/1/.test(document.querySelector('.quiz-score').textContent)")
        self.look("mnist-quiz")

    def backwards(self) -> None:
        """The chain walked to its end, then a step, ten and a hundred."""
        press = "[...document.querySelectorAll(arguments[0])].at(arguments[1]).click()"
        self.js(press, "[data-widget=walk] button.icon", -1)
        self.look("backwards-chain")
        for n in range(3):
            self.js(press, "[data-widget=step] .player button", n)
        self.expect("backwards: 111 steps", "/111/.test(document.querySelector('[data-widget=step]').textContent)")
        self.look("backwards-steps")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Hold the 45-minute lesson in headless Chromium.")
    parser.add_argument("site", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("build/lesson"))
    args = parser.parse_args(argv)
    args.folder.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as profile, chromium(Path(profile)) as browser:
        for look in LOOKS:
            lesson = Lesson(browser, args.site.resolve(), args.folder, look)
            lesson.hold()
            wrong += len(lesson.faults)
            print(f"{' '.join(map(str, look))}: {lesson.pictures} pictures", *lesson.faults, sep="\n  ", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
