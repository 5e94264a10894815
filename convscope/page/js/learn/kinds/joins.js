import { LANES } from "../memory.js";
import { countOf } from "./shape.js";
/** @import {BatchKind, Site} from "../types.js" */

/**
 * The sum of two or more inputs, place by place.
 * @type {BatchKind}
 */
export const addBatch = {
  homogeneous: () => false, // of several inputs; what follows a single filter bank is asked for
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: (site) => {
    const { inputs, output: y, gradient: dy } = site;
    const spreads = inputs.map((_, from) => spreadOf(site, from));
    return {
      forward: (pass) => {
        const count = countOf(y, pass);
        const to = y.block.values;
        inputs.forEach(({ block }, from) => {
          const spread = spreads[from];
          if (!from) to.set(block.values.subarray(0, count));
          else if (!spread) pass.kernels.add(block.at, y.block.at, count);
          else spread(pass.groups, (i, at) => (to[i] += block.values[at]));
        });
      },
      backward: (pass, into) => {
        into.forEach((dx, from) => {
          if (!dx) return;
          const spread = spreads[from];
          const [back, into] = [dy.block.values, dx.block.values];
          if (!spread) {
            into.set(back.subarray(0, countOf(dy, pass)));
            return;
          }
          into.fill(0, 0, countOf(dx, pass));
          spread(pass.groups, (i, at) => (into[at] += back[i]));
        });
      },
    };
  },
};

/**
 * The product of two or more inputs, place by place.
 * @type {BatchKind}
 */
export const mulBatch = {
  homogeneous: () => false,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: (site) => {
    const { inputs, output: y, gradient: dy, space } = site;
    const spreads = inputs.map((_, from) => spreadOf(site, from));
    const kept = space.take(y.block.count); // the gradient times the other factors
    /** @param {Float32Array} to @param {number} groups @param {number} count @param {number} but */
    const times = (to, groups, count, but) => {
      inputs.forEach(({ block: { values } }, from) => {
        if (from === but) return;
        const spread = spreads[from];
        if (spread) spread(groups, (i, at) => (to[i] *= values[at]));
        else for (let i = 0; i < count; i++) to[i] *= values[i];
      });
    };
    return {
      forward: (pass) => {
        const count = countOf(y, pass);
        y.block.values.fill(1, 0, count);
        times(y.block.values, pass.groups, count, -1);
      },
      backward: (pass, into) => {
        const count = countOf(dy, pass);
        into.forEach((dx, from) => {
          if (!dx) return;
          kept.values.set(dy.block.values.subarray(0, count));
          times(kept.values, pass.groups, count, from);
          const spread = spreads[from];
          const to = dx.block.values;
          if (!spread) {
            to.set(kept.values.subarray(0, count));
            return;
          }
          to.fill(0, 0, countOf(dx, pass));
          spread(pass.groups, (i, at) => (to[at] += kept.values[i]));
        });
      },
    };
  },
};

/**
 * What visits each number of a batch's output with the one of a source that counts for it, where a single channel, row
 * or column of it counts for all; null where each number has its own.
 * @param {Site} site
 * @param {number} from
 */
function spreadOf({ node, inputs, output: y }, from) {
  const x = inputs[from];
  if (x.places === y.places && x.channels === y.channels) return null;
  const [, height, width] = node.inputs[from];
  const [, rows, columns] = node.output;
  const place = Int32Array.from({ length: rows * columns }, (_, p) => {
    return (Math.floor(p / columns) % height) * width + ((p % columns) % width);
  });
  /** @param {number} groups @param {(i: number, at: number) => void} visit */
  return (groups, visit) => {
    let i = 0;
    for (let g = 0; g < groups; g++) {
      for (let p = 0; p < y.places; p++) {
        const begin = (g * x.places + place[p]) * x.channels;
        for (let c = 0; c < y.channels; c++) {
          const at = (begin + (c % x.channels)) * LANES;
          for (let lane = 0; lane < LANES; lane++) visit(i++, at + lane);
        }
      }
    }
  };
}

/**
 * The maps of its sources one after another, or their rows of numbers.
 * @type {BatchKind}
 */
export const concatBatch = {
  homogeneous: () => false,
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
