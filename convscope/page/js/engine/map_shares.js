import { outputOf } from "./parts.js";
/** @import {Layer, Result} from "./types.js" */

/**
 * Gradient × activation, summed over a feature map: what it adds to a score, to first order. Of layers that are sums
 * and ReLUs, shares of all maps of a layer add up to the score but for the biases behind it.
 *
 * @typedef {object} ScoreShares
 * @property {(Float64Array | null)[]} maps of each node, one a channel; null where nobody knows: before an opaque node
 * @property {Float64Array | null} picture of the picture's channels
 * @property {Record<string, number>} ways how much of it goes from one node into another: "source reader"
 */

/**
 * The gradients of a score for all nodes, by their index, as far back as they can be known: what feeds an opaque node
 * is not there.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {ArrayLike<number>} seed one factor a class
 * @param {(source: number, reader: number, gradient: Float64Array) => void} [went] told of each part of a gradient
 * @returns {Map<number, Float64Array>}
 */
function knownGradients(nodes, result, seed, went = () => {}) {
  /** @type {Map<number, Float64Array>} */
  const gradients = new Map([[nodes.length - 1, Float64Array.from(seed)]]);
  const unknown = new Set();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const gradient = gradients.get(i);
    const { sources, module } = nodes[i];
    if (unknown.has(i) || (gradient && !module.backward)) {
      if (unknown.has(i)) gradients.delete(i);
      for (const source of sources) unknown.add(source);
    } else if (gradient && module.backward) {
      const inputs = sources.map((source) => outputOf(result, source));
      module.backward(nodes[i], gradient, inputs, result.outputs[i]).forEach((found, from) => {
        went(sources[from], i, found);
        const before = gradients.get(sources[from]);
        gradients.set(sources[from], before ? before.map((v, at) => v + found[at]) : found);
      });
    }
  }
  if (unknown.has(-1)) gradients.delete(-1);
  return gradients;
}

/** Products, summed channel by channel. @param {Float64Array} values @param {Float64Array} gradient
 * @param {number} channels */
function channelSums(values, gradient, channels) {
  const area = values.length / channels;
  const sums = new Float64Array(channels);
  for (let c = 0, i = 0; c < channels; c++) {
    let sum = 0;
    for (const end = i + area; i < end; i++) sum += values[i] * gradient[i];
    sums[c] = sum;
  }
  return sums;
}

/**
 * What every feature map adds to a score, and what goes from layer to layer; with the gradients that this took.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {ArrayLike<number>} seed
 * @returns {{shares: ScoreShares, gradients: Map<number, Float64Array>}}
 */
export function scoreShares(nodes, result, seed) {
  /** @type {Record<string, number>} */
  const ways = {};
  const gradients = knownGradients(nodes, result, seed, (source, reader, gradient) => {
    const key = `${source} ${reader}`;
    ways[key] = (ways[key] ?? 0) + channelSums(outputOf(result, source), gradient, 1)[0];
  });
  const sharesOf = (/** @type {number} */ index, /** @type {number} */ channels) => {
    const gradient = gradients.get(index);
    return gradient ? channelSums(outputOf(result, index), gradient, channels) : null;
  };
  const maps = nodes.map(({ output }, i) => sharesOf(i, output[0]));
  return { shares: { maps, picture: sharesOf(-1, nodes[0].input[0]), ways }, gradients };
}

/**
 * What one channel of a node passes on to a score of what its sources add: by the node that is read, one number a
 * channel. Of a block of nodes, all of them from the first to the last, the sources are what lies before the block.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {Map<number, Float64Array>} gradients of the score
 * @param {number[]} within the node's index, or those of its block in order; the channel is of the last
 * @param {number} channel
 * @returns {Map<number, Float64Array> | null} null where the gradient is not known
 */
export function sharesThrough(nodes, result, gradients, within, channel) {
  const last = within[within.length - 1];
  const whole = gradients.get(last);
  if (!whole) return null;
  const area = whole.length / nodes[last].output[0];
  const seed = new Float64Array(whole.length);
  seed.set(whole.subarray(channel * area, (channel + 1) * area), channel * area);
  /** @type {Map<number, Float64Array>} */
  const inside = new Map([[last, seed]]);
  /** @type {Map<number, Float64Array>} */
  const found = new Map();
  for (const i of [...within].reverse()) {
    const gradient = inside.get(i);
    const { sources, module, inputs: shapes } = nodes[i];
    if (!gradient) continue;
    if (!module.backward) return null;
    const inputs = sources.map((source) => outputOf(result, source));
    module.backward(nodes[i], gradient, inputs, result.outputs[i]).forEach((part, from) => {
      const source = sources[from];
      if (within.includes(source)) {
        const before = inside.get(source);
        inside.set(source, before ? before.map((v, at) => v + part[at]) : part);
        return;
      }
      const sums = channelSums(inputs[from], part, shapes[from][0]);
      const before = found.get(source);
      found.set(source, before ? before.map((v, c) => v + sums[c]) : sums);
    });
  }
  return found;
}
