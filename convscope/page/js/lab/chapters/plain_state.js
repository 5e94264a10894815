/** What the address says of chapter 1: which pictures, and what is done to them. */

import { numberIn } from "../address.js";
import { AS_DRAWN } from "../sums/pictures.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../sums/pictures.js").Drawn} Drawn */
/** @typedef {"xo" | "mnist"} Data */
/** @typedef {{min: number, max: number, step: number, digits?: number, unit?: string}} Range */

const SHIFT = { min: -4, max: 4, step: 0.5, digits: 1, unit: " px" };
const LARGE_SHIFT = { min: -8, max: 8, step: 1, unit: " px" };
const TURN = { min: -90, max: 90, step: 5, unit: "°" };
/** What can be done to a picture, and how far. @type {Record<Data, Record<string, Range>>} */
export const RANGES = {
  xo: {
    dx: SHIFT,
    dy: SHIFT,
    turn: TURN,
    scale: { min: 0.3, max: 1.4, step: 0.05, digits: 2, unit: "×" },
    thickness: { min: 0.4, max: 3, step: 0.1, digits: 1, unit: " px" },
  },
  mnist: {
    dx: LARGE_SHIFT,
    dy: LARGE_SHIFT,
    turn: TURN,
    scale: { min: 0.4, max: 1.5, step: 0.05, digits: 2, unit: "×" },
  },
};
export const UNMOVED = /** @type {Record<string, number>} */ (AS_DRAWN);

/** @param {Lab["state"]} state @returns {Data} */
export function dataOf(state) {
  return state.d === "mnist" ? "mnist" : "xo";
}

/** One slider's value. @param {Lab["state"]} state @param {Data} data @param {string} key */
export function movedBy(state, data, key) {
  const { min, max } = RANGES[data][key];
  return numberIn(state, key, min, max, UNMOVED[key]);
}

/** What is done to the picture. @param {Lab["state"]} state @param {Data} data @returns {Drawn} */
export function howOf(state, data) {
  const moved = Object.keys(RANGES[data]).map((key) => [key, movedBy(state, data, key)]);
  return { ...AS_DRAWN, ...Object.fromEntries(moved) };
}
