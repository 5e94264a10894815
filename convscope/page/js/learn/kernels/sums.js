/** Sums of products in plain JavaScript: a convolution forward and backward, a dense layer, a product of matrices. */

import { LANES, LANE_BYTES } from "../memory.js";
/** @import {Kernels} from "../types.js" */

/**
 * @param {Float32Array} heap
 * @param {Int32Array} ints
 * @returns {Pick<Kernels, "gather" | "correlate" | "sumChannels">}
 */
export function plainSums(heap, ints) {
  return {
    // For each place and filter, the products along the place's runs. Four filters times four pictures at a time: eight
    // numbers read give sixteen products.
    gather: (
      source,
      packed,
      bias,
      target,
      starts,
      runs,
      groups,
      places,
      sourceStep,
      targetStep,
      placeStep,
      filters,
      blockStep,
    ) => {
      for (let g = 0; g < groups; g++) {
        for (let first = 0; first < filters; first += 4) {
          const weights = ((packed + (first >> 3) * blockStep) >> 2) + (first & 4);
          const count = Math.min(4, filters - first);
          for (let p = 0; p < places; p++) {
            const [begin, end] = [ints[(starts >> 2) + p], ints[(starts >> 2) + p + 1]];
            const to = (target + g * targetStep + p * placeStep + first * LANE_BYTES) >> 2;
            for (let half = 0; half < LANES; half += 4) {
              const from = ((source + g * sourceStep) >> 2) + half;
              const offset = (bias >> 2) + first;
              if (count === 1)
                gatherOne(heap, ints, from, weights, (runs >> 2) + 3 * begin, (runs >> 2) + 3 * end, offset, to + half);
              else
                gatherFour(
                  heap,
                  ints,
                  from,
                  weights,
                  (runs >> 2) + 3 * begin,
                  (runs >> 2) + 3 * end,
                  offset,
                  to + half,
                  count,
                );
            }
          }
        }
      }
    },

    // For each tap, filter and channel read, the products over all places that the tap joins and over all pictures.
    correlate: (gradient, source, target, starts, pairs, taps, groups, gradientStep, sourceStep, filters, depth) => {
      const sums = new Float64Array(16);
      for (let tap = 0; tap < taps; tap++) {
        const begin = (pairs >> 2) + 2 * ints[(starts >> 2) + tap];
        const end = (pairs >> 2) + 2 * ints[(starts >> 2) + tap + 1];
        for (let f = 0; f < filters; f += 4) {
          for (let c = 0; c < depth; c += 4) {
            const [across, down] = [Math.min(4, depth - c), Math.min(4, filters - f)];
            sums.fill(0);
            for (let g = 0; g < groups; g++) {
              const d = (gradient + g * gradientStep + f * LANE_BYTES) >> 2;
              const x = (source + g * sourceStep + c * LANE_BYTES) >> 2;
              if (across === 4 && down === 4) correlateFour(heap, ints, d, x, begin, end, sums);
              else correlateSome(heap, ints, d, x, begin, end, sums, down, across);
            }
            for (let i = 0; i < down; i++) {
              for (let j = 0; j < across; j++) {
                heap[(target >> 2) + (tap * filters + f + i) * depth + c + j] += sums[4 * i + j];
              }
            }
          }
        }
      }
    },

    sumChannels: (gradient, target, groups, places, channels) => {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let p = 0; p < groups * places; p++) {
          const at = (gradient >> 2) + (p * channels + c) * LANES;
          for (let lane = 0; lane < LANES; lane++) sum += heap[at + lane];
        }
        heap[(target >> 2) + c] += sum;
      }
    },
  };
}

/**
 * The sums of four filters for four pictures at one place; `count` of the filters are stored.
 * @param {Float32Array} heap @param {Int32Array} ints
 * @param {number} source @param {number} packed @param {number} begin of the place's runs @param {number} end
 * @param {number} bias @param {number} target @param {number} count
 */
