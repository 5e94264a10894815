/** From scores to loss: softmax and cross-entropy with the numbers put in, and why not another class. */

import { make, refill, tableHead } from "../../kit/dom.js";
import { crossEntropy, softmaxOf } from "../../engine/softmax.js";
import { fixed, percent, scientific } from "../../kit/format.js";
import { labelOf, unitWords, winnerOf } from "../lookup.js";
import { display, fraction, letter, operator, power, sumSign } from "../../kit/maths.js";
import { rovingButtons } from "../../kit/roving.js";
import { visit } from "../navigation.js";
import { strongestPatch } from "./card.js";
import { productText, termBar } from "./dense.js";
import { lossOfProbability } from "./losscurve.js";
import { swatch } from "./maps.js";
import { ALL_CLASSES } from "./scores.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

const SOFTMAX_ROWS = 12; // rows of the table where classes are many

/** @param {App} app @returns {View} */
export function lossView(app) {
  const { doc, t } = app;
  const label = choice(app, "label");
  const rival = choice(app, "rival");
  const table = make(doc, "div", { class: "table-scroll" });
  const loss = make(doc, "div", {});
  const why = make(doc, "div", { class: "why" });
  const curve = lossOfProbability(app);
  const element = make(
    doc,
    "section",
    { class: "loss", "aria-label": t("view.loss") },
    make(doc, "h2", {}, t("loss.softmax")),
    make(doc, "p", { class: "lead" }, t("loss.softmax.lead")),
    calibratedNote(app),
    display(
      doc,
      letter(doc, "p", make(doc, "i", {}, "i")),
      operator(doc, "="),
      fraction(doc, exponential(app, "i"), [sumSign(doc, letter(doc, "j")), exponential(app, "j")]),
      make(doc, "span", { class: "aside-note" }, letter(doc, "m"), " = max ", letter(doc, "z")),
      calibrated(app) ? temperatureIs(app) : null,
    ),
    table,
    make(doc, "h2", {}, t("loss.entropy")),
    make(
      doc,
      "div",
      { class: "loss-grid" },
      make(
        doc,
        "div",
        {},
        make(doc, "p", {}, t("loss.label"), " ", label),
        loss,
        make(doc, "p", { class: "note" }, t("loss.note")),
        smoothed(app),
      ),
      curve.element,
    ),
    make(doc, "h2", {}, t("why.title")),
    app.engine.computes
      ? make(doc, "p", {}, t("why.rival"), " ", rival)
      : make(doc, "p", { class: "note" }, t("why.cannot")),
    why,
  );
  const refresh = () => {
    const { logits } = app.result;
    const { largest: most, powers, sum, probabilities } = softmaxOf(Float64Array.from(logits), app.engine.temperature);
    const winner = winnerOf(app);
    const truth = labelOf(app);
    label.value = String(truth);
    const second = rivalOf(app, winner);
    const shown = rowsShown(logits, [truth, second]);
    const rows = shown.map((k) =>
      make(
        doc,
        "tr",
        { class: k === winner ? "winner" : null },
        make(doc, "th", { scope: "row" }, app.payload.classes[k]),
        ...[fixed(logits[k]), fixed(logits[k] - most), small(app, powers[k]), fixed(probabilities[k], 4)].map((v) =>
          make(doc, "td", { class: "figure" }, ...[v].flat()),
        ),
      ),
    );
    if (shown.length < logits.length) rows.push(othersRow(app, shown, powers, probabilities));
    refill(
      table,
      make(
        doc,
        "table",
        {},
        tableHead(doc, [
          make(doc, "span", {}, t("class")),
          letter(doc, "z"),
          make(doc, "span", {}, letter(doc, "z"), " − ", letter(doc, "m")),
          exponential(app),
          letter(doc, "p"),
        ]),
        make(doc, "tbody", {}, ...rows),
        make(
          doc,
          "tfoot",
          {},
          make(
            doc,
            "tr",
            {},
            make(doc, "th", { scope: "row" }, "∑"),
            make(doc, "td", {}),
            make(doc, "td", {}),
            make(doc, "td", { class: "figure" }, fixed(sum, 4)),
            make(doc, "td", { class: "figure" }, "1"),
          ),
        ),
      ),
    );
    curve.refresh(truth >= 0 ? probabilities[truth] : -1);
    if (truth >= 0) {
      const p = probabilities[truth];
      refill(
        loss,
        display(
          doc,
          letter(doc, "L"),
          operator(doc, "="),
          operator(doc, "−ln"),
          letter(doc, "p", app.payload.classes[truth]),
          operator(doc, "="),
          operator(doc, "−ln"),
          ...(p < 1e-4 ? small(app, p) : [fixed(p, 5)]),
          operator(doc, "="),
          make(doc, "b", {}, fixed(crossEntropy(Float64Array.from(logits), truth, app.engine.temperature), 5)),
        ),
        make(doc, "p", { class: "note" }, t("loss.l1", { l1: fixed(1 - p, 3), share: percent(p) })),
      );
    } else refill(loss, make(doc, "p", { class: "note" }, t("loss.nolabel")));
    rival.value = String(second);
    refill(why, ...whyNot(app, winner, second));
  };
  refresh();
  return { element, refresh };
}

