/**
 * Weights as `gather` reads them: eight filters side by side, (blocks of 8 filters, taps, depth, 8), zeros at the end.
 */

import { LANES } from "./memory.js";

/**
 * How many numbers are packed for so many filters.
 * @param {number} filters
 * @param {number} taps
 * @param {number} depth
 */
export function packedCount(filters, taps, depth) {
  return Math.ceil(filters / LANES) * taps * depth * LANES;
}
