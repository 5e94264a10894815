import { probabilitiesOf } from "./softmax.js";
/** @import {Ending, InputSpec} from "../types.js" */
/** @import {Layer, Result} from "./types.js" */

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
 * Return what one node makes of its inputs.
 * @param {Layer} node
 * @param {Float64Array[]} inputs one a source
 */
export function runNode(node, inputs) {
  const { forward } = node.module;
  if (!forward) throw new Error(`${node.name} was computed by Python; the page cannot compute it again`);
  return forward(node, inputs);
}

/**
 * Run the network on what `scalePicture` made, keeping every node's output. That of an opaque node which is not given,
 * and of whatever reads it, is empty; so are the scores then.
 * @param {Layer[]} nodes
 * @param {Float64Array} input
 * @param {number} temperature of its softmax
 * @param {Ending} [ending]
 * @param {Record<number, Float64Array>} [given] outputs that are known, by their node
 * @returns {Result}
 */
export function runForward(nodes, input, temperature, ending = "softmax", given = {}) {
  /** @type {Float64Array[]} */
  const outputs = [];
  nodes.forEach((node, index) => {
    const inputs = node.sources.map((i) => (i < 0 ? input : outputs[i]));
    const known = node.module.forward !== null && inputs.every((values) => values.length > 0);
    outputs.push(given[index] ?? (known ? runNode(node, inputs) : new Float64Array(0)));
  });
  const logits = outputs[outputs.length - 1];
  return { input, outputs, logits, probabilities: probabilitiesOf(logits, temperature, ending) };
}
