/** @import {Layer} from "../types.js" */

/**
 * Every input to each unit: W x + b.
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function connect(node, x) {
  const { weight, bias } = node.tensors;
  const out = new Float64Array(node.output[0]);
  for (let u = 0; u < out.length; u++) {
    let sum = bias ? bias[u] : 0;
    for (let i = 0, w = u * x.length; i < x.length; i++, w++) sum += weight[w] * x[i];
    out[u] = sum;
  }
  return out;
}

/**
 * @param {Layer} node
 * @param {Float64Array} gradient
 */
export function connectBack(node, gradient) {
  const out = new Float64Array(node.input[0]);
  for (let u = 0; u < gradient.length; u++) {
    for (let i = 0; i < out.length; i++) out[i] += gradient[u] * node.tensors.weight[u * out.length + i];
  }
  return out;
}

/**
 * (x − running mean) / √(running variance + eps) · weight + bias, channel by channel.
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function normalise(node, x) {
  const { weight, bias, running_mean, running_var } = node.tensors;
  const area = x.length / node.input[0];
  const eps = node.options.eps ?? 1e-5;
  const out = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const c = Math.floor(i / area);
    out[i] = ((x[i] - running_mean[c]) / Math.sqrt(running_var[c] + eps)) * weight[c] + bias[c];
  }
  return out;
}

/**
 * @param {Layer} node
 * @param {Float64Array} gradient
 */
export function normaliseBack(node, gradient) {
  const { weight, running_var } = node.tensors;
  const area = gradient.length / node.input[0];
  const eps = node.options.eps ?? 1e-5;
  return gradient.map((g, i) => {
    const c = Math.floor(i / area);
    return (g * weight[c]) / Math.sqrt(running_var[c] + eps);
  });
}

/**
 * Where number `i` of a crop's output lies in its input: the middle, rounded down.
 * @param {Layer} node
 * @param {number} i
 */
export function cropPlace(node, i) {
  const [, height, width] = node.input;
  const [, rows, columns] = node.output;
  const c = Math.floor(i / (rows * columns));
  const y = Math.floor((height - rows) / 2) + (Math.floor(i / columns) % rows);
  return (c * height + y) * width + Math.floor((width - columns) / 2) + (i % columns);
}

/**
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function cropMaps(node, x) {
  return new Float64Array(node.output[0] * node.output[1] * node.output[2]).map((_, i) => x[cropPlace(node, i)]);
}

/**
 * @param {Layer} node
 * @param {Float64Array} gradient
 */
export function cropBack(node, gradient) {
  const out = new Float64Array(node.input[0] * node.input[1] * node.input[2]);
  gradient.forEach((g, i) => (out[cropPlace(node, i)] = g));
  return out;
}
