import { workOf } from "./kinds.js";
import { softmax } from "./softmax.js";
/** @import {InputSpec, Layer, Result} from "../types.js" */

/**
 * Return a picture (C, H, W) in 0…255 as the network reads it: (x − mean) / std, channel by channel.
 * @param {InputSpec} input
 * @param {ArrayLike<number>} picture
 */
export function scalePicture(input, picture) {
  const [channels, height, width] = input.shape;
  const scaled = new Float64Array(channels * height * width);
  if (picture.length !== scaled.length)
    throw new RangeError(`a picture of ${scaled.length} numbers is wanted, got ${picture.length}`);
  for (let i = 0; i < scaled.length; i++) {
    const c = Math.floor(i / (height * width));
    scaled[i] = (picture[i] - input.mean[c]) / input.std[c];
  }
  return scaled;
}

/**
 * Run the network on what `scalePicture` made, keeping every node's output.
 * @param {Layer[]} nodes
 * @param {Float64Array} input
 * @returns {Result}
 */
export function runForward(nodes, input) {
  /** @type {Float64Array[]} */
  const outputs = [];
  const at = (/** @type {number} */ i) => (i < 0 ? input : outputs[i]);
  for (const node of nodes) outputs.push(workOf(node).forward(node, at(node.source), at(node.other ?? -1)));
  const logits = outputs[outputs.length - 1];
  return { input, outputs, logits, probabilities: softmax(logits).probabilities };
}
