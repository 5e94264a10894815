import { learnedShapes } from "../../engine/weights.js";
import { countOf } from "./shape.js";
/** @import {Curve} from "../../engine/types.js" */
/** @import {BatchKind} from "../types.js" */

/** @type {BatchKind} */
export const reluBatch = {
  homogeneous: true,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ inputs: [x], output: y, gradient: dy }) => ({
    forward: (pass) => pass.kernels.relu(x.block.at, y.block.at, countOf(y, pass)),
    backward: (pass, [dx]) => {
      if (dx) pass.kernels.reluBack(y.block.at, dy.block.at, dx.block.at, countOf(y, pass));
    },
  }),
};

/**
 * Any activation, by the curve and the slope that the engine has of it.
 * @param {Curve} curve
 * @param {boolean} [homogeneous]
 * @returns {BatchKind}
 */
export function curveBatch({ of, slope }, homogeneous = false) {
  return {
    homogeneous,
    parameters: () => ({}),
    buffers: () => ({}),
    prepare: ({ node, inputs: [x], output: y, gradient: dy }) => ({
      forward: (pass) => {
        const [from, to, count] = [x.block.values, y.block.values, countOf(y, pass)];
        for (let i = 0; i < count; i++) to[i] = of(from[i], node);
      },
      backward: (pass, [dx]) => {
        if (!dx) return;
        const [from, back, to, count] = [x.block.values, dy.block.values, dx.block.values, countOf(y, pass)];
        for (let i = 0; i < count; i++) to[i] = back[i] * slope(from[i], node);
      },
    }),
  };
}

/**
 * A leaky ReLU whose slope below zero is learned, one for the whole layer (He et al. 2015, section 2.1).
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
      const [{ block }] = site.inputs;
      const { weight } = site.parameters;
      return {
        forward,
        backward: (pass, into) => {
          const [x, dy, count] = [block.values, site.gradient.block.values, countOf(site.output, pass)];
          let sum = 0;
          for (let i = 0; i < count; i++) if (x[i] < 0) sum += dy[i] * x[i];
          weight.gradient.values[0] += sum;
          backward(pass, into);
        },
      };
    },
  };
}
