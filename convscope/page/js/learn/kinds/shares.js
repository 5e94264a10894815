import { LANES } from "../memory.js";
/** @import {BatchKind} from "../types.js" */

/**
 * Softmax over the channels of each place, or its logarithm.
 * @param {boolean} logarithm
 * @returns {BatchKind}
 */
export function sharesBatch(logarithm) {
  return {
    homogeneous: () => false,
    parameters: () => ({}),
    buffers: () => ({}),
    prepare: ({ inputs: [x], output: y, gradient: dy }) => {
      const { places, channels } = x;
      /** The first number of each column: all its channels are LANES apart. @param {number} groups
       * @param {(first: number) => void} visit */
      const each = (groups, visit) => {
        for (let place = 0; place < groups * places; place++) {
          for (let lane = 0; lane < LANES; lane++) visit(place * channels * LANES + lane);
        }
      };
      return {
        forward: ({ groups }) => {
          const [from, to] = [x.block.values, y.block.values];
          each(groups, (first) => {
            let [largest, sum] = [-Infinity, 0];
            for (let c = 0; c < channels; c++) largest = Math.max(largest, from[first + c * LANES]);
            for (let c = 0; c < channels; c++) sum += Math.exp(from[first + c * LANES] - largest);
            for (let c = 0; c < channels; c++) {
              const away = from[first + c * LANES] - largest;
              to[first + c * LANES] = logarithm ? away - Math.log(sum) : Math.exp(away) / sum;
            }
          });
        },
        backward: ({ groups }, [dx]) => {
          if (!dx) return;
          const [made, back, into] = [y.block.values, dy.block.values, dx.block.values];
          each(groups, (first) => {
            let met = 0;
            for (let c = 0, at = first; c < channels; c++, at += LANES) met += back[at] * (logarithm ? 1 : made[at]);
            for (let c = 0, at = first; c < channels; c++, at += LANES)
              into[at] = logarithm ? back[at] - Math.exp(made[at]) * met : made[at] * (back[at] - met);
          });
        },
      };
    },
  };
}
