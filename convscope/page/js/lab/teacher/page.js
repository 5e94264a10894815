/** The teacher's page: plan, points, misconceptions, answer key, sheets to print. */

import { button, make, tableHead } from "../../kit/dom.js";
import { addressOf } from "../address.js";
import { TAUGHT } from "./chapters.js";
import { answerKey } from "./key.js";
import { MISUNDERSTOOD, PLAN, POINTS } from "./lesson.js";
import { printSheet } from "./sheet.js";

/** @typedef {import("../types.js").Change} Change */
/**
 * @typedef {object} Teacher
 * @property {Document} doc @property {Window & typeof globalThis} win @property {import("../types.js").Translate} t
 * @property {any} payload the digits that some answers are made of, and where the lab is
 * @property {string} language
 * @property {(state: Change, text: string, props?: Record<string, string>) => HTMLElement} link to a state of the lab
 */

/**
 * A link to a state of the lab, which looks as this page does.
 * @param {Document} doc @param {string} lab @param {Record<string, string>} look
 */
export function labLinks(doc, lab, look) {
  return (
    /** @type {Change} */ state,
    /** @type {string} */ text,
    /** @type {Record<string, string>} */ props = {},
  ) => {
    const kept = Object.entries({ ...state, ...look }).filter(([, value]) => value !== null && value !== undefined);
    const address = addressOf(Object.fromEntries(kept.map(([key, value]) => [key, String(value)])));
    return make(doc, "a", { href: lab + address, target: "lab", ...props }, text);
  };
}

/** @param {Teacher} teacher @param {...HTMLElement} appearance what changes language and theme */
export function teacherPage(teacher, ...appearance) {
  const { doc, t, win } = teacher;
  const print = (/** @type {string} */ id) => {
    doc.documentElement.dataset.only = id;
    for (const sheet of sheets) sheet.hidden = id !== "all" && sheet.dataset.sheet !== id;
    win.addEventListener(
      "afterprint",
      () => {
        delete doc.documentElement.dataset.only;
        for (const sheet of sheets) sheet.hidden = false;
      },
      { once: true },
    );
    win.print();
  };
  const sheets = TAUGHT.map(({ id, number, title }) => {
    const sheet = printSheet(teacher, id, `${number}  ${title(t)}`);
    return make(
      doc,
      "div",
      { class: "sheet-holder", "data-sheet": id },
      make(
        doc,
        "div",
        { class: "sheet-tools" },
        make(doc, "h3", {}, `${number}  ${title(t)}`),
        button(doc, t("teach.print.one"), () => print(id), {
          "aria-label": t("teach.print.named", { name: title(t) }),
        }),
      ),
      sheet,
    );
  });
  return make(
    doc,
    "main",
    { class: "teacher" },
    make(
      doc,
      "header",
      { class: "teach-head" },
      make(doc, "a", { href: teacher.payload.lab, class: "lab-brand" }, "convscope", make(doc, "b", {}, "lab")),
      make(doc, "div", { class: "teach-look" }, ...appearance),
    ),
    make(doc, "h1", {}, t("teach.title")),
    make(doc, "p", { class: "lead" }, t("teach.lead")),
    part(doc, "plan", t("teach.plan"), make(doc, "p", {}, t("teach.plan.text")), planTable(teacher)),
    part(doc, "points", t("teach.points"), make(doc, "p", {}, t("teach.points.text")), pointList(teacher)),
    part(doc, "wrong", t("teach.wrong"), ...wrongList(teacher)),
    part(doc, "key", t("teach.key"), ...answerKey(teacher)),
    part(
      doc,
      "sheets",
      t("teach.sheets"),
      make(
        doc,
        "p",
        { class: "sheet-tools" },
        t("teach.sheets.text"),
        " ",
        button(doc, t("teach.print.all"), () => print("all"), { class: "primary" }),
      ),
      ...sheets,
    ),
  );
}

/** @param {Document} doc @param {string} id @param {string} name @param {...import("../../kit/dom.js").Child} inside */
function part(doc, id, name, ...inside) {
  return make(doc, "section", { class: "teach-part", id }, make(doc, "h2", {}, name), ...inside);
}

/** @param {Teacher} teacher */
function planTable({ doc, t, link }) {
  let [long, short] = [0, 0];
  const rows = PLAN.map((step) => {
    long += step.minutes;
    short += step.short;
    return make(
      doc,
      "tr",
      {},
      make(doc, "td", { class: "figure" }, `${step.minutes}′`),
      make(doc, "td", { class: "figure" }, step.short ? `${step.short}′` : "–"),
      make(doc, "td", {}, make(doc, "b", {}, link(step.open, step.title(t))), make(doc, "br"), step.text(t)),
    );
  });
  const heads = [t("teach.long"), t("teach.short"), t("teach.step")];
  return make(
    doc,
    "table",
    { class: "teach-plan" },
    tableHead(doc, heads),
    make(doc, "tbody", {}, ...rows),
    make(
      doc,
      "tfoot",
      {},
      make(doc, "tr", {}, ...[`${long}′`, `${short}′`, ""].map((one) => make(doc, "td", { class: "figure" }, one))),
    ),
  );
}

/** @param {Teacher} teacher */
function pointList({ doc, t, link }) {
  return make(
    doc,
    "ol",
    { class: "teach-points" },
    ...POINTS.map(({ open, text }, i) =>
      make(doc, "li", {}, make(doc, "b", {}, `S${i + 1}`), link(open, text(t), { "data-point": `S${i + 1}` })),
    ),
  );
}

/** @param {Teacher} teacher */
function wrongList({ doc, t, link }) {
  return MISUNDERSTOOD.map(({ open, wrong, show }) =>
    make(
      doc,
      "div",
      { class: "teach-wrong" },
      make(doc, "p", {}, make(doc, "q", {}, wrong(t))),
      make(doc, "p", {}, show(t), " ", link(open, t("teach.show"))),
    ),
  );
}
