/** Weights as `gather` reads them: eight filters side by side, (blocks of 8 filters, taps, depth, 8), zeros at the end. */

import { LANES } from "./memory.js";

/** How many numbers are packed for so many filters. @param {number} filters @param {number} taps @param {number} depth */
export function packedCount(filters, taps, depth) {
  return Math.ceil(filters / LANES) * taps * depth * LANES;
}

/**
 * Pack kernels (filters, depth, taps), so that sums go over depth.
 * @param {Float32Array} weights
 * @param {Float32Array} packed
 * @param {number} filters @param {number} depth @param {number} taps
 */
export function packForward(weights, packed, filters, depth, taps) {
  for (let f = 0, w = 0; f < filters; f++) {
    const begin = (f >> 3) * taps * depth * LANES + (f & 7);
    for (let d = 0; d < depth; d++) {
      for (let tap = 0, to = begin + d * LANES; tap < taps; tap++, to += depth * LANES) packed[to] = weights[w++];
    }
  }
}

/**
 * Pack the same kernels so that sums go over filters: (blocks of 8 of depth, taps, filters, 8), taps from the last to the
 * first where they are turned around: reading on in the output means going back in the kernel.
 * @param {Float32Array} weights
 * @param {Float32Array} packed
 * @param {number} filters @param {number} depth @param {number} taps @param {boolean} around
 */
export function packBack(weights, packed, filters, depth, taps, around) {
  const step = filters * LANES * (around ? -1 : 1);
  for (let f = 0, w = 0; f < filters; f++) {
    for (let d = 0; d < depth; d++) {
      let to = ((d >> 3) * taps * filters + (around ? taps - 1 : 0) * filters + f) * LANES + (d & 7);
      for (let tap = 0; tap < taps; tap++, to += step) packed[to] = weights[w++];
    }
  }
}
