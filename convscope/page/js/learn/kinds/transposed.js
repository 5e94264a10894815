import { banksOf, eachReaching } from "../../engine/transposed.js";
import { learnedShapes } from "../../engine/weights.js";
import { LANES } from "../memory.js";
/** @import {BatchKind} from "../types.js" */

/**
 * Every number of the input, times the kernel, added to the places that it reaches.
 * @type {BatchKind}
 */
export const transposedBatch = {
  homogeneous: () => false,
  parameters: learnedShapes,
  buffers: () => ({}),
  prepare: ({ node, inputs: [x], output: y, gradient: dy, parameters: { weight, bias } }) => {
    /** @type {[number, number, number][]} */
    const links = [];
    eachReaching(node, (to, from, tap) => links.push([to, from, tap]));
    const { depth, filters, taps } = banksOf(node);
    /**
     * Every product of a batch: where it is added, what is read, which weight, and the output channel.
     * @param {number} groups @param {(out: number, into: number, at: number) => void} visit
     */
    const each = (groups, visit) => {
      for (let g = 0; g < groups; g++) {
        for (const [to, from, tap] of links) {
          const [out, into] = [(g * y.places + to) * y.channels, (g * x.places + from) * x.channels];
          for (let c = 0; c < x.channels; c++) {
            const first = Math.floor(c / depth) * filters;
            for (let f = 0; f < filters; f++)
              visit((out + first + f) * LANES, (into + c) * LANES, (c * filters + f) * taps + tap);
          }
        }
      }
    };
    return {
      forward: ({ groups }) => {
        const [from, to, weights] = [x.block.values, y.block.values, weight.values.values];
        const count = groups * y.places * y.channels;
        for (let i = 0; i < count; i++) {
          const start = bias ? bias.values.values[i % y.channels] : 0;
          to.fill(start, i * LANES, (i + 1) * LANES);
        }
        each(groups, (out, into, at) => {
          for (let lane = 0; lane < LANES; lane++) to[out + lane] += weights[at] * from[into + lane];
        });
      },
      backward: ({ groups, pictures }, [dx]) => {
        const [read, back, weights] = [x.block.values, dy.block.values, weight.values.values];
        const size = y.places * y.channels * LANES;
        /** How many pictures a group has that begins before number `at`. @param {number} at */
        const held = (at) => Math.min(LANES, pictures - Math.floor(at / size) * LANES);
        const sums = new Float64Array(weight.gradient.values.length);
        each(groups, (out, into, at) => {
          const lanes = held(out);
          for (let lane = 0; lane < lanes; lane++) sums[at] += back[out + lane] * read[into + lane];
        });
        sums.forEach((sum, i) => (weight.gradient.values[i] += sum));
        if (bias) {
          const all = new Float64Array(y.channels);
          for (let i = 0; i < groups * y.places * y.channels; i++) {
            const lanes = held(i * LANES);
            for (let lane = 0; lane < lanes; lane++) all[i % y.channels] += back[i * LANES + lane];
          }
          all.forEach((sum, c) => (bias.gradient.values[c] += sum));
        }
        if (!dx) return;
        const into = dx.block.values;
        into.fill(0, 0, groups * x.places * x.channels * LANES);
        each(groups, (out, to, at) => {
          for (let lane = 0; lane < LANES; lane++) into[to + lane] += weights[at] * back[out + lane];
        });
      },
    };
  },
};
