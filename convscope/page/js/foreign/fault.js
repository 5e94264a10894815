/** Why a file of others is refused, and the bounds and tables that Python hands over (convscope/foreign/table.py). */

import { phrase } from "../kit/i18n.js";
import { PlanFault, grouped, printable } from "../formula/fault.js";

/** @typedef {import("../formula/fault.js").Details} Details */
/** @typedef {string | number | [string, ...any[]]} Pattern an operator with its arguments, "x" or a number */
/**
 * @typedef {object} ForeignTable
 * @property {Record<"bytes" | "structure" | "nodes" | "fields" | "depth" | "numbers" | "constants" | "cost" | "boxes" |
 * "rank" | "inputs" | "oldest" | "newest" | "photograph" | "usual", number>} bounds
 * @property {Record<string, Record<string, string>>} inside which messages lie in which, by field
 * @property {Record<string, string>} refused the key of what is refused, by "Message field"
 * @property {number[]} numbers the fields of a tensor in which numbers stand
 * @property {Record<string, number>} operators ONNX's own, with the version that each came with
 * @property {string[]} by_chance those that draw lots
 * @property {string[]} quantised those of another domain that are read all the same
 * @property {string[]} reads those that some reader of layers takes
 * @property {Record<string, [string, [string, number][]]>} plain operators that are one kind, with its arguments from
 *   attributes
 * @property {[Pattern, string][]} patterns several operators that are one kind
 * @property {Record<string, [number, number]>} ranges what pictures may be brought to
 * @property {{middle: string, whole: string}} cuts the rules that bring a picture to size
 */

/** Filled when the page starts. @type {ForeignTable} */
export const FOREIGN = {
  bounds: /** @type {any} */ ({}),
  inside: {},
  refused: {},
  numbers: [],
  operators: {},
  by_chance: [],
  quantised: [],
  reads: [],
  plain: {},
  patterns: [],
  ranges: {},
  cuts: { middle: "", whole: "" },
};

/** @param {ForeignTable} table */
export function fillForeign(table) {
  Object.assign(FOREIGN, table);
}

/** A file that is refused: one line of what, where, got and expected. */
class ForeignFault extends PlanFault {}

/**
 * @param {string} key one of the messages
 * @param {Details} [details]
 * @param {Record<string, string | number>} [words]
 */
export function refused(key, details = {}, words = {}) {
  const { where } = details;
  const shown = Object.entries(words).map(([name, word]) => [name, typeof word === "string" ? printable(word) : word]);
  const place = typeof where === "string" ? printable(where) : where;
  return new ForeignFault(phrase(key, Object.fromEntries(shown)), { ...details, where: place });
}

/** "at most 1,000". @param {number} n */
export function atMost(n) {
  return phrase("value.most", { n: grouped(n) });
}
