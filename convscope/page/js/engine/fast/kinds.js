/**
 * The kinds of layer that a large network spends its time in, by the WebAssembly kernels. All others run as they are.
 */

import { shuffledFrom } from "../geometry.js";
import { fastConvolution } from "./convolutions.js";
import { responseOf } from "../kinds/lrn.js";
import { biasOf, onlyKnown } from "./site.js";
import { fastAverages, fastLargest } from "./windows.js";
/** @import {Kind} from "../../types.js" */
/** @import {FastKind, FastSite, FastStep, ForwardKernels} from "./types.js" */

/** @type {Partial<Record<Kind, FastKind>>} */
export const FAST_KINDS = {
  conv: fastConvolution,
  fc: fastDense,
  bn: fastNormalisation,
  scale: fastScaling,
  add: fastSum,
  mul: fastProduct,
  maxpool: fastLargest,
  avgpool: fastAverages,
  gap: fastMeans,
  lrn: fastResponse,
  concat: fastConcatenation,
  channel_shuffle: fastShuffle,
  channel_slice: fastShuffle,
  dropout: fastCopy,
  flatten: fastCopy,
  relu: (site) => fastClip(site, 0, Infinity),
  relu6: (site) => fastClip(site, 0, 6),
  clip: (site) => fastClip(site, site.node.options.low ?? -1, site.node.options.high ?? 1, ["low", "high"]),
  sigmoid: (site) => fastCurve(site, (kernels, x, y, count) => kernels.sigmoid(x, y, count)),
  silu: (site) => fastCurve(site, (kernels, x, y, count) => kernels.silu(x, y, count)),
  tanh: (site) => fastCurve(site, (kernels, x, y, count) => kernels.tanh(x, y, count)),
  hardsigmoid: (site) => fastCurve(site, (kernels, x, y, count) => kernels.hardsigmoid(x, y, count)),
  hardswish: (site) => fastCurve(site, (kernels, x, y, count) => kernels.hardswish(x, y, count)),
  gelu: (site) => fastCurve(site, (kernels, x, y, count) => kernels.gelu(x, y, count)),
  gelu_tanh: (site) => fastCurve(site, (kernels, x, y, count) => kernels.geluTanh(x, y, count)),
  elu: fastElu,
  leaky_relu: (site) => fastLeaky(site, "slope"),
  prelu: (site) => fastLeaky(site, "per_channel"),
};

/**
 * @param {FastSite} site
 * @param {(kernels: ForwardKernels, x: number, y: number, count: number) => void} run
 * @param {string[]} known options
 * @returns {FastStep | null}
 */
function fastCurve({ node, inputs: [x], output }, run, known = []) {
  return onlyKnown(node, known) ? (kernels) => run(kernels, x.at, output.at, output.count) : null;
}

/** @param {FastSite} site @param {number} least @param {number} most @param {string[]} [known] options */
function fastClip(site, least, most, known) {
  return fastCurve(site, (kernels, x, y, count) => kernels.clip(x, y, count, least, most), known);
}

/** @type {FastKind} */
function fastElu(site) {
  const alpha = site.node.options.alpha ?? 1;
  return fastCurve(site, (kernels, x, y, count) => kernels.elu(x, y, count, alpha), ["alpha"]);
}

/** A slope below zero that is given, or learned, in every channel or one for all.
 * @param {FastSite} site @param {string} option @returns {FastStep | null} */
function fastLeaky({ node, inputs: [x], output, memory }, option) {
  if (!onlyKnown(node, [option])) return null;
  const [channels] = node.input;
  const { weight } = node.tensors;
  const slopeAt = (/** @type {number} */ c) => (weight ? weight[weight.length > 1 ? c : 0] : (node.options.slope ?? 0));
  const slopes = memory.put(Float32Array.from({ length: channels }, (_, c) => slopeAt(c)));
  return (kernels) => kernels.leaky(x.at, output.at, slopes, channels, x.count / channels);
}

/** @type {FastKind} */
function fastDense({ node, inputs: [x], output, memory }) {
  if (!onlyKnown(node, ["bias"])) return null;
  const weights = memory.put(Float32Array.from(node.tensors.weight));
  const offset = memory.put(biasOf(node.tensors.bias, output.count));
  return (kernels) => kernels.dense(x.at, weights, offset, output.at, x.count, output.count);
}

