import { LANES } from "../memory.js";
import { countOf } from "./shape.js";
/** @import {BatchKind} from "../types.js" */

/**
 * The sum of two or more inputs, place by place.
 * @type {BatchKind}
 */
export const addBatch = {
  homogeneous: false, // of several inputs; what follows a single filter bank is asked for
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ inputs: [first, ...others], output: y, gradient: dy }) => ({
    forward: (pass) => {
      const count = countOf(y, pass);
      y.block.values.set(first.block.values.subarray(0, count));
      for (const other of others) pass.kernels.add(other.block.at, y.block.at, count);
    },
    backward: (pass, into) => {
      for (const dx of into) dx?.block.values.set(dy.block.values.subarray(0, countOf(dy, pass)));
    },
  }),
};

/**
 * The maps of its sources one after another, or their rows of numbers.
 * @type {BatchKind}
 */
export const concatBatch = {
  homogeneous: false,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ inputs, output: y, gradient: dy }) => {
    const sizes = inputs.map((x) => x.channels * LANES);
    const begins = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
    const whole = y.channels * LANES;
    return {
      forward: ({ groups }) => {
        inputs.forEach(({ block: { values } }, i) => {
          for (let p = 0; p < groups * y.places; p++) {
            y.block.values.set(values.subarray(p * sizes[i], (p + 1) * sizes[i]), p * whole + begins[i]);
          }
        });
      },
      backward: ({ groups }, into) => {
        into.forEach((dx, i) => {
          if (!dx) return;
          for (let p = 0; p < groups * y.places; p++) {
            const from = p * whole + begins[i];
            dx.block.values.set(dy.block.values.subarray(from, from + sizes[i]), p * sizes[i]);
          }
        });
      },
    };
  },
};
