/** How the loss changes with every number that a network learned, and what one step of them makes of it. */

import { gradientsTo } from "./backward.js";
import { runNode } from "./forward.js";
import { outputOf } from "./parts.js";
import { crossEntropy, softmaxOf } from "./softmax.js";
/** @import {Layer, Result} from "./types.js" */

/**
 * @typedef {object} LayerGradient what the loss does with one layer
 * @property {Float64Array} output d loss / d each number of its output
 * @property {Record<string, Float64Array>} learned d loss / d each number that it learned, by its tensor's name
 */

/**
 * Return d (−ln p of class `label`) / d score of every class: (p − y) / T.
 * @param {Float64Array} logits
 * @param {number} label
 * @param {number} temperature
 */
function lossSeed(logits, label, temperature) {
  return softmaxOf(logits, temperature).probabilities.map((p, k) => (p - Number(k === label)) / temperature);
}

/**
 * Return the gradients of the loss −ln p of class `label` for the picture of `result`, for every layer from node
 * `first` on that learned something; a layer that the loss does not depend on is left out.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {number} label
 * @param {number} temperature
 * @param {number} first
 * @returns {Map<number, LayerGradient>}
 */
export function lossGradients(nodes, result, label, temperature, first) {
  /** @type {Map<number, LayerGradient>} */
  const found = new Map();
  gradientsTo(nodes, result, lossSeed(result.logits, label, temperature), first).forEach((output, i) => {
    if (i < 0 || !nodes[i].module.learned) return;
    const inputs = nodes[i].sources.map((source) => outputOf(result, source));
    const made = nodes[i].module.learned?.gradients(nodes[i], output, inputs) ?? {};
    const learned = Object.fromEntries(Object.entries(made).filter(([name]) => nodes[i].tensors[name]));
    found.set(i, { output, learned });
  });
  return found;
}

/**
 * Where the numbers of one channel lie in a tensor: [start, count]; all of a tensor that belongs to the whole layer.
 * @param {Layer} node @param {string} name @param {number} channel
 */
export function ofChannel(node, name, channel) {
  const { length } = node.tensors[name];
  const each = length / node.output[0];
  return Number.isInteger(each) && !node.module.learned?.together?.includes(name)
    ? [channel * each, each]
    : [0, length];
}

/**
 * Return the loss −ln p of class `label` after one step of gradient descent, w − rate · d loss / d w, by a real forward
 * pass: of all layers, or of one layer's channel alone.
 * @param {Layer[]} nodes
 * @param {Result} result of the picture before the step
 * @param {Map<number, LayerGradient>} gradients
 * @param {{label: number, rate: number, temperature: number, only?: {index: number, channel: number} | null}} how
 */
export function lossAfterStep(nodes, result, gradients, { label, rate, temperature, only = null }) {
  /** @type {Float64Array[]} */
  const outputs = [];
  nodes.forEach((node, i) => {
    const step = only && only.index !== i ? null : (gradients.get(i) ?? null);
    const same = !step && node.sources.every((source) => source < 0 || outputs[source] === result.outputs[source]);
    if (same) {
      outputs.push(result.outputs[i]);
      return;
    }
    const inputs = node.sources.map((source) => (source < 0 ? result.input : outputs[source]));
    const moved = step ? { ...node, tensors: stepped(node, step.learned, rate, only?.channel ?? null) } : node;
    outputs.push(runNode(moved, inputs));
  });
  return crossEntropy(outputs[outputs.length - 1], label, temperature);
}

/**
 * A layer's numbers one step later; of one channel alone where it is given.
 * @param {Layer} node @param {Record<string, Float64Array>} gradients @param {number} rate
 * @param {number | null} channel
 */
function stepped(node, gradients, rate, channel) {
  const tensors = { ...node.tensors };
  for (const [name, gradient] of Object.entries(gradients)) {
    const after = Float64Array.from(tensors[name]);
    const [start, count] = channel === null ? [0, after.length] : ofChannel(node, name, channel);
    for (let i = start; i < start + count; i++) after[i] -= rate * gradient[i];
    tensors[name] = after;
  }
  return tensors;
}

/**
 * Return Σ gradient² over all layers, or over one layer's channel: what a small step of η lowers the loss by, times η.
 * @param {Layer[]} nodes
 * @param {Map<number, LayerGradient>} gradients
 * @param {{index: number, channel: number} | null} [only]
 */
export function squaredGradient(nodes, gradients, only = null) {
  let sum = 0;
  for (const [index, { learned }] of gradients) {
    if (only && only.index !== index) continue;
    for (const [name, gradient] of Object.entries(learned)) {
      const [start, count] = only ? ofChannel(nodes[index], name, only.channel) : [0, gradient.length];
      for (let i = start; i < start + count; i++) sum += gradient[i] ** 2;
    }
  }
  return sum;
}

/**
 * Return every use of one learned number: the output's gradient there, what it was multiplied by, their product.
 * @param {Layer[]} nodes @param {Result} result @param {number} index @param {string} name @param {number} at
 * @param {LayerGradient} gradient
 */
export function gradientTerms(nodes, result, index, name, at, gradient) {
  const node = nodes[index];
  const inputs = node.sources.map((source) => outputOf(result, source));
  const uses = node.module.learned?.uses(node, name, at, inputs) ?? [];
  return uses.map((use) => ({
    ...use,
    gradient: gradient.output[use.to],
    product: gradient.output[use.to] * use.factor,
  }));
}
