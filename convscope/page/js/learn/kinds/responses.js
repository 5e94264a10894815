import { channelsAround } from "../../engine/geometry.js";
import { responseOf } from "../../engine/kinds/lrn.js";
import { learnedShapes } from "../../engine/weights.js";
import { LANES } from "../memory.js";
/** @import {BatchKind} from "../types.js" */

/**
 * Each channel times a learned number, plus another one.
 * @type {BatchKind}
 */
export const scaleBatch = {
  homogeneous: () => false,
  parameters: learnedShapes,
  buffers: () => ({}),
  prepare: ({ space, inputs: [x], output: y, gradient: dy, parameters: { weight, bias } }) => {
    const { places, channels } = x;
    const none = space.take(channels); // no shift where there is no bias
    return {
      forward: ({ kernels, groups }) => {
        const shift = bias ? bias.values : none;
        kernels.scaleShift(x.block.at, y.block.at, weight.values.at, shift.at, groups, places, channels);
      },
      backward: ({ kernels, groups, pictures }, [dx]) => {
        const [from, back] = [x.block.values, dy.block.values];
        for (let g = 0; g < groups; g++) {
          const lanes = Math.min(LANES, pictures - g * LANES);
          for (let p = 0; p < places; p++) {
            for (let c = 0; c < channels; c++) {
              const at = ((g * places + p) * channels + c) * LANES;
              for (let lane = 0; lane < lanes; lane++) {
                weight.gradient.values[c] += back[at + lane] * from[at + lane];
                if (bias) bias.gradient.values[c] += back[at + lane];
              }
            }
          }
        }
        if (!dx) return;
        none.values.fill(0);
        kernels.scaleShift(dy.block.at, dx.block.at, weight.values.at, none.at, groups, places, channels);
      },
    };
  },
};

/**
 * Local response normalisation (Krizhevsky et al. 2012, section 3.3).
 * @type {BatchKind}
 */
export const lrnBatch = {
  homogeneous: () => false,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ node, space, inputs: [x], output: y, gradient: dy }) => {
    const { around, alpha, beta, k } = responseOf(node);
    const { places, channels } = x;
    const ranges = Array.from({ length: channels }, (_, c) => channelsAround(node, c));
    const [bases, shares] = [space.take(x.block.count), space.take(x.block.count)];
    /** Sums over the channels around each. @param {number} groups @param {(at: number) => number} of
     * @param {(at: number, sum: number) => void} give */
    const sums = (groups, of, give) => {
      for (let place = 0; place < groups * places; place++) {
        for (let c = 0; c < channels; c++) {
          for (let lane = 0; lane < LANES; lane++) {
            let sum = 0;
            for (let from = ranges[c].first; from < ranges[c].end; from++)
              sum += of((place * channels + from) * LANES + lane);
            give((place * channels + c) * LANES + lane, sum);
          }
        }
      }
    };
    return {
      forward: ({ groups }) => {
        const [from, to, base] = [x.block.values, y.block.values, bases.values];
        sums(
          groups,
          (at) => from[at] ** 2,
          (at, sum) => {
            base[at] = k + (alpha / around) * sum;
            to[at] = from[at] * base[at] ** -beta;
          },
        );
      },
      backward: ({ groups }, [dx]) => {
        if (!dx) return;
        const [from, back, to] = [x.block.values, dy.block.values, dx.block.values];
        const [base, share] = [bases.values, shares.values];
        const count = groups * places * channels * LANES;
        for (let i = 0; i < count; i++) share[i] = back[i] * from[i] * base[i] ** (-beta - 1);
        const factor = (2 * alpha * beta) / around;
        sums(
          groups,
          (at) => share[at],
          (at, sum) => (to[at] = back[at] * base[at] ** -beta - factor * from[at] * sum),
        );
      },
    };
  },
};
