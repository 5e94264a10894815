/** How chapter 11 writes numbers and sums. */

import { make } from "../../../kit/dom.js";
import { weightText } from "../../kernel.js";

/** @typedef {import("../../../kit/dom.js").Child} Child */

const TINY = 5e-5; // below it four decimals show nothing

/** A number as short as four decimals allow; a tiny one by its power of ten. @param {number} value */
export function num(value) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  if (value !== 0 && Math.abs(value) < TINY) return value.toExponential(1).replace(/-/g, "−").replace("e", "·10^");
  return Math.abs(value) < 1e6 ? weightText(value) : value.toExponential(2).replace(/-/g, "−").replace("e+", "·10^");
}

/** The same within a product, brackets around a negative one. @param {number} value */
export function factor(value) {
  return value < 0 ? `(${num(value)})` : num(value);
}

/** A number added to what stands before it: + 0.2, − 0.1. @param {number} value */
export function added(value) {
  return value < 0 ? ` − ${num(-value)}` : ` + ${num(value)}`;
}

/** A result. @param {Document} doc @param {number} value @param {string} [name] for the tests and the styles */
export function result(doc, value, name = "") {
  return make(doc, "b", { class: "answer figure", "data-figure": name, "data-value": String(value) }, num(value));
}

/** A line of a sum. @param {Document} doc @param {...Child} parts */
export function sumLine(doc, ...parts) {
  return make(doc, "p", { class: "sum-of-window" }, ...parts);
}

/** One product, which does not break. @param {Document} doc @param {number} a @param {number} b
 * @param {boolean} first @param {string} [kind] */
export function twoFactors(doc, a, b, first, kind = "") {
  return make(doc, "span", { class: `product ${kind}` }, `${first ? "" : "+ "}${factor(a)} × ${factor(b)} `);
}
