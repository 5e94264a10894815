import { ownEps } from "../../engine/own_norm.js";
import { learnedShapes } from "../../engine/weights.js";
import { LANES } from "../memory.js";
/** @import {Layer} from "../../engine/types.js" */
/** @import {BatchKind} from "../types.js" */

/**
 * Normalisation by each picture's own numbers, in sets of places and channels.
 * @param {(node: Layer) => {count: number, of: (place: number, channel: number) => number}} setsOf
 * @returns {BatchKind}
 */
export function ownNormBatch(setsOf) {
  return {
    homogeneous: () => false,
    parameters: learnedShapes,
    buffers: () => ({}),
    prepare: ({ node, space, inputs: [x], output: y, gradient: dy, parameters: { weight, bias } }) => {
      const { places, channels } = x;
      const { count, of } = setsOf(node);
      const size = (places * channels) / count;
      const [even, scales] = [space.take(x.block.count), space.take((x.block.count / (places * channels)) * count)];
      const [first, second] = [new Float64Array(count * LANES), new Float64Array(count * LANES)];
      const sets = Int32Array.from({ length: places * channels }, (_, i) => {
        return of(Math.floor(i / channels), i % channels) * LANES;
      });
      /** Every number of a group of pictures, with the place of its set. @param {number} group
       * @param {(at: number, set: number, channel: number) => void} visit */
      const each = (group, visit) => {
        for (let i = 0; i < sets.length; i++) {
          const begin = (group * sets.length + i) * LANES;
          for (let lane = 0; lane < LANES; lane++) visit(begin + lane, sets[i] + lane, i % channels);
        }
      };
      return {
        forward: ({ groups }) => {
          const [from, to, held] = [x.block.values, y.block.values, even.values];
          const [factors, summands] = [weight.values.values, bias.values.values];
          for (let g = 0; g < groups; g++) {
            first.fill(0);
            second.fill(0);
            each(g, (at, set) => (first[set] += from[at] / size));
            each(g, (at, set) => (second[set] += (from[at] - first[set]) ** 2 / size));
            second.forEach((variance, set) => {
              scales.values[g * second.length + set] = 1 / Math.sqrt(variance + ownEps(node));
            });
            each(g, (at, set, c) => {
              held[at] = (from[at] - first[set]) * scales.values[g * second.length + set];
              to[at] = held[at] * factors[c] + summands[c];
            });
          }
        },
        backward: ({ groups, pictures }, [dx]) => {
          const [back, held] = [dy.block.values, even.values];
          const factors = weight.values.values;
          const [sumsOfWeight, sumsOfBias] = [new Float64Array(channels), new Float64Array(channels)];
          for (let g = 0; g < groups; g++) {
            first.fill(0);
            second.fill(0);
            each(g, (at, set, c) => {
              if (g * LANES + (at % LANES) < pictures) {
                sumsOfWeight[c] += back[at] * held[at];
                sumsOfBias[c] += back[at];
              }
              first[set] += (back[at] * factors[c]) / size;
              second[set] += (back[at] * factors[c] * held[at]) / size;
            });
            if (!dx) continue;
            const to = dx.block.values;
            each(g, (at, set, c) => {
              const left = back[at] * factors[c] - first[set] - held[at] * second[set];
              to[at] = left * scales.values[g * second.length + set];
            });
          }
          sumsOfWeight.forEach((sum, c) => (weight.gradient.values[c] += sum));
          sumsOfBias.forEach((sum, c) => (bias.gradient.values[c] += sum));
        },
      };
    },
  };
}
