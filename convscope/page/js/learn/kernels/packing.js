/** Weights put in the order in which `gather` reads them, and their gradient put back, in plain JavaScript. */

import { LANES } from "../memory.js";
/** @import {Kernels} from "../types.js" */

/**
 * @param {Float32Array} heap
 * @returns {Pick<Kernels, "packForward" | "packBack" | "addTapsLast">}
 */
export function plainPacking(heap) {
  return {
    packForward: (weights, packed, filters, depth, taps) => {
      for (let f = 0, w = weights >> 2; f < filters; f++) {
        const begin = (packed >> 2) + (f >> 3) * taps * depth * LANES + (f & 7);
        for (let d = 0; d < depth; d++) {
          for (let tap = 0, to = begin + d * LANES; tap < taps; tap++, to += depth * LANES) heap[to] = heap[w++];
        }
      }
    },

    packBack: (weights, packed, filters, depth, taps, around) => {
      const step = filters * LANES * (around ? -1 : 1);
      for (let f = 0, w = weights >> 2; f < filters; f++) {
        for (let d = 0; d < depth; d++) {
          const block = (d >> 3) * taps * filters;
          let to = (packed >> 2) + (block + (around ? taps - 1 : 0) * filters + f) * LANES + (d & 7);
          for (let tap = 0; tap < taps; tap++, to += step) heap[to] = heap[w++];
        }
      }
    },

    addTapsLast: (from, to, count, taps) => {
      for (let tap = 0, i = from >> 2; tap < taps; tap++) {
        for (let k = 0, at = (to >> 2) + tap; k < count; k++, at += taps) heap[at] += heap[i++];
      }
    },
  };
}
