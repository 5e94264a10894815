/** From scores to loss where each class has a sigmoid of its own: every probability, and what it costs either way. */

import { make, refill, tableHead } from "../../kit/dom.js";
import { fixed, telling } from "../../kit/format.js";
import { display, fraction, letter, operator, power } from "../../kit/maths.js";
import { crossEntropy } from "../../engine/softmax.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

/** @param {App} app @returns {View} */
export function ownOddsView(app) {
  const { doc, t, payload } = app;
  const table = make(doc, "div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("view.loss") });
  const powered = (/** @type {string} */ index) =>
    power(
      doc,
      make(doc, "i", {}, "e"),
      make(doc, "span", {}, "−", make(doc, "i", {}, "z"), index && make(doc, "sub", {}, make(doc, "i", {}, index))),
    );
  const p = () => letter(doc, "p");
  const heads = [
    make(doc, "span", {}, t("class")),
    letter(doc, "z"),
    powered(""),
    p(),
    make(doc, "span", {}, t("odds.is"), " −ln ", p()),
    make(doc, "span", {}, t("odds.is.not"), " −ln(1 − ", p(), ")"),
  ];
  const element = make(
    doc,
    "section",
    { class: "loss", "aria-label": t("view.loss") },
    make(doc, "h2", {}, t("loss.softmax")),
    make(doc, "p", { class: "lead" }, t("odds.lead")),
    display(
      doc,
      letter(doc, "p", make(doc, "i", {}, "i")),
      operator(doc, "="),
      fraction(doc, ["1"], ["1", operator(doc, "+"), powered("i")]),
    ),
    table,
    make(doc, "p", { class: "note" }, t("odds.note")),
  );
  const refresh = () => {
    const { logits, probabilities } = app.result;
    const rows = payload.classes.map((name, k) => {
      const z = logits[k];
      const costs = [0, 1].map((no) => fixed(crossEntropy(Float64Array.of(z, 0), no), 4)); // σ(z) is softmax of z and 0
      const numbers = [fixed(z), telling(Math.exp(-z)), fixed(probabilities[k], 4), ...costs];
      return make(
        doc,
        "tr",
        { class: probabilities[k] >= 0.5 ? "winner" : null },
        make(doc, "th", { scope: "row" }, name),
        ...numbers.map((v) => make(doc, "td", { class: "figure" }, v)),
      );
    });
    refill(table, make(doc, "table", {}, tableHead(doc, heads), make(doc, "tbody", {}, ...rows)));
  };
  refresh();
  return { element, refresh };
}
