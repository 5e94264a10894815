import { fixed } from "../../kit/format.js";
import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
/** @import {KindModule, Layer} from "../types.js" */

/** The slope below zero of a channel: its own, or the layer's. @param {Layer} node @param {number} channel */
const slopeOf = ({ tensors: { weight } }, channel) => weight[weight.length > 1 ? channel : 0];

/** The channel that a number of its output stands in. @param {Layer} node @param {number} at */
const channelOfNumber = ({ output: [, height, width] }, at) => Math.floor(at / (height * width));

/** @param {Layer} node */
const slopesOf = (node) => (node.options.per_channel ? node.input[0] : 1);

/** @type {KindModule} */
export const prelu = {
  ...activation(phrase("explain.leaky"), {
    formula: (node, channel) => [`max(${fixed(slopeOf(node, channel), 3)}·x, x)`],
    reach: 1,
    most: null,
    of: (x, node, channel) => (x > 0 ? x : slopeOf(node, channel) * x),
    slope: (x, node, channel) => (x > 0 ? 1 : slopeOf(node, channel)),
  }),
  learned: {
    shapes: (node) => ({ weight: node.options.per_channel ? [slopesOf(node), 1, 1] : [1] }),
    called: { weight: phrase("step.slope") },
    gradients: (node, gradient, [x]) => {
      const weight = new Float64Array(slopesOf(node));
      gradient.forEach((g, i) => (weight[weight.length > 1 ? channelOfNumber(node, i) : 0] += g * Math.min(0, x[i])));
      return { weight };
    },
    uses: (node, _, at, [x]) =>
      Array.from(x, (v, i) => ({ to: i, from: i, factor: Math.min(0, v) })).filter(
        ({ to }) => slopesOf(node) === 1 || channelOfNumber(node, to) === at,
      ),
  },
};