function gatherFour(heap, ints, source, packed, begin, end, bias, target, count) {
  let [a0, b0, c0, d0] = [heap[bias], heap[bias + 1], heap[bias + 2], heap[bias + 3]];
  let [a1, b1, c1, d1] = [a0, b0, c0, d0];
  let [a2, b2, c2, d2] = [a0, b0, c0, d0];
  let [a3, b3, c3, d3] = [a0, b0, c0, d0];
  for (let run = begin; run < end; run += 3) {
    let x = source + (ints[run] >> 2);
    let w = packed + (ints[run + 1] >> 2);
    for (const last = x + LANES * ints[run + 2]; x < last; x += LANES, w += LANES) {
      const x0 = heap[x];
      const x1 = heap[x + 1];
      const x2 = heap[x + 2];
      const x3 = heap[x + 3];
      const a = heap[w];
      const b = heap[w + 1];
      const c = heap[w + 2];
      const d = heap[w + 3];
      a0 += a * x0;
      a1 += a * x1;
      a2 += a * x2;
      a3 += a * x3;
      b0 += b * x0;
      b1 += b * x1;
      b2 += b * x2;
      b3 += b * x3;
      c0 += c * x0;
      c1 += c * x1;
      c2 += c * x2;
      c3 += c * x3;
      d0 += d * x0;
      d1 += d * x1;
      d2 += d * x2;
      d3 += d * x3;
    }
  }
  store(heap, target, a0, a1, a2, a3);
  store(heap, target + LANES, b0, b1, b2, b3);
  if (count > 2) store(heap, target + 2 * LANES, c0, c1, c2, c3);
  if (count > 3) store(heap, target + 3 * LANES, d0, d1, d2, d3);
}

/**
 * The sums of one filter for four pictures at one place.
 * @param {Float32Array} heap @param {Int32Array} ints
 * @param {number} source @param {number} packed @param {number} begin @param {number} end
 * @param {number} bias @param {number} target
 */
function gatherOne(heap, ints, source, packed, begin, end, bias, target) {
  let a0 = heap[bias];
  let [a1, a2, a3] = [a0, a0, a0];
  for (let run = begin; run < end; run += 3) {
    let x = source + (ints[run] >> 2);
    let w = packed + (ints[run + 1] >> 2);
    for (const last = x + LANES * ints[run + 2]; x < last; x += LANES, w += LANES) {
      a0 += heap[w] * heap[x];
      a1 += heap[w] * heap[x + 1];
      a2 += heap[w] * heap[x + 2];
      a3 += heap[w] * heap[x + 3];
    }
  }
  store(heap, target, a0, a1, a2, a3);
}

/**
 * @param {Float32Array | Float64Array} heap @param {number} at
 * @param {number} a @param {number} b @param {number} c @param {number} d
 */
function store(heap, at, a, b, c, d) {
  heap[at] = a;
  heap[at + 1] = b;
  heap[at + 2] = c;
  heap[at + 3] = d;
}

/**
 * Add to `sums` (4, 4) those of four filters by four channels over a group's places and pictures.
 * @param {Float32Array} heap @param {Int32Array} ints @param {number} gradient @param {number} source
 * @param {number} begin of the tap's pairs @param {number} end @param {Float64Array} sums
 */
function correlateFour(heap, ints, gradient, source, begin, end, sums) {
  let [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3] = sums;
  for (let pair = begin; pair < end; pair += 2) {
    let d = gradient + (ints[pair] >> 2);
    let x = source + (ints[pair + 1] >> 2);
    for (const last = x + LANES; x < last; x++, d++) {
      const x0 = heap[x];
      const x1 = heap[x + LANES];
      const x2 = heap[x + 2 * LANES];
      const x3 = heap[x + 3 * LANES];
      const da = heap[d];
      const db = heap[d + LANES];
      const dc = heap[d + 2 * LANES];
      const dd = heap[d + 3 * LANES];
      a0 += da * x0;
      a1 += da * x1;
      a2 += da * x2;
      a3 += da * x3;
      b0 += db * x0;
      b1 += db * x1;
      b2 += db * x2;
      b3 += db * x3;
      c0 += dc * x0;
      c1 += dc * x1;
      c2 += dc * x2;
      c3 += dc * x3;
      d0 += dd * x0;
      d1 += dd * x1;
      d2 += dd * x2;
      d3 += dd * x3;
    }
  }
  store(sums, 0, a0, a1, a2, a3);
  store(sums, 4, b0, b1, b2, b3);
  store(sums, 8, c0, c1, c2, c3);
  store(sums, 12, d0, d1, d2, d3);
}

/**
 * The same where fewer than four are left.
 * @param {Float32Array} heap @param {Int32Array} ints @param {number} gradient @param {number} source
 * @param {number} begin @param {number} end @param {Float64Array} sums @param {number} down @param {number} across
 */
function correlateSome(heap, ints, gradient, source, begin, end, sums, down, across) {
  for (let i = 0; i < down; i++) {
    for (let j = 0; j < across; j++) {
      let sum = 0;
      for (let pair = begin; pair < end; pair += 2) {
        const d = gradient + (ints[pair] >> 2) + i * LANES;
        const x = source + (ints[pair + 1] >> 2) + j * LANES;
        for (let lane = 0; lane < LANES; lane++) sum += heap[d + lane] * heap[x + lane];
      }
      sums[4 * i + j] += sum;
    }
  }
}
