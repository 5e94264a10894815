/** What a transformer makes of maps before its first block, on batches. */

import { learnedShapes } from "../../engine/weights.js";
import { LANES } from "../memory.js";
/** @import {BatchKind} from "../types.js" */

/**
 * The places as one column, learned ones before them: in memory place after place, they are a column already.
 * @type {BatchKind}
 */
export const tokensBatch = {
  homogeneous: ({ options: { extra = 0 } }) => !extra,
  parameters: learnedShapes,
  buffers: () => ({}),
  prepare: ({ node, inputs: [x], output: y, gradient: dy, parameters: { weight } }) => {
    const extra = node.options.extra ?? 0;
    const [size, learned] = [x.channels * LANES, extra * y.channels * LANES];
    const [read, made] = [x.places * size, y.places * size];
    return {
      forward: ({ groups }) => {
        const [from, to] = [x.block.values, y.block.values];
        for (let g = 0; g < groups; g++) {
          for (let i = 0; i < learned; i++) {
            const [place, c] = [Math.floor(i / size), Math.floor(i / LANES) % y.channels];
            to[g * made + i] = weight.values.values[c * extra + place];
          }
          to.set(from.subarray(g * read, (g + 1) * read), g * made + learned);
        }
      },
      backward: ({ groups, pictures }, [dx]) => {
        const back = dy.block.values;
        for (let g = 0; g < groups; g++) {
          for (let i = 0; i < learned; i++) {
            const [place, c] = [Math.floor(i / size), Math.floor(i / LANES) % y.channels];
            if (g * LANES + (i % LANES) < pictures) weight.gradient.values[c * extra + place] += back[g * made + i];
          }
          if (dx) dx.block.values.set(back.subarray(g * made + learned, (g + 1) * made), g * read);
        }
      },
    };
  },
};

/**
 * Every unit plus a learned number of its own.
 * @type {BatchKind}
 */
export const positionBatch = {
  homogeneous: () => false,
  parameters: learnedShapes,
  buffers: () => ({}),
  prepare: ({ inputs: [x], output: y, gradient: dy, parameters: { weight } }) => {
    const { places, channels } = x;
    /** Where the number of place `p` and channel `c` lies among those that were learned. @param {number} i */
    const of = (i) => (Math.floor(i / LANES) % channels) * places + (Math.floor(i / (LANES * channels)) % places);
    const count = places * channels * LANES;
    return {
      forward: ({ groups }) => {
        const [from, to] = [x.block.values, y.block.values];
        for (let i = 0; i < groups * count; i++) to[i] = from[i] + weight.values.values[of(i)];
      },
      backward: ({ groups, pictures }, [dx]) => {
        const back = dy.block.values;
        for (let i = 0; i < groups * count; i++) {
          if (Math.floor(i / count) * LANES + (i % LANES) < pictures) weight.gradient.values[of(i)] += back[i];
        }
        if (dx) dx.block.values.set(back.subarray(0, groups * count));
      },
    };
  },
};
