/** Errors by key, as convscope/errors.py has them, its messages for dictionaries; and values as Python prints them. */

import { phrase, spoken } from "../kit/i18n.js";

/**
 * @typedef {{is: "int", of: number} | {is: "float", of: number} | {is: "bool", of: boolean} | {is: "str", of: string} |
 * {is: "tuple", of: Value[]}} Value what an argument may be
 */
/** @typedef {import("../kit/i18n.js").Phrase} Phrase */
/** @typedef {import("../kit/i18n.js").Translate} Translate */
/** @typedef {Phrase | string} Said a phrase, or text that needs no language: numbers, formulas */
/** @typedef {{where?: Said, got?: Said, expected?: Said, hint?: Said, argument?: string}} Details */
/**
 * @typedef {object} FaultJson an error as Python hands it over (ConvscopeError.to_json)
 * @property {string} key @property {Phrase["words"]} words what is wrong
 * @property {Said} where @property {Said | null} got @property {Said} expected @property {Said} hint
 * @property {string} [message] its English line, for programs
 * @property {string} [text] the formula @property {number} [column] from 1: where the caret stands under `text`
 */

/** A mistake its reader can mend: what, where, got, expected, and what to try. */
export class PlanFault extends Error {
  /** @param {Said} what @param {Details} [details] */
  constructor(what, details = {}) {
    super(typeof what === "string" ? what : what.key);
    this.what = what;
    this.where = details.where ?? "";
    this.got = details.got;
    this.expected = details.expected ?? "";
    this.hint = details.hint ?? "";
    this.argument = details.argument ?? "";
  }

  /** What, where, got and expected as one line. @param {Translate} t */
  line(t) {
    const [where, expected] = [spoken(t, this.where), spoken(t, this.expected)];
    const got = typeof this.got === "string" ? printable(this.got) : this.got ? spoken(t, this.got) : null;
    let line = spoken(t, this.what);
    if (got !== null)
      line = expected ? t("error.both", { what: line, got, expected }) : t("error.got", { what: line, got });
    else if (expected) line = t("error.expected", { what: line, expected });
    return where ? `${where}: ${line}` : line;
  }

  /** The line, and below it what to try. @param {Translate} t */
  lines(t) {
    return this.hint ? `${this.line(t)}\n${t("fault.try", { hint: spoken(t, this.hint) })}` : this.line(t);
  }
}

/** The same with its place in the formula; `column` counts characters from 1. */
export class FormulaFault extends PlanFault {
  /** @param {Said} what @param {string} formula @param {number} column @param {Details} [details] */
  constructor(what, formula, column, details = {}) {
    super(what, { ...details, where: phrase("formula.column", { n: column }) });
    this.formula = formula;
    this.column = column;
  }

  /** The stretch of the formula around the fault, and the caret under it. */
  shown() {
    const characters = Array.from(this.formula);
    const start = characters.length > 76 ? Math.max(0, this.column - 1 - 50) : 0;
    return {
      text: printable(characters.slice(start, start + 76).join("")),
      caret: `${" ".repeat(this.column - 1 - start)}^`,
    };
  }
}

/** What Python handed over. @param {FaultJson} fault @returns {PlanFault} */
export function faultOf({ key, words, where, got, expected, hint, text, column }) {
  const details = { where, got: got ?? undefined, expected, hint };
  return text !== undefined && column !== undefined
    ? new FormulaFault(phrase(key, words), text, column, details)
    : new PlanFault(phrase(key, words), details);
}

/** Text that any terminal takes: what cannot be printed escaped, cut to 80 characters. @param {string} text */
export function printable(text) {
  const clean = Array.from(text)
    .map((c) => (isPrintable(c) ? c : escaped(c)))
    .join("");
  const characters = Array.from(clean);
  return characters.length <= 80 ? clean : `${characters.slice(0, 79).join("")}…`;
}

/** Whether Python calls a character printable. @param {string} c */
export function isPrintable(c) {
  return c === " " || !/[\p{C}\p{Z}]/u.test(c);
}

/** @param {string} c */
function escaped(c) {
  const code = c.codePointAt(0) ?? 0;
  if (c === "\t") return "\\t";
  if (c === "\n") return "\\n";
  if (c === "\r") return "\\r";
  const hex = code.toString(16);
  return code < 256
    ? `\\x${hex.padStart(2, "0")}`
    : code < 65536
      ? `\\u${hex.padStart(4, "0")}`
      : `\\U${hex.padStart(8, "0")}`;
}

/** A character as Python's repr writes it. @param {string} c */
export function quotedCharacter(c) {
  return c === "\\" ? "'\\\\'" : `'${isPrintable(c) ? c : escaped(c)}'`;
}

/** A value as Python's str() writes it. @param {Value} value */
export function valueText(value) {
  return value.is === "str" ? value.of : valueRepr(value);
}

/** A value as Python's repr() writes it. @param {Value} value @returns {string} */
function valueRepr(value) {
  if (value.is === "tuple") return `(${value.of.map(valueRepr).join(", ")}${value.of.length === 1 ? "," : ""})`;
  if (value.is === "bool") return value.of ? "True" : "False";
  if (value.is === "float") return floatText(value.of);
  if (value.is === "int") return Object.is(value.of, -0) ? "0" : String(value.of);
  return value.of.includes("'") && !value.of.includes('"') ? `"${value.of}"` : `'${value.of.replace(/'/g, "\\'")}'`;
}

/**
 * A floating-point number as Python writes it: shortest digits, a point always, e+16 from there on.
 * @param {number} x
 */
export function floatText(x) {
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  const [mantissa, power] = Math.abs(x).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const ten = Number(power);
  if (ten < -4 || ten >= 16)
    return `${sign}${mantissa}e${ten < 0 ? "-" : "+"}${String(Math.abs(ten)).padStart(2, "0")}`;
  if (ten < 0) return `${sign}0.${"0".repeat(-ten - 1)}${digits}`;
  const whole = digits.slice(0, ten + 1).padEnd(ten + 1, "0");
  return `${sign}${whole}.${digits.slice(ten + 1) || "0"}`;
}

/** A whole number in groups of three. @param {number | bigint} n */
export function grouped(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
