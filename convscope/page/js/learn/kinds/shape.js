import { cropPlace } from "../../engine/geometry.js";
import { LANES } from "../memory.js";
/** @import {BatchKind, Maps, Pass} from "../types.js" */

/** How many numbers of some maps are of a pass's pictures. @param {Maps} maps @param {Pass} pass */
export function countOf(maps, { groups }) {
  return groups * maps.places * maps.channels * LANES;
}

/**
 * Maps as a row of numbers, channel by channel as the formula counts them.
 * @type {BatchKind}
 */
export const flattenBatch = {
  homogeneous: true,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ inputs: [x], output: y, gradient: dy }) => ({
    forward: ({ groups }) => swapAxes(x.block.values, y.block.values, groups, x.places, x.channels),
    backward: ({ groups }, [dx]) => {
      if (dx) swapAxes(dy.block.values, dx.block.values, groups, x.channels, x.places);
    },
  }),
};

/**
 * Copy (groups, rows, columns, 8) to (groups, columns, rows, 8).
 * @param {Float32Array} from @param {Float32Array} to
 * @param {number} groups @param {number} rows @param {number} columns
 */
function swapAxes(from, to, groups, rows, columns) {
  for (let g = 0, at = 0; g < groups; g++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at += LANES) {
        const target = ((g * columns + column) * rows + row) * LANES;
        for (let lane = 0; lane < LANES; lane++) to[target + lane] = from[at + lane];
      }
    }
  }
}

/** @type {BatchKind} */
export const cropBatch = {
  homogeneous: true,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ node, inputs: [x], output: y, gradient: dy }) => {
    const size = x.channels * LANES;
    const places = Int32Array.from({ length: y.places }, (_, p) => cropPlace(node, p)); // of the first channel
    return {
      forward: ({ groups }) => {
        for (let p = 0; p < groups * y.places; p++) {
          const from = (Math.floor(p / y.places) * x.places + places[p % y.places]) * size;
          y.block.values.set(x.block.values.subarray(from, from + size), p * size);
        }
      },
      backward: ({ groups }, [dx]) => {
        if (!dx) return;
        dx.block.values.fill(0);
        for (let p = 0; p < groups * y.places; p++) {
          const to = (Math.floor(p / y.places) * x.places + places[p % y.places]) * size;
          dx.block.values.set(dy.block.values.subarray(p * size, (p + 1) * size), to);
        }
      },
    };
  },
};
