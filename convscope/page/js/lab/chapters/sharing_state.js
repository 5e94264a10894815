/** What the address says of chapter 5: nine pixels and four weights. */

import { numbersIn } from "../address.js";
import { neuronSum, sharedPlaces } from "../sums/sharing.js";

/** @typedef {import("../types.js").Lab} Lab */

export const PIXELS = [1, 2, 0, 3, 1, 2, 0, 1, 2];
export const WEIGHTS = [1, -1, 0.5, 2];
export const PLACES = sharedPlaces(3, 3, 2, 2);

/** Pixels, weights and the four outputs. @param {Lab["state"]} state */
export function sharedOf(state) {
  const pixels = numbersIn(state, "v", [PIXELS.length], PIXELS);
  const weights = numbersIn(state, "k", [WEIGHTS.length], WEIGHTS);
  return { pixels, weights, outputs: PLACES.map((line) => neuronSum(line, weights, pixels).total) };
}
