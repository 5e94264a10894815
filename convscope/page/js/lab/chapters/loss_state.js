/** What the address says of chapter 9: scores, two distributions, and the share that the true class got. */

import { numberIn, numbersIn, wholeIn } from "../address.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {Lab["state"]} State */

export const SCORES = [2, 1, 0.1, -1];
export const MOST_SCORE = 2000;
export const CARS = [4, 2, 1, 1];

/** @param {State} state */
export function scoresOf(state) {
  return numbersIn(state, "y", [4], SCORES).map((v) => Math.max(-MOST_SCORE, Math.min(MOST_SCORE, v)));
}

/** How much of each event there is, in no unit. @param {State} state */
export function weightsOf(state) {
  const list = numbersIn(state, "p", [2, 4], CARS).map((v) => Math.max(0, Math.min(16, v)));
  return list.some(Boolean) ? list : CARS;
}

/** How much of each event the code expects. @param {State} state */
export function othersOf(state) {
  const n = weightsOf(state).length;
  const list = numbersIn(state, "q", [n], Array(n).fill(1)).map((v) => Math.max(0, Math.min(16, v)));
  return list.some(Boolean) ? list : Array(n).fill(1);
}

/** Parts of one whole. @param {number[]} list */
export function sharesOf(list) {
  const sum = list.reduce((a, b) => a + b, 0);
  return list.map((v) => v / sum);
}

/** @param {State} state */
export function trueShareOf(state) {
  return numberIn(state, "a", 0.001, 1, 0.3);
}

/** Which of the scores is the true class's. @param {State} state */
export function rightOf(state) {
  return wholeIn(state, "t", 1, SCORES.length, 1) - 1;
}

/** What label smoothing spreads, over how many classes, and what the network gives to the true one.
 * @param {State} state */
export function smoothingOf(state) {
  return {
    share: numberIn(state, "e", 0, 0.5, 0.1),
    classes: wholeIn(state, "m", 2, 100, 10),
    given: numberIn(state, "g", 0.05, 0.999, 0.88),
  };
}
