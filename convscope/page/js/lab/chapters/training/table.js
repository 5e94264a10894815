/** The figures of the two trainings side by side. */

import { make, refill, tableHead } from "../../../kit/dom.js";
import { fixed, percent, thousands } from "../../../kit/format.js";
import { outcomeFigures } from "./outcome.js";
import { settingWords } from "./setting_words.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../types.js").Translate} Translate */
/** @typedef {import("./runs.js").Run} Run */

/** @param {Lab} lab */
export function figuresTable(lab) {
  const { doc, t } = lab;
  const body = make(doc, "tbody", {});
  const heads = ["", t("wrong.before"), t("wrong.now")];
  return {
    element: make(
      doc,
      "table",
      { class: "numbers-table wrong-table" },
      tableHead(doc, heads, [null, "is-before", "is-now"]),
      body,
    ),
    /** @param {Run | null} now @param {Run | null} before */
    draw: (now, before) => {
      const columns = [before, now].map((run) => (run ? cellsOf(lab, run) : []));
      const row = (/** @type {string} */ id, /** @type {string} */ name, /** @type {number} */ i) =>
        make(
          doc,
          "tr",
          {},
          make(doc, "th", { scope: "row" }, name),
          make(doc, "td", { class: "figure is-before", "data-figure": `${id}-before` }, columns[0][i] ?? "–"),
          make(doc, "td", { class: "figure is-now", "data-figure": `${id}-now` }, columns[1][i] ?? "–"),
        );
      refill(body, ...ROWS.map(([id, name], i) => row(id, name(lab.t), i)));
    },
  };
}

/** @type {[string, (t: Translate) => string][]} */
const ROWS = [
  ["changed", (t) => t("wrong.changed")],
  ["training-loss", (t) => t("wrong.training.loss")],
  ["validation-loss", (t) => t("wrong.validation.loss")],
  ["training", (t) => t("train.accuracy")],
  ["validation", (t) => t("train.validation")],
  ["gap", (t) => t("wrong.gap")],
  ["best", (t) => t("wrong.best")],
  ["noise", (t) => t("wrong.noise")],
  ["steps", (t) => t("wrong.steps")],
  ["seconds", (t) => t("wrong.seconds")],
];

/** @param {Lab} lab @param {Run} run @returns {string[]} in the order of ROWS */
function cellsOf({ t }, run) {
  const { training, validation, gap, best, bestAt, noise } = outcomeFigures(run);
  return [
    settingWords(t, run.settings),
    training ? fixed(training.loss, 3) : "–",
    validation ? fixed(validation.loss, 3) : "–",
    training ? percent(training.accuracy) : "–",
    validation ? percent(validation.accuracy) : "–",
    Number.isFinite(gap) ? t("wrong.points", { n: fixed(100 * gap, 1) }) : "–",
    best && best.step ? t("wrong.best.at", { loss: fixed(best.loss, 3), at: thousands(bestAt) }) : "–",
    fixed(noise, 3),
    run.diverged ? t("wrong.ended", { step: thousands(run.lines.length) }) : thousands(run.lines.length),
    fixed(run.seconds, 1),
  ];
}
