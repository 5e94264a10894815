/**
 * Batch normalisation by hand: eight numbers of a channel, what the weights before did to them, and what is left of it.
 */

import { make, refill, tableHead } from "../../../kit/dom.js";
import { fixed } from "../../../kit/format.js";
import { numberIn } from "../../address.js";
import { batchNormalised, batchStatistics } from "../../sums/normalisation.js";
import { listSlider, slider } from "../../widgets.js";

/** @typedef {import("../../types.js").Lab} Lab */

const PLAIN = [-2, -1, 0, 1, 1, 2, 3, 4]; // a channel's numbers in a batch of eight
const TIMES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
export const NORM_EPSILON = 1e-5;

/** What the address says of the eight numbers. @param {Record<string, string>} state */
export function channelOf(state) {
  const asked = numberIn(state, "bt", TIMES[0], 100, 1);
  const times = TIMES.includes(asked) ? asked : 1;
  const plus = numberIn(state, "bp", -50, 50, 0);
  const [scale, shift] = [numberIn(state, "bg", -3, 3, 1), numberIn(state, "bb", -3, 3, 0)];
  const values = PLAIN.map((value) => Number((times * value + plus).toFixed(4)));
  return { times, plus, scale, shift, values };
}

/** @param {Lab} lab */
export function normalisingPart(lab) {
  const { doc, t } = lab;
  const now = () => channelOf(lab.state);
  const put = (/** @type {string} */ key, /** @type {number} */ plain) => (/** @type {number} */ value) =>
    lab.tune({ [key]: value === plain ? null : value });
  const tenth = { min: -3, max: 3, step: 0.1, digits: 1 };
  const controls = [
    listSlider(
      lab,
      t("byhand.times"),
      TIMES,
      (value) => `× ${value}`,
      () => now().times,
      put("bt", 1),
    ),
    slider(lab, t("byhand.plus"), { min: -50, max: 50, step: 1 }, () => now().plus, put("bp", 0)),
    slider(lab, t("byhand.gamma"), tenth, () => now().scale, put("bg", 1)),
    slider(lab, t("byhand.beta"), tenth, () => now().shift, put("bb", 0)),
  ];
  const table = make(doc, "div", { class: "table-scroll" });
  const lines = ["mean", "variance", "first"].map(() => make(doc, "p", { class: "sum-of-window" }));
  const element = make(
    doc,
    "section",
    { class: "worked normalising", "data-widget": "normalised" },
    make(doc, "h2", {}, t("byhand.title")),
    make(doc, "p", {}, t("byhand.text")),
    make(doc, "div", { class: "slider-pairs" }, ...controls.map((one) => one.element)),
    table,
    ...lines,
    make(doc, "p", { class: "note" }, t("byhand.note")),
  );
  const refresh = () => {
    for (const one of controls) one.refresh();
    const { values, scale, shift } = now();
    const [mean, variance] = batchStatistics(values);
    const after = batchNormalised(values, scale, shift, NORM_EPSILON);
    const row = (/** @type {string} */ name, /** @type {number[]} */ numbers, /** @type {string} */ id) =>
      make(
        doc,
        "tr",
        { "data-row": id },
        make(doc, "th", { scope: "row" }, name),
        ...numbers.map((value) => make(doc, "td", { class: "figure" }, fixed(value, 3))),
      );
    refill(
      table,
      make(
        doc,
        "table",
        { class: "numbers-table" },
        tableHead(doc, [t("byhand.picture"), ...values.map((_, i) => String(i + 1))]),
        make(doc, "tbody", {}, row(t("byhand.before"), values, "before"), row(t("byhand.after"), after, "after")),
      ),
    );
    const signed = (/** @type {number} */ value) => `${value < 0 ? "−" : "+"} ${fixed(Math.abs(value), 1)}`;
    const last = values.length - 1;
    const words = [
      [t("byhand.mean"), "mean", `μ = ${fixed(mean, 3)}`],
      [
        t("byhand.variance"),
        "variance",
        `σ² = ${fixed(variance, 3)}, √(σ² + ε) = ${fixed(Math.sqrt(variance + NORM_EPSILON), 3)}`,
      ],
      [
        t("byhand.last"),
        "normalised",
        `${fixed(scale, 1)} × (${fixed(values[last], 3)} − ${belowZero(mean)}) / ` +
          `${fixed(Math.sqrt(variance + NORM_EPSILON), 3)} ` +
          `${signed(shift)} = ${fixed(after[last], 3)}`,
      ],
    ];
    words.forEach(([name, id, text], i) =>
      refill(
        lines[i],
        make(doc, "span", { class: "label" }, name),
        " ",
        make(doc, "span", { "data-figure": id }, text),
      ),
    );
  };
  refresh();
  return { element, refresh };
}

/** @param {number} value */
function belowZero(value) {
  return value < 0 ? `(${fixed(value, 3)})` : fixed(value, 3);
}
