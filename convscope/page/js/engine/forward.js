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
 * Run the network on what `scalePicture` made, keeping every node's output.
 * @param {Layer[]} nodes
 * @param {Float64Array} input
 * @param {number} temperature of its softmax
 * @param {Ending} [ending]
 * @returns {Result}
 */
export function runForward(nodes, input, temperature, ending = "softmax") {
  /** @type {Float64Array[]} */
  const outputs = [];
  for (const node of nodes) {
    outputs.push(
      runNode(
        node,
        node.sources.map((i) => (i < 0 ? input : outputs[i])),
      ),
    );
  }
  const logits = outputs[outputs.length - 1];
  return { input, outputs, logits, probabilities: probabilitiesOf(logits, temperature, ending) };
}
