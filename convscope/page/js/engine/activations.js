/** @import {Layer} from "../types.js" */

/**
 * The slope below zero of a rectifier: 0, the given one, or the learned one.
 * @param {Layer} node
 */
export function slopeOf(node) {
  if (node.kind === "prelu") return node.tensors.weight[0];
  return node.kind === "leaky_relu" ? /** @type {number} */ (node.options.slope) : 0;
}

/**
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function rectify(node, x) {
  const slope = slopeOf(node);
  const out = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) out[i] = x[i] > 0 ? x[i] : slope === 0 && x[i] <= 0 ? 0 : slope * x[i];
  return out;
}

/**
 * @param {Layer} node
 * @param {Float64Array} gradient
 * @param {Float64Array} x
 */
export function rectifyBack(node, gradient, x) {
  const slope = slopeOf(node);
  return gradient.map((g, i) => (x[i] > 0 ? g : slope * g));
}

/**
 * @param {Layer} _node
 * @param {Float64Array} x
 */
export function sigmoid(_node, x) {
  return x.map((v) => 1 / (1 + Math.exp(-v)));
}

/**
 * σ′ = σ (1 − σ)
 * @param {Layer} _node
 * @param {Float64Array} gradient
 * @param {Float64Array} _x
 * @param {Float64Array} y
 */
export function sigmoidBack(_node, gradient, _x, y) {
  return gradient.map((g, i) => g * y[i] * (1 - y[i]));
}

/**
 * @param {Layer} _node
 * @param {Float64Array} x
 */
export function tanh(_node, x) {
  return x.map(Math.tanh);
}

/**
 * tanh′ = 1 − tanh²
 * @param {Layer} _node
 * @param {Float64Array} gradient
 * @param {Float64Array} _x
 * @param {Float64Array} y
 */
export function tanhBack(_node, gradient, _x, y) {
  return gradient.map((g, i) => g * (1 - y[i] * y[i]));
}
