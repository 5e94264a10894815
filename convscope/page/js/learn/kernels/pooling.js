/** Pooling in plain JavaScript: for each place of the output, over the places that it reads. */

import { LANES } from "../memory.js";
/** @import {Kernels} from "../types.js" */

/**
 * @param {Float32Array} heap
 * @param {Int32Array} ints
 * @returns {Pick<Kernels, "largest" | "largestBack" | "average" | "averageBack">}
 */
export function plainPooling(heap, ints) {
  /**
   * Call `visit(p, to, from, begin, end)` for each group and place: where it is written and where its entries are.
   * @param {number} starts @param {number} groups @param {number} places @param {number} xStep @param {number} size
   * @param {(p: number, to: number, from: number, begin: number, end: number) => void} visit
   */
  function eachPlace(starts, groups, places, xStep, size, visit) {
    for (let g = 0, to = 0; g < groups; g++) {
      for (let p = 0; p < places; p++, to += size) {
        visit(p, to, (g * xStep) >> 2, ints[(starts >> 2) + p], ints[(starts >> 2) + p + 1]);
      }
    }
  }

  return {
    largest: (x, y, starts, entries, groups, places, xStep, channels) => {
      const size = channels * LANES;
      eachPlace(starts, groups, places, xStep, size, (_, to, from, begin, end) => {
        const out = (y >> 2) + to;
        for (let e = begin; e < end; e++) {
          const at = (x >> 2) + from + (ints[(entries >> 2) + e] >> 2);
          for (let i = 0; i < size; i++) if (e === begin || heap[at + i] > heap[out + i]) heap[out + i] = heap[at + i];
        }
      });
    },

    // The first of equals gets all, as in torch.
    largestBack: (x, y, dy, dx, starts, entries, groups, places, xStep, channels, shared) => {
      const size = channels * LANES;
      const left = new Float32Array(size);
      eachPlace(starts, groups, places, xStep, size, (_, to, from, begin, end) => {
        const out = (y >> 2) + to;
        left.set(heap.subarray((dy >> 2) + to, (dy >> 2) + to + size));
        for (let e = begin; e < end; e++) {
          const at = from + (ints[(entries >> 2) + e] >> 2);
          for (let i = 0; i < size; i++) {
            const here = heap[(x >> 2) + at + i] === heap[out + i];
            const back = here ? left[i] : 0;
            heap[(dx >> 2) + at + i] = shared ? heap[(dx >> 2) + at + i] + back : back;
            if (here) left[i] = 0;
          }
        }
      });
    },

    average: (x, y, starts, entries, factors, groups, places, xStep, channels) => {
      const size = channels * LANES;
      const sums = new Float64Array(size);
      eachPlace(starts, groups, places, xStep, size, (p, to, from, begin, end) => {
        sums.fill(0);
        for (let e = begin; e < end; e++) {
          const at = (x >> 2) + from + (ints[(entries >> 2) + e] >> 2);
          for (let i = 0; i < size; i++) sums[i] += heap[at + i];
        }
        for (let i = 0; i < size; i++) heap[(y >> 2) + to + i] = sums[i] * heap[(factors >> 2) + p];
      });
    },

    averageBack: (dy, dx, starts, entries, factors, groups, places, xStep, channels) => {
      const size = channels * LANES;
      eachPlace(starts, groups, places, xStep, size, (p, to, from, begin, end) => {
        const factor = heap[(factors >> 2) + p];
        for (let e = begin; e < end; e++) {
          const at = (dx >> 2) + from + (ints[(entries >> 2) + e] >> 2);
          for (let i = 0; i < size; i++) heap[at + i] += heap[(dy >> 2) + to + i] * factor;
        }
      });
    },
  };
}
