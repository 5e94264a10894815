/** One task: what is asked, its hints, where the answer is typed or checked, and what came of it. */

import { button, make, refill } from "../../kit/dom.js";
import { fixed, thousands } from "../../kit/format.js";
import { progressIn, recordTask, touchedOf } from "./progress.js";
import { isTyped, numbersOf, typedVerdict } from "./task.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./task.js").Task} Task */
/** @typedef {import("./task.js").Verdict} Verdict */

/**
 * The right answer as it is written.
 * @param {import("./task.js").TypedTask} task
 * @param {import("./task.js").Numbers} n
 */
export function answerText(task, n) {
  const right = task.answer(n);
  return task.digits === undefined ? thousands(right) : fixed(right, task.digits);
}

/** @param {Lab} lab @param {Task} task @param {string} number how it is called: 3.1 */
export function taskCard(lab, task, number) {
  const { doc, t, win } = lab;
  const text = make(doc, "p", { class: "task-text", id: `task-${task.id}` });
  const said = make(doc, "p", { class: "task-said" });
  const hints = make(doc, "ol", { class: "task-hints" });
  const more = button(doc, t("tasks.hint", { n: 1, all: task.hints.length }), () => hint(), {
    class: "link task-more",
  });
  const work = make(doc, "div", { class: "task-work" });
  const mark = make(doc, "span", { class: "task-mark", "aria-hidden": "true" });
  const element = make(
    doc,
    "article",
    { class: "task", "data-task": task.id, "aria-labelledby": `task-${task.id}` },
    make(doc, "span", { class: "task-number" }, number, mark),
    make(doc, "div", { class: "task-body" }, text, work, said, hints, more),
  );
  const field = make(doc, "input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    class: "task-field",
    "aria-label": t("tasks.answer", { number }),
    on: {
      keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter") check();
      },
      blur: () => writeMinus(),
    },
  });
  const writeMinus = () => {
    if (field.value.includes("-")) field.value = field.value.replace(/-/g, "−");
  };
  /** Once it was asked for, what is missing is said anew with every change. */
  let asked = false;
  let shown = "";
  let timer = 0;
  const numbers = () => numbersOf(task, progressIn(lab).seed);
  const touched = () => touchedOf(progressIn(lab), task.id);
  /** @returns {Verdict} */
  const verdict = () => {
    if (!isTyped(task)) return task.check(lab, numbers());
    writeMinus();
    return typedVerdict(task, t, numbers(), field.value);
  };
  const solved = () => {
    win.clearTimeout(timer);
    timer = 0;
    if (touched().done) return;
    recordTask(lab, task.id, { done: true });
    lab.say(`${t("tasks.solved")} ${task.why(t, numbers())}`);
  };
  const check = () => {
    if (touched().done) return;
    asked = true;
    const { done, said: missing } = verdict();
    if (done) return solved();
    said.textContent = missing;
    return lab.say(missing);
  };
  const hint = () => {
    recordTask(lab, task.id, { hints: Math.min(task.hints.length, touched().hints + 1) });
    lab.say(hints.lastElementChild?.textContent ?? "");
  };
  const draw = () => {
    const [n, { done, hints: open }] = [numbers(), touched()];
    const key = JSON.stringify([n, done, open]);
    if (key === shown) return;
    const anew = shown === "" || JSON.stringify(n) !== JSON.stringify(JSON.parse(shown)[0]);
    shown = key;
    text.textContent = task.text(t, n);
    element.classList.toggle("is-done", done);
    mark.textContent = done ? " ✓" : "";
    refill(hints, ...task.hints.slice(0, open).map((one) => make(doc, "li", {}, one(t, n))));
    more.textContent = t("tasks.hint", { n: open + 1, all: task.hints.length });
    more.hidden = done || open >= task.hints.length;
    if (done) {
      if (work.contains(doc.activeElement)) element.focus();
      refill(work, isTyped(task) ? make(doc, "b", { class: "figure task-right" }, answerText(task, n)) : null);
      refill(said, make(doc, "b", {}, t("tasks.solved")), ` ${task.why(t, n)}`);
    } else if (anew) {
      asked = false;
      field.value = "";
      said.textContent = "";
      const begin = isTyped(task) ? undefined : task.begin;
      refill(
        work,
        begin ? button(doc, begin.name(t), () => lab.tune(begin.state(lab.payload))) : null,
        isTyped(task) ? field : null,
        button(doc, t("tasks.check"), check, { class: "primary task-check" }),
      );
    }
  };
  element.tabIndex = -1;
  return {
    element,
    refresh: () => {
      draw();
      if (!asked || touched().done || isTyped(task) || timer) return;
      timer = win.setTimeout(() => {
        timer = 0;
        if (touched().done || !element.isConnected) return;
        const { done, said: missing } = verdict();
        if (done) solved();
        else said.textContent = missing;
      }, 120);
    },
    gone: () => win.clearTimeout(timer),
  };
}