/** @type {FastKind} */
function fastNormalisation(site) {
  const { node } = site;
  if (!onlyKnown(node, ["eps"])) return null;
  const { weight, bias, running_mean: mean, running_var: variance } = node.tensors;
  const factors = Float32Array.from(weight, (w, c) => w / Math.sqrt(variance[c] + (node.options.eps ?? 1e-5)));
  return mapByMap(
    site,
    factors,
    factors.map((factor, c) => bias[c] - mean[c] * factor),
  );
}

/** @type {FastKind} */
function fastScaling(site) {
  const { node } = site;
  if (!onlyKnown(node, ["bias"])) return null;
  return mapByMap(site, Float32Array.from(node.tensors.weight), biasOf(node.tensors.bias, node.input[0]));
}

/** A factor and a number to be added, for each map. @param {FastSite} site @param {Float32Array} factors
 * @param {Float32Array} numbers @returns {FastStep} */
function mapByMap({ node, inputs: [x], output, memory }, factors, numbers) {
  const [scale, shift] = [factors, numbers].map(memory.put);
  const [channels] = node.input;
  return (kernels) => kernels.scaleShift(x.at, output.at, scale, shift, channels, x.count / channels);
}

/** @type {FastKind} */
function fastSum({ node, inputs, output }) {
  if (!onlyKnown(node, []) || inputs.some(({ count }) => count !== output.count)) return null;
  const [first, ...others] = inputs;
  return (kernels) =>
    others.forEach((other, i) => kernels.add((i ? output : first).at, other.at, output.at, output.count));
}

/** Of maps of one size, or of maps and their gates, one number a map. @type {FastKind} */
function fastProduct({ node, inputs, output }) {
  if (!onlyKnown(node, []) || inputs.length !== 2) return null;
  const [a, b] = inputs;
  if (a.count === output.count && b.count === output.count)
    return (kernels) => kernels.multiply(a.at, b.at, output.at, output.count);
  const [channels] = node.output;
  const isGate = (/** @type {number} */ i) => node.inputs[i][0] === channels && inputs[i].count === channels;
  const [maps, gates] = isGate(1) ? [a, b] : [b, a];
  if (maps.count !== output.count || !(isGate(0) || isGate(1))) return null;
  return (kernels) => kernels.scaleBy(maps.at, output.at, gates.at, channels, output.count / channels);
}

/** @type {FastKind} */
function fastMeans({ node, inputs: [x], output }) {
  if (!onlyKnown(node, [])) return null;
  const [channels] = node.input;
  return (kernels) => kernels.means(x.at, output.at, channels, x.count / channels);
}

/** With the exponent that all networks take. @type {FastKind} */
function fastResponse({ node, inputs: [x], output }) {
  const { around, alpha, beta, k } = responseOf(node);
  if (!onlyKnown(node, ["around", "alpha", "beta", "k"]) || beta !== 0.75) return null;
  const [channels] = node.input;
  const reach = Math.floor(around / 2);
  return (kernels) => kernels.respond(x.at, output.at, channels, x.count / channels, reach, alpha / around, k);
}

/** @type {FastKind} */
function fastConcatenation({ node, inputs, output }) {
  if (!onlyKnown(node, [])) return null;
  return (kernels) => {
    let { at } = output;
    for (const x of inputs) {
      kernels.copy(x.at, at, x.count);
      at += 4 * x.count;
    }
  };
}

/** @type {FastKind} */
function fastShuffle({ node, inputs: [x], output }) {
  if (!onlyKnown(node, ["groups", "first"])) return null;
  const [channels] = node.output;
  const area = output.count / channels;
  const from = Array.from({ length: channels }, (_, c) => x.at + 4 * area * shuffledFrom(node, c));
  return (kernels) => from.forEach((at, c) => kernels.copy(at, output.at + 4 * area * c, area));
}

/** @type {FastKind} */
function fastCopy({ node, inputs: [x], output }) {
  if (!onlyKnown(node, ["p"])) return null;
  return (kernels) => kernels.copy(x.at, output.at, output.count);
}
