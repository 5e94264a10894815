/** Normalisations and scales: the arithmetic with this channel's numbers put in. */

import { make, refill } from "../../kit/dom.js";
import { compact, fixed, telling } from "../../kit/format.js";
import { nameOf, sizeOf } from "../lookup.js";
import { display, fraction, letter, operator, root } from "../../kit/maths.js";
import { placeOf } from "../navigation.js";
import { framed, paintMap, pixels } from "./maps.js";
import { sourceNumber } from "./numbers.js";
import { resultMap } from "./result.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/types.js").Terms} Terms */
/** @typedef {(app: App, numbers: Record<string, number>, total: number) => HTMLElement[]} Written */

const SHARES_SHOWN = 12; // of the numbers that a share is of

/** The arithmetic, and the number that it reads. @param {App} app @param {Terms} terms */
export function normValue(app, terms) {
  const read = make(app.doc, "p", {}, app.t("read.from"), " ", sourceNumber(app, terms.parts[0]));
  return [...normFormula(app, terms.numbers, terms.total), read];
}

/**
 * The formula, in letters and with numbers.
 * @param {App} app
 * @param {Record<string, number>} numbers
 * @param {number} total
 */
function normFormula(app, numbers, total) {
  const { doc } = app;
  const sign = (/** @type {number} */ v) => (v < 0 ? `− ${fixed(-v)}` : `+ ${fixed(v)}`);
  return [
    display(
      doc,
      letter(doc, "y"),
      operator(doc, "="),
      letter(doc, "γ"),
      operator(doc, "·"),
      fraction(
        doc,
        [letter(doc, "x"), " − ", letter(doc, "μ")],
        root(doc, letter(doc, "σ"), make(doc, "sup", {}, "2"), " + ", letter(doc, "ε")),
      ),
      operator(doc, "+"),
      letter(doc, "β"),
    ),
    display(
      doc,
      operator(doc, "="),
      fixed(numbers.weight),
      operator(doc, "·"),
      fraction(
        doc,
        `${fixed(numbers.x)} ${sign(-numbers.mean)}`,
        root(doc, `${fixed(numbers.variance, 4)} + ${epsilonText(numbers.eps)}`),
      ),
      operator(doc, numbers.bias < 0 ? "−" : "+"),
      fixed(Math.abs(numbers.bias)),
      operator(doc, "="),
      make(doc, "b", {}, compact(total)),
    ),
  ];
}

/** ε with five decimals, or what a smaller one needs. @param {number} eps */
function epsilonText(eps) {
  return eps < 1e-5 ? telling(eps) : eps.toFixed(5);
}

/** A learned factor and a learned summand for a channel. @param {App} app @param {Terms} terms */
export function scaleValue(app, terms) {
  const read = make(app.doc, "p", {}, app.t("read.from"), " ", sourceNumber(app, terms.parts[0]));
  return [...scaleFormula(app, terms.numbers, terms.total), read];
}

/** A learned summand of the number's own. @param {App} app @param {Terms} terms */
export function shiftValue(app, terms) {
  const read = make(app.doc, "p", {}, app.t("read.from"), " ", sourceNumber(app, terms.parts[0]));
  return [...shiftFormula(app, terms.numbers, terms.total), read];
}

/** @type {Written} */
function shiftFormula({ doc }, { x, bias }, total) {
  return [
    display(doc, letter(doc, "y"), operator(doc, "="), letter(doc, "x"), operator(doc, "+"), letter(doc, "p")),
    display(
      doc,
      operator(doc, "="),
      fixed(x),
      operator(doc, bias < 0 ? "−" : "+"),
      fixed(Math.abs(bias)),
      operator(doc, "="),
      make(doc, "b", {}, compact(total)),
    ),
  ];
}

/** @type {Written} */
function scaleFormula({ doc }, { x, weight, bias }, total) {
  const written = [letter(doc, "y"), operator(doc, "="), letter(doc, "γ"), operator(doc, "·"), letter(doc, "x")];
  return [
    display(doc, ...written, operator(doc, "+"), letter(doc, "β")),
    display(
      doc,
      operator(doc, "="),
      fixed(weight),
      operator(doc, "·"),
      x < 0 ? `(${fixed(x)})` : fixed(x),
      operator(doc, bias < 0 ? "−" : "+"),
      fixed(Math.abs(bias)),
      operator(doc, "="),
      make(doc, "b", {}, compact(total)),
    ),
  ];
}

/** Numerator and denominator, and the squares that are summed. @param {App} app @param {Terms} terms */
export function responseValue(app, terms) {
  const { doc, t } = app;
  const squares = terms.parts.map((part) => make(doc, "span", { class: "pair" }, sourceNumber(app, part)));
  return [
    ...responseFormula(app, terms.numbers, terms.total),
    make(doc, "p", {}, t("response.squares", { sum: fixed(terms.numbers.squares, 4) })),
    make(doc, "div", { class: "equation" }, ...squares),
  ];
}

