/** The inner loops of training in plain JavaScript, for browsers without SIMD; sums are doubles, stored as float32. */

import { LANES } from "../memory.js";
import { plainOptimisers } from "./optimisers.js";
import { plainPacking } from "./packing.js";
import { plainPooling } from "./pooling.js";
import { plainSums } from "./sums.js";
/** @import {Kernels} from "../types.js" */

/**
 * Return the kernels on a memory. Numbers within are found by their index: an address divided by four.
 * @param {WebAssembly.Memory} memory
 * @returns {Kernels}
 */
export function plainKernels(memory) {
  const heap = new Float32Array(memory.buffer);
  const ints = new Int32Array(memory.buffer);
  return {
    ...plainSums(heap, ints),
    ...plainPacking(heap),
    ...plainPooling(heap, ints),
    ...plainOptimisers(heap),
    ...normalisation(heap),
    relu: (x, y, count) => {
      const [from, to] = [x >> 2, y >> 2];
      for (let i = 0; i < count; i++) heap[to + i] = heap[from + i] <= 0 ? 0 : heap[from + i]; // NaN stays NaN
    },
    reluBack: (y, dy, dx, count) => {
      const [out, from, to] = [y >> 2, dy >> 2, dx >> 2];
      for (let i = 0; i < count; i++) heap[to + i] = heap[out + i] > 0 ? heap[from + i] : 0;
    },
    add: (from, to, count) => {
      const [a, b] = [from >> 2, to >> 2];
      for (let i = 0; i < count; i++) heap[b + i] += heap[a + i];
    },
    combine: (x, y, count, a, b) => {
      const [from, to] = [x >> 2, y >> 2];
      for (let i = 0; i < count; i++) heap[to + i] = a * heap[from + i] + b * heap[to + i];
    },
    squares: (x, count) => {
      let sum = 0;
      for (let i = x >> 2, end = i + count; i < end; i++) sum += heap[i] * heap[i];
      return sum;
    },
    swapAxes: (from, to, groups, rows, columns) => {
      for (let g = 0, at = from >> 2; g < groups; g++) {
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++, at += LANES) {
            const target = (to >> 2) + ((g * columns + column) * rows + row) * LANES;
            for (let lane = 0; lane < LANES; lane++) heap[target + lane] = heap[at + lane];
          }
        }
      }
    },
  };
}

/**
 * What batch normalisation needs, one channel at a time.
 * @param {Float32Array} heap
 * @returns {Pick<Kernels, "moments" | "scaleShift" | "normSums" | "normBack">}
 */
function normalisation(heap) {
  return {
    moments: (x, mean, variance, pictures, places, channels) => {
      const count = pictures * places;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        eachBlock(pictures, places, channels, c, (at, lanes) => {
          for (let i = (x >> 2) + at, end = i + lanes; i < end; i++) sum += heap[i];
        });
        const middle = sum / count;
        let squares = 0;
        eachBlock(pictures, places, channels, c, (at, lanes) => {
          for (let i = (x >> 2) + at, end = i + lanes; i < end; i++) squares += (heap[i] - middle) ** 2;
        });
        heap[(mean >> 2) + c] = middle;
        heap[(variance >> 2) + c] = squares / count;
      }
    },
    scaleShift: (x, y, scale, shift, groups, places, channels) => {
      let [from, to] = [x >> 2, y >> 2];
      for (let p = 0; p < groups * places; p++) {
        for (let c = 0; c < channels; c++) {
          const [a, b] = [heap[(scale >> 2) + c], heap[(shift >> 2) + c]];
          for (let lane = 0; lane < LANES; lane++) heap[to++] = heap[from++] * a + b;
        }
      }
    },
    normSums: (x, dy, mean, sums, products, groups, places, channels) => {
      for (let c = 0; c < channels; c++) {
        const middle = heap[(mean >> 2) + c];
        let [sum, product] = [0, 0];
        eachBlock(groups * LANES, places, channels, c, (at) => {
          for (let lane = 0; lane < LANES; lane++) {
            const d = heap[(dy >> 2) + at + lane];
            sum += d;
            product += d * (heap[(x >> 2) + at + lane] - middle);
          }
        });
        heap[(sums >> 2) + c] = sum;
        heap[(products >> 2) + c] = product;
      }
    },
    normBack: (x, dy, dx, ofGradient, ofInput, constant, pictures, places, channels) => {
      for (let c = 0; c < channels; c++) {
        const [a, b, k] = [heap[(ofGradient >> 2) + c], heap[(ofInput >> 2) + c], heap[(constant >> 2) + c]];
        eachBlock(pictures, places, channels, c, (at, lanes) => {
          for (let lane = 0; lane < LANES; lane++) {
            const i = at + lane;
            heap[(dx >> 2) + i] = lane < lanes ? heap[(dy >> 2) + i] * a + heap[(x >> 2) + i] * b + k : 0;
          }
        });
      }
    },
  };
}

/**
 * Call `visit(where, how many pictures)` for the eight numbers of each group and place of one channel.
 * @param {number} pictures
 * @param {number} places
 * @param {number} channels
 * @param {number} channel
 * @param {(at: number, lanes: number) => void} visit
 */
function eachBlock(pictures, places, channels, channel, visit) {
  for (let first = 0, at = channel * LANES; first < pictures; first += LANES) {
    const lanes = Math.min(LANES, pictures - first);
    for (let p = 0; p < places; p++, at += channels * LANES) visit(at, lanes);
  }
}
