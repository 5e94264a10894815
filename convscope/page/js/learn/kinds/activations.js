import { learnedShapes } from "../../engine/weights.js";
import { LANES } from "../memory.js";
import { countOf } from "./shape.js";
/** @import {Curve} from "../../engine/types.js" */
/** @import {BatchKind} from "../types.js" */

/** @type {BatchKind} */
export const reluBatch = {
  homogeneous: () => true,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ inputs: [x], output: y, gradient: dy }) => ({
    forward: (pass) => pass.kernels.relu(x.block.at, y.block.at, countOf(y, pass)),
    backward: (pass, [dx]) => {
      if (dx) pass.kernels.reluBack(y.block.at, dy.block.at, dx.block.at, countOf(y, pass));
    },
  }),
};

/** The channel of a number of a block. @param {number} at @param {number} channels */
function channelInBlock(at, channels) {
  return Math.floor(at / LANES) % channels;
}

/**
 * Any activation, by the curve and the slope that the engine has of it.
 * @param {Curve} curve
 * @param {boolean} [homogeneous]
 * @returns {BatchKind}
 */
export function curveBatch({ of, slope }, homogeneous = false) {
  return {
    homogeneous: () => homogeneous,
    parameters: () => ({}),
    buffers: () => ({}),
    prepare: ({ node, inputs: [x], output: y, gradient: dy }) => ({
      forward: (pass) => {
        const [from, to, count] = [x.block.values, y.block.values, countOf(y, pass)];
        for (let i = 0; i < count; i++) to[i] = of(from[i], node, channelInBlock(i, x.channels));
      },
      backward: (pass, [dx]) => {
        if (!dx) return;
        const [from, back, to, count] = [x.block.values, dy.block.values, dx.block.values, countOf(y, pass)];
        for (let i = 0; i < count; i++) to[i] = back[i] * slope(from[i], node, channelInBlock(i, x.channels));
      },
    }),
  };
}

/**
 * A leaky ReLU whose slope below zero is learned, one for the whole layer or one a channel (He et al. 2015, section
 * 2.1).
 * @param {Curve} curve
 * @returns {BatchKind}
 */
export function preluBatch(curve) {
  const plain = curveBatch(curve, true);
  return {
    ...plain,
    parameters: learnedShapes,
    prepare: (site) => {
      const { forward, backward } = plain.prepare(site);
      const [{ block, channels }] = site.inputs;
      const { weight } = site.parameters;
      const several = weight.values.count > 1;
      return {
        forward,
        backward: (pass, into) => {
          const [x, dy, count] = [block.values, site.gradient.block.values, countOf(site.output, pass)];
          const sums = new Float64Array(several ? channels : 1);
          for (let i = 0; i < count; i++) if (x[i] < 0) sums[several ? channelInBlock(i, channels) : 0] += dy[i] * x[i];
          sums.forEach((sum, c) => (weight.gradient.values[c] += sum));
          backward(pass, into);
        },
      };
    },
  };
}
