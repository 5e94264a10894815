/** The tasks of a chapter at its end: closed until somebody wants them, with how many are done. */

import { make } from "../../kit/dom.js";
import { taskCard } from "./card.js";
import { TASKS } from "./all.js";
import { keepingLine } from "./keeping.js";
import { doneOf, progressIn } from "./progress.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Drawing} Drawing */
/** @typedef {import("../types.js").Lab} Lab */

/** Whether the panel was opened or closed by hand. @type {WeakMap<Lab, boolean>} */
const OPENED = new WeakMap();

/** A chapter's drawing with its tasks below it. @param {Lab} lab @param {Chapter} chapter @returns {Drawing} */
export function withTasks(lab, chapter) {
  const drawing = chapter.mount(lab);
  if (!TASKS[chapter.id] || lab.state.embed) return drawing;
  const panel = tasksPanel(lab, chapter);
  return {
    element: make(lab.doc, "div", {}, drawing.element, panel.element),
    refresh: () => {
      drawing.refresh?.();
      panel.refresh();
    },
    gone: () => {
      panel.gone();
      drawing.gone?.();
    },
  };
}

/** @param {Lab} lab @param {Chapter} chapter */
function tasksPanel(lab, chapter) {
  const { doc, t } = lab;
  const tasks = TASKS[chapter.id];
  const cards = tasks.map((task, i) => taskCard(lab, task, `${chapter.number}.${i + 1}`));
  const count = make(doc, "span", { class: "tasks-count" });
  const seed = make(doc, "p", { class: "note" });
  const keeping = keepingLine(lab);
  const certificate = make(
    doc,
    "a",
    {
      href: "#c=certificate",
      on: {
        click: (/** @type {MouseEvent} */ event) => {
          event.preventDefault();
          lab.go({ c: "certificate" });
        },
      },
    },
    t("tasks.certificate"),
  );
  const element = make(
    doc,
    "details",
    {
      class: "tasks",
      on: {
        toggle: () => {
          OPENED.set(lab, element.open);
          refresh();
        },
      },
    },
    make(doc, "summary", {}, make(doc, "h2", {}, t("tasks.title")), count),
    make(doc, "p", {}, t("tasks.lead")),
    ...cards.map((card) => card.element),
    make(doc, "div", { class: "tasks-foot" }, keeping.element, certificate, seed),
  );
  element.open = OPENED.get(lab) ?? "tk" in lab.state;
  const refresh = () => {
    const progress = progressIn(lab);
    count.textContent = t("tasks.count", { done: doneOf(progress, tasks), all: tasks.length });
    if (!element.open) return;
    seed.textContent = t("tasks.seed", { seed: progress.seed });
    for (const card of cards) card.refresh();
    keeping.refresh();
  };
  refresh();
  return { element, refresh, gone: () => cards.forEach((card) => card.gone()) };
}
