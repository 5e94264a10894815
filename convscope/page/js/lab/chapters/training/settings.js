/** What chapter 12 lets one set, what the address says of it, and what the engine is asked then. */

import { UNCHANGED } from "../../../learn/recipe.js";

/** @typedef {import("../../../learn/recipe.js").Augmentation} Augmentation */
/** @typedef {import("../../../learn/recipe.js").Recipe} Recipe */
/** @typedef {keyof typeof OFFERED | "i"} SettingKey `i` is the seed */
/** @typedef {Record<SettingKey, number>} Settings */

/** What each setting may be, by its key in the address. */
export const OFFERED = {
  /** Learning rate. */
  r: [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10],
  /** Pictures a batch. */
  m: [1, 8, 32, 128, 512],
  /** Pictures to learn from. */
  n: [50, 200, 1000, 5000],
  /** Pictures shown in all, however often each. */
  q: [6000, 12000, 24000, 48000],
  /** Augmentation: none, shifts, shifts with turns. */
  u: [0, 1, 2],
  /** Dropout before the last layer. */
  d: [0, 0.25, 0.5],
  /** Weight decay. */
  w: [0, 1e-3, 3e-3, 0.01, 0.03, 0.1],
  /** Label smoothing. */
  y: [0, 0.1, 0.2],
  /** Batch normalisation after each convolution: 1 for yes. */
  x: [0, 1],
  /** The activation: ReLU, or leaky ReLU. */
  a: [0, 1],
};

/** @type {Settings} */
export const USUAL = { r: 0.05, m: 32, n: 1000, q: 12000, u: 0, d: 0, w: 0, y: 0, x: 0, a: 0, i: 8 };
export const MOST_LUCK = 999; // the largest seed

/** @type {Augmentation[]} */
export const AUGMENTATIONS = [
  UNCHANGED,
  { ...UNCHANGED, shift: 2 },
  { ...UNCHANGED, translate: 2, rotate: 15, scale: 0.1, shear: 0.1 },
];

/** What the address says; what makes no sense is as at the beginning. @param {Record<string, string>} state */
export function settingsOf(state) {
  const read = Object.entries(USUAL).map(([key, usual]) => {
    const value = /^\d{1,5}(\.\d{1,6})?$/.test(state[key] ?? "") ? Number(state[key]) : usual;
    return [key, isOffered(key, value) ? value : usual];
  });
  return /** @type {Settings} */ (Object.fromEntries(read));
}

/** @param {string} key @param {number} value */
function isOffered(key, value) {
  if (key === "i") return Number.isInteger(value) && value >= 0 && value <= MOST_LUCK;
  return OFFERED[/** @type {Exclude<SettingKey, "i">} */ (key)].includes(value);
}

/** The change that brings these settings into the address. @param {Settings} settings */
export function changeOf(settings) {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, value === usualOf(key) ? null : plainNumber(value)]),
  );
}

/** Settings as one word of the address: what differs from the beginning, or "usual". @param {Settings} settings */
export function codeOf(settings) {
  const parts = Object.entries(settings).flatMap(([key, value]) =>
    value === usualOf(key) ? [] : [`${key}${plainNumber(value)}`],
  );
  return parts.join("_") || "usual";
}

/**
 * The settings of such a word; null where there is none.
 * @param {string | undefined} code
 * @returns {Settings | null}
 */
export function settingsOfCode(code) {
  if (!code) return null;
  const parts = code === "usual" ? [] : code.split("_");
  return settingsOf(Object.fromEntries(parts.map((part) => [part.slice(0, 1), part.slice(1)])));
}

/** @param {string} key */
function usualOf(key) {
  return USUAL[/** @type {SettingKey} */ (key)];
}

/** Without an exponent. @param {number} value */
export function plainNumber(value) {
  return value < 1e-3 ? value.toFixed(4).replace(/0+$/, "").replace(/\.$/, "") : String(value);
}

/** The formula of the network: three convolutions, small enough for a second. @param {Settings} settings */
export function formulaOf({ x, a, d }) {
  const after = `${x ? " + bn" : ""} + ${a ? "leaky_relu(0.1)" : "relu"}`;
  const last = d ? ` + dropout(${d})` : "";
  return `conv(8, 5, stride=2)${after} + conv(16, 3, stride=2)${after} + conv(16, 3, pad=1)${after}${last} + fc`;
}

/** Plain SGD, so that nothing but what is set has an effect. @param {Settings} settings @returns {Partial<Recipe>} */
export function recipeOf({ r, m, u, w, y }) {
  return {
    optimiser: "sgd",
    lr: r,
    plainLr: null,
    momentum: 0,
    nesterov: false,
    weightDecay: w,
    initial: "torch",
    batchSize: m,
    warmup: 0,
    final: 1,
    labelSmoothing: y,
    augmentation: AUGMENTATIONS[u],
  };
}
