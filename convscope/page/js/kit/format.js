/** Numbers as text, with a real minus sign and a fixed number of decimals so that columns line up. */

const MINUS = "\u2212";

/** @param {number} value @param {number} [digits] decimals */
export function fixed(value, digits = 3) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? `${MINUS}∞` : "–";
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A number short enough for its cell: 3 decimals, fewer when it is large. @param {number} value */
export function compact(value) {
  const size = Math.abs(value);
  return fixed(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

/** A number that is never shown as 0 without being it: 3 decimals, or as many as its first two digits need; a power of
 * ten where it is next to nothing, or a long row of digits. @param {number} value */
export function telling(value) {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(value)) return compact(value);
  if (size >= 1e-6 && size < 1e6) return size < 0.1 ? fixed(value, 1 - Math.floor(Math.log10(size))) : compact(value);
  const { digits, power } = scientific(size);
  const raised = Array.from(String(power), (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("");
  return `${value < 0 ? MINUS : ""}${digits}·10${raised}`;
}

/** A cell of a small table: 0 is just 0. @param {number} value */
export function cell(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** A share in per cent, which no line break takes apart. @param {number} share 0 … 1 @param {number} [digits] */
export function percent(share, digits = 1) {
  return `${fixed(share * 100, digits)}\u00a0%`;
}

/** @param {number} value */
export function thousands(value) {
  return fixed(value, 0).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A small positive difference, as 3.1·10⁻⁷. @param {number} value @returns {{digits: string, power: number}} */
export function scientific(value) {
  if (value === 0) return { digits: "0", power: 0 };
  const power = Math.floor(Math.log10(value));
  return { digits: (value / 10 ** power).toFixed(1), power };
}

/** A number in a sum: its sign apart. @param {number} value @param {number} [digits] @returns {[string, string]} */
export function signed(value, digits = 3) {
  const text = fixed(value, digits);
  return text.startsWith(MINUS) ? [MINUS, text.slice(1)] : ["+", text];
}

/** A shape, with the field's order C×H×W. @param {number[]} shape @param {boolean} flat */
export function shapeText(shape, flat) {
  return flat ? String(shape[0]) : shape.join("×");
}