/**
 * The classes that stand in the table: all in their order, or of many those with the largest scores.
 * @param {Float64Array} logits
 * @param {number[]} wanted classes that are there in any case; −1 for none
 */
function rowsShown(logits, wanted) {
  const all = Array.from(logits.keys());
  if (all.length <= ALL_CLASSES) return all;
  const largest = all.sort((a, b) => logits[b] - logits[a]);
  return [...new Set([...largest.slice(0, SOFTMAX_ROWS), ...wanted.filter((k) => k >= 0)])].sort(
    (a, b) => logits[b] - logits[a],
  );
}

/**
 * The sum over the classes that have no row of their own.
 * @param {App} app
 * @param {number[]} shown
 * @param {Float64Array} powers
 * @param {Float64Array} probabilities
 */
function othersRow(app, shown, powers, probabilities) {
  const { doc, t } = app;
  const rest = (/** @type {Float64Array} */ values) =>
    values.reduce((sum, v, k) => (shown.includes(k) ? sum : sum + v), 0);
  return make(
    doc,
    "tr",
    {},
    make(doc, "th", { scope: "row" }, t("loss.others", { n: powers.length - shown.length })),
    make(doc, "td", {}),
    make(doc, "td", {}),
    ...[small(app, rest(powers)), fixed(rest(probabilities), 4)].map((v) =>
      make(doc, "td", { class: "figure" }, ...[v].flat()),
    ),
  );
}

/** Whether scores are divided by a temperature first. @param {App} app */
function calibrated({ engine }) {
  return engine.temperature !== 1;
}

/** Why there is a temperature; nothing where there is none. @param {App} app */
function calibratedNote(app) {
  return calibrated(app) ? make(app.doc, "p", { class: "note calibrated" }, app.t("loss.calibrated")) : null;
}

/** "T = 0.625" @param {App} app */
function temperatureIs({ doc, engine }) {
  return make(doc, "span", { class: "aside-note" }, letter(doc, "T"), ` = ${fixed(engine.temperature, 4)}`);
}

/** e to the power of a score less the largest, over the temperature. @param {App} app @param {string} [index] */
function exponential(app, index) {
  const { doc } = app;
  const divided = calibrated(app);
  return power(
    doc,
    make(doc, "i", {}, "e"),
    make(
      doc,
      "span",
      {},
      divided ? "(" : null,
      make(doc, "i", {}, "z"),
      index ? make(doc, "sub", {}, make(doc, "i", {}, index)) : null,
      " − ",
      make(doc, "i", {}, "m"),
      divided ? ") / " : null,
      divided ? make(doc, "i", {}, "T") : null,
    ),
  );
}

/**
 * A number of 0 … 1, with a power of ten where four decimals would hide it.
 * @param {App} app
 * @param {number} value
 * @returns {(string | HTMLElement)[]}
 */
