/** The kinds of layer that a large network spends its time in, by the WebAssembly kernels. All others run as they are. */

/** @import {Kind, Window} from "../../types.js" */
/** @import {Layer, Numbers} from "../types.js" */
/** @import {FastKind, FastSite} from "./types.js" */

const PANEL = 49_152; // numbers of the places that filters run over together: they stay in a processor's second cache
const DEPTH = 512; // taps that are taken at a time: of eight places they and their weights stay in the first

/** @type {Partial<Record<Kind, FastKind>>} */
export const FAST_KINDS = {
  conv: fastConvolution,
  fc: fastDense,
  bn: fastNormalisation,
  relu: (site) => fastClip(site, Infinity),
  relu6: (site) => fastClip(site, 6),
  add: fastSum,
  maxpool: fastLargest,
};

/** Whether a layer has these options alone, so that nothing is passed over. @param {Layer} node @param {string[]} known */
function onlyKnown(node, known) {
  return Object.keys(node.options).every((name) => known.includes(name));
}

/** @param {Numbers | undefined} bias @param {number} count up to a multiple of four */
function biasOf(bias, count) {
  const values = new Float32Array(Math.ceil(count / 4) * 4);
  if (bias) values.set(bias);
  return values;
}

/** @type {FastKind} */
function fastConvolution({ node, inputs: [x], output, memory }) {
  if (!onlyKnown(node, ["groups", "bias"])) return null;
  const [channels, height, width] = node.input;
  const [filters, rows, columns] = node.output;
  const { kernel, stride, pad, pad_end: end, dilation } = /** @type {Window} */ (node.window);
  const groups = node.options.groups ?? 1;
  const [high, wide] = [height + pad[0] + end[0], width + pad[1] + end[1]];
  const around = high !== height || wide !== width;
  const padded = around ? memory.scratch("padded", channels * high * wide) : null;
  const { weight, bias } = node.tensors;
  /** The maps that the windows lie on. @param {import("./types.js").ForwardKernels} kernels */
  const source = (kernels) => {
    if (!padded) return x.at;
    memory.clear(padded.at, channels * high * wide);
    kernels.pad(x.at, padded.at, channels, height, width, pad[0], pad[1], high, wide);
    return padded.at;
  };
  if (groups === channels && groups === filters) {
    const weights = memory.put(Float32Array.from(weight));
    const offset = memory.put(biasOf(bias, filters));
    return (kernels) =>
      kernels.slide(
        ...[source(kernels), weights, offset, output.at, channels, rows, columns, wide, high * wide],
        ...kernel,
        ...dilation,
        ...stride,
      );
  }
  const depth = channels / groups;
  const taps = depth * kernel[0] * kernel[1];
  const each = filters / groups;
  const offsets = new Int32Array(taps);
  for (let t = 0; t < taps; t++) {
    const [c, tap] = [Math.floor(t / (kernel[0] * kernel[1])), t % (kernel[0] * kernel[1])];
    const [ky, kx] = [Math.floor(tap / kernel[1]), tap % kernel[1]];
    offsets[t] = 4 * ((c * high + ky * dilation[0]) * wide + kx * dilation[1]);
  }
  const places = rows * columns;
  const begins = new Int32Array(Math.ceil(places / 8) * 8);
  for (let i = 0; i < begins.length; i++) {
    const p = i < places ? i : i & ~7; // the rest of the last eight is the first again: never eight side by side
    begins[i] = 4 * (Math.floor(p / columns) * stride[0] * wide + (p % columns) * stride[1]);
  }
  const taken = Math.min(DEPTH, taps);
  const together = Math.min(Math.floor(PANEL / (8 * taken)), begins.length / 8);
  const [begin, offset] = [memory.put(begins), memory.put(offsets)];
  const panel = memory.scratch("panel", together * 8 * taken);
  const parts = Array.from({ length: groups }, (_, g) => ({
    weights: memory.put(packed(weight.subarray(g * each * taps, (g + 1) * each * taps), each, taps)),
    bias: memory.put(biasOf(bias?.subarray(g * each, (g + 1) * each), each)),
  }));
  return (kernels) => {
    const from = source(kernels);
    parts.forEach((part, g) => {
      const [read, write] = [from + 4 * g * depth * high * wide, output.at + 4 * g * each * places];
      kernels.convolve(
        ...[read, part.weights, part.bias, write, begin, offset, panel.at, places, taps, each, together, taken],
      );
    });
  };
}

/** Weights (filters, taps) in blocks of four filters, (blocks, taps, 4). @param {Numbers} weight @param {number} filters
 * @param {number} taps */
function packed(weight, filters, taps) {
  const out = new Float32Array(Math.ceil(filters / 4) * 4 * taps);
  for (let f = 0; f < filters; f++) {
    for (let t = 0, to = (f >> 2) * 4 * taps + (f & 3); t < taps; t++, to += 4) out[to] = weight[f * taps + t];
  }
  return out;
}

/** @type {FastKind} */
function fastDense({ node, inputs: [x], output, memory }) {
  if (!onlyKnown(node, ["bias"])) return null;
  const weights = memory.put(Float32Array.from(node.tensors.weight));
  const offset = memory.put(biasOf(node.tensors.bias, output.count));
  return (kernels) => kernels.dense(x.at, weights, offset, output.at, x.count, output.count);
}

/** @type {FastKind} */
function fastNormalisation({ node, inputs: [x], output, memory }) {
  if (!onlyKnown(node, ["eps"])) return null;
  const { weight, bias, running_mean: mean, running_var: variance } = node.tensors;
  const factors = Float32Array.from(weight, (w, c) => w / Math.sqrt(variance[c] + (node.options.eps ?? 1e-5)));
  const [scale, shift] = [factors, factors.map((factor, c) => bias[c] - mean[c] * factor)].map(memory.put);
  const channels = node.input[0];
  return (kernels) => kernels.scaleShift(x.at, output.at, scale, shift, channels, x.count / channels);
}

/** @param {FastSite} site @param {number} most */
function fastClip({ node, inputs: [x], output }, most) {
  if (!onlyKnown(node, [])) return null;
  return (/** @type {import("./types.js").ForwardKernels} */ kernels) =>
    kernels.clip(x.at, output.at, output.count, 0, most);
}

/** @type {FastKind} */
function fastSum({ node, inputs, output, memory }) {
  if (!onlyKnown(node, []) || inputs.some(({ count }) => count !== output.count)) return null;
  return (kernels) => {
    memory.view(output).set(memory.view(inputs[0]));
    for (const other of inputs.slice(1)) kernels.add(other.at, output.at, output.count);
  };
}

/** @type {FastKind} */
function fastLargest({ node, inputs: [x], output }) {
  const { kernel, stride, pad, dilation } = /** @type {Window} */ (node.window);
  if (!onlyKnown(node, ["ceil_mode"]) || dilation[0] !== 1 || dilation[1] !== 1) return null;
  return (kernels) =>
    kernels.largest(x.at, output.at, ...node.input, node.output[1], node.output[2], ...kernel, ...stride, ...pad);
}
