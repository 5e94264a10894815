/** JSON as Python's json.dumps writes it: in ASCII, with spaces, and 78.0 for a number that is not counted. */

import { phrase } from "../kit/i18n.js";
import { ModelFault } from "./fault.js";

/** @typedef {{real: number}} Real a number that is measured, which has a point or an exponent even when it is whole */
/** @typedef {null | boolean | number | string | Real | any[] | {[name: string]: any}} Json */

/** @param {number} value @returns {Real} */
export function real(value) {
  return { real: value };
}

/** Throws a ModelFault for a number that JSON does not have. @param {Json} value @returns {string} */
export function pythonJson(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return numberText(value, Number.isInteger(value));
  if (typeof value === "string") return asciiText(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value.real === "number") return numberText(value.real, false);
  return `{${Object.entries(value)
    .map(([name, one]) => `${asciiText(name)}: ${pythonJson(one)}`)
    .join(", ")}}`;
}

/** @param {string} text */
function asciiText(text) {
  return JSON.stringify(text).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** @param {number} value @param {boolean} counted */
function numberText(value, counted) {
  if (!Number.isFinite(value)) throw new ModelFault(phrase("error.got", { what: phrase("model.facts"), got: value }));
  const size = Math.abs(value);
  if (counted && size < 1e16) return String(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
