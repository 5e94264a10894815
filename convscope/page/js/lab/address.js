/**
 * The lab's state and the address: #c=convolution&s=2. Keys c, l and h are the frame's, tk is
 * what is done of the tasks, the rest is the chapter's own.
 */

/** @typedef {import("./types.js").Change} Change */

const FRAME_KEYS = ["c", "l", "h", "tk"];
const LONGEST_VALUE = 4000;

/** Write a state as an address. @param {Record<string, string>} state */
export function addressOf(state) {
  const names = [
    ...FRAME_KEYS.filter((key) => key in state),
    ...Object.keys(state)
      .filter((key) => !FRAME_KEYS.includes(key))
      .sort(),
  ];
  return `#${names.map((key) => `${key}=${encodeURIComponent(state[key])}`).join("&")}`;
}

/** Read an address; what makes no sense is left out. @param {string} hash @returns {Record<string, string>} */
export function stateOf(hash) {
  /** @type {Record<string, string>} */
  const state = {};
  for (const part of hash.replace(/^#/, "").split("&")) {
    const match = /^([a-z][a-z0-9]{0,11})=(.*)$/.exec(part);
    if (!match || match[2].length > LONGEST_VALUE) continue;
    try {
      state[match[1]] = decodeURIComponent(match[2]);
    } catch {
      continue;
    }
  }
  return state;
}

/** The state after a change. @param {Record<string, string>} state @param {Change} change */
export function changed(state, change) {
  const leaves = "c" in change && String(change.c ?? "") !== (state.c ?? "");
  /** @type {Record<string, string>} */
  const next = {};
  for (const [key, value] of Object.entries(state)) if (!leaves || FRAME_KEYS.includes(key)) next[key] = value;
  for (const [key, value] of Object.entries(change)) {
    if (value === null || value === undefined || value === false || value === "") delete next[key];
    else next[key] = String(value);
  }
  return next;
}

/**
 * A whole number of the state, within bounds; `otherwise` where there is none or nonsense.
 * @param {Record<string, string>} state
 * @param {string} key
 * @param {number} low
 * @param {number} high
 * @param {number} otherwise
 */
export function wholeIn(state, key, low, high, otherwise) {
  return /^-?\d{1,9}$/.test(state[key] ?? "") ? Math.max(low, Math.min(high, Number(state[key]))) : otherwise;
}

/**
 * A number of the state, within bounds; `otherwise` where there is none or nonsense.
 * @param {Record<string, string>} state
 * @param {string} key
 * @param {number} low
 * @param {number} high
 * @param {number} otherwise
 */
export function numberIn(state, key, low, high, otherwise) {
  return /^-?\d{1,9}(\.\d{1,12})?$/.test(state[key] ?? "")
    ? Math.max(low, Math.min(high, Number(state[key])))
    : otherwise;
}

/**
 * Numbers of the state written 1_-1_0.5; `otherwise` where there are none, too few, too many, or nonsense.
 * @param {Record<string, string>} state
 * @param {string} key
 * @param {number[]} counts how many there may be
 * @param {number[]} otherwise
 */
export function numbersIn(state, key, counts, otherwise) {
  const parts = (state[key] ?? "").split("_");
  if (!counts.includes(parts.length) || !parts.every((part) => /^-?\d{1,6}(\.\d{1,12})?$/.test(part))) return otherwise;
  return parts.map(Number);
}