function small(app, value) {
  if (value >= 1e-4 || value === 0) return [fixed(value, 4)];
  const { digits, power: ten } = scientific(value);
  return [`${digits}·10`, make(app.doc, "sup", {}, String(ten).replace("-", "−"))];
}

/** The rival: the chosen class, else the runner-up. @param {App} app @param {number} winner */
function rivalOf(app, winner) {
  const { rival } = app.state;
  if (rival >= 0 && rival < app.payload.classes.length && rival !== winner) return rival;
  let best = winner === 0 ? 1 : 0;
  app.result.logits.forEach((z, k) => {
    if (k !== winner && z > app.result.logits[best]) best = k;
  });
  return best;
}

/**
 * What a network that learned from smoothed labels was asked for, and so why it is never quite certain.
 * @param {App} app
 */
function smoothed({ doc, t, payload }) {
  const share = payload.run?.label_smoothing ?? 0;
  const best = percent(1 - share + share / payload.classes.length);
  return share ? make(doc, "p", { class: "note" }, t("loss.smoothed", { share, best })) : null;
}

/** @param {App} app @param {number} winner @param {number} rival */
function whyNot(app, winner, rival) {
  const { doc, t, payload } = app;
  if (!payload.classes[rival] || !app.engine.computes) return [];
  const { items, total, rest } = app.engine.contributions(app.result, winner, rival);
  const [a, b] = [payload.classes[winner], payload.classes[rival]];
  const strongest = [...items]
    .sort((x, y) => Math.abs(y.product) - Math.abs(x.product))
    .slice(0, 10)
    .sort((x, y) => y.product - x.product);
  const most = Math.max(1e-9, ...strongest.map((item) => Math.abs(item.product)), Math.abs(rest));
  const others = total - rest - strongest.reduce((sum, item) => sum + item.product, 0);
  const [za, zb] = [app.result.logits[winner], app.result.logits[rival]];
  let pictured = false;
  const list = make(
    doc,
    "div",
    { class: "contributions" },
    ...strongest.map(({ origin, product, value, weight }) => {
      const words = unitWords(app, origin.node, origin.channel, origin.y, origin.x);
      const bar = termBar(app, words, product, most, productText(value, weight), () =>
        visit(app, origin.node, origin.channel, origin.y, origin.x),
      );
      const patch = strongestPatch(app, origin.node, origin.channel);
      pictured ||= Boolean(patch);
      if (patch) bar.querySelector(".name")?.prepend(patch, " ");
      return bar;
    }),
    termBar(app, t("why.others", { n: items.length - strongest.length }), others, most),
    termBar(app, t("why.bias"), rest, most),
  );
  rovingButtons(list)();
  return [
    display(
      doc,
      letter(doc, "z", a),
      operator(doc, "−"),
      letter(doc, "z", b),
      operator(doc, "="),
      `${fixed(za)} − ${zb < 0 ? `(${fixed(zb)})` : fixed(zb)}`,
      operator(doc, "="),
      make(doc, "b", {}, fixed(total)),
    ),
    make(doc, "p", {}, t("why.text", { a, b }), pictured ? ` ${t("why.pictures")}` : ""),
    make(
      doc,
      "p",
      { class: "note keys-line" },
      swatch(app, "activations", 0.7, 1),
      t("why.for", { name: a }),
      swatch(app, "activations", -0.7, 1),
      t("why.for", { name: b }),
    ),
    list,
  ];
}

/** A list of the classes. @param {App} app @param {"label" | "rival"} name */
export function choice(app, name) {
  const { doc, t, payload } = app;
  const select = make(
    doc,
    "select",
    {
      "aria-label": name === "label" ? t("loss.label") : t("why.rival"),
      on: { change: () => app.tune({ [name]: Number(select.value) }) },
    },
    name === "label" ? make(doc, "option", { value: -1 }, t("unknown")) : null,
    ...payload.classes.map((words, k) => make(doc, "option", { value: k }, words)),
  );
  return select;
}
