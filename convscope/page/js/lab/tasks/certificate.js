/** One page to print: what was solved, chapter by chapter, made from the address alone. */

import { button, make, refill, tableHead } from "../../kit/dom.js";
import { TASKS } from "./all.js";
import { doneOf, progressIn, touchedOf } from "./progress.js";
import { isTyped, numbersOf } from "./task.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */

/** @param {Chapter[]} chapters whose tasks it lists @returns {Chapter} */
export function certificatePage(chapters) {
  return {
    id: "certificate",
    number: 0,
    title: (t) => t("cert.title"),
    lead: (t) => t("cert.lead"),
    mount: (lab) => mountCertificate(lab, chapters),
  };
}

const LONGEST_NAME = 60;

/** @param {Lab} lab @param {Chapter[]} chapters */
function mountCertificate(lab, chapters) {
  const { doc, t } = lab;
  const name = make(doc, "input", {
    type: "text",
    class: "cert-name",
    autocomplete: "name",
    maxlength: LONGEST_NAME,
    on: { input: () => lab.tune({ name: name.value }) },
  });
  const date = make(doc, "input", {
    type: "date",
    class: "cert-date",
    on: { input: () => lab.tune({ date: date.value }) },
  });
  const sheet = make(doc, "div", { class: "cert-sheet" });
  const element = make(
    doc,
    "div",
    { class: "certificate" },
    make(
      doc,
      "div",
      { class: "cert-tools" },
      make(doc, "label", {}, t("cert.name"), " ", name),
      make(doc, "label", {}, t("cert.date"), " ", date),
      button(doc, t("cert.print"), () => lab.win.print(), { class: "primary" }),
    ),
    sheet,
    make(doc, "p", { class: "note cert-note" }, t("cert.note")),
  );
  const refresh = () => {
    const named = (lab.state.name ?? "").slice(0, LONGEST_NAME);
    const dated = /^\d{4}-\d\d-\d\d$/.test(lab.state.date ?? "") ? lab.state.date : today();
    if (doc.activeElement !== name) name.value = named;
    if (doc.activeElement !== date) date.value = dated;
    refill(sheet, ...sheetOf(lab, chapters, named, dated));
  };
  refresh();
  return { element, refresh };
}

/** This day, by the reader's clock. */
function today() {
  const now = new Date();
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** @param {Lab} lab @param {Chapter[]} chapters @param {string} name @param {string} date */
function sheetOf(lab, chapters, name, date) {
  const { doc, t } = lab;
  const progress = progressIn(lab);
  const all = Object.values(TASKS).flat();
  const hints = all.reduce((sum, { id }) => sum + touchedOf(progress, id).hints, 0);
  const rows = chapters
    .filter(({ id }) => TASKS[id])
    .map(({ id, number, title }) => {
      const tasks = TASKS[id].map((task, i) => ({ task, number: `${number}.${i + 1}` }));
      const solved = tasks.filter(({ task }) => touchedOf(progress, task.id).done);
      return make(
        doc,
        "tr",
        {},
        make(doc, "th", { scope: "row" }, make(doc, "span", { class: "chapter-number" }, number), title(t)),
        make(doc, "td", { class: "figure" }, `${solved.length} / ${tasks.length}`),
        make(doc, "td", {}, make(doc, "ul", {}, ...linesOf(lab, solved).map((line) => make(doc, "li", {}, ...line)))),
      );
    });
  return [
    make(doc, "h2", {}, name || t("cert.nobody")),
    make(
      doc,
      "p",
      { class: "cert-sum" },
      t("cert.sum", { done: doneOf(progress, all), all: all.length, hints, date, seed: progress.seed }),
    ),
    make(
      doc,
      "table",
      { class: "cert-table" },
      tableHead(doc, [t("cert.chapter"), t("cert.solved"), t("cert.sums")]),
      make(doc, "tbody", {}, ...rows),
    ),
  ];
}

/**
 * Solved tasks in lines: each sum with its numbers, what was built in one line; and the hints they took.
 * @param {Lab} lab @param {{task: import("./task.js").Task, number: string}[]} solved
 */
function linesOf(lab, solved) {
  const { doc, t } = lab;
  const progress = progressIn(lab);
  const named = (/** @type {{task: import("./task.js").Task, number: string}} */ { task, number }) => {
    const { hints } = touchedOf(progress, task.id);
    return hints ? `${number} ${t("cert.hints", { n: hints })}` : number;
  };
  const sums = solved.flatMap((one) =>
    isTyped(one.task)
      ? [[make(doc, "b", {}, named(one)), ` ${one.task.why(t, numbersOf(one.task, progress.seed))}`]]
      : [],
  );
  const built = solved.filter((one) => !isTyped(one.task)).map(named);
  return built.length ? [...sums, [t("cert.built", { list: built.join(", ") })]] : sums;
}
