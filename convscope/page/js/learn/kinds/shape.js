import { cropPlace, shuffledFrom } from "../../engine/geometry.js";
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
  homogeneous: () => true,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ inputs: [x], output: y, gradient: dy }) => ({
    forward: ({ kernels, groups }) => kernels.swapAxes(x.block.at, y.block.at, groups, x.places, x.channels),
    backward: ({ kernels, groups }, [dx]) => {
      if (dx) kernels.swapAxes(dy.block.at, dx.block.at, groups, x.channels, x.places);
    },
  }),
};

/** @type {BatchKind} */
export const cropBatch = {
  homogeneous: () => true,
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

/**
 * The channels of several groups in turn, or some of them.
 * @type {BatchKind}
 */
export const shuffleBatch = {
  homogeneous: () => true,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ node, inputs: [x], output: y, gradient: dy }) => {
    const from = Int32Array.from({ length: y.channels }, (_, c) => shuffledFrom(node, c));
    /** @param {number} groups @param {(out: number, into: number) => void} move */
    const each = (groups, move) => {
      for (let place = 0; place < groups * y.places; place++) {
        for (let c = 0; c < y.channels; c++) {
          move((place * y.channels + c) * LANES, (place * x.channels + from[c]) * LANES);
        }
      }
    };
    return {
      forward: ({ groups }) => {
        const [source, to] = [x.block.values, y.block.values];
        each(groups, (out, into) => to.set(source.subarray(into, into + LANES), out));
      },
      backward: ({ groups }, [dx]) => {
        if (!dx) return;
        const [source, to] = [dy.block.values, dx.block.values];
        if (x.channels > y.channels) to.fill(0);
        each(groups, (out, into) => to.set(source.subarray(out, out + LANES), into));
      },
    };
  },
};
