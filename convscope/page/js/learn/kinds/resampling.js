import { eachResampled, placesAround, valueAround } from "../../engine/resampling.js";
import { LANES } from "../memory.js";
import { countOf } from "./shape.js";
/** @import {BatchKind} from "../types.js" */

/**
 * Each place the sum of one or a few of the input's, by their weights.
 * @type {BatchKind}
 */
export const resampledBatch = {
  homogeneous: (node) => !valueAround(node),
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ node, inputs: [x], output: y, gradient: dy }) => {
    /** @type {[number, number, number][]} */
    const links = [];
    eachResampled(node, (to, from, weight) => links.push([to, from, weight]));
    const size = y.channels * LANES;
    const around = valueAround(node) ? placesAround(node) : [];
    /** @param {number} groups @param {(out: number, into: number, weight: number) => void} visit */
    const each = (groups, visit) => {
      for (let g = 0; g < groups; g++) {
        for (const [to, from, weight] of links) visit((g * y.places + to) * size, (g * x.places + from) * size, weight);
      }
    };
    return {
      forward: (pass) => {
        const [from, to] = [x.block.values, y.block.values];
        to.fill(0, 0, countOf(y, pass));
        for (let g = 0; g < pass.groups; g++) {
          for (const place of around) {
            const at = (g * y.places + place) * size;
            to.fill(valueAround(node), at, at + size);
          }
        }
        each(pass.groups, (out, into, weight) => {
          for (let i = 0; i < size; i++) to[out + i] += weight * from[into + i];
        });
      },
      backward: (pass, [dx]) => {
        if (!dx) return;
        const [from, to] = [dy.block.values, dx.block.values];
        to.fill(0, 0, countOf(dx, pass));
        each(pass.groups, (out, into, weight) => {
          for (let i = 0; i < size; i++) to[into + i] += weight * from[out + i];
        });
      },
    };
  },
};
