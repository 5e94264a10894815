/** The gradient of one learned number, written as the sum over every place where it was used. */

import { make } from "../../kit/dom.js";
import { sizeOf, unitWords } from "../lookup.js";
import { visit } from "../navigation.js";
import { termBar } from "./dense.js";
import { gradientText, learnedName } from "./one_step_numbers.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("./one_step.js").Step} Step */

const USES_SHOWN = 8;

/** @param {App} app @param {Step} step */
export function gradientSum(app, step) {
  const { doc, t } = app;
  const { index, name, at, gradients } = step;
  const terms = app.engine.gradientTerms(app.result, gradients, index, name, at);
  const total = terms.reduce((sum, term) => sum + term.product, 0);
  const sorted = terms.slice().sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const most = Math.abs(sorted[0]?.product ?? 0) || 1;
  const rest = sorted.slice(USES_SHOWN);
  const { height, width } = sizeOf(app, index);
  const bar = (/** @type {string} */ words, /** @type {number} */ value, how = "", /** @type {any} */ press = null) =>
    termBar(app, words, value, most, how, press, gradientText(value));
  return [
    make(doc, "h4", {}, t("step.sum", { what: learnedName(app, step, name, at), n: terms.length })),
    make(doc, "p", { class: "note" }, t("step.sum.note")),
    ...sorted.slice(0, USES_SHOWN).map(({ to, gradient, factor, product }) => {
      const [channel, y, x] = [Math.floor(to / (height * width)), Math.floor(to / width) % height, to % width];
      const [a, b] = [gradient, factor].map((v) => (v < 0 ? `(${gradientText(v)})` : gradientText(v)));
      const go = () => visit(app, index, channel, y, x);
      return bar(unitWords(app, index, channel, y, x), product, `${a} × ${b}`, go);
    }),
    rest.length
      ? bar(
          t("step.rest", { n: rest.length }),
          rest.reduce((sum, term) => sum + term.product, 0),
        )
      : null,
    make(
      doc,
      "p",
      { class: "total" },
      t("total"),
      " ",
      make(doc, "b", { class: "figure", "data-step": "total", "data-value": String(total) }, gradientText(total)),
    ),
  ];
}