/** @type {Written} */
function responseFormula({ doc }, { x, squares, around, alpha, beta, k, base }, total) {
  const power = (/** @type {Node | string} */ exponent) => make(doc, "sup", {}, exponent);
  const sum = [letter(doc, "k"), " + ", fraction(doc, letter(doc, "α"), letter(doc, "n")), " · Σ ", letter(doc, "x")];
  return [
    display(
      doc,
      letter(doc, "y"),
      operator(doc, "="),
      fraction(doc, letter(doc, "x"), ["(", ...sum, power("2"), ")", power("β")]),
    ),
    display(
      doc,
      operator(doc, "="),
      fraction(doc, fixed(x, 4), [`(${k} + ${alpha}/${around} · ${fixed(squares, 4)})`, power(String(beta))]),
      operator(doc, "="),
      fraction(doc, fixed(x, 4), [fixed(base, 5), power(String(beta))]),
      operator(doc, "="),
      make(doc, "b", {}, compact(total)),
    ),
  ];
}

/** The share of one number, and the largest that it is compared with. @param {App} app @param {Terms} terms */
export function sharesValue(app, terms) {
  const { doc, t } = app;
  const parts = [...terms.parts].sort((a, b) => b.values[0] - a.values[0]).slice(0, SHARES_SHOWN);
  const several = make(doc, "p", {}, t("shares.largest", { n: parts.length, all: terms.parts.length }));
  const shown = parts.map((part) => make(doc, "span", { class: "pair" }, sourceNumber(app, part)));
  return [
    ...sharesFormula(app, terms.numbers, terms.total),
    several,
    make(doc, "div", { class: "equation" }, ...shown),
  ];
}

/** @type {Written} */
function sharesFormula({ doc }, { x, largest, sum, logarithm }, total) {
  const power = (/** @type {string} */ exponent) => ["e", make(doc, "sup", {}, exponent)];
  const share = (/** @type {(Node | string)[]} */ above, /** @type {(Node | string)[]} */ below) => [
    ...(logarithm ? ["ln "] : []),
    fraction(doc, above, below),
  ];
  const away = `${fixed(x, 3)} ${largest < 0 ? "+" : "−"} ${fixed(Math.abs(largest), 3)}`;
  return [
    display(doc, letter(doc, "y"), operator(doc, "="), ...share(power("x"), ["Σ ", ...power("x")])),
    display(
      doc,
      operator(doc, "="),
      ...share(power(away), [fixed(sum, 4)]),
      operator(doc, "="),
      make(doc, "b", {}, compact(total)),
    ),
  ];
}

/** @param {App} app @param {number} index */
export const sharesDrawing = (app, index) => formulaDrawing(app, index, sharesFormula, app.t("shares.note"));

/** @param {App} app @param {number} index */
export const normDrawing = (app, index) => formulaDrawing(app, index, normFormula, app.t("norm.note"));

/** @param {App} app @param {number} index */
export const groupedDrawing = (app, index) => formulaDrawing(app, index, normFormula, app.t("group.note"));

/** The arithmetic, the number that it reads, and of how many the mean is. @param {App} app @param {Terms} terms */
export function groupedValue(app, terms) {
  const counted = make(app.doc, "p", {}, app.t("group.numbers", { n: terms.numbers.count }));
  return [...normValue(app, terms), counted];
}

/** @param {App} app @param {number} index */
export const scaleDrawing = (app, index) => formulaDrawing(app, index, scaleFormula, app.t("scale.note"));

/** @param {App} app @param {number} index */
export const shiftDrawing = (app, index) => formulaDrawing(app, index, shiftFormula, app.t("shift.note"));

/** @param {App} app @param {number} index */
export const responseDrawing = (app, index) => formulaDrawing(app, index, responseFormula, app.t("response.note"));

/**
 * The map before, the formula with its numbers put in, and the map after.
 * @param {App} app
 * @param {number} index
 * @param {Written} formula
 * @param {string} note
 */
function formulaDrawing(app, index, formula, note) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const before = framed(doc, pixels(doc, "result", nameOf(app, node.sources[0])), "result");
  const result = resultMap(app, index);
  const middle = make(doc, "div", {});
  const element = make(
    doc,
    "div",
    { class: "drawing three" },
    make(doc, "div", {}, make(doc, "h3", {}, nameOf(app, node.sources[0])), before.element),
    make(doc, "div", { class: "between wide" }, middle, make(doc, "p", { class: "note" }, note)),
    make(
      doc,
      "div",
      {},
      make(doc, "h3", {}, node.name),
      result.element,
      make(doc, "p", { class: "note" }, t("click.pixel")),
    ),
  );
  const refresh = () => {
    const { y, x } = placeOf(app);
    const { height, width } = sizeOf(app, node.sources[0]);
    paintMap(app, before.canvas, node.sources[0], app.state.channel);
    before.move({ top: y, left: x, height: 1, width: 1 }, height, width);
    result.refresh();
    const terms = app.engine.terms(index, app.state.channel, y, x, app.result);
    refill(middle, ...formula(app, terms.numbers, terms.total));
  };
  return { element, refresh, hero: () => result.canvas };
}
