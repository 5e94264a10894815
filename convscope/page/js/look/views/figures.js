/** The line of figures: what the network costs and what it is worth. */

import { creditLine } from "../../kit/credit.js";
import { make } from "../../kit/dom.js";
import { fixed, percent, telling, thousands } from "../../kit/format.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../types.js").Rounding} Rounding */

/** @param {App} app */
export function figuresLine(app) {
  const { doc, t, payload } = app;
  const { figures } = payload;
  /** @type {[string, string][]} */
  const items = [[t("figure.parameters"), thousands(figures.parameters ?? 0)]];
  if (figures.macs) items.push([t("figure.macs"), thousands(figures.macs)]);
  if (figures.test?.accuracy !== undefined) items.push([t("figure.accuracy"), percent(figures.test.accuracy, 2)]);
  if (figures.test?.loss !== undefined) items.push([t("figure.loss"), fixed(figures.test.loss, 4)]);
  if (typeof figures.train_seconds === "number")
    items.push([t("figure.seconds"), `${fixed(figures.train_seconds, 1)} s`]);
  const left = payload.left_out.length
    ? make(
        doc,
        "p",
        { class: "note" },
        t("left.out", { what: Array.from(new Set(payload.left_out.map((key) => leftOut(app, key)))).join(", ") }),
      )
    : null;
  return make(
    doc,
    "footer",
    { class: "figures" },
    make(
      doc,
      "dl",
      {},
      ...items.map(([name, value]) =>
        make(doc, "div", {}, make(doc, "dt", {}, name), make(doc, "dd", { class: "figure" }, value)),
      ),
    ),
    payload.rounding ? make(doc, "p", { class: "note" }, roundingWords(app, payload.rounding)) : null,
    left,
    payload.credit
      ? make(doc, "p", { class: "note credit" }, ...creditLine(doc, payload.credit, (gaps) => t("credit", gaps)))
      : null,
    payload.weights_credit
      ? make(
          doc,
          "p",
          { class: "note credit" },
          ...creditLine(doc, payload.weights_credit, (gaps) => t("credit.weights", gaps)),
        )
      : null,
  );
}

/** That the weights were rounded, and what it makes of the samples. @param {App} app @param {Rounding} rounding */
export function roundingWords({ t }, { bits, score, probability, changed, n, share, where }) {
  if (where) return t("rounding.layers", { bits, n, share: percent(share, 2), where });
  const figures = { bits, n, score: telling(score), probability: percent(probability, 2), changed };
  return t("rounding", figures);
}

/** What was left out, in words. @param {App} app @param {string} key */
function leftOut(app, key) {
  const { t } = app;
  /** @type {Record<string, string>} */
  const words = {
    data: t("left.data"),
    errors: t("left.errors"),
    "fewer-patches": t("left.fewer.patches"),
    patches: t("left.patches"),
    "snapshot-maps": t("left.snapshot.maps"),
    snapshots: t("left.snapshots"),
    "fewer-mistakes": t("left.fewer.mistakes"),
    samples: t("left.samples"),
    maps: t("left.maps"),
    weights: t("left.weights"),
    "class-shares": t("left.class.shares"),
    channels: t("left.channels"),
  };
  return words[key] ?? key;
}
